package dev.retort.core.nd4j;

import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a regression maps each coordinate of its teacher, for averages over signs. For the seen features P = A X is Eᵀ G
 * with G = F X, or I − P is Eᵀ G where the factorisation gives I − P without cancellation; for the unseen features P is
 * Eᵀ G with G = F X.
 *
 * <p>A quadratic form of a symmetric M is computed from T, its lower triangle with half of the diagonal: gᵀ M g = 2 gᵀ T g,
 * in sums over the rows of G that can stop after the first rows.
 */
final class CoordinateMap implements AutoCloseable {

    private final DenseAlgebra algebra;
    private final Factorisation factorisation;
    private final int[] seen;
    private final int[] unseen;
    private final boolean knowsMissed;

    /** E. */
    private final OffHeapMatrix basis;

    /** G in the features that are seen. */
    private final OffHeapMatrix columnsSeen;

    /** G in the unseen features; null if all are seen. */
    private final @Nullable OffHeapMatrix columnsUnseen;

    /** Maps the coordinates of x; reads the factorisation and x until it is closed. */
    CoordinateMap(DenseAlgebra algebra, Factorisation factorisation, OffHeapMatrix x, int @Nullable [] seen) {
        this.algebra = algebra;
        this.factorisation = factorisation;
        IntStream all = IntStream.range(0, x.columns());
        this.seen = seen == null ? all.toArray() : seen;
        this.unseen = seen == null
                ? new int[0]
                : all.filter(i -> Arrays.binarySearch(seen, i) < 0).toArray();
        List<OffHeapMatrix> made = new ArrayList<>();
        try {
            OffHeapMatrix missed = factorisation.missed();
            knowsMissed = missed != null;
            if (missed != null) {
                made.add(missed);
            }
            basis = kept(factorisation.basis(), made);
            columnsSeen =
                    missed != null ? missed : factorisation.reducesToBasis() ? basis : kept(image(x, this.seen), made);
            columnsUnseen = unseen.length == 0 ? null : image(x, unseen);
        } catch (RuntimeException | Error e) {
            made.forEach(OffHeapMatrix::close);
            throw e;
        }
    }

    private static OffHeapMatrix kept(OffHeapMatrix matrix, List<OffHeapMatrix> made) {
        made.add(matrix);
        return matrix;
    }

    /** F X for some of the features. */
    private OffHeapMatrix image(OffHeapMatrix x, int[] features) {
        try (OffHeapMatrix chosen = features.length == x.columns() ? x.leadingRows(x.rows()) : x.columns(features)) {
            return factorisation.reduced(chosen);
        }
    }

    /** The features that are seen, in the order of the columns of E. */
    int[] seen() {
        return seen;
    }

    int[] unseen() {
        return unseen;
    }

    /** Whether G stands for I − P in the features that are seen. */
    boolean knowsMissed() {
        return knowsMissed;
    }

    /** The number of rows of E, F and G. */
    int rank() {
        return basis.rows();
    }

    /** Half (T) of E Σ Eᵀ, where Σ is diagonal with these standard deviations of all features. */
    OffHeapMatrix halfOfRisk(double[] deviations) {
        return OffHeapMatrix.zeros(rank(), rank()).filledBy(form -> {
            add(basis, chosen(deviations, seen), 0, form);
            halve(form);
        });
    }

    /**
     * Half (T) of the covariance of F times the labels: G diag(c²) Gᵀ + s² F Fᵀ.
     *
     * @param ofSeen c of the seen features, in their order
     * @param ofUnseen c of the unseen features
     * @param unit the exponent of two of the unit of labels: the covariance is divided by 4^unit
     */
    OffHeapMatrix halfOfLabels(double[] ofSeen, double[] ofUnseen, double noise, int unit) {
        return OffHeapMatrix.zeros(rank(), rank()).filledBy(form -> {
            add(columnsSeen, ofSeen, unit, form);
            if (columnsUnseen != null) {
                add(columnsUnseen, ofUnseen, unit, form);
            }
            if (noise > 0) {
                try (OffHeapMatrix reducer = factorisation.reducer()) {
                    double[] deviations = new double[reducer.columns()];
                    Arrays.fill(deviations, noise);
                    reducer.scaleColumns(deviations, 0);
                    reducer.scale(-unit);
                    algebra.addGramOfRows(reducer, form);
                }
            }
            halve(form);
        });
    }

    /** Whether the largest diagonal entry of a form is far from overflow and underflow. */
    static boolean isModerate(OffHeapMatrix form) {
        double largest = 0;
        for (int k = 0; k < form.rows(); k++) {
            largest = Math.max(largest, form.pointer().get(k * (form.rows() + 1L)));
        }
        return largest > 0x1p-800 && largest < 0x1p800; // NaN is not
    }

    /** The exponent of two of about the largest of the entries of G diag(c) and s F; 0 if all are zero. */
    int exponentOfLabels(double[] ofSeen, double[] ofUnseen, double noise) {
        double largest =
                Math.max(largest(columnsSeen, ofSeen), columnsUnseen == null ? 0 : largest(columnsUnseen, ofUnseen));
        if (noise > 0) {
            try (OffHeapMatrix reducer = factorisation.reducer()) {
                double[] deviations = new double[reducer.columns()];
                Arrays.fill(deviations, noise);
                largest = Math.max(largest, largest(reducer, deviations));
            }
        }
        return PowerOfTwo.exponent(new double[] {largest});
    }

    private static double largest(OffHeapMatrix matrix, double[] factors) {
        double[] row = new double[matrix.columns()];
        double largest = 0;
        for (int k = 0; k < matrix.rows(); k++) {
            matrix.readRow(k, row);
            for (int j = 0; j < row.length; j++) {
                largest = Math.max(largest, Math.abs(row[j] * factors[j]));
            }
        }
        return largest;
    }

    private void add(OffHeapMatrix matrix, double[] factors, int unit, OffHeapMatrix form) {
        matrix.inStripes((stripe, from) -> {
            stripe.scaleColumns(factors, from);
            stripe.scale(-unit); // after the factors, which may be out of range in this unit
            algebra.addGramOfRows(stripe, form);
        });
    }

    /** Leaves half of the diagonal. */
    private static void halve(OffHeapMatrix form) {
        for (int k = 0; k < form.rows(); k++) {
            long diagonal = k * (form.rows() + 1L);
            form.pointer().put(diagonal, form.pointer().get(diagonal) / 2);
        }
    }

    static double[] chosen(double[] ofAll, int[] features) {
        double[] some = new double[features.length];
        Arrays.setAll(some, j -> ofAll[features[j]]);
        return some;
    }

    /** For each row of F, its contribution to the sum over columns of their quadratic forms, given the rows before it. */
    double[] formsOfReducer(OffHeapMatrix half) {
        try (OffHeapMatrix reducer = factorisation.reducer();
                OffHeapMatrix weighted = reducer.copy()) {
            algebra.multiplyFromLeft(half, weighted);
            double[] of = new double[reducer.columns()];
            double[] by = new double[reducer.columns()];
            double[] sums = new double[reducer.rows()];
            for (int k = 0; k < sums.length; k++) {
                reducer.readRow(k, of);
                weighted.readRow(k, by);
                sums[k] = 2 * DotProduct.of(of, 0, by, 0, of.length);
            }
            return sums;
        }
    }

    /** The sums for the seen columns of G, with those of E as partners. */
    Sums overSeen(OffHeapMatrix half, int... stops) {
        return sums(half, columnsSeen, basis, stops);
    }

    /** The sums for the unseen columns of G. */
    Sums overUnseen(OffHeapMatrix half, int... stops) {
        return columnsUnseen == null ? new Sums(stops.length, 0) : sums(half, columnsUnseen, null, stops);
    }

    /** The sums for the columns of E, with the seen columns of G as partners. */
    Sums overBasis(OffHeapMatrix half) {
        return sums(half, basis, columnsSeen, rank());
    }

    private Sums sums(OffHeapMatrix half, OffHeapMatrix matrix, @Nullable OffHeapMatrix partner, int... stops) {
        Sums sums = new Sums(stops.length, matrix.columns());
        if (knowsMissed && columnsSeen.sumOfSizes() == 0 && matrix == columnsSeen) {
            return sums; // nothing is missed
        }
        matrix.inStripes((stripe, from) -> {
            algebra.multiplyFromLeft(half, stripe);
            sums.add(from, stripe, matrix, partner, stops);
        });
        return sums;
    }

    /** For each column, sums over the first rows, for several numbers of rows. */
    static final class Sums {

        /** The product of the column and its partner. */
        final double[][] products;

        /** The quadratic form. */
        final double[][] forms;

        private Sums(int stops, int columns) {
            products = new double[stops][columns];
            forms = new double[stops][columns];
        }

        private void add(
                int from, OffHeapMatrix weighted, OffHeapMatrix matrix, @Nullable OffHeapMatrix partner, int... stops) {
            int width = weighted.columns();
            double[] of = new double[width];
            double[] by = new double[width];
            double[] with = partner == matrix ? of : new double[width];
            double[] form = new double[width];
            double[] product = new double[width];
            for (int k = 0; k < matrix.rows(); k++) {
                matrix.readRow(k, from, width, of);
                weighted.readRow(k, by);
                if (partner != null && partner != matrix) {
                    partner.readRow(k, from, width, with);
                }
                for (int j = 0; j < width; j++) {
                    form[j] += 2 * of[j] * by[j];
                    product[j] += of[j] * with[j];
                }
                for (int c = 0; c < stops.length; c++) {
                    if (stops[c] == k + 1) {
                        System.arraycopy(form, 0, forms[c], from, width);
                        System.arraycopy(product, 0, products[c], from, width);
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        basis.close();
        if (columnsSeen != basis) {
            columnsSeen.close();
        }
        if (columnsUnseen != null) {
            columnsUnseen.close();
        }
    }
}
