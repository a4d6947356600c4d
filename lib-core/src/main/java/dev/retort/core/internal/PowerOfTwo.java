package dev.retort.core.internal;

/**
 * Scaling by powers of two, which is exact: it keeps squares and products of entries from overflowing or underflowing, and
 * costs no digit.
 */
public final class PowerOfTwo {

    private PowerOfTwo() {}

    /** The exponent e for which the largest absolute value lies in [2^e, 2^(e + 1)); 0 if all entries are zero. */
    public static int exponent(double[] entries) {
        double largest = 0;
        for (double entry : entries) {
            largest = Math.max(largest, Math.abs(entry));
        }
        if (largest >= Double.MIN_NORMAL) {
            return Math.getExponent(largest);
        }
        return largest == 0 ? 0 : Math.getExponent(largest * 0x1p60) - 60;
    }

    /** Multiplies by 2^exponent, in place. */
    public static void scale(double[] entries, int exponent) {
        if (exponent == 0) {
            return;
        }
        // In two steps: for an exponent beyond ±1022 the power itself overflows or underflows.
        double first = Math.scalb(1.0, exponent / 2);
        double second = Math.scalb(1.0, exponent - exponent / 2);
        for (int k = 0; k < entries.length; k++) {
            entries[k] = entries[k] * first * second;
        }
    }
}
