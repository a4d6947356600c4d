package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.FirstEntries;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk of a regression on given features, averaged exactly over label noise and over the signs of the teacher's
 * coefficients: only the randomness of the features' absolute values is left.
 *
 * <p>Labels are y = X βˢ + σ ε with independent noise ε of unit variance; the coefficients are b = A y, and the excess risk
 * is (b − β⋆)ᵀ Σ (b − β⋆) with Σ = diag(λ). If the distribution of the features does not change when one of them changes its
 * sign, as with independent Gaussian features, then the signs of the entries of βˢ and β⋆ can be flipped at random, those of
 * the same entry together, without changing the expectation. The mean over all flips is, with P = A X,
 *
 * <p>Σ<sub>i</sub> [βˢ<sub>i</sub>² (PᵀΣP)<sub>ii</sub> − 2 βˢ<sub>i</sub> β⋆<sub>i</sub> λ<sub>i</sub> P<sub>ii</sub> +
 * λ<sub>i</sub> β⋆<sub>i</sub>²] + σ² tr(AᵀΣA).
 *
 * <p>So one factorisation serves every teacher, truth and noise. Derivation, algorithm and accuracy: the module's
 * documentation, {@code docs/regression.md}. Indices count from 0. Immutable.
 */
public final class SignAverage {

    private final double[] eigenvalues;

    /** (I − P)_ii. */
    private final double[] missed;

    /** ((I − P)ᵀ Σ (I − P))_ii. */
    private final double[] error;

    /** The root of tr(AᵀΣA) is this times 2^{@link #noiseExponent}. */
    private final double noiseRoot;

    private final int noiseExponent;

    private SignAverage(double[] eigenvalues, double[] missed, double[] error, double noiseRoot, int noiseExponent) {
        this.eigenvalues = eigenvalues;
        this.missed = missed;
        this.error = error;
        this.noiseRoot = noiseRoot;
        this.noiseExponent = noiseExponent;
    }

    /**
     * The average of the excess risk.
     *
     * @param teacher βˢ, the coefficients that label the samples, one per feature
     * @param truth β⋆, the coefficients against which the excess risk is measured, one per feature
     * @param noise σ, the standard deviation of the label noise, at least 0
     * @return the average, to about n · 10<sup>−16</sup> times Σ λ (βˢ² + β⋆²), and 10<sup>−16</sup> times the {@linkplain
     *     FactoredRegression#reciprocalCondition() condition} of itself for {@link FactoredRegression.Method#CHOLESKY}; it
     *     may be negative by as much. Where λ is not roughly proportional to the variances of the features, replace λ in this
     *     bound by those variances times the largest ratio of λ to them
     * @throws IllegalArgumentException if an array is null, does not have p entries or has one that is not finite, or if the
     *     noise is negative, NaN or infinite
     */
    public double excess(double[] teacher, double[] truth, double noise) {
        length(
                "teacher",
                finite("teacher", notNull("teacher", teacher)).length,
                "the number of features",
                missed.length);
        return excess(SignAveragedModel.fixed(teacher), truth, noise);
    }

    /**
     * The average of the excess risk where the teacher is itself averaged over the signs of its own features and its own
     * label noise, both independent of those of this regression.
     *
     * @param teacher the model that labels the samples
     * @param truth β⋆, the coefficients against which the excess risk is measured, one per feature
     * @param noise σ, the standard deviation of the label noise, at least 0
     * @return the average, as accurate as for a fixed teacher
     * @throws IllegalArgumentException if an argument is null, if the numbers of features differ, if an entry is not finite,
     *     or if the noise is negative, NaN or infinite
     */
    public double excess(SignAveragedModel teacher, double[] truth, double noise) {
        length("teacher", notNull("teacher", teacher).features(), "the number of features", missed.length);
        length("truth", finite("truth", notNull("truth", truth)).length, "the number of features", missed.length);
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < missed.length; i++) {
            // The order of the products serves coefficients whose squares overflow although their eigenvalues are
            // small.
            double mean = teacher.mean(i);
            double deviation = teacher.deviation(i);
            double apart = mean - truth[i];
            excess.add(eigenvalues[i] * apart * apart);
            excess.add(-2 * (eigenvalues[i] * apart) * missed[i] * mean);
            excess.add(error[i] * mean * mean);
            excess.add((eigenvalues[i] * (1 - 2 * missed[i]) + error[i]) * deviation * deviation);
        }
        excess.add(ofNoise(nonNegative("noise", noise)));
        return excess.value();
    }

    /** Squared last, so that it overflows only if the result does. */
    private double ofNoise(double deviation) {
        double[] root = {deviation * noiseRoot};
        PowerOfTwo.scale(root, noiseExponent);
        return root[0] * root[0];
    }

    /**
     * The contribution of label noise of unit variance to the excess risk, tr(AᵀΣA).
     *
     * @return the average over the noise, at least 0
     */
    public double labelNoise() {
        return ofNoise(1);
    }

    /**
     * The part of a coefficient that is learnt on average.
     *
     * @param i the feature, from 0
     * @return P<sub>ii</sub>, the mean over noise and signs of b<sub>i</sub>/βˢ<sub>i</sub>
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double overlap(int i) {
        return 1 - missed[index("i", i, missed.length)];
    }

    /**
     * The averages for the first samples alone, where these are nested in the factorisation; else for all samples.
     *
     * @param exponent A is 2^-exponent times that of the map
     * @param eigenvalues λ, of all features
     * @param samples the numbers of samples; one above the total stands for all
     */
    static List<SignAverage> of(CoordinateMap map, int exponent, double[] eigenvalues, int... samples) {
        int size = PowerOfTwo.exponent(eigenvalues) + 1;
        double[] deviations = eigenvalues.clone();
        PowerOfTwo.scale(deviations, -size); // scaled to at most 1 for the products
        Arrays.setAll(deviations, i -> Math.sqrt(deviations[i]));
        int[] stops = IntStream.of(samples).map(n -> Math.min(n, map.rank())).toArray();
        List<SignAverage> averages = new ArrayList<>();
        try (OffHeapMatrix half = map.halfOfRisk(deviations)) {
            double[] noise = map.formsOfReducer(half);
            CoordinateMap.Sums ofSeen = map.overSeen(half, stops);
            CoordinateMap.Sums ofUnseen = map.overUnseen(half, stops);
            for (int c = 0; c < stops.length; c++) {
                double[] missed = new double[eigenvalues.length];
                double[] error = new double[eigenvalues.length];
                double[] form = scaled(ofSeen.forms[c], size);
                for (int j = 0; j < form.length; j++) {
                    int i = map.seen()[j];
                    double product = ofSeen.products[c][j];
                    missed[i] = map.knowsMissed() ? product : 1 - product;
                    error[i] = (map.knowsMissed() ? 0 : eigenvalues[i] * (1 - 2 * product)) + form[j];
                }
                double[] formOfUnseen = scaled(ofUnseen.forms[c], size);
                for (int j = 0; j < formOfUnseen.length; j++) {
                    int i = map.unseen()[j];
                    missed[i] = 1;
                    error[i] = eigenvalues[i] + formOfUnseen[j];
                }
                double labelNoise = Arrays.stream(noise, 0, stops[c]).sum();
                int odd = size & 1;
                double root = Math.sqrt(Math.max(0, Math.scalb(labelNoise, odd))); // rounding may leave less
                averages.add(new SignAverage(eigenvalues, missed, error, root, (size - odd) / 2 - exponent));
            }
        }
        return List.copyOf(averages);
    }

    private static double[] scaled(double[] entries, int exponent) {
        double[] scaled = entries.clone();
        PowerOfTwo.scale(scaled, exponent);
        return scaled;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SignAverage that
                && Double.compare(noiseRoot, that.noiseRoot) == 0
                && noiseExponent == that.noiseExponent
                && Arrays.equals(eigenvalues, that.eigenvalues)
                && Arrays.equals(missed, that.missed)
                && Arrays.equals(error, that.error);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                noiseRoot,
                noiseExponent,
                Arrays.hashCode(eigenvalues),
                Arrays.hashCode(missed),
                Arrays.hashCode(error));
    }

    @Override
    public String toString() {
        return "SignAverage over " + missed.length + " features: missed parts " + FirstEntries.of(missed)
                + ", label noise " + labelNoise();
    }
}
