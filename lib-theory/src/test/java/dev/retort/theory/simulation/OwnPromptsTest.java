package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TrainingLoss;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link PromptSimulationTest} tests agreement with the closed form. */
class OwnPromptsTest {

    /** u = (2, 1). */
    private static final INDArray CONTEXT = Nd4j.create(new double[][] {{1, 0}, {0, 1}});

    private static final INDArray CONTEXT_LABELS = Nd4j.createFromArray(2.0, 1.0);

    /** W = I/2 predicts 3/2 and −1, so the errors are 3/2 and 3, and Xᵀerrors = (3/2, −9/2). */
    private static final INDArray EXAMPLES = Nd4j.create(new double[][] {{1, 1}, {0, -2}});

    private static final INDArray EXAMPLE_LABELS = Nd4j.createFromArray(3.0, 2.0);
    private static final INDArray TEST = Nd4j.create(new double[][] {{1, 0}, {0, 1}});
    private static final INDArray TEST_LABELS = Nd4j.createFromArray(2.0, 1.0);
    private static final LinearAttention START = LinearAttention.isotropic(2, 0.5);
    private static final OwnPrompts PROMPTS = OwnPrompts.context(CONTEXT, CONTEXT_LABELS)
            .examples(EXAMPLES, EXAMPLE_LABELS)
            .test(TEST, TEST_LABELS);

    @Test
    void takesTheStepAndTestsIt() {
        PromptReport report = PROMPTS.step(START, 0.1);
        // W + 0.2 (3/2, −9/2)ᵀ(2, 1).
        double[][] weights = {{1.1, 0.3}, {-1.8, -0.4}};
        for (int i = 0; i < 2; i++) {
            assertThat(report.weights().toDoubleMatrix()[i]).containsExactly(weights[i], within(1e-14));
            assertThat(report.trained().weights()[i]).containsExactly(weights[i], within(1e-14));
        }
        assertThat(report.weights().dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(report.before().squares()).containsExactly(new double[] {1, 0.25}, within(1e-14));
        assertThat(report.predictions().toDoubleVector()).containsExactly(new double[] {2.5, -4}, within(1e-13));
        assertThat(report.after().squares()).containsExactly(new double[] {0.25, 25}, within(1e-13));
        assertThat(report).hasToString(report.before() + " -> " + report.after());
        assertThat(PROMPTS)
                .hasToString("OwnPrompts of 2 features, context 2, examples 2, tested on 2 with the same context");
    }

    @Test
    void aFreshContextIsForTheQueriesOnly() {
        OwnPrompts fresh = PROMPTS.withFreshContext(
                Nd4j.create(new double[][] {{1, 1}, {2, 0}, {0, 1}}),
                Nd4j.createFromArray(1.0, -1.0, 1.0).reshape(3, 1));
        PromptReport report = fresh.step(START, 0.1);
        assertThat(report.weights()).isEqualTo(PROMPTS.step(START, 0.1).weights());
        // u = (−1, 2): W u = (−1/2, 1) before, (−0.5, 1) for the weights above.
        assertThat(report.before().squares()).containsExactly(new double[] {6.25, 0}, within(1e-14));
        assertThat(report.predictions().toDoubleVector()).containsExactly(new double[] {-0.5, 1}, within(1e-14));
        assertThat(fresh.toString()).endsWith("a fresh context of 3");
    }

    @Test
    void stepSizesFollowTheConventionOfTheLoss() {
        double[] once = PROMPTS.step(START, 0.1).weights().ravel().toDoubleVector();
        OwnPrompts half = PROMPTS.withTrainingLoss(TrainingLoss.HALF_SUM);
        OwnPrompts mean = PROMPTS.withTrainingLoss(TrainingLoss.MEAN);
        assertThat(half.step(START, 0.2).weights().ravel().toDoubleVector()).containsExactly(once, within(1e-14));
        assertThat(mean.step(START, 0.2).weights().ravel().toDoubleVector()).containsExactly(once, within(1e-14));
    }

    @Test
    void aStepOfSizeZeroChangesNothing() {
        PromptReport report = PROMPTS.step(START, 0);
        assertThat(report.trained().weights()).isDeepEqualTo(START.weights());
        assertThat(report.before().zScore(report.after())).isZero();
    }

    @Test
    void acceptsAndCopiesArraysOfAnyOrderAndType() {
        INDArray context = CONTEXT.castTo(DataType.FLOAT);
        INDArray examples = EXAMPLES.transpose().dup().transpose();
        OwnPrompts prompts = OwnPrompts.context(context, CONTEXT_LABELS)
                .examples(examples, EXAMPLE_LABELS.castTo(DataType.INT32))
                .test(TEST.dup('f'), TEST_LABELS);
        context.addi(1);
        examples.addi(1);
        PromptReport report = prompts.step(START, 0.1);
        report.weights().addi(1);
        assertThat(report.weights().toDoubleMatrix())
                .isDeepEqualTo(PROMPTS.step(START, 0.1).weights().toDoubleMatrix());
    }

    @Test
    void attentionIsConvertedToAndFromAnArray() {
        double[][] weights = {{0.1, 0.2}, {-0.3, 0.4}};
        INDArray array = AttentionArrays.weights(LinearAttention.of(weights));
        assertThat(array.dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(array.toDoubleMatrix()).isDeepEqualTo(weights);
        assertThat(AttentionArrays.attention(array).weights()).isDeepEqualTo(weights);
        assertThat(AttentionArrays.attention(array.transpose()).weight(0, 1)).isEqualTo(-0.3);
        assertThat(AttentionArrays.attention(Nd4j.create(new double[][] {{7}})).dimension())
                .isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttentionArrays.attention(Nd4j.createFromArray(1.0, 2.0)))
                .withMessage("weights: shape [2] is not of rank 2, [samples, features]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttentionArrays.attention(Nd4j.create(new double[][] {{1, 2}})))
                .withMessageStartingWith("weights");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttentionArrays.attention(Nd4j.create(new double[][] {{1, 2}, {Double.NaN, 0}})))
                .withMessage("weights[1, 0]: NaN is not finite");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsArraysThatDoNotFit() {
        INDArray wide = Nd4j.create(new double[][] {{1, 2, 3}, {4, 5, 6}});
        OwnPrompts.Context context = OwnPrompts.context(CONTEXT, CONTEXT_LABELS);
        OwnPrompts.Draft draft = context.examples(EXAMPLES, EXAMPLE_LABELS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OwnPrompts.context(null, CONTEXT_LABELS))
                .withMessage("context features: null is not an array");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.examples(wide, EXAMPLE_LABELS))
                .withMessage("example features: 3 columns are not as many as the context's, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.examples(EXAMPLES, Nd4j.createFromArray(1.0)))
                .withMessage("example labels: shape [1] is not [2] or [2, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> draft.test(wide, TEST_LABELS))
                .withMessage("test features: 3 columns are not as many as the context's, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> draft.test(Nd4j.create(new double[][] {{1, 2}}), Nd4j.createFromArray(1.0)))
                .withMessage("test features: 1 row is not at least 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.withFreshContext(wide, TEST_LABELS))
                .withMessage("fresh context features: 3 columns are not as many as the context's, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.withTrainingLoss(null))
                .withMessage("trainingLoss: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.step(LinearAttention.zero(3), 1))
                .withMessageEndingWith("does not have the 2 features of the arrays");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.step(START, Double.NaN))
                .withMessage("stepSize: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.step(START, 1e308))
                .withMessageContaining("is not finite");
    }
}
