package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.nd4j.internal.Backend;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Trials of {@linkplain TestTimeTraining test-time training}: each draws a context, training examples and, unless the test uses the same
 * one, another context as arrays, computes the gradient of the training loss, a matrix of rank one, and measures the loss after a step of
 * any size, averaged over queries. Needs an ND4J backend on the class path. Immutable.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(20, 1.0).withNoise(0.3);
 * LinearAttention pretrained = LinearAttention.pretrained(TaskPrior.isotropic(20, 1.0), 30);
 * TestTimeTraining training = TestTimeTraining.of(task, pretrained, 30);
 * PromptSimulation simulation = training.simulate(PromptTrials.of(10, Trials.of(500).withSeed(7)));
 * double z = simulation.zScore(training.predict().after(10)); // in standard errors
 * }</pre>
 */
public final class PromptTrials implements Experiment<TestTimeTraining, PromptSimulation> {

    private final int examples;
    private final Trials trials;

    private PromptTrials(int examples, Trials trials) {
        this.examples = examples;
        this.trials = trials;
    }

    /**
     * Trials of steps on a number of examples.
     *
     * @param examples the number of training examples k, at least 0
     * @param trials the number of trials, the seed and the number of threads; a precision refers to the loss without a step
     * @return the trials
     * @throws IllegalArgumentException if k is negative, if the trials are null, or if they draw from a population, which has no
     *     prompts
     */
    public static PromptTrials of(int examples, Trials trials) {
        notNull("trials", trials).refusePopulation("prompts to draw");
        return new PromptTrials(nonNegative("examples", examples), trials);
    }

    /**
     * Runs the trials; usually called as {@code training.simulate(trials)}.
     *
     * @param training the training to run
     * @return the measured losses
     * @throws IllegalArgumentException if the training is null, or if prompts are too long for an array or for the memory that
     *     is allowed
     * @throws IllegalStateException if there is no ND4J backend, or if a trial failed, for example because a loss overflows,
     *     with what it threw as the cause
     * @throws CancellationException if the thread is interrupted before two trials are done; its interrupted status is set
     *     again
     */
    @Override
    public PromptSimulation run(TestTimeTraining training) {
        notNull("training", training);
        Backend.require();
        return new PromptSimulation(trials.repeat(new PromptTrial(training, examples)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PromptTrials that && examples == that.examples && trials.equals(that.trials);
    }

    @Override
    public int hashCode() {
        return Objects.hash(examples, trials);
    }

    @Override
    public String toString() {
        return "PromptTrials of " + examples + " examples: " + trials;
    }
}
