package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.SymmetricEigen;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/** A normal distribution N(m, S), whose covariance may be singular. */
final class GaussianLaw {

    /** What rounding may do to a symmetric or a positive semidefinite matrix, relative to its largest entry. */
    private static final double ROUNDING = 1e-12;

    private final RealVector mean;
    private final RealMatrix covariance;

    private GaussianLaw(RealVector mean, RealMatrix covariance) {
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
        RealMatrix matrix = new Array2DRowRealMatrix(covariance);
        double smallest = SymmetricEigen.of(covariance).values()[0];
        if (smallest < -ROUNDING * mean.length * largest) {
            throw refusal(covariances, "a matrix with the eigenvalue " + smallest, "is not positive semidefinite");
        }
        return new GaussianLaw(new ArrayRealVector(mean), matrix);
    }

    /** The law of some coordinates in a row. */
    GaussianLaw marginal(int from, int to) {
        return new GaussianLaw(mean.getSubVector(from, to - from), covariance.getSubMatrix(from, to - 1, from, to - 1));
    }

    int dimension() {
        return mean.getDimension();
    }

    RealVector mean() {
        return mean;
    }

    RealMatrix covariance() {
        return covariance;
    }

    /** The uncentred second moments S + m mᵀ. */
    RealMatrix moments() {
        return covariance.add(mean.outerProduct(mean));
    }

    /** The variance of coordinate i, not below 0. */
    double variance(int i) {
        return Math.max(0, covariance.getEntry(i, i));
    }

    boolean isDiagonal() {
        for (int i = 0; i < dimension(); i++) {
            for (int j = 0; j < i; j++) {
                if (covariance.getEntry(i, j) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
