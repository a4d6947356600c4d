package dev.retort.theory.simulation;

import java.util.random.RandomGenerator;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RectangularCholeskyDecomposition;

/** Vectors of mean zero and a given covariance, on plain arrays. Immutable, and so shared by all threads. */
final class GaussianVectors {

    /** F with FFᵀ the covariance; one row of nothing but its own entry if that is diagonal. */
    private final double[][] factor;

    private final boolean independent;
    private final int rank;

    private GaussianVectors(double[][] factor, boolean independent, int rank) {
        this.factor = factor;
        this.independent = independent;
        this.rank = rank;
    }

    /** The covariance is positive semidefinite. */
    static GaussianVectors of(double[][] covariance) {
        int dimension = covariance.length;
        boolean independent = true;
        double largest = 0;
        for (int i = 0; i < dimension; i++) {
            largest = Math.max(largest, covariance[i][i]);
            for (int j = 0; j < i; j++) {
                independent &= covariance[i][j] == 0;
            }
        }
        if (!independent) {
            double small = Math.ulp(largest) * dimension;
            double[][] factor = new RectangularCholeskyDecomposition(new Array2DRowRealMatrix(covariance, false), small)
                    .getRootMatrix()
                    .getData();
            return new GaussianVectors(factor, false, factor[0].length);
        }
        double[][] deviations = new double[dimension][1];
        for (int i = 0; i < dimension; i++) {
            deviations[i][0] = Math.sqrt(covariance[i][i]);
        }
        return new GaussianVectors(deviations, true, dimension);
    }

    double[] draw(RandomGenerator random) {
        double[] vector = new double[factor.length];
        if (independent) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = factor[i][0] * random.nextGaussian();
            }
            return vector;
        }
        double[] normal = new double[rank];
        for (int j = 0; j < rank; j++) {
            normal[j] = random.nextGaussian();
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = dot(factor[i], normal);
        }
        return vector;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** a += factor · b. */
    static void add(double[] a, double factor, double[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += factor * b[i];
        }
    }
}
