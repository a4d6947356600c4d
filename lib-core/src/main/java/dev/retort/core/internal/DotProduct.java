package dev.retort.core.internal;

/**
 * Dot products of ranges of arrays, in four running sums: about four times the speed of one, with the same digits on every
 * platform.
 */
public final class DotProduct {

    private DotProduct() {}

    /** The dot product of two arrays of equal length. */
    public static double of(double[] a, double[] b) {
        return of(a, 0, b, 0, a.length);
    }

    /**
     * Multiplies two ranges of equal length entry by entry and adds up the products. Nothing is scaled: products beyond the range
     * of {@code double} overflow or underflow.
     *
     * @param a the first array
     * @param aAt where its range begins
     * @param b the second array, which may be the first
     * @param bAt where its range begins
     * @param count the length of both ranges; the sum is 0 if it is not positive
     * @return Σ a[aAt + j] · b[bAt + j] for j = 0, …, count − 1
     * @throws IndexOutOfBoundsException if a range reaches beyond its array
     */
    public static double of(double[] a, int aAt, double[] b, int bAt, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int j = 0;
        for (; j + 4 <= count; j += 4) {
            s0 += a[aAt + j] * b[bAt + j];
            s1 += a[aAt + j + 1] * b[bAt + j + 1];
            s2 += a[aAt + j + 2] * b[bAt + j + 2];
            s3 += a[aAt + j + 3] * b[bAt + j + 3];
        }
        for (; j < count; j++) {
            s0 += a[aAt + j] * b[bAt + j];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
