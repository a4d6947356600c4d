package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a training computes coefficients b from a design X and labels y. The {@code withX} methods of a {@link Training} choose
 * it, and a simulation reads it from {@link Training#estimator()}. Immutable.
 */
public abstract sealed class Estimator {

    private Estimator() {}

    /** The stage of a pipeline for a training with this estimator. */
    abstract Stage stage(RegressionTask task, Training training);

    /** The continuous parameters of a training with this estimator. */
    abstract Set<Parameter> parameters();

    /** The same kind of estimator with another ridge. */
    abstract Estimator withRidge(double ridge);

    /**
     * The ridge of the objective (1/n)‖y − Xb‖² + r‖b‖².
     *
     * @return r; negative for plain ridge regression only
     */
    public abstract double ridge();

    private static double notBelowZero(double ridge) {
        if (ridge < 0) {
            throw refusal("ridge", ridge, "is below 0, which only plain ridge regression can be trained with");
        }
        return nonNegative("ridge", ridge);
    }

    /** Ridge regression, b = argmin (1/n)‖y − Xb‖² + r‖b‖²; without ridge the minimum-norm interpolator or least squares. */
    public static final class Ridge extends Estimator {

        private final double ridge;

        Ridge(double ridge) {
            this.ridge = finite("ridge", ridge);
        }

        @Override
        Stage stage(RegressionTask task, Training training) {
            return RidgeStage.of(task, training);
        }

        @Override
        Set<Parameter> parameters() {
            return EnumSet.of(Parameter.SAMPLES, Parameter.RIDGE);
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

    /** A spectral filter, such as early stopping; a ridge in addition to it is weight decay. */
    public static final class Filtered extends Estimator {

        private final SpectralFilter filter;
        private final double decay;

        Filtered(SpectralFilter filter, double decay) {
            this.filter = filter;
            this.decay = notBelowZero(decay);
        }

        /** The estimator of a filter: {@link Ridge} if the filter is plain ridge regression. */
        static Estimator of(SpectralFilter filter, double ridge) {
            if (ridge != 0 && !filter.allowsDecay()) {
                throw refusal(
                        "ridge", ridge, "cannot be combined with a " + filter + ", which has its own; set it to 0");
            }
            return Double.isNaN(filter.onlyRidge()) ? new Filtered(filter, ridge) : new Ridge(filter.onlyRidge());
        }

        @Override
        Stage stage(RegressionTask task, Training training) {
            return FilterStage.of(task, training, filter, decay);
        }

        @Override
        Set<Parameter> parameters() {
            Set<Parameter> parameters = EnumSet.of(Parameter.SAMPLES);
            parameters.addAll(filter.parameters());
            return parameters;
        }

        @Override
        Estimator withRidge(double ridge) {
            return of(filter, ridge);
        }

        /**
         * The filter.
         *
         * @return ψ without the weight decay
         */
        public SpectralFilter filter() {
            return filter;
        }

        /**
         * The part that is not learnt at an eigenvalue of the sample covariance, weight decay included.
         *
         * @param eigenvalue s, at least 0
         * @return ψ(s) = r/(s + r) + s/(s + r) ψ₀(s + r) with the filter ψ₀ and the weight decay r
         */
        public double residual(double eigenvalue) {
            return decay == 0
                    ? filter.residual(eigenvalue)
                    : (decay + eigenvalue * filter.residual(eigenvalue + decay)) / (eigenvalue + decay);
        }

        @Override
        public double ridge() {
            return decay;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Filtered that && filter.equals(that.filter) && decay == that.decay;
        }

        @Override
        public int hashCode() {
            return 31 * filter.hashCode() + Double.hashCode(decay);
        }

        @Override
        public String toString() {
            return filter + (decay == 0 ? "" : " with weight decay " + decay);
        }
    }

    /**
     * Ridge regression on q random combinations of the features, z = q<sup>−1/2</sup> Gx with a q × p Gaussian matrix G drawn for
     * this training: b = q<sup>−1/2</sup> Gᵀa with a = argmin (1/n)‖y − Za‖² + r‖a‖².
     */
    public static final class RandomFeatures extends Estimator {

        private final double features;
        private final double ridge;

        private RandomFeatures(double features, double ridge) {
            this.features = features;
            this.ridge = notBelowZero(ridge);
        }

        /** The estimator for a number of random features; plain ridge regression for infinitely many. */
        static Estimator of(double features, double ridge) {
            if (!(features >= 1)) {
                throw refusal("features", features, "is not at least 1");
            }
            return Double.isInfinite(features) ? new Ridge(ridge) : new RandomFeatures(features, ridge);
        }

        @Override
        Stage stage(RegressionTask task, Training training) {
            return RandomFeatureStage.of(task, training, features);
        }

        @Override
        Set<Parameter> parameters() {
            return EnumSet.of(Parameter.SAMPLES, Parameter.RIDGE, Parameter.RANDOM_FEATURES);
        }

        @Override
        Estimator withRidge(double ridge) {
            return new RandomFeatures(features, ridge);
        }

        /**
         * The number of random features.
         *
         * @return q, at least 1 and finite
         */
        public double features() {
            return features;
        }

        @Override
        public double ridge() {
            return ridge;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof RandomFeatures that && features == that.features && ridge == that.ridge;
        }

        @Override
        public int hashCode() {
            return 31 * Double.hashCode(features) + Double.hashCode(ridge);
        }

        @Override
        public String toString() {
            return features + " random features, ridge " + ridge;
        }
    }

    /** Stochastic gradient descent in a single pass over the samples, from 0. */
    public static final class StochasticGradient extends Estimator {

        private final int batch;
        private final double rate;

        StochasticGradient(int batch, double rate) {
            this.batch = atLeastOne("batch", batch);
            this.rate = positive("rate", rate);
        }

        @Override
        Stage stage(RegressionTask task, Training training) {
            training.seenSpectrum(task); // checks that spectrum and mask fit the task
            return new StochasticStage(task, training, steps(training.samples()), batch, rate);
        }

        /** Samples come in whole batches, so that there is no derivative with respect to their number. */
        @Override
        Set<Parameter> parameters() {
            return EnumSet.of(Parameter.RATE);
        }

        /**
         * The number of steps.
         *
         * @param samples n, a multiple of the batch
         * @return n over the batch
         * @throws IllegalArgumentException if n is not a multiple of the batch, or n over the batch exceeds the range of int
         */
        public int steps(double samples) {
            double steps = samples / batch;
            if (!(steps == Math.rint(steps) && steps >= 1 && steps <= Integer.MAX_VALUE)) {
                throw refusal(
                        "samples",
                        samples,
                        "is not a whole number of batches of " + batch + ", which a single pass needs");
            }
            return (int) steps;
        }

        /**
         * The number of samples in a step.
         *
         * @return B, at least 1
         */
        public int batch() {
            return batch;
        }

        /**
         * The step size.
         *
         * @return η, greater than 0
         */
        public double rate() {
            return rate;
        }

        @Override
        Estimator withRidge(double ridge) {
            throw refusal("ridge", ridge, "cannot be combined with " + this + ", which has none");
        }

        @Override
        public double ridge() {
            return 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof StochasticGradient that && batch == that.batch && rate == that.rate;
        }

        @Override
        public int hashCode() {
            return 31 * batch + Double.hashCode(rate);
        }

        @Override
        public String toString() {
            return "single-pass gradient descent in batches of " + batch + " at rate " + rate;
        }
    }
}
