package dev.retort.theory.scaling;

/**
 * The limits of excess · n^exponent without noise, derived in docs/scaling.md. Near removable singularities and poles, small
 * differences of the parameters are computed first, while they are exact, and then divided by.
 *
 * @param standard the constant of the standard target; at b = 2α + 1 the factor of the logarithm
 * @param optimalRatio the constant of the optimal surrogate's target, as a multiple of the standard one
 * @param maskRatio the constant of the optimal mask's target, as a multiple of the standard one
 */
record SignalConstants(Regime regime, double exponent, double standard, double optimalRatio, double maskRatio) {

    /** η(2k) = (1 − 2^(1−2k)) ζ(2k): x/sin x = 1 + 2 Σ η(2k)(x/π)^2k. */
    private static final double[] ETA = {
        0.8224670334241132,
        0.9470328294972459,
        0.9855510912974351,
        0.9962330018526478,
        0.9990395075982715,
        0.9997576851438582,
        0.9999391703459797,
        0.9999847642149061
    };

    static SignalConstants of(double alpha, double b) {
        // Differences of b − 1 from α and 2α are exact where they are small (Sterbenz).
        double exponent = b - 1;
        // α = 1.7 and b = 4.4 are on the boundary too, although 4.4 − 1 is not 2 · 1.7 in double precision.
        double excess = b == 2 * alpha + 1 ? 0 : exponent - 2 * alpha;
        if (excess >= 0) {
            double heads = excess == 0 ? 1 : RiemannZeta.atOnePlus(excess);
            return new SignalConstants(
                    excess == 0 ? Regime.LOGARITHMIC : Regime.SHRINKAGE,
                    2 * alpha,
                    alpha * heads * Math.exp(2 * alpha * logScale(alpha)),
                    (alpha - 1) / alpha,
                    1);
        }
        double c = exponent / alpha;
        double toTwo = -excess / alpha;
        double toOne = (alpha - exponent) / alpha;
        double beta = beta(c, toOne, toTwo);
        double root = (alpha - 1) / (Math.sqrt(alpha) + 1);
        double dropped = Math.pow(root, c) / exponent;
        double kept = incompleteBeta(root / Math.sqrt(alpha), c, toOne, toTwo, beta);
        return new SignalConstants(
                Regime.UNLEARNT_FEATURES,
                exponent,
                beta * Math.exp(exponent * logScale(alpha)),
                Math.pow(alpha - 1, c / 2) / alpha * (toOne == 0 ? Math.PI / 2 : Math.sin(Math.PI / 2 * toOne) / toOne),
                (kept + dropped) / beta);
    }

    /** ln C, C = π/(α sin(π/α)). */
    static double logScale(double alpha) {
        double angle = Math.PI / alpha;
        if (angle < 0.1) {
            double y = angle * angle;
            return y * (1 / 6.0 + y * (1 / 180.0 + y * (1 / 2835.0 + y * (1 / 37800.0 + y / 467775))));
        }
        return Math.log(angle / Math.sin(alpha < 2 ? Math.PI * ((alpha - 1) / alpha) : angle));
    }

    /** B(2−c, c) = (1−c)π/sin(πc). */
    private static double beta(double c, double toOne, double toTwo) {
        if (toOne == 0) {
            return 1;
        }
        double distance = Math.abs(toOne);
        return Math.PI * distance / Math.sin(Math.PI * (distance < 0.5 ? distance : Math.min(c, toTwo)));
    }

    /** ∫_0^(1−w) t^(1−c) (1−t)^(c−1) dt. */
    private static double incompleteBeta(double w, double c, double toOne, double toTwo, double beta) {
        if (w >= 0.1) {
            return Math.pow(1 - w, toTwo) * (1 / toTwo + series(1 - w, toOne, toTwo));
        }
        // The complete function minus the rest. Both have a pole 1/c at c = 0, which is cancelled analytically.
        double power = Math.pow(w, c);
        double difference = c < 0.1 ? betaWithoutPole(c) - Math.expm1(c * Math.log(w)) / c : beta - power / c;
        return difference - power * series(w, -toOne, c);
    }

    /** Σ_{k≥1} (x)_k/k! z^k/(a+k). */
    private static double series(double z, double x, double a) {
        double sum = 0;
        double term = 1;
        for (int k = 1; Math.abs(term) > 1e-18; k++) {
            term *= (x + k - 1) / k * z;
            sum += term / (a + k);
        }
        return sum;
    }

    /** B(2−c, c) − 1/c for small c. */
    private static double betaWithoutPole(double c) {
        double series = 0;
        for (int k = ETA.length - 1; k >= 0; k--) {
            series = series * c * c + ETA[k];
        }
        double above = 2 * c * series;
        return above - (1 + c * above);
    }
}
