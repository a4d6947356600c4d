package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.internal.SymmetricEigen;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The value of pre-training on M tasks: the risks, as functions of M, of the two Bayes predictors between which in-context learners lie.
 * The tasks are drawn from N(0, (p/d)I). The <i>memorising</i> predictor is the posterior mean under the uniform prior on the M tasks; the
 * <i>generalising</i> predictor is the posterior mean under the Gaussian that the tasks came from, {@link IsotropicContext#bayes()}. Excess
 * risks are averaged over the draw of the tasks.
 *
 * <p>Each is optimal for its own tasks. On pre-training tasks memorising is better than generalising by G(M) ≥ 0, on new tasks it is worse
 * by D(M) ≥ 0; both are the mean squared distance between the two predictors, over contexts of a pre-training task and of a new task
 * respectively. So on either kind of task alone the two never cross. They do where both kinds count, {@link #crossing}, and where
 * memorising has a price, {@link #crossingAtPrice}.
 *
 * <p>{@link #generalising()} and the limit {@link #distanceTimesTasks} are exact. The risk of the memorising predictor is a mean over draws
 * of a context and of tasks, the same tasks for all M, with the directions that the context does not determine integrated out; it is exact
 * for n = 0, and for M = 1 and 2 on pre-training tasks. On those it errs where it confuses two tasks. Where (M − 1)R(2) is less than a
 * tenth of p, R(2) being the risk at M = 2, such confusion is rare, and importance sampling draws contexts in which it is likely: a risk of
 * 10⁻⁷ is then known as precisely as one of ½.
 *
 * <p>Sources: Raventós, Paul, Chen and Ganguli (NeurIPS 2023, arXiv 2306.15063) for the two predictors, Wurgaft et al. (arXiv
 * 2506.17859) for the price; derivations are in the module's documentation, {@code docs/in-context-predictors.md}. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * IsotropicContext context = IsotropicContext.of(4, 4).withTaskPower(1).withNoise(0.5);
 * TaskDiversity diversity = TaskDiversity.of(context, 1024, 500, 7);
 * double anyTask = diversity.generalising(); // 0.4178
 * int tasks = diversity.tasks()[6]; // 12
 * SampleMean newTask = diversity.memorisingOnNew(6); // 0.795 ± 0.018: after so many tasks
 * TaskDiversity.Crossing tie = diversity.crossing(0.4).orElseThrow(); // two tasks of five to come are new
 * double most = tie.tasks(); // 16
 * double uncertainty = tie.standardError(); // 4
 * }</pre>
 */
public final class TaskDiversity {

    /** The share of the power below which mistakes are too rare for plain draws and importance sampling is used. */
    private static final double RARE = 0.1;

    private final double generalising;
    private final int[] tasks;

    /** By number of tasks, then draw: the risk on a pre-training task, and D. */
    private final double[][] onPretraining;

    private final double[][] distanceOnNew;

    private TaskDiversity(double generalising, int[] tasks, double[][] onPretraining, double[][] distanceOnNew) {
        this.generalising = generalising;
        this.tasks = tasks;
        this.onPretraining = onPretraining;
        this.distanceOnNew = distanceOnNew;
    }

    /**
     * Where one predictor overtakes the other.
     *
     * @param tasks the number of tasks M at which they tie, interpolated; greater than 0
     * @param standardError the standard error of M, to first order; at least 0
     * @param below the largest number of tasks computed before the tie
     * @param above the smallest number of tasks computed after the tie
     * @param memorisingBelow whether it is for fewer tasks that memorising is better
     */
    public record Crossing(double tasks, double standardError, int below, int above, boolean memorisingBelow) {

        /**
         * Checks the numbers.
         *
         * @param tasks the number of tasks M at which they tie
         * @param standardError the standard error of M
         * @param below the largest number of tasks computed before the tie
         * @param above the smallest number of tasks computed after the tie
         * @param memorisingBelow whether it is for fewer tasks that memorising is better
         * @throws IllegalArgumentException if a number is NaN or out of range, or {@code above} is not greater than {@code below}
         */
        public Crossing {
            positive("tasks", tasks);
            nonNegativeOrInfinite("standardError", standardError);
            if (above <= atLeastOne("below", below)) {
                throw refusal("above", above, "is not greater than below, " + below);
            }
        }
    }

    /**
     * Computes the risks for M = 1, 2, 3, 4, 6, 8, 12, …, on all processors; the draws depend on the seed alone. The time is
     * that of {@code draws · mostTasks} Gaussian vectors of length min(n, d); where mistakes are rare, of {@code 4 · draws · mostTasks} of
     * length d.
     *
     * @param context dimension, length, and power and noise, which must be greater than 0
     * @param mostTasks the largest M wanted, at least 1
     * @param draws how many draws, at least 2
     * @param seed the seed, any number
     * @return the risks
     * @throws IllegalArgumentException if the context has no noise or no power, if the square of the noise and the power differ by a factor
     *     of more than 10³⁰⁷, or if a number is out of range
     */
    public static TaskDiversity of(IsotropicContext context, int mostTasks, int draws, long seed) {
        positive("noise", notNull("context", context).noise());
        positive("taskPower", context.taskPower());
        double evidence = context.taskPower() / context.noise() / context.noise();
        if (!(evidence >= Double.MIN_NORMAL && evidence < 1 / Double.MIN_NORMAL)) {
            throw refusal(
                    "noise",
                    context.noise(),
                    "has a square that double precision cannot compare with the task power, " + context.taskPower());
        }
        atLeastOne("mostTasks", mostTasks);
        // In a unit near the tasks', a power of two, so that no square or product of risks leaves the range of doubles.
        int unit = Math.floorDiv(PowerOfTwo.exponent(new double[] {context.taskPower()}), 2);
        TaskDiversity inUnits = inUnits(
                context.withTaskPower(Math.scalb(context.taskPower(), -2 * unit))
                        .withNoise(Math.scalb(context.noise(), -unit)),
                mostTasks,
                draws,
                seed);
        for (double[][] risks : List.of(inUnits.onPretraining, inUnits.distanceOnNew)) {
            for (double[] ofDraws : risks) {
                PowerOfTwo.scale(ofDraws, 2 * unit);
            }
        }
        return new TaskDiversity(
                Math.scalb(inUnits.generalising, 2 * unit),
                inUnits.tasks,
                inUnits.onPretraining,
                inUnits.distanceOnNew);
    }

    private static TaskDiversity inUnits(IsotropicContext context, int mostTasks, int draws, long seed) {
        int[] tasks = IntStream.rangeClosed(1, mostTasks)
                .filter(m -> m >> Integer.numberOfTrailingZeros(m) <= 3)
                .toArray();
        List<Draw> all = Draws.of(draws, seed, random -> new Draw(context, tasks, random));
        double generalising = context.excess(context.bayes());
        ConfusedTasks confused = new ConfusedTasks(context);
        double ofTwo = confused.riskOfTwo();
        double[] ridge = all.stream().mapToDouble(draw -> draw.generalising).toArray();
        double[][] onPretraining = new double[tasks.length][];
        double[][] distanceOnNew = new double[tasks.length][];
        for (int i = 0; i < tasks.length; i++) {
            int k = i;
            if (tasks[k] == 2) {
                onPretraining[k] = new double[draws];
                Arrays.fill(onPretraining[k], ofTwo);
            } else if (tasks[k] > 2 && (tasks[k] - 1) * ofTwo < RARE * context.taskPower()) {
                onPretraining[k] = Draws.of(
                                draws,
                                RandomStreams.of(seed).at((double) tasks[k]),
                                random -> confused.draw(tasks[k], random))
                        .stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
            } else {
                onPretraining[k] = controlled(
                        all.stream().mapToDouble(draw -> draw.onPretraining[k]).toArray(), ridge, generalising);
            }
            distanceOnNew[i] =
                    all.stream().mapToDouble(draw -> draw.distanceOnNew[k]).toArray();
        }
        return new TaskDiversity(generalising, tasks, onPretraining, distanceOnNew);
    }

    /** Reduces the variance of values by regression on a control variate of known mean. */
    private static double[] controlled(double[] values, double[] control, double known) {
        double valueMean = SampleMean.of(values).mean();
        double controlMean = SampleMean.of(control).mean();
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < values.length; i++) {
            covariance += (values[i] - valueMean) * (control[i] - controlMean);
            variance += (control[i] - controlMean) * (control[i] - controlMean);
        }
        double slope = variance == 0 ? 0 : covariance / variance;
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] - slope * (control[i] - known))
                .toArray();
    }

    /** One context and one sequence of tasks, in the eigenbasis of XᵀX, with the directions of eigenvalue 0 integrated out. */
    private static final class Draw {

        private final double[] onPretraining;
        private final double[] distanceOnNew;
        private final double generalising;

        Draw(IsotropicContext context, int[] tasks, RandomGenerator random) {
            double[] scales = singularValues(context, random);
            double deviation = Math.sqrt(context.taskPower() / context.dimension());
            double unseen = (context.dimension() - scales.length) * deviation * deviation;
            double[] task = gaussian(scales.length, deviation, random);
            Posterior known = new Posterior(context, scales, task, random);
            Posterior fresh = new Posterior(context, scales, gaussian(scales.length, deviation, random), random);
            this.generalising = unseen + squaredDistance(known.gaussian, task);
            this.onPretraining = new double[tasks.length];
            this.distanceOnNew = new double[tasks.length];
            double[] next = task;
            double logWeightOfFirst = known.logWeight(task);
            int done = 0;
            for (int k = 0; k < tasks.length; k++) {
                for (; done < tasks[k]; done++) {
                    known.add(next);
                    fresh.add(next);
                    next = gaussian(scales.length, deviation, random);
                }
                double ofFirst = Math.exp(logWeightOfFirst - known.largest) / known.total;
                onPretraining[k] = squaredDistance(known.mean(), task)
                        + unseen * ((1 - ofFirst) * (1 - ofFirst) + known.concentration() - ofFirst * ofFirst);
                distanceOnNew[k] = squaredDistance(fresh.mean(), fresh.gaussian) + unseen * fresh.concentration();
            }
        }

        private static double[] singularValues(IsotropicContext context, RandomGenerator random) {
            int count = Math.min(context.length(), context.dimension());
            if (count == 0) {
                return new double[0];
            }
            double[][] rows = new double[Math.max(context.length(), context.dimension())][];
            Arrays.setAll(rows, row -> gaussian(count, 1, random));
            DenseMatrix features = DenseMatrix.of(rows);
            return Arrays.stream(SymmetricEigen.of(
                                    features.transposed().times(features).toArray())
                            .values())
                    .map(x -> Math.sqrt(Math.max(0, x)))
                    .toArray();
        }

        private static double[] gaussian(int length, double deviation, RandomGenerator random) {
            double[] values = StandardNormal.sample(length, random);
            for (int i = 0; i < length; i++) {
                values[i] *= deviation;
            }
            return values;
        }

        private static double squaredDistance(double[] a, double[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += (a[i] - b[i]) * (a[i] - b[i]);
            }
            return sum;
        }
    }

    /** The posterior given the labels: its mean under the Gaussian prior, and sums over a growing list of tasks. */
    private static final class Posterior {

        private final double[] scales;
        private final double[] labels;
        private final double precision;
        private final double[] gaussian;

        /** Weights are relative to the largest, so that none overflows and not all underflow. */
        private double largest = Double.NEGATIVE_INFINITY;

        private double total;
        private double squares;
        private final double[] weighted;

        Posterior(IsotropicContext context, double[] scales, double[] task, RandomGenerator random) {
            double variance = context.noise() * context.noise();
            double strength = variance * context.dimension() / context.taskPower();
            this.scales = scales;
            this.precision = 1 / variance;
            this.labels = new double[scales.length];
            this.gaussian = new double[scales.length];
            this.weighted = new double[scales.length];
            for (int i = 0; i < scales.length; i++) {
                labels[i] = scales[i] * task[i] + context.noise() * StandardNormal.next(random);
                gaussian[i] = scales[i] * labels[i] / (scales[i] * scales[i] + strength);
            }
        }

        double logWeight(double[] task) {
            double sum = 0;
            for (int i = 0; i < scales.length; i++) {
                double residual = labels[i] - scales[i] * task[i];
                sum += residual * residual;
            }
            return -sum * precision / 2;
        }

        void add(double[] task) {
            double logWeight = logWeight(task);
            if (logWeight > largest) {
                double shrink = Math.exp(largest - logWeight);
                total *= shrink;
                squares *= shrink * shrink;
                for (int i = 0; i < weighted.length; i++) {
                    weighted[i] *= shrink;
                }
                largest = logWeight;
            }
            double weight = Math.exp(logWeight - largest);
            total += weight;
            squares += weight * weight;
            for (int i = 0; i < weighted.length; i++) {
                weighted[i] += weight * task[i];
            }
        }

        double[] mean() {
            return Arrays.stream(weighted).map(sum -> sum / total).toArray();
        }

        /** The sum of the squared posterior probabilities. */
        double concentration() {
            return squares / total / total;
        }
    }

    /**
     * The numbers of tasks for which there are risks.
     *
     * @return a new array, ascending: 1, 2, 3, 4, 6, 8, 12, …
     */
    public int[] tasks() {
        return tasks.clone();
    }

    /**
     * The excess risk of the generalising predictor, exact; the same for pre-training and for new tasks.
     *
     * @return E ‖ŵ − β‖² of ridge regression at strength σ²d/p
     */
    public double generalising() {
        return generalising;
    }

    /**
     * The excess risk of the memorising predictor on one of the tasks that it was trained on.
     *
     * @param i the place of M in {@link #tasks()}, from 0, not M itself
     * @return the mean over draws, with a standard error that is reliable even for tiny risks; it grows with M, from 0 at M = 1 towards
     *     {@link #generalising()}, and is exact at M = 2
     * @throws IndexOutOfBoundsException if there is no such number of tasks
     */
    public SampleMean memorisingOnPretraining(int i) {
        return SampleMean.of(onPretraining[index("i", i, tasks.length)]);
    }

    /**
     * The excess risk of the memorising predictor on a new task.
     *
     * @param i the place of M in {@link #tasks()}, from 0, not M itself
     * @return the mean over draws; it falls with M, from 2p at M = 1 towards {@link #generalising()}
     * @throws IndexOutOfBoundsException if there is no such number of tasks
     */
    public SampleMean memorisingOnNew(int i) {
        return SampleMean.of(Arrays.stream(distanceOnNew[index("i", i, tasks.length)])
                .map(distance -> generalising + distance)
                .toArray());
    }

    /**
     * The first number of tasks at which the predictors tie when some of the tasks to come are new.
     *
     * @param newShare the share ρ of new tasks, strictly between 0 and 1
     * @return where (1 − ρ)G(M) = ρD(M); empty if one predictor is better at all {@link #tasks()}
     * @throws IllegalArgumentException if the share is not between 0 and 1
     */
    public Optional<Crossing> crossing(double newShare) {
        betweenZeroAndOne("newShare", newShare);
        return crossing((count, gain, distance) -> (1 - newShare) * gain - newShare * distance);
    }

    /**
     * The number of tasks beyond which memorising is not worth its price, even on the pre-training tasks: the point at which the sum of
     * loss and complexity makes a trained model give up memorising.
     *
     * @param price the cost of each memorised task, in units of squared error, greater than 0
     * @return where G(M) = price · M, which holds at one M at most; empty if that is not among {@link #tasks()}
     * @throws IllegalArgumentException if the price is not positive and finite
     */
    public Optional<Crossing> crossingAtPrice(double price) {
        positive("price", price);
        return crossing((count, gain, distance) -> gain - price * count);
    }

    /** The advantage of memorising over generalising. */
    private interface Advantage {
        double of(int count, double gain, double distance);
    }

    private Optional<Crossing> crossing(Advantage advantage) {
        double[] before = advantages(0, advantage);
        for (int i = 1; i < tasks.length; i++) {
            double[] after = advantages(i, advantage);
            double low = SampleMean.of(before).mean();
            double high = SampleMean.of(after).mean();
            if (Math.signum(low) * Math.signum(high) < 0) {
                double way = low / (low - high);
                double[] atTie = new double[after.length];
                for (int r = 0; r < atTie.length; r++) {
                    atTie[r] = before[r] + way * (after[r] - before[r]);
                }
                double logStep = Math.log((double) tasks[i] / tasks[i - 1]);
                double tie = tasks[i - 1] * Math.exp(way * logStep);
                double error = tie * SampleMean.of(atTie).standardError() * logStep / Math.abs(high - low);
                return Optional.of(new Crossing(tie, error, tasks[i - 1], tasks[i], low > 0));
            }
            before = after;
        }
        return Optional.empty();
    }

    private double[] advantages(int i, Advantage advantage) {
        return IntStream.range(0, onPretraining[i].length)
                .mapToDouble(r -> advantage.of(tasks[i], generalising - onPretraining[i][r], distanceOnNew[i][r]))
                .toArray();
    }

    /**
     * How fast memorising approaches generalising: the limit of M·G(M) and of M·D(M) as M grows,
     *
     * <pre>  E[det(I + A) · (p/d) tr (I + A)⁻¹] = (p/d) Σ_k (d − k) C(d, k) n(n−1)⋯(n−k+1) (p/(dσ²))^k,   A = (p/(dσ²)) XᵀX.</pre>
     *
     * Exact; it grows exponentially with min(n, d). Where contexts are informative, p ≫ dσ²/n, it is approached slowly and from below, and
     * limit/M is an overestimate rather than an approximation.
     *
     * @param context dimension, length, power, and noise, which must be greater than 0
     * @return the limit, in units of squared error; infinite if it overflows
     * @throws IllegalArgumentException if the context has no noise
     */
    public static double distanceTimesTasks(IsotropicContext context) {
        double noise = positive("noise", notNull("context", context).noise());
        double perDirection = context.taskPower() / context.dimension();
        int d = context.dimension();
        double term = 1;
        double sum = 0;
        for (int k = 0; k <= Math.min(context.length(), d - 1); k++) {
            sum += (d - k) * term;
            term *= (d - k) / (k + 1.0) * (context.length() - k) * (perDirection / noise / noise);
        }
        return perDirection * sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskDiversity that
                && Double.compare(generalising, that.generalising) == 0
                && Arrays.equals(tasks, that.tasks)
                && Arrays.deepEquals(onPretraining, that.onPretraining)
                && Arrays.deepEquals(distanceOnNew, that.distanceOnNew);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                generalising,
                Arrays.hashCode(tasks),
                Arrays.deepHashCode(onPretraining),
                Arrays.deepHashCode(distanceOnNew));
    }

    @Override
    public String toString() {
        return "TaskDiversity of 1 to " + tasks[tasks.length - 1] + " tasks from " + onPretraining[0].length
                + " draws: generalising risk " + generalising;
    }
}
