package dev.retort.theory.distillation;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The first two moments of a random coefficient vector b, node by node: {@code mean} = √λ E b, {@code deviation} = √λ
 * (E b − β⋆) and {@code variance} = λ Var b, the last summed over the features of the node. A risk is then a plain sum
 * of squares. Both mean and deviation are stored, because computing either from the other cancels: the deviation for b
 * close to the truth, the mean for b close to zero. Immutable.
 */
final class Moments {

    private final Coordinates coordinates;
    private final double[] mean;
    private final double[] deviation;
    /** Empty if the vector is fixed. */
    private final double[] variance;
    /** The scatter of labels from row to row where several models label the rows; null if one model labels all. */
    private final @Nullable RowScatter rows;

    /**
     * The scatter of the labels of a pool of rows about those of its average coefficients.
     *
     * @param ofCoefficients the variance of the coefficients from row to row, node by node
     * @param noise the standard deviation of the noise on the rows' labels
     */
    private record RowScatter(IntToDoubleFunction ofCoefficients, double noise) {}

    private Moments(
            Coordinates coordinates, double[] mean, double[] deviation, double[] variance, @Nullable RowScatter rows) {
        this.coordinates = coordinates;
        this.mean = mean;
        this.deviation = deviation;
        this.variance = variance;
        this.rows = rows;
    }

    /** Keeps the arrays. */
    Moments(Coordinates coordinates, double[] mean, double[] deviation, double[] variance) {
        this(coordinates, mean, deviation, variance, null);
    }

    /** The moments of coefficients that are not random. */
    static Moments fixed(Coordinates coordinates, double[] mean, double[] deviation) {
        return new Moments(coordinates, mean, deviation, new double[0]);
    }

    /** The same moments, for rows that several models label. */
    Moments withRowScatter(IntToDoubleFunction ofCoefficients, double noise) {
        return new Moments(coordinates, mean, deviation, variance, new RowScatter(ofCoefficients, noise));
    }

    Coordinates coordinates() {
        return coordinates;
    }

    int size() {
        return deviation.length;
    }

    double deviation(int k) {
        return deviation[k];
    }

    boolean areRandom() {
        return variance.length > 0;
    }

    double variance(int k) {
        return areRandom() ? variance[k] : 0;
    }

    /** Whether several models each label a part of the rows. */
    boolean areOfSeveral() {
        return rows != null;
    }

    /** The variance of b from row to row, where several models label them. */
    double rowScatter(int k) {
        return rows == null ? 0 : rows.ofCoefficients().applyAsDouble(k);
    }

    /**
     * The variance of the difference between the rows' labels and those of b.
     *
     * @param rootRatio the root of the variance of a feature in the units of its node
     */
    double rowNoise(IntToDoubleFunction rootRatio) {
        if (rows == null) {
            return 0;
        }
        return rows.noise() * rows.noise()
                + Stage.sum(size(), k -> {
                    double root = rootRatio.applyAsDouble(k);
                    return Stage.times(root * root, rowScatter(k));
                });
    }

    /** E b in the units of the node. */
    double mean(int k) {
        return mean[k];
    }

    /** E b² times the square of a factor. */
    double power(double factor, int k) {
        double scaled = factor * mean[k];
        return coordinates.power(k) * scaled * scaled + Stage.times(factor * factor, variance(k));
    }

    /** The excess risk of b itself, E (b − β⋆)ᵀΣ(b − β⋆). */
    double excess() {
        return Stage.sum(
                size(),
                k -> coordinates.matters(k) ? coordinates.power(k) * deviation[k] * deviation[k] + variance(k) : 0);
    }

    /** The moments of c b. */
    Moments times(double factor) {
        if (factor == 1) {
            return this;
        }
        double[] scaled = new double[size()];
        double[] departure = new double[size()];
        for (int k = 0; k < scaled.length; k++) {
            scaled[k] = factor * mean[k];
            departure[k] = scaled[k] - coordinates.truth(k);
        }
        return new Moments(
                coordinates,
                scaled,
                departure,
                Arrays.stream(variance)
                        .map(v -> Stage.times(factor * factor, v))
                        .toArray());
    }

    /** The moments of (1−a)β⋆ + a b. */
    Moments mixedWithTruth(double share) {
        if (share == 1) {
            return this;
        }
        double[] mixed = new double[size()];
        Arrays.setAll(mixed, k -> {
            double truth = coordinates.truth(k);
            return Math.abs(deviation[k]) <= Math.abs(mean[k])
                    ? truth + share * deviation[k]
                    : (1 - share) * truth + share * mean[k];
        });
        return new Moments(
                coordinates,
                mixed,
                Arrays.stream(deviation).map(d -> share * d).toArray(),
                Arrays.stream(variance).map(v -> Stage.times(share * share, v)).toArray());
    }
}
