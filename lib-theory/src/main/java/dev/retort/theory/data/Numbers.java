package dev.retort.theory.data;

/** Writes numbers as text that is read back exactly. */
final class Numbers {

    /** Every whole number up to this one is a double with at most 16 digits. */
    private static final double EXACT = 0x1p53;

    private Numbers() {}

    /** Whole numbers without a point. */
    static String text(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT && !(value == 0 && 1 / value < 0);
        return whole ? Long.toString((long) value) : Double.toString(value);
    }
}
