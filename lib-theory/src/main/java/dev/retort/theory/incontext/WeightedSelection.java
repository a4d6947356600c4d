package dev.retort.theory.incontext;

import java.util.Arrays;

/** Weights of the candidates of a {@link DemonstrationSelection}. Immutable. */
public final class WeightedSelection {

    private final double[] weights;
    private final double objective;
    private final double gap;

    WeightedSelection(double[] weights, double objective, double gap) {
        this.weights = weights;
        this.objective = objective;
        this.gap = gap;
    }

    /** {@return a new array of the weights, one for each candidate, at least 0 and with sum 1} */
    public double[] weights() {
        return weights.clone();
    }

    /** {@return the squared discrepancy J between the target and the weighted pool} */
    public double objective() {
        return objective;
    }

    /**
     * {@return an upper bound on J minus its least value: no choice of any size, with or without repetitions, has less than J minus this}
     */
    public double gap() {
        return gap;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightedSelection that
                && Arrays.equals(weights, that.weights)
                && objective == that.objective
                && gap == that.gap;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(weights) + Double.hashCode(objective)) + Double.hashCode(gap);
    }

    @Override
    public String toString() {
        long used = Arrays.stream(weights).filter(weight -> weight > 0).count();
        return used + " weighted demonstrations, squared discrepancy " + objective + ", within " + gap
                + " of the least";
    }
}
