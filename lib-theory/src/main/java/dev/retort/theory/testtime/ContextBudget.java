package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Parallel;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A division of labelled examples between the context and test-time training, with its loss. Searches try every length of the context,
 * since the loss is not always monotone in it; a function gives the training at each length, so that weights may be pre-trained for that
 * length or not, and evaluation may be on fresh contexts or the same one.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(100, 1.0);
 * TaskPrior prior = TaskPrior.isotropic(100, 1.0);
 * ContextBudget best = ContextBudget.best(
 *         200, n -> TestTimeTraining.of(task, LinearAttention.pretrained(prior, n), n).withSameContext());
 * int context = best.contextLength(); // 113
 * int withoutTraining = ContextBudget.leastContext(
 *         0.1, 2000, n -> LinearAttention.pretrained(prior, n).loss(task, n)).getAsInt(); // 909
 * }</pre>
 *
 * @param contextLength n, the number of examples in the context
 * @param examples k, the number of examples of the gradient step
 * @param loss the loss after the best step
 */
public record ContextBudget(int contextLength, long examples, double loss) {

    /** As many runs of consecutive lengths keep all processors busy. */
    private static final int RUNS = 4096;

    /**
     * Checks the numbers.
     *
     * @param contextLength n, at least 0
     * @param examples k, at least 0
     * @param loss the loss, at least 0, perhaps infinite
     * @throws IllegalArgumentException if a number is negative, or the loss NaN
     */
    public ContextBudget {
        nonNegative("contextLength", contextLength);
        if (examples < 0) {
            throw refusal("examples", examples, "is not at least 0");
        }
        if (!(loss >= 0)) {
            throw refusal("loss", loss, "is not at least 0");
        }
    }

    /**
     * The number of labels used, not counting those of a fresh context at evaluation.
     *
     * @return n + k; {@link Long#MAX_VALUE} if it is more
     */
    public long labels() {
        return examples > Long.MAX_VALUE - contextLength ? Long.MAX_VALUE : contextLength + examples;
    }

    /**
     * The best division of a number of labels.
     *
     * @param labels the number of labels, at least 0
     * @param training the training at a length of the context; called by several threads
     * @return the division of least loss; ties go to the shortest context
     * @throws IllegalArgumentException if the number is negative
     */
    public static ContextBudget best(int labels, IntFunction<TestTimeTraining> training) {
        notNull("training", training);
        return least(
                        nonNegative("labels", labels),
                        n -> Optional.of(
                                new ContextBudget(n, labels - n, at(training, n).loss(labels - n))),
                        Comparator.comparingDouble(ContextBudget::loss))
                .orElseThrow();
    }

    /**
     * The fewest labels with which a loss is reached.
     *
     * @param loss the loss to reach
     * @param longestContext the longest context to try, at least 0
     * @param training the training at a length of the context; called by several threads
     * @return the division with the fewest labels; ties go to the shortest context; empty if none reaches the loss
     * @throws IllegalArgumentException if the loss is NaN or infinite, or the length negative
     */
    public static Optional<ContextBudget> least(
            double loss, int longestContext, IntFunction<TestTimeTraining> training) {
        finite("loss", loss);
        notNull("training", training);
        return least(
                nonNegative("longestContext", longestContext),
                n -> reaching(loss, n, at(training, n)),
                Comparator.comparingLong(ContextBudget::labels));
    }

    /** The least of the divisions at all lengths, of those that are equal the one with the shortest context. */
    private static Optional<ContextBudget> least(
            int longestContext, IntFunction<Optional<ContextBudget>> division, Comparator<ContextBudget> order) {
        // In runs, as there may be more lengths than fit into memory.
        int run = longestContext / RUNS + 1;
        return Parallel.values(
                        longestContext / run + 1,
                        k -> IntStream.rangeClosed(k * run, k * run + Math.min(run - 1, longestContext - k * run))
                                .mapToObj(division)
                                .flatMap(Optional::stream)
                                .min(order))
                .stream()
                .flatMap(Optional::stream)
                .min(order);
    }

    private static ImprovementCurve at(IntFunction<TestTimeTraining> training, int contextLength) {
        TestTimeTraining found = training.apply(contextLength);
        if (found == null) {
            throw new IllegalStateException(
                    "training: the function returned null for a context of " + contextLength + " examples");
        }
        return found.predict();
    }

    private static Optional<ContextBudget> reaching(double loss, int contextLength, ImprovementCurve curve) {
        OptionalLong examples = curve.leastExamples(loss);
        return examples.isEmpty()
                ? Optional.empty()
                : Optional.of(new ContextBudget(contextLength, examples.getAsLong(), curve.loss(examples.getAsLong())));
    }

    /**
     * The shortest context with which attention reaches a loss without any training.
     *
     * @param loss the loss to reach
     * @param longestContext the longest context to try, at least 0
     * @param lossAt the loss at a length of the context, perhaps infinite
     * @return the least length; empty if none reaches the loss
     * @throws IllegalArgumentException if the loss is NaN or infinite, the length negative, or the loss at a length that is tried NaN
     */
    public static OptionalInt leastContext(double loss, int longestContext, IntToDoubleFunction lossAt) {
        finite("loss", loss);
        notNull("lossAt", lossAt);
        return IntStream.rangeClosed(0, nonNegative("longestContext", longestContext))
                .filter(n -> number("lossAt", n, lossAt.applyAsDouble(n)) <= loss)
                .findFirst();
    }
}
