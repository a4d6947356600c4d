package dev.retort.core.internal;

/**
 * Householder's reflections I − scale · v vᵀ, stored as LAPACK stores them: the first entry of v is 1 and its place holds
 * the image of the reflected vector instead.
 */
public final class Householder {

    private Householder() {}

    /**
     * Overwrites the vector a[at …] by the reflection that turns it onto the first axis: its image on that axis at
     * {@code at}, the rest of v behind it.
     *
     * @return the scale; 0, the identity, if the vector lies on the axis already
     */
    public static double reflection(double[] a, int at, int count) {
        double rest = Blocks.norm(a, at + 1, count - 1);
        if (rest == 0) {
            return 0;
        }
        double head = a[at];
        // The sign that makes head and image differ most, so that their difference does not cancel.
        double image = -Math.copySign(Math.hypot(head, rest), head);
        double divisor = head - image;
        for (int j = 1; j < count; j++) {
            a[at + j] /= divisor;
        }
        a[at] = image;
        return -divisor / image;
    }

    /** Applies the reflection stored at a[at …] to x[xAt …]. */
    public static void reflect(double[] a, int at, double scale, double[] x, int xAt, int count) {
        double along = scale * (x[xAt] + DotProduct.of(a, at + 1, x, xAt + 1, count - 1));
        x[xAt] -= along;
        Blocks.addRow(-along, a, at + 1, x, xAt + 1, count - 1);
    }
}
