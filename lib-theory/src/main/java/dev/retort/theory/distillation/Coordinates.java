package dev.retort.theory.distillation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
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

    /** The same nodes, none of which stands for features on both sides of an index. */
    Coordinates splitAfter(double count) {
        return new Coordinates(task, nodes.splitAfter(count));
    }

    /** The same nodes, with sums that the eigenvalues of another spectrum may enter. */
    Coordinates carrying(Spectrum spectrum) {
        return new Coordinates(task, nodes.carrying(spectrum));
    }

    /** λ under a spectrum that is carried. */
    double eigenvalue(Spectrum spectrum, int k) {
        return nodes.eigenvalue(spectrum, k);
    }

    /** The index of a node among the features in their order, counted from 1. */
    double index(int k) {
        return nodes.index(k);
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
