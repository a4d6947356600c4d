package dev.retort.core.internal;

/** Products and transposes of row-major matrices in Java arrays, block by block so that a block stays in cache. */
public final class Blocks {

    /** A 32 x 32 block of doubles is 8 KiB: source and target of a transpose fit the first-level cache together. */
    private static final int TILE = 32;

    /** 64 rows of 512 doubles of B are 256 KiB, within the second-level cache of any current processor. */
    private static final int INNER = 64;

    private static final int WIDTH = 512;

    private Blocks() {}

    public static double[] transposed(double[] a, int rows, int columns) {
        double[] t = new double[a.length];
        for (int i0 = 0; i0 < rows; i0 += TILE) {
            for (int j0 = 0; j0 < columns; j0 += TILE) {
                int i1 = Math.min(i0 + TILE, rows);
                int j1 = Math.min(j0 + TILE, columns);
                for (int i = i0; i < i1; i++) {
                    for (int j = j0; j < j1; j++) {
                        t[j * rows + i] = a[i * columns + j];
                    }
                }
            }
        }
        return t;
    }

    public static void mirrorLower(double[] a, int n) {
        for (int i0 = 0; i0 < n; i0 += TILE) {
            for (int j0 = 0; j0 <= i0; j0 += TILE) {
                int i1 = Math.min(i0 + TILE, n);
                for (int i = i0; i < i1; i++) {
                    int j1 = Math.min(j0 + TILE, i);
                    for (int j = j0; j < j1; j++) {
                        a[j * n + i] = a[i * n + j];
                    }
                }
            }
        }
    }

    /** Adds factor · A B to C, where A is rows x inner, B inner x columns; all of C. */
    public static void addProduct(double factor, double[] a, double[] b, double[] c, int rows, int inner, int columns) {
        accumulate(factor, a, b, c, rows, inner, columns, false);
    }

    /** Adds A Aᵀ to the lower triangle of C, where A is n x inner and {@code transposed} its transpose. */
    public static void addLowerSquare(double[] a, double[] transposed, double[] c, int n, int inner) {
        accumulate(1, a, transposed, c, n, inner, n, true);
    }

    private static void accumulate(
            double factor, double[] a, double[] b, double[] c, int rows, int inner, int columns, boolean lowerOnly) {
        for (int j0 = 0; j0 < columns; j0 += WIDTH) {
            int j1 = Math.min(j0 + WIDTH, columns);
            for (int k0 = 0; k0 < inner; k0 += INNER) {
                int k1 = Math.min(k0 + INNER, inner);
                for (int i = lowerOnly ? j0 : 0; i < rows; i++) {
                    int count = (lowerOnly ? Math.min(j1, i + 1) : j1) - j0;
                    int k = k0;
                    for (; k + 4 <= k1; k += 4) {
                        addFourRows(factor, a, i * inner + k, b, k * columns + j0, columns, c, i * columns + j0, count);
                    }
                    for (; k < k1; k++) {
                        addRow(factor * a[i * inner + k], b, k * columns + j0, c, i * columns + j0, count);
                    }
                }
            }
        }
    }

    /** Four rows at a time quarter the traffic to C; the loop has no reduction, so that HotSpot vectorises it. */
    private static void addFourRows(
            double factor, double[] a, int aAt, double[] b, int bAt, int columns, double[] c, int cAt, int count) {
        double a0 = factor * a[aAt];
        double a1 = factor * a[aAt + 1];
        double a2 = factor * a[aAt + 2];
        double a3 = factor * a[aAt + 3];
        int b1 = bAt + columns;
        int b2 = b1 + columns;
        int b3 = b2 + columns;
        for (int j = 0; j < count; j++) {
            c[cAt + j] += a0 * b[bAt + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
        }
    }

    /** Adds factor · b[bAt …] to c[cAt …]. */
    public static void addRow(double factor, double[] b, int bAt, double[] c, int cAt, int count) {
        for (int j = 0; j < count; j++) {
            c[cAt + j] += factor * b[bAt + j];
        }
    }

    /** The Euclidean norm of a[at …], also where the squares leave the range of a double. */
    public static double norm(double[] a, int at, int count) {
        double square = DotProduct.of(a, at, a, at, count);
        if (square > 1e-280 && square < Double.POSITIVE_INFINITY) { // smaller squares have lost digits to underflow
            return Math.sqrt(square);
        }
        double largest = 0;
        for (int j = 0; j < count; j++) {
            largest = Math.max(largest, Math.abs(a[at + j]));
        }
        if (largest == 0) {
            return 0;
        }
        double scaled = 0;
        for (int j = 0; j < count; j++) {
            double ratio = a[at + j] / largest;
            scaled += ratio * ratio;
        }
        return largest * Math.sqrt(scaled);
    }
}
