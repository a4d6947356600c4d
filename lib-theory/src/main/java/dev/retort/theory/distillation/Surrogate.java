package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.length;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;

/**
 * The teacher whose outputs label the target's data: yˢ = xᵀβˢ + σz with fixed coefficients βˢ. A surrogate is a rule that a
 * {@link Distillation} turns into coefficients, so that one surrogate serves a whole sweep. Immutable.
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
        return new Given(finite("coefficients", coefficients).clone());
    }

    /**
     * A weak teacher: the ground truth on the features of a mask, zero on the others.
     *
     * @param mask the features that the teacher sees
     * @return the surrogate
     */
    public static Surrogate masked(FeatureMask mask) {
        return new Masked(mask);
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

    /** √λ (βˢ − β⋆) for each feature. */
    abstract double[] deviation(RegressionTask task, DeterministicEquivalent target);

    /** Refuses a task that this surrogate cannot teach. */
    void checkFits(RegressionTask task) {}

    private static double[] maskedDeviation(FeatureMask mask, RegressionTask task) {
        double[] deviation = new double[task.dimension()];
        for (int i = 0; i < deviation.length; i++) {
            deviation[i] = mask.keeps(i) ? 0 : -task.whitenedCoefficient(i);
        }
        return deviation;
    }

    private static final class GroundTruth extends Surrogate {
        private static final Surrogate INSTANCE = new GroundTruth();

        @Override
        double[] deviation(RegressionTask task, DeterministicEquivalent target) {
            return new double[task.dimension()];
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
        double[] deviation(RegressionTask task, DeterministicEquivalent target) {
            double[] deviation = new double[coefficients.length];
            for (int i = 0; i < deviation.length; i++) {
                double root = Math.sqrt(task.spectrum().eigenvalue(i));
                deviation[i] = root * coefficients[i] - task.whitenedCoefficient(i);
            }
            return deviation;
        }

        @Override
        void checkFits(RegressionTask task) {
            length("coefficients", coefficients.length, "the dimension of the task", task.dimension());
            double power = 0;
            for (int i = 0; i < coefficients.length; i++) {
                power += task.spectrum().eigenvalue(i) * coefficients[i] * coefficients[i];
            }
            finite("variance of the labels Σ λ(βˢ)²", power);
        }

        @Override
        public String toString() {
            return "given coefficients";
        }
    }

    private static final class Masked extends Surrogate {
        private final FeatureMask mask;

        Masked(FeatureMask mask) {
            this.mask = mask;
        }

        @Override
        double[] deviation(RegressionTask task, DeterministicEquivalent target) {
            return maskedDeviation(mask, task);
        }

        @Override
        void checkFits(RegressionTask task) {
            length("mask", mask.dimension(), "the dimension of the task", task.dimension());
        }

        @Override
        public String toString() {
            return "ground truth under a " + mask;
        }
    }

    private static final class OptimallyMasked extends Surrogate {
        private static final Surrogate INSTANCE = new OptimallyMasked();

        @Override
        double[] deviation(RegressionTask task, DeterministicEquivalent target) {
            return maskedDeviation(FeatureMask.optimal(target), task);
        }

        @Override
        public String toString() {
            return "ground truth under the optimal mask";
        }
    }

    private static final class Optimal extends Surrogate {
        private static final Surrogate INSTANCE = new Optimal();

        @Override
        double[] deviation(RegressionTask task, DeterministicEquivalent target) {
            double[] deviation = new double[task.dimension()];
            for (int i = 0; i < deviation.length; i++) {
                deviation[i] = OptimalSurrogate.gainAboveOne(target, i) * task.whitenedCoefficient(i);
            }
            return deviation;
        }

        @Override
        public String toString() {
            return "optimal surrogate";
        }
    }
}
