package dev.retort.theory.simulation;

import dev.retort.core.spectrum.Spectrum;
import org.jspecify.annotations.Nullable;

/**
 * The quantities that the memory of a fit depends on.
 *
 * @param seen the number of features that the model sees
 * @param averages the averages taken after the fit
 * @param teacherRank the rank of the covariance of the teacher's coefficients, if averages are over label noise alone; else 0
 * @param variances the variances of the features that the model sees, if the samples are Gaussian and the variances known; else null
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

    /** The deviation of a singular value of a Gaussian matrix, in standard deviations, that has a probability of only 2 · 10⁻¹⁴. */
    private static final double FAR = 8;

    /** n · p. */
    double design() {
        return (double) samples * features;
    }

    /**
     * A lower bound on the reciprocal condition, in the 1-norm, of the smaller Gram matrix plus n times a ridge; 0 if there is none. A
     * Gaussian matrix of n x q has singular values between √q − √n and √q + √n, up to chance, and more features only add to X Xᵀ (Davidson
     * and Szarek, Handbook of the Geometry of Banach Spaces 1 (2001), theorem 2.13).
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
