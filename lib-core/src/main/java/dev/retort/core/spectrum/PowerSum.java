package dev.retort.core.spectrum;

import dev.retort.core.internal.CompensatedSum;

/** Sums of a power over consecutive whole numbers, however many. */
final class PowerSum {

    /** The number of terms that are added one by one, after which the Euler-Maclaurin formula is exact to rounding. */
    private static final double LISTED = 256;

    private PowerSum() {}

    /**
     * A sum of powers.
     *
     * @param first the first whole number, at least 1
     * @param last the last one, at least the first
     * @param b the exponent
     * @return Σ i^−b for i = first, …, last
     */
    static double between(double first, double last, double b) {
        CompensatedSum sum = new CompensatedSum();
        double start = first;
        double listed = LISTED * Math.max(1, Math.abs(b) / 4);
        while (start < last && start < listed) {
            sum.add(Math.pow(start, -b));
            start++;
        }
        if (start == last) {
            sum.add(Math.pow(last, -b));
        } else if (start < last) {
            sum.add(integral(start, last, b));
            sum.add(end(start, b, -1));
            sum.add(end(last, b, 1));
        }
        return sum.value();
    }

    private static double integral(double start, double last, double b) {
        double logarithm = Math.log1p((last - start) / start);
        double exponent = (1 - b) * logarithm;
        double mean = exponent == 0 ? 1 : Math.expm1(exponent) / exponent;
        return Math.pow(start, 1 - b) * logarithm * mean;
    }

    /** Half the term at an end, and the derivatives of first, third and fifth order there over 12, −720 and 30240. */
    private static double end(double at, double b, int sign) {
        double square = at * at;
        double third = b * (b + 1) * (b + 2) / 720;
        double fifth = b * (b + 1) * (b + 2) * (b + 3) * (b + 4) / 30240;
        double derivatives = (-b / 12 + (third - fifth / square) / square) / at;
        return Math.pow(at, -b) * (0.5 + sign * derivatives);
    }
}
