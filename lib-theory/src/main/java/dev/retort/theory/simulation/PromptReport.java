package dev.retort.theory.simulation;

import dev.retort.theory.testtime.LinearAttention;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a step on {@link OwnPrompts} came to: the new weights, and the errors on the test set. Immutable. */
public final class PromptReport {

    private final LinearAttention trained;
    private final TestError before;
    private final TestError after;
    private final double[] predictions;

    /** Keeps the array. */
    PromptReport(LinearAttention trained, TestError before, TestError after, double[] predictions) {
        this.trained = trained;
        this.before = before;
        this.after = after;
        this.predictions = predictions;
    }

    /**
     * The attention after the step, for example to start another from.
     *
     * @return that of the new weights
     */
    public LinearAttention trained() {
        return trained;
    }

    /**
     * The weights after the step.
     *
     * @return a new array of type {@code DOUBLE} and shape {@code [d, d]}
     */
    public INDArray weights() {
        return AttentionArrays.weights(trained);
    }

    /**
     * What the attention answers to the queries of the test after the step.
     *
     * @return a new array of type {@code DOUBLE} and shape {@code [N]}
     */
    public INDArray predictions() {
        return Nd4j.createFromArray(predictions);
    }

    /**
     * The attention before the step.
     *
     * @return its error
     */
    public TestError before() {
        return before;
    }

    /**
     * The attention after the step. {@code before().zScore(after())} says how clearly it is better.
     *
     * @return its error
     */
    public TestError after() {
        return after;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PromptReport that
                && trained.equals(that.trained)
                && before.equals(that.before)
                && after.equals(that.after)
                && Arrays.equals(predictions, that.predictions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(trained, before, after, Arrays.hashCode(predictions));
    }

    @Override
    public String toString() {
        return before + " -> " + after;
    }
}
