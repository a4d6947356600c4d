package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A training set whose rows are labelled by several sources, each row by one of them. Of n fresh rows the part π<sub>k</sub>
 * is labelled by source k with noise of standard deviation σ<sub>k</sub>; a source is the truth, another fixed surrogate, or
 * a model that was itself trained, on data of its own. The target learns from the average b̄ = Σ π<sub>k</sub>b<sub>k</sub>,
 * and the disagreement of the sources acts as noise,
 *
 * <pre>  σ̄² = Σ π_k σ_k² + Σ_{k&lt;l} π_k π_l E (x'(b_k − b_l))².</pre>
 *
 * <p>This differs from {@link LabelMixture}, where the label of every row is an average: that has the same b̄, but the noise
 * Σ π<sub>k</sub>²σ<sub>k</sub>² and no disagreement. For two sources, one of them the truth, {@link
 * Training#withTeacherRows(double)} does the same within a chain. Sources are independent given the truth: two equal
 * descriptions are two models, trained independently.
 *
 * <p>The excess risk is a quadratic form in the shares, πᵀQπ, which need not be convex, because disagreement is largest at
 * intermediate shares. To find the best shares with certainty, every face of the simplex is searched, which limits a pool to
 * {@value #MOST_SOURCES} sources. Derived in the module's documentation, {@code docs/distillation.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.1, 30), Signal.sourcePowerLaw(1.5)).withNoise(0.6);
 * Teacher truth = Distillation.of(task);
 * Distillation teacher = Distillation.of(task).surrogate(Training.samples(80));
 * Distillation other = Distillation.of(task).surrogate(Training.samples(60).withRidge(0.01));
 * RowPool pool = RowPool.of(Training.samples(200), List.of(truth, teacher, other)).withNoise(0.6, 0, 0);
 * double[] shares = pool.bestShares();
 * double rowsOfTruth = shares[0]; // 0.8353
 * double excess = pool.excess(shares); // 0.06124
 * double alone = pool.excess(1, 0, 0); // 0.06353: the truth's labels on all rows
 * }</pre>
 */
public final class RowPool {

    /** The most sources of a pool. */
    public static final int MOST_SOURCES = 12;

    private static final double SUM_TOLERANCE = 1e-9;

    private final Training target;
    private final List<Teacher> teachers;
    private final double[] noise;

    /** Q, or at an interpolation threshold the part of it that is divided by 1 − Ω. */
    private final double[][] form;

    private final boolean isAtThreshold;

    /**
     * One source of a pool of rows.
     *
     * @param teacher who labels the rows
     * @param share the part of the rows, from 0 to 1
     * @param noise the standard deviation of the noise on their labels, at least 0
     */
    public record Source(Teacher teacher, double share, double noise) {

        /**
         * A source.
         *
         * @param teacher who labels the rows
         * @param share the part of the rows, from 0 to 1
         * @param noise the standard deviation of the noise on their labels, at least 0
         * @throws IllegalArgumentException if the teacher is null, the share not from 0 to 1, or the noise NaN, infinite or negative
         */
        public Source {
            notNull("teacher", teacher);
            if (!(share >= 0 && share <= 1)) {
                throw refusal("share", share, "is not from 0 to 1; it is the part of the rows that the source labels");
            }
            deviation("noise", noise);
        }
    }

    private RowPool(Training target, List<Teacher> teachers, double[] noise) {
        this.target = target;
        this.teachers = teachers;
        this.noise = noise;
        Distillation even = pipeline(centre());
        Stage stage = even.stage();
        Coordinates nodes = even.labels().coordinates();
        List<Moments> models = new ArrayList<>();
        for (int s = 0; s < teachers.size(); s++) {
            Moments model = teachers.get(s).coefficients(nodes, stage);
            if (!(model.excess() < Double.POSITIVE_INFINITY)) {
                throw refusal(
                        "sources[" + s + "]",
                        teachers.get(s),
                        "is at its interpolation threshold, where its labels have infinite variance; give it a ridge");
            }
            models.add(model);
        }
        double[][] exact = new double[models.size()][models.size()];
        double[][] divided = new double[models.size()][models.size()];
        for (int s = 0; s < models.size(); s++) {
            for (int t = 0; t <= s; t++) {
                double added = added(stage, nodes, models, s, t);
                divided[s][t] = added;
                divided[t][s] = added;
                exact[s][t] = kept(stage, nodes, models, s, t) + stage.perSpare(added);
                exact[t][s] = exact[s][t];
            }
        }
        this.isAtThreshold =
                Arrays.stream(exact).flatMapToDouble(Arrays::stream).anyMatch(Double::isInfinite);
        this.form = isAtThreshold ? divided : exact;
    }

    /**
     * The pools of a target's rows. The truth's rows have the noise of the task, all others that of the target's training.
     *
     * @param target how the target is trained; its own teacher's share, of labels or rows, does not matter
     * @param sources who labels the rows, from 1 to {@value #MOST_SOURCES}, all of the same task
     * @return the pools, for any shares
     * @throws IllegalArgumentException if there is no source or too many, if a source is of another task, adapts to its share
     *     of the labels (the optimal or the optimally masked surrogate itself), is at its interpolation threshold or begins
     *     with a pool itself, if the target's labels are not logits, or as {@link Teacher#target(Training)} does
     */
    public static RowPool of(Training target, List<? extends Teacher> sources) {
        notNull("target", target);
        List<Teacher> teachers = new ArrayList<>(notNull("sources", sources));
        if (teachers.isEmpty() || teachers.size() > MOST_SOURCES) {
            throw refusal("sources.size", teachers.size(), "is not from 1 to " + MOST_SOURCES);
        }
        if (!target.labels().areLogits()) {
            throw refusal(
                    "target",
                    target,
                    "is not on logits; the sources of a pool give their outputs as they are, with noise");
        }
        double[] noise = new double[teachers.size()];
        for (int s = 0; s < noise.length; s++) {
            Teacher teacher = notNull("sources[" + s + "]", teachers.get(s));
            RegressionTask task = teachers.get(0).task();
            if (!teacher.task().equals(task)) {
                throw refusal("sources[" + s + "]", teacher, "is of another task than the first, " + task);
            }
            boolean isFixed = teacher.stages().isEmpty();
            if (isFixed && teacher.surrogate().adapts()) {
                throw refusal("sources[" + s + "]", teacher.surrogate(), "adapts to its share of the labels");
            }
            if (!teacher.surrogate().sources().isEmpty()) {
                throw refusal("sources[" + s + "]", teacher, "begins with a pool itself; name its sources one by one");
            }
            boolean isTruth = isFixed && teacher.surrogate() == Surrogate.groundTruth();
            noise[s] = isTruth ? task.noise() : target.noise(task);
        }
        return new RowPool(target.withTeacherRows(1).withTeacherShare(1).withNoise(0), List.copyOf(teachers), noise);
    }

    /**
     * The same pools with different noise.
     *
     * @param noise the standard deviation of the noise on each source's labels, in their order, each at least 0
     * @return new pools
     * @throws IllegalArgumentException if there are not as many as sources, or one is NaN, infinite or negative
     */
    public RowPool withNoise(double... noise) {
        length("noise", notNull("noise", noise).length, "the number of sources", teachers.size());
        for (int s = 0; s < noise.length; s++) {
            deviation("noise[" + s + "]", noise[s]);
        }
        return new RowPool(target, teachers, noise.clone());
    }

    /** E (b_s − b_t)² in a node for two independent models. */
    static double disagreement(Coordinates nodes, Moments s, Moments t, int k) {
        double apart = s.deviation(k) - t.deviation(k);
        return nodes.power(k) * apart * apart + s.variance(k) + t.variance(k);
    }

    /** The contribution of two sources to the bias and to the inherited variance. */
    private static double kept(Stage stage, Coordinates nodes, List<Moments> models, int s, int t) {
        Moments one = models.get(s);
        Moments other = models.get(t);
        CompensatedSum kept = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            if (nodes.matters(k)) {
                kept.add(nodes.power(k) * stage.trainedDeviation(one, k) * stage.trainedDeviation(other, k));
                kept.add(s == t ? stage.inheritedVariance(one, k) : 0);
            }
        }
        return kept.value();
    }

    /** The contribution of two sources to the added variance, times 1 − Ω. */
    private double added(Stage stage, Coordinates nodes, List<Moments> models, int s, int t) {
        Moments one = models.get(s);
        Moments other = models.get(t);
        double noisePower = (noise[s] * noise[s] + noise[t] * noise[t]) / 2;
        double apart = s == t
                ? 0
                : Stage.sum(nodes.size(), k -> {
                    double root = stage.rootRatio(nodes, k);
                    return Stage.times(root * root / 2, disagreement(nodes, one, other, k));
                });
        NodePower power = (factor, k) -> nodes.power(k) * (factor * one.mean(k)) * (factor * other.mean(k))
                + (s == t ? Stage.times(factor * factor, one.variance(k)) : 0);
        return stage.addedVariance(stage.rawAmounts(nodes, power, f -> f * f * (noisePower + apart)), nodes);
    }

    private double[] vertex(int source) {
        double[] shares = new double[teachers.size()];
        shares[source] = 1;
        return shares;
    }

    private double[] centre() {
        double[] shares = new double[teachers.size()];
        Arrays.fill(shares, 1.0 / shares.length);
        return shares;
    }

    /**
     * The target on a pool with given shares: a pipeline like any other, to be predicted, simulated and continued by further
     * trainings. Its {@linkplain Distillation#surrogate() surrogate} is the pool, and its training has no noise besides that of
     * the sources.
     *
     * @param shares π, the parts of the rows, in the order of the sources, each from 0 to 1, with the sum 1
     * @return the pipeline, of one training
     * @throws IllegalArgumentException if there are not as many shares as sources, one is not from 0 to 1, or they do not add up to 1
     */
    public Distillation pipeline(double... shares) {
        double[] parts = parts(shares);
        List<Source> pooled = new ArrayList<>();
        for (int s = 0; s < parts.length; s++) {
            if (parts[s] > 0) {
                pooled.add(new Source(teachers.get(s), parts[s], noise[s]));
            }
        }
        return Distillation.of(teachers.get(0).task())
                .surrogate(Surrogate.pooled(pooled))
                .target(target);
    }

    private double[] parts(double[] shares) {
        length("shares", notNull("shares", shares).length, "the number of sources", teachers.size());
        double sum = 0;
        for (int s = 0; s < shares.length; s++) {
            if (!(shares[s] >= 0 && shares[s] <= 1)) {
                throw refusal("shares[" + s + "]", shares[s], "is not from 0 to 1; it is a part of the rows");
            }
            sum += shares[s];
        }
        if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            throw refusal(
                    "shares", Arrays.toString(shares), "do not add up to 1, the whole of the rows, but to " + sum);
        }
        double whole = sum;
        return Arrays.stream(shares).map(share -> Math.min(share / whole, 1)).toArray();
    }

    /**
     * The excess risk of the target at given shares.
     *
     * @param shares π, as for {@link #pipeline(double...)}
     * @return the excess risk
     * @throws IllegalArgumentException as {@link #pipeline(double...)} does
     */
    public double excess(double... shares) {
        return pipeline(shares).predict().excess();
    }

    /**
     * The slopes of the excess risk E as rows of one source replace rows of all sources in proportion to their shares.
     * Weighted with the shares they sum to 0; at the best shares they are 0 for every source in use and not negative for the
     * others.
     *
     * @param shares π, as for {@link #pipeline(double...)}
     * @return 2(Qπ)<sub>k</sub> − 2E for each source k; with two sources, dE/dπ₁ is the first minus the second
     * @throws IllegalArgumentException as {@link #pipeline(double...)} does
     * @throws IllegalStateException if the target is at its interpolation threshold and the risk infinite
     */
    public double[] slopes(double... shares) {
        double[] parts = parts(shares);
        if (isAtThreshold) {
            throw new IllegalStateException(
                    "The risk has no derivative with respect to the shares at the interpolation threshold of the target, where it is"
                            + " infinite; give it a ridge");
        }
        double[] along = product(parts);
        double excess = dot(parts, along);
        return Arrays.stream(along).map(one -> 2 * (one - excess)).toArray();
    }

    /**
     * The shares at which the excess risk is smallest; at the interpolation threshold of the target, where the risk is
     * infinite, the limit of the best shares.
     *
     * @return π, one for each source in their order, each from 0 to 1, with the sum 1
     */
    public double[] bestShares() {
        double[] best = vertex(0);
        double least = form[0][0];
        for (int face = 1; face < (1 << teachers.size()); face++) {
            double[] candidate = stationary(face);
            double risk = candidate.length == 0 ? Double.POSITIVE_INFINITY : dot(candidate, product(candidate));
            if (risk < least) {
                best = candidate;
                least = risk;
            }
        }
        return best;
    }

    /** The stationary shares inside a face of the simplex; empty if there are none. */
    private double[] stationary(int face) {
        int[] used = IntStream.range(0, teachers.size())
                .filter(s -> ((face >> s) & 1) == 1)
                .toArray();
        if (used.length == 1) {
            return vertex(used[0]);
        }
        double[] weights = level(used);
        double sum = Arrays.stream(weights).sum();
        double[] shares = new double[teachers.size()];
        for (int j = 0; j < used.length; j++) {
            shares[used[j]] = weights[j] / sum;
            if (!(shares[used[j]] >= 0 && shares[used[j]] <= 1)) {
                return new double[0];
            }
        }
        return shares;
    }

    /** The solution x of Qx = 1 on some sources, by elimination; the best shares are proportional to it. */
    private double[] level(int[] used) {
        int size = used.length;
        double[][] rows = new double[size][size + 1];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                rows[i][j] = form[used[i]][used[j]];
            }
            rows[i][size] = 1;
        }
        for (int i = 0; i < size; i++) {
            int pivot = i;
            for (int j = i + 1; j < size; j++) {
                pivot = Math.abs(rows[j][i]) > Math.abs(rows[pivot][i]) ? j : pivot;
            }
            double[] row = rows[pivot];
            rows[pivot] = rows[i];
            rows[i] = row;
            for (int j = 0; j < size; j++) {
                double factor = j == i ? 0 : rows[j][i] / row[i];
                for (int column = i; column <= size && factor != 0; column++) {
                    rows[j][column] -= factor * row[column];
                }
            }
        }
        double[] direction = new double[size];
        Arrays.setAll(direction, i -> rows[i][size] / rows[i][i]);
        return direction;
    }

    private double[] product(double[] shares) {
        double[] product = new double[shares.length];
        for (int s = 0; s < shares.length; s++) {
            product[s] = dot(form[s], shares);
        }
        return product;
    }

    private static double dot(double[] one, double[] other) {
        double dot = 0;
        for (int s = 0; s < one.length; s++) {
            dot += Stage.times(one[s], other[s]);
        }
        return dot;
    }

    /**
     * The pipeline with the best shares.
     *
     * @return {@link #pipeline(double...)} of {@link #bestShares()}
     */
    public Distillation best() {
        return pipeline(bestShares());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowPool that
                && target.equals(that.target)
                && teachers.equals(that.teachers)
                && Arrays.equals(noise, that.noise);
    }

    @Override
    public int hashCode() {
        return Objects.hash(target, teachers, Arrays.hashCode(noise));
    }

    @Override
    public String toString() {
        return "RowPool of " + teachers + " with noise " + Arrays.toString(noise) + " for " + target;
    }
}
