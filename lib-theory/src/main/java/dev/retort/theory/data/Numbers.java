package dev.retort.theory.data;

/** Numbers as text that is read back as they were. */
final class Numbers {

    /** Below it every whole number is a double, and has at most 16 digits. */
    private static final double EXACT = 0x1p53;

    private Numbers() {}

    /** Whole numbers without a point. */
    static String text(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT && !(value == 0 && 1 / value < 0);
        return whole ? Long.toString((long) value) : Double.toString(value);
    }
}
