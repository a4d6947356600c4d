package dev.retort.theory.simulation;

import dev.retort.core.spectrum.Spectrum;
import org.jspecify.annotations.Nullable;

/**
 * What the memory of a fit depends on.
 *
 * @param seen how many of the features the model sees
 * @param averages what is averaged over after it
 * @param teacherRank the rank of the covariance of the teacher's coefficients, where label noise alone is averaged over; else 0
 * @param variances those of the features that are seen, if the samples are Gaussian and these are known; else null
 */
record FitSize(
        int samples,
        int features,
        int seen,
        Averages averages,
        double teacherRank,
        @Nullable Spectrum variances) {

    enum Averages {
        NONE,
        OVER_SIGNS,
        OVER_NOISE
    }

    /** How far, in standard deviations, no singular value of a Gaussian matrix is seen to go: 2 · 10⁻¹⁴ is the chance. */
    private static final double FAR = 8;

    /** n · p. */
    double design() {
        return (double) samples * features;
    }

    /**
     * A number below which the reciprocal condition of the smaller Gram matrix, plus n times a ridge, does not fall, in the
     * 1-norm; 0 if there is none. A Gaussian matrix of n x q has singular values between √q − √n and √q + √n, up to chance, and
     * more features only add to X Xᵀ (Davidson and Szarek, Handbook of the Geometry of Banach Spaces 1 (2001), theorem 2.13).
     */
    double leastReciprocalCondition(double ridge) {
        if (variances == null || variances.dimension() != seen) {
            return 0;
        }
        double n = samples;
        double trace = 0;
        double least = 0;
        for (int i = 0; i < seen; i++) {
            double variance = variances.eigenvalue(i);
            trace += variance;
            double apart = Math.abs(Math.sqrt(i + 1) - Math.sqrt(n)) - FAR;
            if (apart > 0 && (n < i + 1 || i + 1 == seen)) {
                least = Math.max(least, variance * apart * apart);
            }
        }
        double largest = variances.eigenvalue(0);
        double root = Math.sqrt(n * largest) + Math.sqrt(trace) + FAR * Math.sqrt(largest);
        double reciprocal = (least + n * ridge) / (root * root + n * ridge);
        return reciprocal / Math.min(samples, seen);
    }
}
