package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The teacher whose outputs label the target's data: yˢ = xᵀβˢ + σz with fixed coefficients βˢ. A surrogate is a rule that a
 * {@link Distillation} turns into coefficients, so that one surrogate can be used throughout a sweep. Immutable.
 */
public abstract sealed class Surrogate {

    private Surrogate() {}

    /**
     * The ground truth itself, βˢ = β⋆: a target trained on its labels is the standard target.
     *
     * @return the surrogate
     */
    public static Surrogate groundTruth() {
        return GroundTruth.INSTANCE;
    }

    /**
     * A surrogate of the given coefficients.
     *
     * @param coefficients βˢ<sub>1</sub>, …, βˢ<sub>p</sub>, one for each feature of the task
     * @return the surrogate
     * @throws IllegalArgumentException if a coefficient is NaN or infinite
     */
    public static Surrogate given(double... coefficients) {
        return new Given(
                finite("coefficients", notNull("coefficients", coefficients)).clone());
    }

    /**
     * A weak teacher: the ground truth on the features of a mask, zero on the others.
     *
     * @param mask the features that the teacher sees
     * @return the surrogate
     */
    public static Surrogate masked(FeatureMask mask) {
        return new Masked(notNull("mask", mask));
    }

    /**
     * The weak teacher with the mask that is best for the target's training, {@link
     * FeatureMask#optimal(DeterministicEquivalent)}.
     *
     * @return the surrogate
     */
    public static Surrogate optimallyMasked() {
        return OptimallyMasked.INSTANCE;
    }

    /**
     * The surrogate that minimises the target's risk over all βˢ, see {@link OptimalSurrogate}.
     *
     * @return the surrogate
     */
    public static Surrogate optimal() {
        return Optimal.INSTANCE;
    }

    /** The sources of a {@link RowPool}, in the order of the rows. */
    static Surrogate pooled(List<RowPool.Source> sources) {
        return new Pooled(List.copyOf(sources));
    }

    /**
     * The sources that label the rows, if this is the surrogate of a {@link RowPool}.
     *
     * @return the sources with a share above 0, in the order of their rows; empty if one model labels all rows
     */
    public List<RowPool.Source> sources() {
        return List.of();
    }

    /** Whether coefficients differ from feature to feature even where eigenvalues are equal. */
    boolean needsFeatures() {
        return false;
    }

    /** Whether the coefficients differ with the place of a feature among the others. */
    boolean needsOrder() {
        return needsFeatures();
    }

    /** Whether the coefficients depend on the training, and on the share that the surrogate has in its labels. */
    boolean adapts() {
        return false;
    }

    /** Whether the coefficients are the truth times the {@link Gain} of the pupil, and so move with its training. */
    boolean followsGain() {
        return false;
    }

    /** The nodes split so that this surrogate treats all features of a node alike. */
    Coordinates split(Coordinates nodes, Stage pupil) {
        return nodes;
    }

    /**
     * The coefficients βˢ.
     *
     * @param pupil the training whose data the surrogate labels
     */
    abstract Moments coefficients(Coordinates nodes, Stage pupil);

    /** Refuses a task that this surrogate cannot teach. */
    void checkFits(RegressionTask task) {}

    /** The gain that is best for a pupil; it has a closed form only for labels that are linear in the teacher. */
    private static Gain gain(Coordinates nodes, Stage pupil) {
        Labels labels = pupil.training().labels();
        if (!labels.areLogits()) {
            throw refusal(
                    "labels", labels, "have no best teacher in closed form; use logits, which are the best labels");
        }
        return new Gain(pupil, nodes);
    }

    /** The truth on the nodes that are kept, zero on the others. */
    private static Moments keeping(Coordinates nodes, IntPredicate keeps) {
        double[] mean = new double[nodes.size()];
        double[] deviation = new double[nodes.size()];
        for (int k = 0; k < deviation.length; k++) {
            boolean kept = keeps.test(k);
            mean[k] = kept ? nodes.truth(k) : 0;
            deviation[k] = kept ? 0 : -nodes.truth(k);
        }
        return Moments.fixed(nodes, mean, deviation);
    }

    private static final class GroundTruth extends Surrogate {
        private static final Surrogate INSTANCE = new GroundTruth();

        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            return keeping(nodes, k -> true);
        }

        @Override
        public String toString() {
            return "ground truth";
        }
    }

    private static final class Given extends Surrogate {
        private final double[] coefficients;

        Given(double[] coefficients) {
            this.coefficients = coefficients;
        }

        @Override
        boolean needsFeatures() {
            return true;
        }

        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            double[] mean = new double[coefficients.length];
            double[] deviation = new double[coefficients.length];
            for (int i = 0; i < deviation.length; i++) {
                mean[i] = nodes.rootUnit(i) * coefficients[i];
                deviation[i] = mean[i] - nodes.truth(i);
            }
            return Moments.fixed(nodes, mean, deviation);
        }

        @Override
        void checkFits(RegressionTask task) {
            length(
                    "coefficients",
                    coefficients.length,
                    "the dimension of the task",
                    task.spectrum().features());
            double power = 0;
            for (int i = 0; i < coefficients.length; i++) {
                power += task.spectrum().eigenvalue(i) * coefficients[i] * coefficients[i];
            }
            finite("variance of the labels Σ λ(βˢ)²", power);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Given that && Arrays.equals(coefficients, that.coefficients);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(coefficients);
        }

        @Override
        public String toString() {
            return "surrogate of given " + Signal.of(coefficients);
        }
    }

    private static final class Pooled extends Surrogate {
        private final List<RowPool.Source> sources;

        Pooled(List<RowPool.Source> sources) {
            this.sources = sources;
        }

        @Override
        public List<RowPool.Source> sources() {
            return sources;
        }

        @Override
        boolean needsFeatures() {
            return sources.stream().anyMatch(source -> source.teacher().needsFeatures());
        }

        @Override
        boolean needsOrder() {
            return sources.stream().anyMatch(source -> source.teacher().needsOrder());
        }

        @Override
        Coordinates split(Coordinates nodes, Stage pupil) {
            Coordinates split = nodes;
            for (RowPool.Source source : sources) {
                split = source.teacher().split(split, pupil);
            }
            return split;
        }

        @Override
        void checkFits(RegressionTask task) {
            for (RowPool.Source source : sources) {
                if (!source.teacher().task().equals(task)) {
                    throw refusal(
                            "surrogate",
                            this,
                            "is of another task, " + source.teacher().task());
                }
            }
        }

        /**
         * The moments of the average over rows of independent models; the scatter of rows is the mean squared difference over
         * pairs of models.
         */
        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            List<Moments> models = sources.stream()
                    .map(source -> source.teacher().coefficients(nodes, pupil))
                    .toList();
            double[] mean = new double[nodes.size()];
            double[] deviation = new double[nodes.size()];
            double[] variance = new double[nodes.size()];
            double noise = 0;
            for (int s = 0; s < sources.size(); s++) {
                double share = sources.get(s).share();
                Moments model = models.get(s);
                for (int k = 0; k < nodes.size(); k++) {
                    mean[k] += share * model.mean(k);
                    deviation[k] += share * model.deviation(k);
                    variance[k] += Stage.times(share * share, model.variance(k));
                }
                noise += share * sources.get(s).noise() * sources.get(s).noise();
            }
            return new Moments(nodes, mean, deviation, variance)
                    .withRowScatter(k -> scatter(nodes, models, k), Math.sqrt(noise));
        }

        private double scatter(Coordinates nodes, List<Moments> models, int k) {
            double scatter = 0;
            for (int s = 1; s < models.size(); s++) {
                for (int t = 0; t < s; t++) {
                    double pairs = sources.get(s).share() * sources.get(t).share();
                    scatter += Stage.times(pairs, RowPool.disagreement(nodes, models.get(s), models.get(t), k));
                }
            }
            return scatter;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Pooled that && sources.equals(that.sources);
        }

        @Override
        public int hashCode() {
            return sources.hashCode();
        }

        @Override
        public String toString() {
            return "pool of rows from " + sources;
        }
    }

    private static final class Masked extends Surrogate {
        private final FeatureMask mask;

        Masked(FeatureMask mask) {
            this.mask = mask;
        }

        @Override
        boolean needsFeatures() {
            return !mask.keepsFirst();
        }

        @Override
        boolean needsOrder() {
            return true;
        }

        @Override
        Coordinates split(Coordinates nodes, Stage pupil) {
            return mask.keepsFirst() ? nodes.splitAfter((double) mask.count()) : nodes;
        }

        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            return keeping(nodes, k -> mask.keeps(nodes, k));
        }

        @Override
        void checkFits(RegressionTask task) {
            mask.checkFits(task);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Masked that && mask.equals(that.mask);
        }

        @Override
        public int hashCode() {
            return mask.hashCode();
        }

        @Override
        public String toString() {
            return "ground truth under a " + mask;
        }
    }

    private static final class OptimallyMasked extends Surrogate {
        private static final Surrogate INSTANCE = new OptimallyMasked();

        @Override
        boolean adapts() {
            return true;
        }

        @Override
        Coordinates split(Coordinates nodes, Stage pupil) {
            if (nodes.areFeatures()) {
                return nodes;
            }
            Coordinates split = nodes;
            Gain gain = gain(nodes, pupil);
            if (pupil.isShifted()) {
                for (double count : nodes.turns(gain.keptFeatures())) {
                    split = split.splitAfter(count);
                }
                return split;
            }
            for (double edge : gain.edges()) {
                split = split.splitAt(edge);
            }
            return split;
        }

        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            return keeping(nodes, gain(nodes, pupil).kept());
        }

        @Override
        public String toString() {
            return "ground truth under the optimal mask";
        }
    }

    private static final class Optimal extends Surrogate {
        private static final Surrogate INSTANCE = new Optimal();

        @Override
        boolean adapts() {
            return true;
        }

        @Override
        boolean followsGain() {
            return true;
        }

        @Override
        Moments coefficients(Coordinates nodes, Stage pupil) {
            Gain gain = gain(nodes, pupil);
            double share = pupil.training().teacherShare() * pupil.training().teacherRows();
            double[] mean = new double[nodes.size()];
            double[] deviation = new double[nodes.size()];
            for (int k = 0; k < deviation.length; k++) {
                double truth = nodes.truth(k);
                deviation[k] = share == 0 ? 0 : gain.aboveOne(k) * truth / share;
                mean[k] = share == 1 ? gain.of(k) * truth : truth + deviation[k];
                if (!Double.isFinite(deviation[k])) {
                    throw refusal(
                            "ridge", pupil.training().ridge(), "is so large that the optimal surrogate overflows");
                }
            }
            return Moments.fixed(nodes, mean, deviation);
        }

        @Override
        public String toString() {
            return "optimal surrogate";
        }
    }
}
