package dev.retort.theory.distillation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.TaskNodes;

/**
 * The nodes over which the sums of a pipeline run, in units in which the square of an error is its contribution to the risk:
 * √λ b for a feature with variance λ under the task. A feature with variance 0 contributes nothing, but a training on other
 * features may see it; it is kept in its own units. Immutable.
 */
final class Coordinates {

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
        return matters(k) || !nodes.areFeatures() ? nodes.truth(k) : task.coefficient(k);
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
