package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.theory.distillation.Experiment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Test-time training of {@link LinearAttention} by one gradient step. There is one context of n examples of the task, shared by k training
 * examples of the same task, and the step descends their squared error; then the attention with the new weights is evaluated on a query.
 * There are two variants. With a <b>fresh</b> context (the default, and the variant of the paper) the query comes with examples that the
 * step has not seen, of the same or of another length. With the <b>same</b> context it comes with the context of the step, as in a deployed
 * model, so that what the step learnt about this particular context is not lost.
 *
 * <p>{@link #predict()} is exact at every dimension, length of the context and number of examples, for any covariance of the
 * features, any weights and any task; features and noise are Gaussian, and independent from one example to the next. {@link
 * #leadingOrder()} is the limit of many features.
 *
 * <p>Source of the setting: Gozeten, Ildiz, Zhang, Soltanolkotabi, Mondelli, Oymak, ICML 2025, arXiv 2503.11842; the finite
 * sizes are derived in the module's documentation, {@code docs/test-time-training.md}. Immutable.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(60, 1.0);
 * LinearAttention pretrained = LinearAttention.pretrained(TaskPrior.isotropic(60, 1.0), 30);
 * TestTimeTraining training = TestTimeTraining.of(task, pretrained, 30);
 * GradientStep step = training.predict().after(40);
 * double before = step.initialLoss(); // 0.6703
 * double after = step.loss(); // 0.5769
 * double stepSize = step.optimalStepSize().getAsDouble(); // 3.03e-6
 * double deployed = training.withSameContext().predict().loss(40); // 0.4377
 * }</pre>
 */
public final class TestTimeTraining {

    private final InContextTask task;
    private final LinearAttention start;
    private final int contextLength;
    private final Evaluation evaluation;
    private final TrainingLoss trainingLoss;

    private TestTimeTraining(
            InContextTask task,
            LinearAttention start,
            int contextLength,
            Evaluation evaluation,
            TrainingLoss trainingLoss) {
        this.task = task;
        this.start = start;
        this.contextLength = contextLength;
        this.evaluation = evaluation;
        this.trainingLoss = trainingLoss;
        task.features().checkFits("start", start.dimension());
    }

    /** The kind of context that comes with the query. */
    private sealed interface Evaluation {

        int length();

        ImprovementCurve predict(ContextMoments moments);
    }

    private record Fresh(int length) implements Evaluation {
        @Override
        public ImprovementCurve predict(ContextMoments moments) {
            return moments.onFreshContexts(length);
        }
    }

    private record Same(int length) implements Evaluation {
        @Override
        public ImprovementCurve predict(ContextMoments moments) {
            return moments.onSameContext();
        }
    }

    /**
     * Training of given weights on a task, to be evaluated on fresh contexts of the same length.
     *
     * @param task the task
     * @param start the weights before the step, such as {@link LinearAttention#pretrained} for a warm and {@link
     *     LinearAttention#zero} for a cold start
     * @param contextLength the number n of examples in the context, at least 0
     * @return the training
     * @throws IllegalArgumentException if the dimensions differ or the length is negative
     */
    public static TestTimeTraining of(InContextTask task, LinearAttention start, int contextLength) {
        return new TestTimeTraining(
                notNull("task", task),
                notNull("start", start),
                nonNegative("contextLength", contextLength),
                new Fresh(contextLength),
                TrainingLoss.SUM);
    }

    /**
     * The same training, evaluated on fresh contexts.
     *
     * @param evaluationLength the number of examples in the context that comes with the query, at least 0. If it is not n, even a small
     *     step can do harm
     * @return a new training
     * @throws IllegalArgumentException if the length is negative
     */
    public TestTimeTraining withFreshContext(int evaluationLength) {
        Fresh fresh = new Fresh(nonNegative("evaluationLength", evaluationLength));
        return new TestTimeTraining(task, start, contextLength, fresh, trainingLoss);
    }

    /**
     * The same training, evaluated on the context of the step.
     *
     * @return a new training
     */
    public TestTimeTraining withSameContext() {
        return new TestTimeTraining(task, start, contextLength, new Same(contextLength), trainingLoss);
    }

    /**
     * The same training with another convention for the training loss, and thus for step sizes.
     *
     * @param trainingLoss the loss; the sum by default
     * @return a new training
     */
    public TestTimeTraining withTrainingLoss(TrainingLoss trainingLoss) {
        return new TestTimeTraining(task, start, contextLength, evaluation, notNull("trainingLoss", trainingLoss));
    }

    /**
     * The same training on another task.
     *
     * @param task the task, of the same dimension
     * @return a new training
     * @throws IllegalArgumentException if the dimension differs
     */
    public TestTimeTraining withTask(InContextTask task) {
        return new TestTimeTraining(notNull("task", task), start, contextLength, evaluation, trainingLoss);
    }

    /**
     * The same training with other initial weights.
     *
     * @param start the weights before the step
     * @return a new training
     * @throws IllegalArgumentException if the dimension differs
     */
    public TestTimeTraining withStart(LinearAttention start) {
        return new TestTimeTraining(task, notNull("start", start), contextLength, evaluation, trainingLoss);
    }

    /**
     * The task.
     *
     * @return the task to learn
     */
    public InContextTask task() {
        return task;
    }

    /**
     * The weights before the step.
     *
     * @return W
     */
    public LinearAttention start() {
        return start;
    }

    /**
     * The length of the context.
     *
     * @return n
     */
    public int contextLength() {
        return contextLength;
    }

    /**
     * The length of the context that comes with the query.
     *
     * @return that of the fresh context, or n
     */
    public int evaluationLength() {
        return evaluation.length();
    }

    /**
     * Whether the query comes with the context of the step.
     *
     * @return false if it comes with a fresh one
     */
    public boolean isOnSameContext() {
        return evaluation instanceof Same;
    }

    /**
     * The loss that the step descends.
     *
     * @return the convention for step sizes
     */
    public TrainingLoss trainingLoss() {
        return trainingLoss;
    }

    /**
     * Computes the exact loss after the step, for every number of examples and every step size at once, averaged over context, training
     * examples, query and noise. It takes a few operations for each run of equal weights and eigenvalues if all matrices are diagonal, and
     * about ten products of matrices otherwise.
     *
     * @return the exact loss as a function of the number of examples
     * @throws IllegalArgumentException if the weights are so large that the loss overflows
     */
    public ImprovementCurve predict() {
        return evaluation.predict(ContextMoments.of(task, start, contextLength)).withTrainingLoss(trainingLoss);
    }

    /**
     * Runs the training instead of computing it.
     *
     * @param experiment how to run it, for example {@code PromptTrials.of(10, Trials.of(500).withSeed(7))}
     * @param <R> the type of the experiment's report
     * @return the outcome
     * @throws IllegalArgumentException if the experiment is null, or refuses this training
     */
    public <R> R simulate(Experiment<? super TestTimeTraining, R> experiment) {
        return notNull("experiment", experiment).run(this);
    }

    /**
     * The same for one given context, with a step size that may depend on it: averaged over the training examples and the
     * query alone. With r = β − Wu,
     *
     * <pre>  L₀ = σ² + rᵀΣx r,    b = 2k |u|² rᵀΣx²r,    a = 4 |u|⁴ [k(k+1) rᵀΣx³r + k tr(Σx²) (rᵀΣx r + σ²)].</pre>
     *
     * @param contextVector u = Xᵀy of the context, of length d
     * @return the exact loss as a function of the number of examples
     * @throws IllegalArgumentException if the length is not d, an entry is NaN or infinite, or the loss overflows
     * @throws IllegalStateException if this training is evaluated on fresh contexts
     */
    public ImprovementCurve predictGiven(double[] contextVector) {
        length("contextVector", notNull("contextVector", contextVector).length, "the dimension", task.dimension());
        requireSameContext();
        return ContextMoments.inFull(task, start, contextLength)
                .onContext(finite("contextVector", contextVector))
                .withTrainingLoss(trainingLoss);
    }

    /**
     * The loss averaged over contexts when each step has the best size for its own context, in the case with a closed form: Σ<sub>x</sub> a
     * multiple of the identity, no noise. The best size is then 1/(2|u|²(k+d+1)) for Σ<sub>x</sub> = I, which needs no knowledge of β, and
     * the loss is
     *
     * <pre>  L₀ (d+1) / (k+d+1).</pre>
     *
     * @param examples k, at least 0
     * @return the average loss, never more than that with one step size for all contexts
     * @throws IllegalArgumentException if k is negative
     * @throws IllegalStateException if this training is evaluated on fresh contexts, if its features are not isotropic, or if
     *     there is noise
     */
    public double lossOfStepPerContext(long examples) {
        requireSameContext();
        boolean isotropic = task.features() instanceof DiagonalMatrix diagonal && diagonal.isMultipleOfIdentity();
        if (!isotropic || task.noise() > 0) {
            throw new IllegalStateException("Only isotropic features without noise have a closed form");
        }
        double dimension = task.dimension();
        double initialLoss = predict().after(examples).initialLoss();
        return initialLoss * ((dimension + 1) / (examples + dimension + 1));
    }

    private void requireSameContext() {
        if (!isOnSameContext()) {
            throw new IllegalStateException("The query comes with a fresh context, not with that of the step");
        }
    }

    /**
     * The leading order in 1/d, an <b>approximation</b>: with m = β − nWΣ<sub>x</sub>β, s = βᵀΣ<sub>x</sub>β + σ² and
     * R<sub>j</sub> = mᵀΣ<sub>x</sub>ʲm + ns tr(Σ<sub>x</sub>ʲWΣ<sub>x</sub>Wᵀ)
     *
     * <pre>  L₀ ~ σ² + R₁,      fresh:  I ~ k (mᵀΣx²m)² / (k R₃ + R₃ + tr(Σx²)(R₁ + σ²)),      same:  R₂² in place of (mᵀΣx²m)².</pre>
     *
     * <p>Valid for d, n, k → ∞ in proportion, Σ<sub>x</sub> with a bounded spectrum whose tr Σ<sub>x</sub>² is not dominated by a few
     * directions, and weights of size 1/n; the relative error is O(1/d) with a large constant, and the improvement is overestimated: at n/d
     * = ½, k/d = 1 by 27 % for d = 60 and 7.6 % for d = 200 on fresh contexts, by 14 % and 4.2 % on the same. On fresh contexts it fails
     * when n is of order √d, and when n/d is so small that the fluctuation of u outweighs its mean.
     *
     * @return the approximate loss as a function of the number of examples
     * @throws IllegalArgumentException if the weights are so large that the loss overflows
     * @throws IllegalStateException if the evaluation context has another length than that of the step
     */
    public ImprovementCurve leadingOrder() {
        if (evaluation.length() != contextLength) {
            throw new IllegalStateException("There is no leading order for an evaluation context of another length");
        }
        ContextMoments moments = ContextMoments.of(task, start, contextLength);
        ImprovementCurve curve =
                isOnSameContext() ? moments.leadingOrderOnSameContext() : moments.leadingOrderOnFreshContexts();
        return curve.withTrainingLoss(trainingLoss);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TestTimeTraining that
                && task.equals(that.task)
                && start.equals(that.start)
                && contextLength == that.contextLength
                && evaluation.equals(that.evaluation)
                && trainingLoss.equals(that.trainingLoss);
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, start, contextLength, evaluation, trainingLoss);
    }

    @Override
    public String toString() {
        String context = isOnSameContext() ? "the same context" : "fresh contexts of length " + evaluationLength();
        return "TestTimeTraining of " + start + " on " + task + ", context length " + contextLength + ", evaluated on "
                + context;
    }
}
