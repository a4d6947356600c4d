package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Arguments;
import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The ground truth β⋆, one coefficient per feature in the eigenbasis of the covariance: labels are y = xᵀβ⋆ + noise.
 *
 * <p>A signal is a rule; the {@link RegressionTask} that combines it with a {@link Spectrum} turns it into numbers, so that
 * one signal can be used with spectra of several dimensions. Immutable.
 */
public abstract sealed class Signal {

    private Signal() {}

    /**
     * The signal with the given coefficients.
     *
     * @param coefficients β⋆<sub>1</sub>, …, β⋆<sub>p</sub>, one for each feature of the spectrum
     * @return the signal
     * @throws IllegalArgumentException if a coefficient is NaN or infinite
     */
    public static Signal of(double... coefficients) {
        return new Given(
                finite("coefficients", notNull("coefficients", coefficients)).clone());
    }

    /**
     * The signal whose coefficients are given as value and multiplicity, to go with {@link
     * Spectrum#withMultiplicities(double[], double[])}: {@code counts[0]} features with {@code coefficients[0]}, and so on.
     * Only Σ λβ⋆² of a level matters, its contribution to the variance of the labels: for k features with eigenvalue λ that
     * contribute the variance v in total, the coefficient is √(v/(kλ)).
     *
     * @param coefficients β⋆ in every feature of a level
     * @param counts how many features each level has; as many as there are coefficients, and those of the spectrum's levels if it
     *     has more than ten million features
     * @return the signal
     * @throws IllegalArgumentException if the lengths differ, a coefficient is not finite, or a count is less than 1 or no
     *     whole number
     */
    public static Signal withMultiplicities(double[] coefficients, double[] counts) {
        length(
                "counts",
                notNull("counts", counts).length,
                "the number of coefficients",
                notNull("coefficients", coefficients).length);
        return new Repeated(new Levels(
                finite("coefficients", coefficients).clone(),
                Levels.checked("counts", counts).clone()));
    }

    /**
     * The signal with the same coefficient for every feature.
     *
     * @param value the coefficient
     * @return the signal β⋆<sub>i</sub> = value
     * @throws IllegalArgumentException if the value is NaN or infinite
     */
    public static Signal constant(double value) {
        return new Constant(finite("value", value));
    }

    /**
     * The source power law λ<sub>i</sub>β⋆<sub>i</sub>² = i<sup>−b</sup>, i = 1, …, p, with positive coefficients. It
     * needs a spectrum without zero eigenvalues.
     *
     * @param b the decay of the features' contributions to the variance of the labels
     * @return the signal
     * @throws IllegalArgumentException if b is NaN or infinite
     */
    public static Signal sourcePowerLaw(double b) {
        return new SourcePowerLaw(finite("b", b));
    }

    /**
     * √λ β⋆ of a feature: representable where β⋆ alone may not be, and the scale in which a risk is a sum of squares.
     */
    abstract double whitened(double lambda, int i);

    /** β⋆ of a feature. */
    abstract double coefficient(double lambda, int i);

    /** λβ² at an index of a law, counted from 1 and whole or not. */
    abstract double power(double lambda, double index);

    /** The integral of λβ² from an index of a law on, given that of λ. */
    abstract double powerFrom(double index, double trace);

    /**
     * λβ² of all features of a level that is not listed.
     *
     * @param level its index among the levels, counted from 0
     * @param before the number of features in the levels before it
     * @param count the number of features in it
     */
    abstract double powerOf(double lambda, int level, double before, double count);

    /** The power of the index, rising or falling, that λβ² has besides that of an eigenvalue. */
    abstract double steepness();

    /** Refuses a law under which the labels of a task have no finite variance, Σ λ'β². */
    abstract void checkCarries(Law task, Law other);

    /** The integral of λ'β² of another law from an index of an infinite law on, over that of λβ². */
    abstract double seenFrom(double index, PowerLaw task, PowerLaw other);

    /** The spectrum, listed if the coefficients are; refuses one that this signal cannot be combined with. */
    abstract Spectrum fitting(Spectrum spectrum);

    private static Spectrum listed(Spectrum spectrum) {
        return spectrum.isListed() ? spectrum : Spectrum.of(Spectrum.listed("spectrum", spectrum));
    }

    private static final class Given extends Signal {
        private static final int SHOWN = 4;

        private final double[] coefficients;

        Given(double[] coefficients) {
            this.coefficients = coefficients;
        }

        @Override
        double whitened(double lambda, int i) {
            return Math.sqrt(lambda) * coefficients[i];
        }

        @Override
        double coefficient(double lambda, int i) {
            return coefficients[i];
        }

        @Override
        double power(double lambda, double index) {
            throw new IllegalStateException("listed coefficients have no law");
        }

        @Override
        double powerFrom(double index, double trace) {
            throw new IllegalStateException("listed coefficients have no law");
        }

        @Override
        double powerOf(double lambda, int level, double before, double count) {
            throw new IllegalStateException("listed coefficients have no levels");
        }

        @Override
        double steepness() {
            return 0;
        }

        @Override
        void checkCarries(Law task, Law other) {}

        @Override
        double seenFrom(double index, PowerLaw task, PowerLaw other) {
            throw new IllegalStateException("listed coefficients have no law");
        }

        @Override
        Spectrum fitting(Spectrum spectrum) {
            length("coefficients", coefficients.length, "the dimension of the spectrum", spectrum.features());
            return listed(spectrum);
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
            String first = Arrays.stream(coefficients)
                    .limit(SHOWN)
                    .mapToObj(Double::toString)
                    .collect(Collectors.joining(", "));
            return coefficients.length <= SHOWN
                    ? "coefficients " + first
                    : coefficients.length + " coefficients " + first + ", …";
        }
    }

    private static final class Repeated extends Signal {
        private final Levels coefficients;

        Repeated(Levels coefficients) {
            this.coefficients = coefficients;
        }

        @Override
        double whitened(double lambda, int i) {
            return Math.sqrt(lambda) * coefficient(lambda, i);
        }

        @Override
        double coefficient(double lambda, int i) {
            return coefficients.value(i + 1.0);
        }

        @Override
        double power(double lambda, double index) {
            double whitened = Math.sqrt(lambda) * coefficients.value(index);
            return whitened * whitened;
        }

        @Override
        double powerFrom(double index, double trace) {
            throw new IllegalStateException("levels of coefficients are no power law");
        }

        @Override
        double powerOf(double lambda, int level, double before, double count) {
            double whitened = Math.sqrt(lambda) * coefficients.ofLevel(level);
            return count * whitened * whitened;
        }

        @Override
        double steepness() {
            return 0;
        }

        @Override
        void checkCarries(Law task, Law other) {}

        @Override
        double seenFrom(double index, PowerLaw task, PowerLaw other) {
            throw new IllegalStateException("levels of coefficients are no power law");
        }

        @Override
        Spectrum fitting(Spectrum spectrum) {
            double features = coefficients.last();
            if (features != spectrum.features()) {
                throw refusal(
                        "counts",
                        "their sum, " + Arguments.text(features) + ",",
                        "is not the dimension of the spectrum, " + Arguments.text(spectrum.features()));
            }
            if (hasCountsOf(spectrum)) {
                return spectrum;
            }
            if (!spectrum.isListed() && spectrum.features() > Spectrum.MOST_LISTED) {
                throw refusal("counts", coefficients.countsText(), "are not those of the levels of " + spectrum);
            }
            return listed(spectrum);
        }

        private boolean hasCountsOf(Spectrum spectrum) {
            return !spectrum.isListed() && spectrum.law() instanceof Levels levels && levels.hasCountsOf(coefficients);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Repeated that && coefficients.equals(that.coefficients);
        }

        @Override
        public int hashCode() {
            return coefficients.hashCode();
        }

        @Override
        public String toString() {
            return coefficients.text("coefficients");
        }
    }

    private static final class Constant extends Signal {
        private final double value;

        Constant(double value) {
            this.value = value;
        }

        @Override
        double whitened(double lambda, int i) {
            return Math.sqrt(lambda) * value;
        }

        @Override
        double coefficient(double lambda, int i) {
            return value;
        }

        @Override
        double power(double lambda, double index) {
            return lambda * value * value;
        }

        @Override
        double powerFrom(double index, double trace) {
            return trace * value * value;
        }

        @Override
        double powerOf(double lambda, int level, double before, double count) {
            return count * (lambda * value * value);
        }

        @Override
        double steepness() {
            return 0;
        }

        @Override
        void checkCarries(Law task, Law other) {}

        @Override
        double seenFrom(double index, PowerLaw task, PowerLaw other) {
            double ratio = other.value(index) / task.value(index);
            return ratio * (other.featuresFrom(index) / task.featuresFrom(index));
        }

        @Override
        Spectrum fitting(Spectrum spectrum) {
            return spectrum;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Constant that && value == that.value;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(value);
        }

        @Override
        public String toString() {
            return "all coefficients " + value;
        }
    }

    private static final class SourcePowerLaw extends Signal {
        private final double b;

        SourcePowerLaw(double b) {
            this.b = b;
        }

        @Override
        double whitened(double lambda, int i) {
            return Math.pow(i + 1.0, -b / 2);
        }

        @Override
        double coefficient(double lambda, int i) {
            return whitened(lambda, i) / Math.sqrt(lambda);
        }

        @Override
        double power(double lambda, double index) {
            return Math.pow(index, -b);
        }

        @Override
        double powerFrom(double index, double trace) {
            return index * Math.pow(index, -b) / (b - 1);
        }

        @Override
        double powerOf(double lambda, int level, double before, double count) {
            return PowerSum.between(before + 1, before + count, b);
        }

        @Override
        double steepness() {
            return Math.abs(b);
        }

        @Override
        void checkCarries(Law task, Law other) {
            double decay = seenDecay(task, other);
            if (Double.isInfinite(task.last()) && !(decay > 1)) {
                throw refusal(
                        "spectrum",
                        other,
                        "leaves the labels of " + this + " under " + task + " without a finite variance: Σ i^-"
                                + decay);
            }
        }

        /** The power of 1/i with which λ'β² falls. */
        private double seenDecay(Law task, Law other) {
            return b - task.steepness() + other.steepness();
        }

        /** A power of the index where shifts are negligible; panels up to there. */
        @Override
        double seenFrom(double index, PowerLaw task, PowerLaw other) {
            double steepness = b + task.steepness() + other.steepness();
            double shifts = Math.abs(task.shift()) + Math.abs(other.shift());
            IndexSum sum = new IndexSum(steepness, 0);
            double end = Math.max(index, shifts * steepness / Math.ulp(1.0));
            sum.addIntegral(index, end);
            sum.node(end, end / (seenDecay(task, other) - 1));
            double[] at = sum.index();
            double[] weight = sum.weight();
            CompensatedSum seen = new CompensatedSum();
            for (int k = 0; k < at.length; k++) {
                seen.add(weight[k] * Math.exp(seenExponent(at[k], index, task, other)));
            }
            double ratio = other.value(index) / task.value(index);
            return ratio * (seen.value() / (index / (b - 1)));
        }

        /** ln λ'β², less that at the start: eigenvalues themselves may underflow. */
        private double seenExponent(double at, double start, PowerLaw task, PowerLaw other) {
            return -b * Math.log(at / start)
                    + task.alpha() * Math.log((at + task.shift()) / (start + task.shift()))
                    - other.alpha() * Math.log((at + other.shift()) / (start + other.shift()));
        }

        @Override
        Spectrum fitting(Spectrum spectrum) {
            if (Double.isInfinite(spectrum.measure().rank()) && !(b > 1)) {
                throw refusal("b", b, "is not greater than 1, so Σ i^-b has no finite value");
            }
            if (spectrum.zeros() > 0) {
                throw refusal(
                        "spectrum",
                        Arguments.text(spectrum.zeros()) + " zero eigenvalues",
                        "leave λβ² = i^-b without a solution β");
            }
            return spectrum;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SourcePowerLaw that && b == that.b;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(b);
        }

        @Override
        public String toString() {
            return "signal λβ² = i^-" + b;
        }
    }
}
