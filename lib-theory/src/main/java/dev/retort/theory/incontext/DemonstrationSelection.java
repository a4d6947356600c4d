package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses demonstrations from a pool of candidates z<sub>1</sub>, …, z<sub>p</sub> with a small discrepancy from a target sample Q,
 *
 * <pre>  J(S) = MMD²(S, Q) = mean_{i,j∈S} k(z_i, z_j) − 2 mean_{i∈S} μ_i + E_Q k,   μ_i = E_Q k(z_i, ·).</pre>
 *
 * In the product kernel of keys and values J is the squared {@linkplain WeightBias bias} of the weights that the prompt implies. It does
 * not depend on the order of demonstrations.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * double[][] pool = {{0, 0}, {1, 0}, {0, 1}, {3, 3}, {1, 1}};
 * double[][] target = {{0.1, 0.5}, {1, 0.6}, {0.5, 0.2}, {0.4, 1}};
 * DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), pool, target);
 * Selection greedy = selection.greedy(3); // which demonstrations, and in which order
 * double left = greedy.objective(); // 0.0577
 * double random = selection.meanOfRandom(3); // 0.222
 * }</pre>
 *
 * <p>A choice of n demonstrations computes and keeps n columns of the pool's kernel matrix. Immutable.
 */
public final class DemonstrationSelection {

    /** Decreases of J below this, in units of the largest k(z, z), are within rounding. */
    private static final double ROUNDING = 1e-14;

    private final Columns columns;

    /** q. */
    private final int targetSize;

    /** μ. */
    private final double[] affinities;

    /** k(z, z). */
    private final double[] diagonal;

    /** ‖μ_Q‖² = E_Q k. */
    private final double targetMean;

    /** E_Q k(z, z). */
    private final double targetDiagonal;

    /** Whether every point of the target is a candidate. */
    private final boolean targetInPool;

    private final boolean repeating;

    private DemonstrationSelection(
            Columns columns,
            int targetSize,
            double[] affinities,
            double[] diagonal,
            double targetMean,
            double targetDiagonal,
            boolean targetInPool,
            boolean repeating) {
        this.columns = columns;
        this.targetSize = targetSize;
        this.affinities = affinities;
        this.diagonal = diagonal;
        this.targetMean = targetMean;
        this.targetDiagonal = targetDiagonal;
        this.targetInPool = targetInPool;
        this.repeating = repeating;
    }

    /** The kernel values of one candidate with all of the pool. */
    private interface Columns {
        double[] at(int index);
    }

    /** The kernel values of points. */
    private static final class OfPoints implements Columns {

        private final Kernel kernel;
        private final Points pool;

        /** The pool, coordinate by coordinate. */
        private final double[][] coordinates;

        OfPoints(Kernel kernel, Points pool) {
            this.kernel = kernel;
            this.pool = pool;
            this.coordinates = pool.columns(0, pool.count());
        }

        @Override
        public double[] at(int index) {
            double[] column = new double[pool.count()];
            kernel.fill(pool.row(index), coordinates, column);
            return column;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OfPoints that && kernel.equals(that.kernel) && pool.equals(that.pool);
        }

        @Override
        public int hashCode() {
            return Objects.hash(kernel, pool);
        }

        @Override
        public String toString() {
            return kernel.toString();
        }
    }

    /** Kernel values that were given. */
    private static final class Given implements Columns {

        private final double[][] matrix;

        Given(double[][] matrix) {
            this.matrix = matrix;
        }

        @Override
        public double[] at(int index) {
            return matrix[index];
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Given that && Arrays.deepEquals(matrix, that.matrix);
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(matrix);
        }

        @Override
        public String toString() {
            return "given kernel values";
        }
    }

    /**
     * A selection of every candidate at most once.
     *
     * @param kernel k; for pairs of keys and values in one row the product kernel, {@code
     *     Kernel.softmax().on(0, d).times(Kernel.linear().on(d, d + e))}
     * @param pool the candidates, shape {@code [p][d]}, one a row
     * @param target a sample of the distribution that the prompt should represent, shape {@code [q][d]}
     * @return the selection
     * @throws IllegalArgumentException if pool or target is empty, the points differ in dimension, an entry is NaN or infinite, or the
     *     kernel overflows
     */
    public static DemonstrationSelection of(Kernel kernel, double[][] pool, double[][] target) {
        Points candidates = Points.of("pool", pool);
        Points wanted = candidates.alike("target", target);
        notNull("kernel", kernel).checkDimension(candidates.dimension());
        double[][] ofTarget = wanted.columns(0, wanted.count());
        double[] values = new double[wanted.count()];
        double[] affinities = new double[candidates.count()];
        double[] diagonal = new double[candidates.count()];
        for (int j = 0; j < affinities.length; j++) {
            kernel.fill(candidates.row(j), ofTarget, values);
            affinities[j] = mean(values);
            diagonal[j] = kernel.onDiagonal(candidates.row(j));
            kernel.checkValue(affinities[j] + diagonal[j]);
        }
        double[] means = new double[wanted.count()];
        double[] ownDiagonal = new double[wanted.count()];
        for (int i = 0; i < means.length; i++) {
            kernel.fill(wanted.row(i), ofTarget, values);
            means[i] = mean(values);
            ownDiagonal[i] = values[i];
        }
        double targetMean = mean(means);
        kernel.checkValue(targetMean);
        Set<List<Double>> known = distinct(candidates);
        return new DemonstrationSelection(
                new OfPoints(kernel, candidates),
                wanted.count(),
                affinities,
                diagonal,
                targetMean,
                mean(ownDiagonal),
                known.containsAll(distinct(wanted)),
                false);
    }

    private static Set<List<Double>> distinct(Points points) {
        return Arrays.stream(points.rows())
                // turns −0.0 into 0.0
                .map(row -> Arrays.stream(row).mapToObj(x -> x + 0.0).toList())
                .collect(Collectors.toSet());
    }

    /**
     * A selection from kernel values that were computed elsewhere.
     *
     * @param pool k(z<sub>i</sub>, z<sub>j</sub>) of the candidates, shape {@code [p][p]}, symmetric
     * @param between k(z<sub>i</sub>, y<sub>j</sub>) of candidates and target, shape {@code [p][q]}
     * @param target k(y<sub>i</sub>, y<sub>j</sub>) of the target, shape {@code [q][q]}, symmetric
     * @return the selection, of every candidate at most once
     * @throws IllegalArgumentException if shapes do not fit, an entry is NaN or infinite, or a matrix is not symmetric
     */
    public static DemonstrationSelection ofMatrices(double[][] pool, double[][] between, double[][] target) {
        double[][] ofPool = symmetric("pool", pool);
        double[][] ofTarget = symmetric("target", target);
        length("between", notNull("between", between).length, "the number of candidates", ofPool.length);
        double[] affinities = new double[ofPool.length];
        double[] diagonal = new double[ofPool.length];
        for (int i = 0; i < ofPool.length; i++) {
            String row = "between[" + i + "]";
            length(row, notNull(row, between[i]).length, "the size of the target", ofTarget.length);
            affinities[i] = mean(finite(row, between[i]));
            diagonal[i] = ofPool[i][i];
        }
        double[] means = new double[ofTarget.length];
        double[] targetDiagonal = new double[ofTarget.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = mean(ofTarget[i]);
            targetDiagonal[i] = ofTarget[i][i];
        }
        return new DemonstrationSelection(
                new Given(ofPool),
                ofTarget.length,
                affinities,
                diagonal,
                mean(means),
                mean(targetDiagonal),
                IntStream.range(0, means.length).allMatch(j -> isCandidate(ofPool, between, targetDiagonal[j], j)),
                false);
    }

    /** Whether point j of the target equals a candidate, up to rounding. */
    private static boolean isCandidate(double[][] pool, double[][] between, double square, int j) {
        return IntStream.range(0, pool.length)
                .anyMatch(i -> Math.abs(pool[i][i] - 2 * between[i][j] + square)
                        <= ROUNDING * (Math.abs(pool[i][i]) + Math.abs(square)));
    }

    private static double[][] symmetric(String name, double[][] matrix) {
        if (notNull(name, matrix).length == 0) {
            throw refusal(name, "an empty matrix", "is not allowed");
        }
        double[][] copy = new double[matrix.length][];
        double largest = 0;
        for (int i = 0; i < copy.length; i++) {
            String row = name + "[" + i + "]";
            copy[i] = finite(row, notNull(row, matrix[i]).clone());
            length(row, copy[i].length, "the number of rows", matrix.length);
            for (double entry : copy[i]) {
                largest = Math.max(largest, Math.abs(entry));
            }
        }
        for (int i = 0; i < copy.length; i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(copy[i][j] - copy[j][i]) > 1e-12 * largest) {
                    throw refusal(
                            name + "[" + i + "][" + j + "]",
                            copy[i][j],
                            "is not " + name + "[" + j + "][" + i + "], " + copy[j][i] + ": kernels are symmetric");
                }
            }
        }
        return copy;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /**
     * Allows a candidate to be chosen several times; it then counts each time.
     *
     * @return the same selection with repetitions
     */
    public DemonstrationSelection withReplacement() {
        return new DemonstrationSelection(
                columns, targetSize, affinities, diagonal, targetMean, targetDiagonal, targetInPool, true);
    }

    /** {@return the number of candidates p} */
    public int candidates() {
        return affinities.length;
    }

    /**
     * Chooses one demonstration after the other, each to make J as small as possible: after t choices the one that maximises μ<sub>j</sub>
     * − s<sub>j</sub>/(t + 1) − k(z<sub>j</sub>, z<sub>j</sub>)/2(t + 1), where s<sub>j</sub> is the sum of k(z<sub>i</sub>,
     * z<sub>j</sub>) over those chosen so far. Ties go to the first candidate.
     *
     * @param count n, from 1 to the number of candidates, or any with replacement
     * @return the choice, in order; its first t demonstrations are the choice of t
     * @throws IllegalArgumentException if there are not so many candidates
     */
    public Selection greedy(int count) {
        return choose(count, 0.5);
    }

    /**
     * Kernel herding (Chen, Welling and Smola, UAI 2010, arXiv 1203.3472): as {@link #greedy}, but without the term in k(z<sub>j</sub>,
     * z<sub>j</sub>). Both agree where that is constant, as for Gaussian and Laplace kernels.
     *
     * @param count n, from 1 to the number of candidates, or any with replacement
     * @return the choice, in order
     * @throws IllegalArgumentException if there are not so many candidates
     */
    public Selection herding(int count) {
        return choose(count, 0);
    }

    private Selection choose(int count, double ofDiagonal) {
        checkCount(count);
        Chosen chosen = new Chosen();
        double[] objectives = new double[count];
        int[] indices = new int[count];
        for (int t = 0; t < count; t++) {
            int best = -1;
            double bestScore = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < candidates(); j++) {
                double score = affinities[j] - (chosen.sums[j] + ofDiagonal * diagonal[j]) / (t + 1.0);
                if (score > bestScore && !(chosen.has(j) && !repeating)) {
                    best = j;
                    bestScore = score;
                }
            }
            chosen.add(best);
            indices[t] = best;
            objectives[t] = chosen.objective();
        }
        return new Selection(indices, objectives);
    }

    private void checkCount(int count) {
        atLeastOne("count", count);
        if (count > candidates() && !repeating) {
            throw refusal(
                    "count",
                    count,
                    "is greater than the number of candidates, " + candidates()
                            + ": allow repetitions by withReplacement()");
        }
    }

    /**
     * Improves a choice by exchanging one demonstration for one candidate, each time the pair that lowers J most, until no exchange lowers
     * it.
     *
     * @param start the choice to improve, for example a {@link #greedy} choice
     * @return a choice of the same size that no single exchange improves; its objective is at most that of the start
     * @throws IllegalArgumentException if the start is of another pool
     */
    public Selection exchanged(Selection start) {
        int[] indices = notNull("start", start).indices();
        Chosen chosen = new Chosen();
        for (int index : checked(indices)) {
            chosen.add(index);
        }
        double largest = Arrays.stream(diagonal).map(Math::abs).max().getAsDouble();
        double[] objectives = start.objectives();
        int n = indices.length;
        while (true) {
            int place = -1;
            int replacement = -1;
            double best = -ROUNDING * largest;
            for (int a = 0; a < n; a++) {
                double[] removed = chosen.column(indices[a]);
                double without = diagonal[indices[a]] - 2 * chosen.sums[indices[a]];
                for (int j = 0; j < candidates(); j++) {
                    if (chosen.has(j) && !repeating) {
                        continue;
                    }
                    double squares = without + 2 * (chosen.sums[j] - removed[j]) + diagonal[j];
                    double change = squares / n / n - 2 * (affinities[j] - affinities[indices[a]]) / n;
                    if (change < best) {
                        best = change;
                        place = a;
                        replacement = j;
                    }
                }
            }
            if (place < 0) {
                break;
            }
            chosen.remove(indices[place]);
            chosen.add(replacement);
            indices[place] = replacement;
        }
        Chosen again = new Chosen();
        for (int t = 0; t < n; t++) {
            again.add(indices[t]);
            objectives[t] = again.objective();
        }
        return new Selection(indices, objectives);
    }

    /**
     * A random choice, with all sets (with replacement: all sequences) equally likely.
     *
     * @param count n, from 1 to the number of candidates, or any with replacement
     * @param seed the seed of the choice
     * @return the choice
     * @throws IllegalArgumentException if there are not so many candidates
     */
    public Selection random(int count, long seed) {
        checkCount(count);
        RandomGenerator random = RandomStreams.of(seed).generator();
        Chosen chosen = new Chosen();
        int[] indices = new int[count];
        double[] objectives = new double[count];
        for (int t = 0; t < count; t++) {
            do {
                indices[t] = random.nextInt(candidates());
            } while (chosen.has(indices[t]) && !repeating);
            chosen.add(indices[t]);
            objectives[t] = chosen.objective();
        }
        return new Selection(indices, objectives);
    }

    /**
     * The exact mean of J over all random choices. It computes the whole kernel matrix of the pool.
     *
     * @param count n, from 1 to the number of candidates, or any with replacement
     * @return E J
     * @throws IllegalArgumentException if there are not so many candidates
     */
    public double meanOfRandom(int count) {
        checkCount(count);
        double all = 0;
        for (int j = 0; j < candidates(); j++) {
            all += mean(columns.at(j)) / candidates();
        }
        double own = mean(diagonal);
        int p = candidates();
        // The mean of k over pairs chosen: over all pairs with replacement, over pairs of distinct candidates without.
        double pairs = repeating || p == 1 ? all : (all * p - own) / (p - 1);
        return own / count + pairs * (count - 1.0) / count - 2 * mean(affinities) + targetMean;
    }

    /**
     * The squared discrepancy of a choice.
     *
     * @param indices the indices of the chosen candidates, from 0, repeated if chosen several times
     * @return J, at least 0
     * @throws IllegalArgumentException if there are no indices, or one is not in the pool
     */
    public double objective(int... indices) {
        Chosen chosen = new Chosen();
        for (int index : checked(notNull("indices", indices))) {
            chosen.add(index);
        }
        return chosen.objective();
    }

    private int[] checked(int[] indices) {
        if (indices.length == 0) {
            throw refusal("indices.length", 0, "is not at least 1");
        }
        for (int index : indices) {
            if (index < 0 || index >= candidates()) {
                throw refusal("indices", index, "is not the index of one of " + candidates() + " candidates");
            }
        }
        return indices;
    }

    /**
     * An upper bound on J of a {@link #greedy} choice of n <em>with replacement</em> if every point of the target is a candidate:
     * (E<sub>Q</sub> k(z, z) − ‖μ<sub>Q</sub>‖²)/n, which is the mean of J over n independent draws from the target.
     *
     * @param count n, at least 1
     * @return the guarantee
     * @throws IllegalArgumentException if n is less than 1
     * @throws IllegalStateException if candidates may be chosen only once, or a point of the target is not in the pool, as there is no
     *     guarantee then
     */
    public double guarantee(int count) {
        atLeastOne("count", count);
        if (!repeating) {
            throw new IllegalStateException(
                    "Nothing is guaranteed if candidates are chosen once only: allow repetitions by"
                            + " withReplacement()");
        }
        if (!targetInPool) {
            throw new IllegalStateException(
                    "Nothing is guaranteed for a target with points outside the pool: add them to the pool,"
                            + " or compare the objective with meanOfRandom");
        }
        return Math.max(0, targetDiagonal - targetMean) / count;
    }

    /**
     * Weights of all candidates, at least 0 and with sum 1, that minimise the discrepancy up to a known gap (Frank and Wolfe's method with
     * exact line search).
     *
     * @param steps the maximum number of steps, at least 1
     * @return the weights, their J, and an upper bound on how much it exceeds the least J of all weights
     * @throws IllegalArgumentException if the steps are less than 1
     */
    public WeightedSelection weights(int steps) {
        atLeastOne("steps", steps);
        Map<Integer, double[]> known = new HashMap<>();
        int p = candidates();
        double[] weights = new double[p];
        int start = 0;
        for (int j = 1; j < p; j++) {
            start = affinities[j] - diagonal[j] / 2 > affinities[start] - diagonal[start] / 2 ? j : start;
        }
        weights[start] = 1;
        double[] sums = columns.at(start).clone();
        double square = diagonal[start];
        double affinity = affinities[start];
        double gap;
        for (int t = 0; ; t++) {
            int best = 0;
            for (int j = 1; j < p; j++) {
                best = sums[j] - affinities[j] < sums[best] - affinities[best] ? j : best;
            }
            // J along w + γ(e − w) is J − γ·gap + γ²·‖φ_e − μ_w‖².
            gap = 2 * (square - affinity - (sums[best] - affinities[best]));
            double length = diagonal[best] - 2 * sums[best] + square;
            if (t == steps || !(gap > 0 && length > 0)) {
                break;
            }
            double step = Math.min(1, gap / 2 / length);
            double[] column = known.computeIfAbsent(best, columns::at);
            for (int j = 0; j < p; j++) {
                weights[j] *= 1 - step;
                sums[j] += step * (column[j] - sums[j]);
            }
            weights[best] += step;
            affinity += step * (affinities[best] - affinity);
            square = 0;
            for (int j = 0; j < p; j++) {
                square += weights[j] * sums[j];
            }
        }
        return new WeightedSelection(weights, Math.max(0, square - 2 * affinity + targetMean), Math.max(0, gap));
    }

    /** A multiset of candidates, with the sums needed to tell how J would change with another. */
    private final class Chosen {

        private final Map<Integer, double[]> known = new HashMap<>();
        private final BitSet members = new BitSet(candidates());
        private final double[] sums = new double[candidates()];
        private int size;
        private double squares;
        private double affinity;

        boolean has(int index) {
            return members.get(index);
        }

        double[] column(int index) {
            return known.computeIfAbsent(index, columns::at);
        }

        void add(int index) {
            squares += 2 * sums[index] + diagonal[index];
            affinity += affinities[index];
            size++;
            members.set(index);
            addTo(sums, column(index), 1);
        }

        /** Removes a candidate once. Members are exact only without repetitions, the only case in which they are used. */
        void remove(int index) {
            squares += diagonal[index] - 2 * sums[index];
            affinity -= affinities[index];
            size--;
            members.clear(index);
            addTo(sums, column(index), -1);
        }

        double objective() {
            return Math.max(0, squares / size / size - 2 * affinity / size + targetMean);
        }
    }

    private static void addTo(double[] sums, double[] column, double factor) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] += factor * column[j];
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DemonstrationSelection that
                && repeating == that.repeating
                && targetInPool == that.targetInPool
                && targetSize == that.targetSize
                && Double.compare(targetMean, that.targetMean) == 0
                && Double.compare(targetDiagonal, that.targetDiagonal) == 0
                && Arrays.equals(affinities, that.affinities)
                && Arrays.equals(diagonal, that.diagonal)
                && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(repeating, targetSize, targetMean, Arrays.hashCode(affinities), Arrays.hashCode(diagonal));
    }

    @Override
    public String toString() {
        return "selection from " + candidates() + " candidates for a target of " + targetSize + ", by " + columns
                + (repeating ? ", with replacement" : "");
    }
}
