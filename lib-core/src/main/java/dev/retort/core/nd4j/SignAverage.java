package dev.retort.core.nd4j;

import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.length;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;

import dev.retort.core.CompensatedSum;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk of a regression on given features, averaged exactly over label noise and over the signs of the teacher's
 * coefficients: what is left is the randomness of the sizes of the features.
 *
 * <p>Labels are y = X βˢ + σ ε with independent noise ε of unit variance; the coefficients are b = A y, and the excess risk is
 * (b − β⋆)ᵀ Σ (b − β⋆) with Σ = diag(λ). If the distribution of the features does not change when one of them changes its
 * sign, as with independent Gaussian features, then βˢ and β⋆ may have the signs of their entries flipped at random, those of
 * the same entry together, without a change of the expectation. The mean over all flips is, with P = A X,
 *
 * <p>Σ<sub>i</sub> [βˢ<sub>i</sub>² (PᵀΣP)<sub>ii</sub> − 2 βˢ<sub>i</sub> β⋆<sub>i</sub> λ<sub>i</sub> P<sub>ii</sub> +
 * λ<sub>i</sub> β⋆<sub>i</sub>²] + σ² tr(AᵀΣA).
 *
 * <p>So one factorisation serves every teacher, every truth and every noise. Derivation, algorithm and accuracy: the module's documentation, {@code
 * docs/regression.md}. Indices count from 0. Immutable.
 */
public final class SignAverage {

    private final double[] eigenvalues;

    /** (I − P)_ii. */
    private final double[] missed;

    /** ((I − P)ᵀ Σ (I − P))_ii. */
    private final double[] error;

    private final double labelNoise;

    private SignAverage(double[] eigenvalues, double[] missed, double[] error, double labelNoise) {
        this.eigenvalues = eigenvalues;
        this.missed = missed;
        this.error = error;
        this.labelNoise = labelNoise;
    }

    /**
     * The average of the excess risk.
     *
     * @param teacher βˢ, the coefficients that label the samples, one per feature
     * @param truth β⋆, the coefficients against which the excess risk is measured, one per feature
     * @param noise σ, the standard deviation of the label noise, at least 0
     * @return the average, to about n · 10<sup>−16</sup> times Σ λ (βˢ² + β⋆²), and 10<sup>−17</sup> times the {@linkplain
     *     FactoredRegression#reciprocalCondition() condition} of itself for {@link FactoredRegression.Method#CHOLESKY}; it is
     *     not kept from falling below 0 by as much
     * @throws IllegalArgumentException if an array is null, has not p entries or one that is not finite, or if the noise is
     *     negative, NaN or infinite
     */
    public double excess(double[] teacher, double[] truth, double noise) {
        length(
                "teacher",
                finite("teacher", notNull("teacher", teacher)).length,
                "the number of features",
                missed.length);
        length("truth", finite("truth", notNull("truth", truth)).length, "the number of features", missed.length);
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < missed.length; i++) {
            // Products are ordered for coefficients whose squares overflow where their eigenvalues are small.
            double apart = teacher[i] - truth[i];
            excess.add(eigenvalues[i] * apart * apart);
            excess.add(-2 * (eigenvalues[i] * apart) * missed[i] * teacher[i]);
            excess.add(error[i] * teacher[i] * teacher[i]);
        }
        excess.add(labelNoise * nonNegative("noise", noise) * noise);
        return excess.value();
    }

    /**
     * What label noise of unit variance adds to the excess risk, tr(AᵀΣA).
     *
     * @return the average over the noise, at least 0
     */
    public double labelNoise() {
        return labelNoise;
    }

    /**
     * The part of a coefficient that is learnt on average.
     *
     * @param i the feature, from 0
     * @return P<sub>ii</sub>, the mean over noise and signs of b<sub>i</sub>/βˢ<sub>i</sub>
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double overlap(int i) {
        return 1 - missed[i];
    }

    /**
     * The averages for the first samples alone, where these are nested in the factorisation; else for all samples.
     *
     * @param exponent A is 2^-exponent times that of the factorisation
     * @param eigenvalues λ, of all features
     * @param samples how many of them, each time; more than there are stand for all
     */
    static List<SignAverage> of(
            DenseAlgebra algebra,
            Factorisation factorisation,
            OffHeapMatrix x,
            int @Nullable [] seen,
            int exponent,
            double[] eigenvalues,
            int... samples) {
        return new Evaluation(algebra, factorisation, x, seen, exponent, eigenvalues).averages(samples);
    }

    /**
     * The sums over the rows of E and F X. With M = E Σ Eᵀ, P_ii is the product of columns i of E and F X, (PᵀΣP)_ii the
     * quadratic form of M for column i of F X, and tr(AᵀΣA) the sum of that form over the columns of F. For features that are
     * not seen there is nothing in E. Where I − P = Eᵀ H for the others, H takes the place of F X and I − P that of P.
     */
    private static final class Evaluation {

        private final DenseAlgebra algebra;
        private final Factorisation factorisation;
        private final OffHeapMatrix x;
        private final int[] seen;
        private final int[] unseen;
        private final int exponent;
        private final double[] eigenvalues;

        /** λ is 2^size times a number of at most 1, which is what goes into products. */
        private final int size;

        private final double[] deviations;

        Evaluation(
                DenseAlgebra algebra,
                Factorisation factorisation,
                OffHeapMatrix x,
                int @Nullable [] seen,
                int exponent,
                double[] eigenvalues) {
            this.algebra = algebra;
            this.factorisation = factorisation;
            this.x = x;
            IntStream all = IntStream.range(0, x.columns());
            this.seen = seen == null ? all.toArray() : seen;
            this.unseen = seen == null
                    ? new int[0]
                    : all.filter(i -> Arrays.binarySearch(seen, i) < 0).toArray();
            this.exponent = exponent;
            this.eigenvalues = eigenvalues;
            this.size = PowerOfTwo.exponent(eigenvalues) + 1;
            this.deviations =
                    IntStream.of(this.seen).mapToDouble(i -> eigenvalues[i]).toArray();
            PowerOfTwo.scale(deviations, -size);
            Arrays.setAll(deviations, j -> Math.sqrt(deviations[j]));
        }

        /** @param counts after how many rows to stop, each time; after all where there are fewer */
        List<SignAverage> averages(int... counts) {
            SignAverage[] averages = new SignAverage[counts.length];
            try (OffHeapMatrix basis = factorisation.basis();
                    OffHeapMatrix triangle = halvedForm(basis)) {
                double[] noise = noise(triangle);
                OffHeapMatrix missed = factorisation.missed();
                try (Columns inside = new Columns(algebra, triangle, missed == null ? image(basis) : missed);
                        Columns outside = unseen.length == 0 ? null : new Columns(algebra, triangle, image(unseen))) {
                    double[] inBasis = new double[seen.length];
                    double[] product = new double[seen.length];
                    double labelNoise = 0;
                    for (int k = 0; k < noise.length; k++) {
                        inside.addForm(k);
                        basis.readRow(k, inBasis);
                        for (int j = 0; j < product.length; j++) {
                            product[j] += inBasis[j] * inside.of[j];
                        }
                        if (outside != null) {
                            outside.addForm(k);
                        }
                        labelNoise += noise[k];
                        for (int c = 0; c < counts.length; c++) {
                            if (Math.min(counts[c], noise.length) == k + 1) {
                                averages[c] = average(missed == null, product, inside, outside, labelNoise);
                            }
                        }
                    }
                }
            }
            return Arrays.asList(averages);
        }

        private OffHeapMatrix image(OffHeapMatrix basis) {
            return factorisation.reducesToBasis() ? basis.leadingRows(basis.rows()) : image(seen);
        }

        /** F X for some of the features. */
        private OffHeapMatrix image(int[] features) {
            try (OffHeapMatrix chosen =
                    features.length == x.columns() ? x.leadingRows(x.rows()) : x.columns(features)) {
                return factorisation.reduced(chosen);
            }
        }

        /** The lower triangle of M, with half its diagonal: products with it from both sides are half the form of M. */
        private OffHeapMatrix halvedForm(OffHeapMatrix basis) {
            try (OffHeapMatrix weighted = basis.scaledColumns(deviations)) {
                OffHeapMatrix form = algebra.gramOfRows(weighted);
                for (int k = 0; k < form.rows(); k++) {
                    long diagonal = k * (form.rows() + 1L);
                    form.pointer().put(diagonal, form.pointer().get(diagonal) / 2);
                }
                return form;
            }
        }

        /** What each row of F adds to tr(AᵀΣA), given the rows before. */
        private double[] noise(OffHeapMatrix triangle) {
            try (OffHeapMatrix reducer = factorisation.reducer();
                    OffHeapMatrix weighted = reducer.copy()) {
                algebra.multiplyFromLeft(triangle, weighted);
                double[] of = new double[reducer.columns()];
                double[] by = new double[reducer.columns()];
                double[] sums = new double[reducer.rows()];
                for (int k = 0; k < sums.length; k++) {
                    reducer.readRow(k, of);
                    weighted.readRow(k, by);
                    sums[k] = 2 * Blocks.dot(of, 0, by, 0, of.length);
                }
                return sums;
            }
        }

        private SignAverage average(
                boolean learnt, double[] product, Columns inside, @Nullable Columns outside, double labelNoise) {
            double[] missed = new double[x.columns()];
            double[] error = new double[x.columns()];
            double[] form = inside.scaledForm(size);
            for (int j = 0; j < seen.length; j++) {
                int i = seen[j];
                missed[i] = learnt ? 1 - product[j] : product[j];
                error[i] = (learnt ? eigenvalues[i] * (1 - 2 * product[j]) : 0) + form[j];
            }
            double[] formOfUnseen = outside == null ? new double[0] : outside.scaledForm(size);
            for (int j = 0; j < unseen.length; j++) {
                missed[unseen[j]] = 1;
                error[unseen[j]] = eigenvalues[unseen[j]] + formOfUnseen[j];
            }
            return new SignAverage(eigenvalues, missed, error, scaledNoise(labelNoise));
        }

        private double scaledNoise(double labelNoise) {
            double[] scaled = {labelNoise};
            PowerOfTwo.scale(scaled, size - 2 * exponent);
            return scaled[0];
        }
    }

    /** The quadratic form of every column of a matrix, row after row. */
    private static final class Columns implements AutoCloseable {

        /** The row that was added last. */
        final double[] of;

        private final double[] by;
        private final double[] form;
        private final OffHeapMatrix matrix;
        private final OffHeapMatrix weighted;

        /** @param matrix is closed with this */
        Columns(DenseAlgebra algebra, OffHeapMatrix triangle, OffHeapMatrix matrix) {
            this.matrix = matrix;
            weighted = matrix.copy();
            if (matrix.sumOfSizes() > 0) {
                algebra.multiplyFromLeft(triangle, weighted);
            }
            of = new double[matrix.columns()];
            by = new double[matrix.columns()];
            form = new double[matrix.columns()];
        }

        void addForm(int row) {
            matrix.readRow(row, of);
            weighted.readRow(row, by);
            for (int i = 0; i < form.length; i++) {
                form[i] += 2 * of[i] * by[i];
            }
        }

        /** The form of the rows so far, times a power of two. */
        double[] scaledForm(int exponent) {
            double[] scaled = form.clone();
            PowerOfTwo.scale(scaled, exponent);
            return scaled;
        }

        @Override
        public void close() {
            matrix.close();
            weighted.close();
        }
    }
}
