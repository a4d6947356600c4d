package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.SymmetricEigen;
import java.util.Arrays;

/** A normal distribution N(m, S), whose covariance may be singular. */
final class GaussianLaw {

    /** The rounding allowed in a symmetric or positive semidefinite matrix, relative to its largest entry. */
    private static final double ROUNDING = 1e-12;

    private final double[] mean;
    private final DenseMatrix covariance;

    private GaussianLaw(double[] mean, DenseMatrix covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    static GaussianLaw of(String name, double[] mean, double[][] covariance) {
        String means = name + "Mean";
        String covariances = name + "Covariance";
        finite(means, notNull(means, mean));
        if (mean.length == 0) {
            throw refusal(means + ".length", 0, "is not at least 1");
        }
        length(covariances, notNull(covariances, covariance).length, "the dimension of the mean", mean.length);
        double largest = 0;
        for (int i = 0; i < mean.length; i++) {
            String row = covariances + "[" + i + "]";
            length(row, notNull(row, covariance[i]).length, "the dimension of the mean", mean.length);
            for (double entry : finite(row, covariance[i])) {
                largest = Math.max(largest, Math.abs(entry));
            }
        }
        for (int i = 0; i < mean.length; i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(covariance[i][j] - covariance[j][i]) > ROUNDING * largest) {
                    throw refusal(
                            covariances + "[" + i + "][" + j + "]",
                            covariance[i][j],
                            "is not " + covariances + "[" + j + "][" + i + "], " + covariance[j][i]);
                }
            }
        }
        double smallest = SymmetricEigen.of(covariance).values()[0];
        if (smallest < -ROUNDING * mean.length * largest) {
            throw refusal(covariances, "a matrix with the eigenvalue " + smallest, "is not positive semidefinite");
        }
        return new GaussianLaw(mean.clone(), DenseMatrix.of(covariance));
    }

    /** The law of consecutive coordinates. */
    GaussianLaw marginal(int from, int to) {
        int size = to - from;
        double[] entries = new double[size * size];
        Arrays.setAll(entries, k -> covariance.entry(from + k / size, from + k % size));
        return new GaussianLaw(Arrays.copyOfRange(mean, from, to), DenseMatrix.ofEntries(size, size, entries));
    }

    int dimension() {
        return mean.length;
    }

    /** The mean m, not copied. */
    double[] mean() {
        return mean;
    }

    DenseMatrix covariance() {
        return covariance;
    }

    /** ‖m₁ − m₂‖². */
    double squaredDistanceOfMeans(GaussianLaw other) {
        double squared = 0;
        for (int i = 0; i < mean.length; i++) {
            squared += (mean[i] - other.mean[i]) * (mean[i] - other.mean[i]);
        }
        return squared;
    }

    /** The uncentred second moments S + m mᵀ. */
    DenseMatrix moments() {
        DenseMatrix row = DenseMatrix.of(mean);
        return covariance.plus(row.transposed().times(row));
    }

    /** The variance of coordinate i, not below 0. */
    double variance(int i) {
        return Math.max(0, covariance.entry(i, i));
    }

    boolean isDiagonal() {
        for (int i = 0; i < dimension(); i++) {
            for (int j = 0; j < i; j++) {
                if (covariance.entry(i, j) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
