package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained: online stochastic gradient descent without momentum, on fresh batches. All parameters θ are updated at once by
 * the mean gradient over the batch, θ ← (1 − ηλ) θ − η ∇L(θ), with the rate η and the weight decay λ; the derivative of ReLU at 0 is 1.
 * Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.simulation.neural.*;
 * NetworkTraining teacher = NetworkTraining.of(256)
 *         .withBatch(64)
 *         .withRate(1.0)
 *         .withSteps(20_000)
 *         .withCheckpointEvery(50)
 *         .withStopAfter(0.99, 1000);
 * }</pre>
 */
public final class NetworkTraining {

    private static final int DEFAULT_BATCH = 64;
    private static final double DEFAULT_RATE = 0.5;
    private static final int DEFAULT_STEPS = 12_000;
    private static final int DEFAULT_EVALUATION = 100;

    private final int width;
    private final @Nullable LongFunction<? extends TrainableClassifier> factory;
    private final String name;
    private final int batch;
    private final double rate;
    private final Loss loss;
    private final double decay;
    private final int steps;
    private final int evaluation;
    private final int checkpoint;
    private final double stopAccuracy;
    private final int stopDelay;

    private NetworkTraining(Values values) {
        this.width = values.width;
        this.factory = values.factory;
        this.name = values.name;
        this.batch = values.batch;
        this.rate = values.rate;
        this.loss = values.loss;
        this.decay = values.decay;
        this.steps = values.steps;
        this.evaluation = values.evaluation;
        this.checkpoint = values.checkpoint;
        this.stopAccuracy = values.stopAccuracy;
        this.stopDelay = values.stopDelay;
    }

    /** A mutable copy of the settings, from which a changed training is made. */
    private static final class Values {

        private int width;
        private @Nullable LongFunction<? extends TrainableClassifier> factory;
        private String name = "";
        private int batch = DEFAULT_BATCH;
        private double rate = DEFAULT_RATE;
        private Loss loss = Loss.LOGISTIC;
        private double decay;
        private int steps = DEFAULT_STEPS;
        private int evaluation = DEFAULT_EVALUATION;
        private int checkpoint;
        private double stopAccuracy = Double.POSITIVE_INFINITY;
        private int stopDelay;
    }

    private Values values() {
        Values values = new Values();
        values.width = width;
        values.factory = factory;
        values.name = name;
        values.batch = batch;
        values.rate = rate;
        values.loss = loss;
        values.decay = decay;
        values.steps = steps;
        values.evaluation = evaluation;
        values.checkpoint = checkpoint;
        values.stopAccuracy = stopAccuracy;
        values.stopDelay = stopDelay;
        return values;
    }

    /**
     * Training of a network with one hidden layer, {@link ReluNetwork#random}, with batches of 64, rate 0.5, the logistic loss and 12,000
     * steps, measured every 100 steps.
     *
     * @param width the number of neurons, at least 1
     * @return the training
     * @throws IllegalArgumentException if {@code width < 1}
     */
    public static NetworkTraining of(int width) {
        Values values = new Values();
        values.width = atLeastOne("width", width);
        return new NetworkTraining(values);
    }

    /**
     * Training of the user's own networks, with their own loss and optimiser; {@link #withRate}, {@link #withLoss} and {@link
     * #withWeightDecay} are refused.
     *
     * @param name a name that distinguishes these networks from others, in messages and in stored checkpoints
     * @param factory makes an untrained network from a seed; the same seed must give the same network
     * @return the training
     * @throws IllegalArgumentException if an argument is null
     */
    public static NetworkTraining own(String name, LongFunction<? extends TrainableClassifier> factory) {
        Values values = new Values();
        values.name = notNull("name", name);
        values.factory = notNull("factory", factory);
        return new NetworkTraining(values);
    }

    /**
     * The same with another batch size.
     *
     * @param batch the number of examples, at least 1
     * @return the training
     * @throws IllegalArgumentException if {@code batch < 1}
     */
    public NetworkTraining withBatch(int batch) {
        Values values = values();
        values.batch = atLeastOne("batch", batch);
        return new NetworkTraining(values);
    }

    /**
     * The same with another learning rate.
     *
     * @param rate η, greater than 0
     * @return the training
     * @throws IllegalArgumentException if the rate is not positive and finite, ηλ is more than 1, or the networks are the user's own
     */
    public NetworkTraining withRate(double rate) {
        Values values = values();
        values.rate = positive("rate", ofThisPackage("rate", rate));
        if (rate * decay > 1) {
            throw refusal("rate", rate, "times the weight decay, " + decay + ", is more than 1; lower either");
        }
        return new NetworkTraining(values);
    }

    /**
     * The same with another loss.
     *
     * @param loss the loss; all but the logistic loss are for networks with one output
     * @return the training
     * @throws IllegalArgumentException if it is null, or the networks are the user's own
     */
    public NetworkTraining withLoss(Loss loss) {
        Values values = values();
        values.loss = notNull("loss", ofThisPackage("loss", loss));
        return new NetworkTraining(values);
    }

    /**
     * The same with weight decay: each step replaces the parameters θ, biases included, by (1 − ηλ) θ − η ∇L(θ), with the gradient at θ. So
     * for ηλ = 1 only −η ∇L(θ) is left. Steps in which a curriculum matches layers have no decay.
     *
     * @param decay λ, from 0 to 1/η; lower the rate η first if this decay is too large for it
     * @return the training
     * @throws IllegalArgumentException if the decay is negative, NaN or infinite, ηλ is more than 1, or the networks are the user's own
     */
    public NetworkTraining withWeightDecay(double decay) {
        Values values = values();
        values.decay = nonNegative("decay", ofThisPackage("decay", decay));
        if (rate * decay > 1) {
            throw refusal("decay", decay, "times the rate, " + rate + ", is more than 1; lower either, the rate first");
        }
        return new NetworkTraining(values);
    }

    /**
     * The same with another number of steps.
     *
     * @param steps the maximum number of steps, at least 0
     * @return the training
     * @throws IllegalArgumentException if {@code steps < 0}
     */
    public NetworkTraining withSteps(int steps) {
        Values values = values();
        values.steps = nonNegative("steps", steps);
        return new NetworkTraining(values);
    }

    /**
     * The same, measured more or less often.
     *
     * @param steps the number of steps between measurements, at least 1; the end is measured as well
     * @return the training
     * @throws IllegalArgumentException if {@code steps < 1}
     */
    public NetworkTraining withEvaluationEvery(int steps) {
        Values values = values();
        values.evaluation = atLeastOne("steps", steps);
        return new NetworkTraining(values);
    }

    /**
     * The same with checkpoints, which are measured as well; the untrained network is one, and so is the last.
     *
     * @param steps the number of steps between checkpoints, at least 1
     * @return the training
     * @throws IllegalArgumentException if {@code steps < 1}
     */
    public NetworkTraining withCheckpointEvery(int steps) {
        Values values = values();
        values.checkpoint = atLeastOne("steps", steps);
        return new NetworkTraining(values);
    }

    /**
     * The same, stopped some time after it reaches an accuracy.
     *
     * @param accuracy the measured accuracy to reach, between 0 and 1
     * @param steps the number of further steps, at least 0; the limit on steps still applies
     * @return the training
     * @throws IllegalArgumentException if a number is out of range
     */
    public NetworkTraining withStopAfter(double accuracy, int steps) {
        fromZeroToOne("accuracy", accuracy);
        Values values = values();
        values.stopAccuracy = accuracy;
        values.stopDelay = nonNegative("steps", steps);
        return new NetworkTraining(values);
    }

    private <T> T ofThisPackage(String name, T value) {
        if (factory != null) {
            throw refusal(name, value, "is not for an own network, which takes its own steps; set it in its factory");
        }
        return value;
    }

    int batch() {
        return batch;
    }

    int steps() {
        return steps;
    }

    /** Whether to measure after a number of steps. */
    boolean isMeasured(int step) {
        return step % evaluation == 0 || isKept(step);
    }

    /** Whether to keep a checkpoint after a number of steps. */
    boolean isKept(int step) {
        return checkpoint > 0 && step % checkpoint == 0;
    }

    /** The step at which to stop, given the first one at which the accuracy was measured to be high enough. */
    int limit(int farEnough) {
        return (int) Math.min(steps, (long) farEnough + stopDelay);
    }

    boolean isFarEnough(double accuracy) {
        return accuracy >= stopAccuracy;
    }

    /** An untrained network, ready to be trained. */
    Trainee trainee(LearningTask task, long seed) {
        LongFunction<? extends TrainableClassifier> own = factory;
        if (own != null) {
            return new OwnTrainee(own, seed, task);
        }
        int outputs = task.classes() == 2 ? 1 : task.classes();
        if (outputs > 1 && loss != Loss.LOGISTIC) {
            throw refusal("loss", loss, "is for two classes, and the task has " + outputs);
        }
        return new ReluTrainee(ReluNetwork.random(task.inputs(), width, outputs, seed), batch, loss, rate, decay);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NetworkTraining that
                && Objects.equals(factory, that.factory)
                && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        String what = factory == null
                ? "width " + width + ", rate " + rate + ", " + loss + (decay == 0 ? "" : ", weight decay " + decay)
                : name;
        return what + ", batch " + batch + ", " + steps + " steps, measured every " + evaluation
                + (checkpoint == 0 ? "" : ", checkpoint every " + checkpoint)
                + (stopAccuracy <= 1 ? ", until " + stopDelay + " after accuracy " + stopAccuracy : "");
    }
}
