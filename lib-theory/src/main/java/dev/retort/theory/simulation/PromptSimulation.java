package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.theory.testtime.GradientStep;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Losses of test-time training measured by {@link PromptTrials}. In every trial the loss is a quadratic in the step size, L₀ − 2bη + aη²,
 * averaged over queries; so one simulation measures it for all step sizes. With only a few features the curvature has such heavy tails that
 * its standard error from thousands of trials may still be too small; from about 20 features on it is reliable. Immutable.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(20, 1.0).withNoise(0.3);
 * LinearAttention pretrained = LinearAttention.pretrained(TaskPrior.isotropic(20, 1.0), 30);
 * TestTimeTraining training = TestTimeTraining.of(task, pretrained, 30);
 * PromptSimulation simulation = training.simulate(PromptTrials.of(10, Trials.of(500).withSeed(7)));
 * GradientStep step = training.predict().after(10);
 * double z = simulation.zScore(step); // -0.4: in standard errors
 * SampleMean half = simulation.loss(step.optimalStepSize().getAsDouble() / 2);
 * }</pre>
 */
public final class PromptSimulation {

    private final List<PromptTrial.Outcome> outcomes;

    PromptSimulation(List<PromptTrial.Outcome> outcomes) {
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * The number of trials.
     *
     * @return the number, at least 2
     */
    public int trials() {
        return outcomes.size();
    }

    /**
     * The loss without a step.
     *
     * @return L₀, irreducible noise included
     */
    public SampleMean initialLoss() {
        return loss(0);
    }

    /**
     * The loss after a step.
     *
     * @param stepSize η, in the convention of the training that was run
     * @return L(η), irreducible noise included
     * @throws IllegalArgumentException if the step size is NaN or infinite, or so large that a loss overflows
     */
    public SampleMean loss(double stepSize) {
        return measure(
                stepSize,
                outcome -> outcome.initialLoss() + stepSize * (stepSize * outcome.curvature() - 2 * outcome.slope()));
    }

    /**
     * The reduction of the loss by a step, which is measured far more precisely than the loss itself.
     *
     * @param stepSize η, in the convention of the training that was run
     * @return L₀ − L(η)
     * @throws IllegalArgumentException if the step size is NaN or infinite, or so large that a loss overflows
     */
    public SampleMean improvement(double stepSize) {
        return measure(stepSize, outcome -> stepSize * (2 * outcome.slope() - stepSize * outcome.curvature()));
    }

    /**
     * Half the slope at which the loss falls at η = 0.
     *
     * @return b
     */
    public SampleMean slope() {
        return measure(0, PromptTrial.Outcome::slope);
    }

    /**
     * Half the curvature of the loss.
     *
     * @return a
     */
    public SampleMean curvature() {
        return measure(0, PromptTrial.Outcome::curvature);
    }

    /**
     * The deviation of the loss from a prediction, at the step size that the prediction says is best.
     *
     * @param prediction the exact loss
     * @return (mean − predicted loss) in standard errors
     * @throws IllegalArgumentException if the prediction is null
     */
    public double zScore(GradientStep prediction) {
        notNull("prediction", prediction);
        return loss(prediction.optimalStepSize().orElse(0)).zScore(prediction.loss());
    }

    private SampleMean measure(double stepSize, ToDoubleFunction<PromptTrial.Outcome> number) {
        finite("stepSize", stepSize);
        double[] numbers = outcomes.stream().mapToDouble(number).toArray();
        for (double each : numbers) {
            if (!Double.isFinite(each)) {
                throw refusal("stepSize", stepSize, "is so large that the loss overflows");
            }
        }
        return SampleMean.of(numbers);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PromptSimulation that && outcomes.equals(that.outcomes);
    }

    @Override
    public int hashCode() {
        return outcomes.hashCode();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "loss without a step %s from %d trials", initialLoss(), trials());
    }
}
