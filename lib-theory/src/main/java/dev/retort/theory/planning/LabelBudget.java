package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The best split of a budget of labels between a surrogate, which learns from true labels, and its target, which learns from
 * the surrogate's: the one with the smallest risk of the target. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(1.3)).withNoise(0.2);
 * LabelBudget split = LabelBudget.of(task, 250, Training.samples(1), Training.samples(1).withNoise(0));
 * double forSurrogate = split.surrogateSamples();
 * double forTarget = split.targetSamples();
 * double excess = split.risk().excess();
 * }</pre>
 */
public final class LabelBudget {

    /** The smallest share of the labels for either model. */
    private static final double LEAST = 1e-3;

    private static final int POINTS = 400;

    private final Distillation best;

    private LabelBudget(Distillation best) {
        this.best = best;
    }

    /**
     * The best split of a budget.
     *
     * @param task the task
     * @param labels the number of labels for both, greater than 0
     * @param surrogate how the surrogate is trained; its number of samples does not matter
     * @param target how the target is trained; its number of samples does not matter
     * @return the split, which gives each model at least a thousandth of the labels
     * @throws IllegalArgumentException if the number of labels is not positive and finite, an argument is null, or as {@link
     *     Distillation#target(Training)} does
     */
    public static LabelBudget of(RegressionTask task, double labels, Training surrogate, Training target) {
        notNull("task", task);
        positive("labels", labels);
        notNull("surrogate", surrogate);
        notNull("target", target);
        double fraction = Search.minimum(
                Search.grid(LEAST, 1 - LEAST, POINTS),
                part -> split(task, labels, surrogate, target, part).predict().excess());
        return new LabelBudget(split(task, labels, surrogate, target, fraction));
    }

    private static Distillation split(
            RegressionTask task, double labels, Training surrogate, Training target, double fraction) {
        return Distillation.of(task)
                .surrogate(surrogate.withSamples(fraction * labels))
                .target(target.withSamples((1 - fraction) * labels));
    }

    /**
     * The number of labels for the surrogate.
     *
     * @return m, not rounded
     */
    public double surrogateSamples() {
        return best.trainings().get(0).samples();
    }

    /**
     * The number of labels for the target.
     *
     * @return n, not rounded; m + n is the budget
     */
    public double targetSamples() {
        return best.target().samples();
    }

    /**
     * The risk at the best split.
     *
     * @return the target's risk
     */
    public RiskReport risk() {
        return best.predict();
    }

    /**
     * The pipeline at the best split.
     *
     * @return the pipeline of surrogate and target
     */
    public Distillation pipeline() {
        return best;
    }

    /** Whether another split is of the same pipeline, with the same numbers of labels. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LabelBudget that && best.equals(that.best);
    }

    @Override
    public int hashCode() {
        return best.hashCode();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.6g labels for the surrogate, %.6g for the target: %s",
                surrogateSamples(),
                targetSamples(),
                risk());
    }
}
