package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.nd4j.internal.MatrixProduct;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TrainingLoss;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Test-time training on the user's own arrays, of any distribution: one gradient step on training examples that are all
 * seen through one context, then a test before and after it. The queries of the test come with the context of the step,
 * as in a deployed model, unless a {@linkplain #withFreshContext fresh} one is given.
 *
 * <p>There is no intercept and nothing is centred: for the theory to apply, features and labels must have mean zero. Then {@link
 * dev.retort.theory.testtime.TestTimeTraining} predicts the errors on average over arrays like these, and which step size is best. The
 * arrays are copied. Immutable.
 *
 * <pre>{@code
 * INDArray context = Nd4j.create(new double[][] {{1, 0}, {0, 1}});
 * INDArray contextLabels = Nd4j.create(new double[] {2, 1});
 * INDArray examples = Nd4j.create(new double[][] {{1, 1}});
 * INDArray exampleLabels = Nd4j.create(new double[] {3});
 * INDArray queries = Nd4j.create(new double[][] {{1, 0}, {0, 1}});
 * INDArray answers = Nd4j.create(new double[] {2, 1});
 *
 * PromptReport report = OwnPrompts.context(context, contextLabels)
 *         .examples(examples, exampleLabels)
 *         .test(queries, answers)
 *         .step(LinearAttention.isotropic(2, 0.5), 0.05);
 * double before = report.before().mean(); // 5/8: the mean of two squared errors
 * double after = report.after().mean(); // 1/16
 * INDArray weights = report.weights(); // 0.8, 0.15, 0.3, 0.65
 * }</pre>
 */
public final class OwnPrompts {

    private final SampleSet context;
    private final SampleSet examples;
    private final SampleSet test;
    private final SampleSet evaluation;
    private final TrainingLoss trainingLoss;

    private OwnPrompts(
            SampleSet context, SampleSet examples, SampleSet test, SampleSet evaluation, TrainingLoss trainingLoss) {
        this.context = context;
        this.examples = examples;
        this.test = test;
        this.evaluation = evaluation;
        this.trainingLoss = trainingLoss;
    }

    /**
     * Begins with the context of the step.
     *
     * @param features its features, shape {@code [n, d]}
     * @param labels their labels, shape {@code [n]} or {@code [n, 1]}
     * @return prompts that lack training examples and a test set
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN or
     *     infinite
     */
    public static Context context(INDArray features, INDArray labels) {
        return new Context(SampleSet.labelled("context", features, labels));
    }

    /** A context, which lacks training examples and a test set. Immutable. */
    public static final class Context {

        private final SampleSet context;

        private Context(SampleSet context) {
            this.context = context;
        }

        /**
         * Adds the examples that the step trains on.
         *
         * @param features the features of the training examples, shape {@code [k, d]}
         * @param labels their labels, shape {@code [k]} or {@code [k, 1]}
         * @return prompts that lack a test set
         * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN
         *     or infinite
         */
        public Draft examples(INDArray features, INDArray labels) {
            return new Draft(context, beside(context, "example", features, labels));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Context that && context.equals(that.context);
        }

        @Override
        public int hashCode() {
            return context.hashCode();
        }

        @Override
        public String toString() {
            return "OwnPrompts of a context " + context + " without examples and a test set";
        }
    }

    /** A context and training examples, which lack a test set. Immutable. */
    public static final class Draft {

        private final SampleSet context;
        private final SampleSet examples;

        private Draft(SampleSet context, SampleSet examples) {
            this.context = context;
            this.examples = examples;
        }

        /**
         * Adds the queries that the attention is tested on.
         *
         * @param features the queries, shape {@code [N, d]} with N at least 2
         * @param labels the right answers, shape {@code [N]} or {@code [N, 1]}
         * @return the prompts, tested with the context of the step, with the sum of squared errors as training loss
         * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN
         *     or infinite
         */
        public OwnPrompts test(INDArray features, INDArray labels) {
            SampleSet test = beside(context, "test", features, labels);
            if (test.rows() < 2) {
                throw refusal("test features", test.rows() + " row", "is not at least 2");
            }
            return new OwnPrompts(context, examples, test, context, TrainingLoss.SUM);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Draft that && context.equals(that.context) && examples.equals(that.examples);
        }

        @Override
        public int hashCode() {
            return Objects.hash(context, examples);
        }

        @Override
        public String toString() {
            return "OwnPrompts of a context " + context + " and examples " + examples + " without a test set";
        }
    }

    private static SampleSet beside(SampleSet context, String name, INDArray features, INDArray labels) {
        return SampleSet.labelled(name, features, labels).beside(name, "context", context);
    }

    /**
     * The same prompts, but the queries of the test come with a context that the step has not seen.
     *
     * @param features its features, shape {@code [n, d]} with any n
     * @param labels their labels, shape {@code [n]} or {@code [n, 1]}
     * @return new prompts
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN or
     *     infinite
     */
    public OwnPrompts withFreshContext(INDArray features, INDArray labels) {
        return new OwnPrompts(
                context, examples, test, beside(context, "fresh context", features, labels), trainingLoss);
    }

    /**
     * The same prompts with another convention for the training loss, and thus for step sizes.
     *
     * @param trainingLoss the loss; the sum by default
     * @return new prompts
     * @throws IllegalArgumentException if it is null
     */
    public OwnPrompts withTrainingLoss(TrainingLoss trainingLoss) {
        return new OwnPrompts(context, examples, test, evaluation, notNull("trainingLoss", trainingLoss));
    }

    /**
     * Makes the step W + 2η X<sub>t</sub>ᵀ(y<sub>t</sub> − X<sub>t</sub>Wu)uᵀ with u = Xᵀy, or its {@linkplain
     * TrainingLoss#multiple multiple}, and tests the weights before and after it.
     *
     * @param start the weights W before the step
     * @param stepSize η
     * @return the weights, predictions and errors
     * @throws IllegalArgumentException if the start is null or has another number of features than the arrays, or if the step size or the
     *     resulting weights are NaN or infinite
     * @throws IllegalStateException if there is no ND4J backend
     */
    public PromptReport step(LinearAttention start, double stepSize) {
        if (notNull("start", start).dimension() != context.columns()) {
            throw refusal("start", start, "does not have the " + context.columns() + " features of the arrays");
        }
        try (INDArray weights = AttentionArrays.weights(start);
                INDArray seen = contextVector(context);
                INDArray change = descent(weights, seen).muli(finite("stepSize", stepSize));
                INDArray trained = weights.add(change);
                INDArray given = contextVector(evaluation);
                INDArray before = MatrixProduct.of(weights, given);
                INDArray after = MatrixProduct.of(trained, given)) {
            return new PromptReport(
                    AttentionArrays.attention(trained), errors(before), errors(after), predictions(after));
        }
    }

    private static INDArray contextVector(SampleSet context) {
        try (INDArray features = context.features(context.rows());
                INDArray labels = Nd4j.createFromArray(context.labels(context.rows()))) {
            return AttentionArrays.contextVector(features, labels);
        }
    }

    private INDArray descent(INDArray weights, INDArray seen) {
        int k = examples.rows();
        try (INDArray features = examples.features(k);
                INDArray labels = Nd4j.createFromArray(examples.labels(k))) {
            return AttentionArrays.descent(weights, seen, features, labels, trainingLoss.multiple(k));
        }
    }

    private TestError errors(INDArray predictor) {
        return test.error(predictor.toDoubleVector());
    }

    private double[] predictions(INDArray predictor) {
        try (INDArray queries = test.features(test.rows())) {
            return LinearRegression.predict(queries, predictor.toDoubleVector());
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OwnPrompts that
                && context.equals(that.context)
                && examples.equals(that.examples)
                && test.equals(that.test)
                && evaluation.equals(that.evaluation)
                && trainingLoss.equals(that.trainingLoss);
    }

    @Override
    public int hashCode() {
        return Objects.hash(context, examples, test, evaluation, trainingLoss);
    }

    @Override
    public String toString() {
        return "OwnPrompts of " + context.columns() + " features, context " + context.rows() + ", examples "
                + examples.rows() + ", tested on " + test.rows() + " with "
                + (evaluation.equals(context) ? "the same context" : "a fresh context of " + evaluation.rows());
    }
}
