package dev.retort.theory.distillation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.core.spectrum.TaskNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The nodes over which the sums of a pipeline run, in units in which the square of an error is its contribution to the risk:
 * √λ b for a feature with variance λ under the task. A feature with variance 0 contributes nothing, but a training on other
 * features may see it; it is kept in its own units. Immutable.
 */
final class Coordinates {

    /** Above this, not every whole number is a double. */
    private static final double MOST_EXACT = 0x1p53;

    private final RegressionTask task;
    private final TaskNodes nodes;

    Coordinates(RegressionTask task, TaskNodes nodes) {
        this.task = task;
        this.nodes = nodes;
    }

    RegressionTask task() {
        return task;
    }

    /** The same nodes, none of which stands for features on both sides of an eigenvalue. */
    Coordinates splitAt(double lambda) {
        return nodes.areFeatures() ? this : new Coordinates(task, nodes.splitAt(lambda));
    }

    /** The same nodes, none of which stands for features on both sides of an index. */
    Coordinates splitAfter(double count) {
        return new Coordinates(task, nodes.splitAfter(count));
    }

    /** The same nodes, with sums that the eigenvalues of another spectrum may enter. */
    Coordinates carrying(Spectrum spectrum) {
        return new Coordinates(task, nodes.carrying(spectrum));
    }

    /** λ under a carried spectrum. */
    double eigenvalue(Spectrum spectrum, int k) {
        return nodes.eigenvalue(spectrum, k);
    }

    /** The index of a node among the features in their order, counted from 1. */
    double index(int k) {
        return nodes.index(k);
    }

    /**
     * The numbers of features after which a property of the features changes: found between the nodes, and then by
     * bisection.
     *
     * @param property of a feature, counted from 0
     */
    double[] turns(LongPredicate property) {
        List<Double> turns = new ArrayList<>();
        long low = 1;
        for (int k = 1; k < size(); k++) {
            double index = Math.ceil(index(k));
            if (!(index < MOST_EXACT)) {
                break;
            }
            long high = (long) index;
            boolean before = property.test(low - 1);
            if (property.test(high - 1) != before) {
                long turn = low;
                long beyond = high;
                while (beyond - turn > 1) {
                    long middle = turn + (beyond - turn) / 2;
                    if (property.test(middle - 1) == before) {
                        turn = middle;
                    } else {
                        beyond = middle;
                    }
                }
                turns.add((double) turn);
            }
            low = high;
        }
        return turns.stream().mapToDouble(Double::doubleValue).toArray();
    }

    int size() {
        return nodes.size();
    }

    boolean areFeatures() {
        return nodes.areFeatures();
    }

    double eigenvalue(int k) {
        return nodes.eigenvalue(k);
    }

    double weight(int k) {
        return nodes.weight(k);
    }

    double power(int k) {
        return nodes.power(k);
    }

    /** The ground truth in the units of the node. */
    double truth(int k) {
        if (matters(k)) {
            return nodes.truth(k);
        }
        return nodes.areFeatures() ? task.coefficient(k) : 1;
    }

    /** Whether errors in the node contribute to the risk. */
    boolean matters(int k) {
        return nodes.eigenvalue(k) > 0;
    }

    /** The factor that converts a coefficient to the units of the node. */
    double rootUnit(int k) {
        return matters(k) ? Math.sqrt(nodes.eigenvalue(k)) : 1;
    }
}
