package dev.retort.theory.distillation;

import java.util.Arrays;

/**
 * The first two moments of a random coefficient vector b, node by node, as departures from the ground truth: {@code
 * deviation} = √λ (E b − β⋆) and {@code variance} = λ Var b, the latter summed over the features of the node. A risk is then
 * a plain sum of squares, and nothing cancels where b is close to β⋆. Immutable.
 */
final class Moments {

    private final Coordinates coordinates;
    private final double[] deviation;
    /** Empty if the vector is not random. */
    private final double[] variance;

    /** Keeps the arrays. */
    Moments(Coordinates coordinates, double[] deviation, double[] variance) {
        this.coordinates = coordinates;
        this.deviation = deviation;
        this.variance = variance;
    }

    /** The moments of coefficients that are not random. */
    static Moments fixed(Coordinates coordinates, double[] deviation) {
        return new Moments(coordinates, deviation, new double[0]);
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

    /** E b in the units of the node. */
    double mean(int k) {
        return coordinates.truth(k) + deviation[k];
    }

    /** The moments of (1−a)β⋆ + a b. */
    Moments mixedWithTruth(double share) {
        return share == 1
                ? this
                : new Moments(
                        coordinates,
                        Arrays.stream(deviation).map(d -> share * d).toArray(),
                        Arrays.stream(variance)
                                .map(v -> share == 0 ? 0 : share * share * v)
                                .toArray());
    }
}
