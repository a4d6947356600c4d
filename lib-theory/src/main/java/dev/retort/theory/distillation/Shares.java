package dev.retort.theory.distillation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.TaskNodes;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** What each node of a task contributes to a number; of nodes that are features, each feature's share. Immutable. */
final class Shares {

    private final double[] shares;
    private final boolean ofFeatures;

    Shares(TaskNodes nodes, IntToDoubleFunction share) {
        this.shares = new double[nodes.size()];
        Arrays.setAll(shares, share);
        this.ofFeatures = nodes.areFeatures();
    }

    double sum() {
        CompensatedSum sum = new CompensatedSum();
        for (double share : shares) {
            sum.add(share);
        }
        return sum.value();
    }

    /**
     * The share of each feature, not a copy.
     *
     * @throws IllegalStateException if nodes stand for several features
     */
    double[] ofFeatures() {
        if (!ofFeatures) {
            throw new IllegalStateException("No share belongs to one feature: the task is gathered or not listed");
        }
        return shares;
    }
}
