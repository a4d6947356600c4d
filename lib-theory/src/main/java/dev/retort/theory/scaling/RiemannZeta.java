package dev.retort.theory.scaling;

/** The Riemann zeta function to the right of its pole, by the Euler-Maclaurin formula. */
final class RiemannZeta {

    private static final int TERMS = 12;

    /** B_2k/(2k)!, k = 1, …, 8. */
    private static final double[] BERNOULLI = {
        1 / 12.0,
        -1 / 720.0,
        1 / 30240.0,
        -1 / 1209600.0,
        1 / 47900160.0,
        -691 / 1307674368000.0,
        1 / 74724249600.0,
        -3617 / 10670622842880000.0
    };

    private RiemannZeta() {}

    /**
     * ζ(1 + ε), as a function of ε: near the pole 1 + ε would lose its digits.
     *
     * @param epsilon greater than 0
     */
    static double atOnePlus(double epsilon) {
        double s = 1 + epsilon;
        if (s > 60) {
            return 1;
        }
        double end = Math.pow(TERMS, -s);
        double sum = end / 2;
        double rising = s * end / TERMS;
        for (int k = 0; k < BERNOULLI.length; k++) {
            sum += BERNOULLI[k] * rising;
            rising *= (s + 2 * k + 1) * (s + 2 * k + 2) / (TERMS * TERMS);
        }
        for (int i = TERMS - 1; i >= 1; i--) {
            sum += Math.pow(i, -s);
        }
        return sum + TERMS * end / epsilon;
    }
}
