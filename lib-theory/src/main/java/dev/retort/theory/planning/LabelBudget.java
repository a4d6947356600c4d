package dev.retort.theory.planning;

import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.positive;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.Locale;

/**
 * The split of a number of labels between a surrogate, which learns from true ones, and its target, which learns from the
 * surrogate's, that makes the target's risk smallest. Immutable.
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

    /** So much of the labels at least goes to either. */
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
     * @param labels how many labels there are for both, greater than 0
     * @param surrogate how the surrogate is trained; its number of samples does not matter
     * @param target how the target is trained; its number of samples does not matter
     * @return the split, of which either side gets a thousandth at least
     * @throws IllegalArgumentException if the number of labels is not positive and finite, or as {@link
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
     * The labels that the surrogate should have.
     *
     * @return m, not rounded
     */
    public double surrogateSamples() {
        return best.trainings().get(0).samples();
    }

    /**
     * The labels that the target should have.
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
     * @return surrogate and target
     */
    public Distillation pipeline() {
        return best;
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
