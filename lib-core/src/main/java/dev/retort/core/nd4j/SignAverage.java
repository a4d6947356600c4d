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
     * @param exponent A is 2^-exponent times that of the factorisation
     * @param eigenvalues λ, of all features
     */
    static SignAverage of(
            DenseAlgebra algebra,
            Factorisation factorisation,
            OffHeapMatrix x,
            int @Nullable [] seen,
            int exponent,
            double[] eigenvalues) {
        Evaluation evaluation = new Evaluation(algebra, factorisation, x, seen, exponent, eigenvalues);
        try (OffHeapMatrix missed = factorisation.missed()) {
            return missed == null ? evaluation.learnt(new int[0]).get(0) : evaluation.missed(missed);
        }
    }

    /** The averages for the first samples alone. */
    static List<SignAverage> nested(
            DenseAlgebra algebra,
            GramFactorisation factorisation,
            OffHeapMatrix x,
            int @Nullable [] seen,
            int exponent,
            double[] eigenvalues,
            int[] samples) {
        return new Evaluation(algebra, factorisation, x, seen, exponent, eigenvalues).learnt(samples);
    }

    /**
     * The sums over the rows of E and F X. With M = E Σ Eᵀ, P_ii is the product of columns i of E and F X, (PᵀΣP)_ii the
     * quadratic form of M for column i of F X, and tr(AᵀΣA) the sum of that form over the columns of F.
     */
    private static final class Evaluation {

        private final DenseAlgebra algebra;
        private final Factorisation factorisation;
        private final OffHeapMatrix x;
        private final int @Nullable [] seen;
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
            this.seen = seen;
            this.exponent = exponent;
            this.eigenvalues = eigenvalues;
            this.size = PowerOfTwo.exponent(eigenvalues) + 1;
            this.deviations = seen == null
                    ? eigenvalues.clone()
                    : IntStream.of(seen).mapToDouble(i -> eigenvalues[i]).toArray();
            PowerOfTwo.scale(deviations, -size);
            Arrays.setAll(deviations, j -> Math.sqrt(deviations[j]));
        }

        /**
         * From P itself.
         *
         * @param counts after how many rows to stop, each time; none: after all
         */
        List<SignAverage> learnt(int[] counts) {
            try (OffHeapMatrix basis = factorisation.basis();
                    OffHeapMatrix image = image(basis);
                    OffHeapMatrix triangle = halvedForm(basis)) {
                double[] noise = noise(triangle);
                int rows = basis.rows();
                int[] stops = counts.length == 0 ? new int[] {rows} : counts;
                SignAverage[] averages = new SignAverage[stops.length];
                Columns columns = new Columns(x.columns());
                double[] learnt = new double[basis.columns()];
                double[] overlap = new double[x.columns()];
                double labelNoise = 0;
                try (OffHeapMatrix weighted = image.copy()) {
                    algebra.multiplyFromLeft(triangle, weighted);
                    for (int k = 0; k < rows; k++) {
                        columns.addForm(image, weighted, k);
                        basis.readRow(k, learnt);
                        for (int j = 0; j < learnt.length; j++) {
                            int i = seen == null ? j : seen[j];
                            overlap[i] += learnt[j] * columns.of[i];
                        }
                        labelNoise += noise[k];
                        for (int stop = 0; stop < stops.length; stop++) {
                            if (stops[stop] == k + 1) {
                                averages[stop] = average(overlap, columns.form, labelNoise);
                            }
                        }
                    }
                }
                return Arrays.asList(averages);
            }
        }

        /** From I − P = Eᵀ H for the features that are seen; of the others there is nothing in E. */
        SignAverage missed(OffHeapMatrix difference) {
            int p = x.columns();
            int[] unseen = IntStream.range(0, p)
                    .filter(i -> seen != null && Arrays.binarySearch(seen, i) < 0)
                    .toArray();
            double[] missed = new double[p];
            double[] error = new double[p];
            double[] noise;
            try (OffHeapMatrix basis = factorisation.basis();
                    OffHeapMatrix triangle = halvedForm(basis)) {
                noise = noise(triangle);
                if (difference.sumOfSizes() > 0) {
                    double[] inBasis = new double[basis.columns()];
                    Columns columns = new Columns(basis.columns());
                    try (OffHeapMatrix weighted = difference.copy()) {
                        algebra.multiplyFromLeft(triangle, weighted);
                        for (int k = 0; k < basis.rows(); k++) {
                            columns.addForm(difference, weighted, k);
                            basis.readRow(k, inBasis);
                            for (int j = 0; j < inBasis.length; j++) {
                                int i = seen == null ? j : seen[j];
                                missed[i] += inBasis[j] * columns.of[j];
                                error[i] = columns.form[j];
                            }
                        }
                    }
                    PowerOfTwo.scale(error, size);
                }
                if (unseen.length > 0) {
                    Columns columns = new Columns(unseen.length);
                    try (OffHeapMatrix rest = x.columns(unseen);
                            OffHeapMatrix image = factorisation.reduced(rest);
                            OffHeapMatrix weighted = image.copy()) {
                        algebra.multiplyFromLeft(triangle, weighted);
                        for (int k = 0; k < image.rows(); k++) {
                            columns.addForm(image, weighted, k);
                        }
                    }
                    PowerOfTwo.scale(columns.form, size);
                    for (int j = 0; j < unseen.length; j++) {
                        missed[unseen[j]] = 1;
                        error[unseen[j]] = eigenvalues[unseen[j]] + columns.form[j];
                    }
                }
            }
            return new SignAverage(
                    eigenvalues, missed, error, scaledNoise(Arrays.stream(noise).sum()));
        }

        private OffHeapMatrix image(OffHeapMatrix basis) {
            return seen == null && factorisation.reducesToBasis()
                    ? basis.leadingRows(basis.rows())
                    : factorisation.reduced(x);
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

        private SignAverage average(double[] overlap, double[] form, double labelNoise) {
            double[] spread = form.clone();
            PowerOfTwo.scale(spread, size);
            double[] missed = new double[overlap.length];
            double[] error = new double[overlap.length];
            for (int i = 0; i < overlap.length; i++) {
                missed[i] = 1 - overlap[i];
                error[i] = eigenvalues[i] * (1 - 2 * overlap[i]) + spread[i];
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
    private static final class Columns {

        final double[] form;

        /** The row that was added last. */
        final double[] of;

        private final double[] by;

        Columns(int count) {
            form = new double[count];
            of = new double[count];
            by = new double[count];
        }

        void addForm(OffHeapMatrix matrix, OffHeapMatrix weighted, int row) {
            matrix.readRow(row, of);
            weighted.readRow(row, by);
            for (int i = 0; i < form.length; i++) {
                form[i] += 2 * of[i] * by[i];
            }
        }
    }
}
