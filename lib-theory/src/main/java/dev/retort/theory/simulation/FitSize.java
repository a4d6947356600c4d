package dev.retort.theory.simulation;

import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import org.apache.commons.math3.special.Gamma;
import org.jspecify.annotations.Nullable;

/**
 * The quantities that the memory of a fit depends on.
 *
 * @param seen the number of features that the model sees
 * @param averages the averages taken after the fit
 * @param teacherRank the rank of the covariance of the teacher's coefficients, if averages are over label noise alone; else 0
 * @param variances the variances of the features that the model sees, in any order; null if they are not known
 * @param members the number of members of the population that the samples are drawn from without replacement; 0 if they are Gaussian
 */
record FitSize(
        int samples,
        int features,
        int seen,
        Averages averages,
        double teacherRank,
        @Nullable Spectrum variances,
        int members) {

    enum Averages {
        NONE,
        OVER_SIGNS,
        OVER_NOISE
    }

    /** The deviation of a singular value of a Gaussian matrix, in standard deviations, that has a probability of only {@link #RARE}. */
    private static final double FAR = 8;

    private static final double RARE = 2e-14;

    /** n · p. */
    double design() {
        return (double) samples * features;
    }

    /**
     * A lower bound on the reciprocal condition, in the 1-norm, of the smaller Gram matrix plus n times a ridge; 0 if there is none. A
     * Gaussian matrix of n x q has singular values between √q − √n and √q + √n, up to chance, and more features only add to X Xᵀ (Davidson
     * and Szarek, Handbook of the Geometry of Banach Spaces 1 (2001), theorem 2.13). The Gram matrix of members of a population is at most
     * that of all.
     */
    double leastReciprocalCondition(double ridge) {
        if (variances == null || variances.dimension() != seen) {
            return 0;
        }
        double[] ascending = variances.eigenvalues();
        Arrays.sort(ascending);
        double largest = ascending[seen - 1];
        if (members > 0) {
            return bound(0, members * largest, ridge);
        }
        double n = samples;
        double trace = 0;
        double least = 0;
        for (int i = 0; i < seen; i++) {
            double variance = ascending[seen - 1 - i];
            trace += variance;
            if (n < i + 1 || i + 1 == seen) {
                least = Math.max(least, variance * leastOfGaussian(i + 1));
            }
        }
        double root = Math.sqrt(n * largest) + Math.sqrt(trace) + FAR * Math.sqrt(largest);
        return bound(least, root * root, ridge);
    }

    /** A lower bound on the square of the smallest singular value of n x q independent numbers from N(0, 1). */
    private double leastOfGaussian(int q) {
        double apart = Math.max(Math.abs(Math.sqrt(q) - Math.sqrt(samples)) - FAR, 0);
        // Chen and Dongarra, SIAM J. Matrix Anal. Appl. 27 (2005) 603, lemma 4.1: with d = |n − q|, it is below t with
        // a
        // probability of at most (t max(n, q))^((d + 1)/2)/(d + 1)!.
        double d = Math.abs(samples - q);
        double near = Math.exp(2 * (Math.log(RARE) + Gamma.logGamma(d + 2)) / (d + 1)) / Math.max(samples, q);
        return Math.max(apart * apart, near);
    }

    /** By bounds on the eigenvalues of the Gram matrix without the ridge. */
    private double bound(double least, double most, double ridge) {
        double penalty = samples * ridge;
        return (least + penalty) / (most + penalty) / Math.min(samples, seen);
    }
}
