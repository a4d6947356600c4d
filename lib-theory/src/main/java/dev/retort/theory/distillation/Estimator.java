package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.nonNegative;

import dev.retort.core.spectrum.RegressionTask;

/**
 * How a training makes coefficients of a design X and labels y. A {@link Training} chooses it by its {@code withX} methods, and
 * a simulation asks for it, {@link Training#estimator()}. Immutable.
 */
public abstract sealed class Estimator {

    private Estimator() {}

    /** The stage that a training with this estimator is. */
    abstract Stage stage(RegressionTask task, Training training);

    /** The same kind of estimator with another ridge. */
    abstract Estimator withRidge(double ridge);

    /**
     * The ridge of the objective (1/n)‖y − Xb‖² + r‖b‖².
     *
     * @return r, at least 0
     */
    public abstract double ridge();

    /** Ridge regression, b = argmin (1/n)‖y − Xb‖² + r‖b‖²; without ridge the minimum-norm interpolator or least squares. */
    public static final class Ridge extends Estimator {

        private final double ridge;

        Ridge(double ridge) {
            this.ridge = nonNegative("ridge", ridge);
        }

        @Override
        Stage stage(RegressionTask task, Training training) {
            return RidgeStage.of(task, training);
        }

        @Override
        Estimator withRidge(double ridge) {
            return new Ridge(ridge);
        }

        @Override
        public double ridge() {
            return ridge;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Ridge that && ridge == that.ridge;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(ridge);
        }

        @Override
        public String toString() {
            return "ridge " + ridge;
        }
    }
}
