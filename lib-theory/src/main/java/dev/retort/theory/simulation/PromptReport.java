package dev.retort.theory.simulation;

import dev.retort.theory.testtime.LinearAttention;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The result of a step on {@link OwnPrompts}: the new weights, and the errors on the test set. Immutable. */
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
     * The attention after the step, for example to start another step from.
     *
     * @return the attention with the new weights
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
     * The predictions of the attention for the test queries after the step.
     *
     * @return a new array of type {@code DOUBLE} and shape {@code [N]}
     */
    public INDArray predictions() {
        return Nd4j.createFromArray(predictions);
    }

    /**
     * The error of the attention before the step.
     *
     * @return the error on the test set
     */
    public TestError before() {
        return before;
    }

    /**
     * The error of the attention after the step. {@code before().zScore(after())} tells how significant the improvement is.
     *
     * @return the error on the test set
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
