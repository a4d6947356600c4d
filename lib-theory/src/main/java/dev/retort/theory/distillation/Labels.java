package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.function.DoubleBinaryOperator;

/**
 * The form in which a teacher passes on its outputs xᵀb: the outputs themselves, or classes. A label y = f(xᵀb) with an odd function f
 * is, for a linear student that is trained by squared loss on Gaussian features, a linear label with independent noise
 * (Bussgang's decomposition): with N the variance of the outputs and Z a standard normal number,
 *
 * <pre>  y ≃ (a/√N) xᵀb + noise,      a = E Z f(√N Z),      noise variance = E f(√N Z)² − a².</pre>
 *
 * That is exact to leading order: the dependence on the single direction b contributes O(1/n). The {@linkplain
 * Training#withNoise noise} of the training is added after f. {@linkplain #logits() Logits} are the best labels that a given
 * linear teacher can provide; every other f only adds noise. Derived in the module's documentation, {@code
 * docs/distillation.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 300), Signal.constant(1));
 * Distillation classifier = Distillation.of(task)
 *         .surrogate(Training.samples(100).withLabels(Labels.hard(0.05))) // true classes, of which one in twenty is wrong
 *         .then(Training.samples(250).withLabels(Labels.soft(2.0)));
 * double accuracy = classifier.predict().accuracy();
 * }</pre>
 */
public abstract sealed class Labels {

    private Labels() {}

    /**
     * The outputs themselves.
     *
     * @return labels xᵀb
     */
    public static Labels logits() {
        return Logits.INSTANCE;
    }

    /**
     * Classes without flips.
     *
     * @return labels sign(xᵀb)
     */
    public static Labels hard() {
        return hard(0);
    }

    /**
     * Classes, each of which is replaced by the other one with a given probability.
     *
     * @param flips the probability η, from 0 to 1; at ½ the labels carry no information
     * @return labels ±sign(xᵀb)
     * @throws IllegalArgumentException if η is NaN or outside that range
     */
    public static Labels hard(double flips) {
        if (!(flips >= 0 && flips <= 1)) {
            throw refusal("flips", flips, "is not from 0 to 1; it is the probability of a wrong class");
        }
        return new Hard(flips);
    }

    /**
     * The mean class of a logistic classifier.
     *
     * @param temperature T, greater than 0: hard labels for T → 0, logits over T for T → ∞
     * @return labels tanh(xᵀb/T)
     * @throws IllegalArgumentException if T is not positive and finite
     */
    public static Labels soft(double temperature) {
        return new Soft(positive("temperature", temperature));
    }

    /**
     * The label for an output.
     *
     * @param output xᵀb
     * @param chance a uniform random number from 0 to 1, which decides whether a class is flipped
     * @return f(xᵀb)
     * @throws IllegalArgumentException if the output is NaN, or the number not from 0 to 1
     */
    public final double label(double output, double chance) {
        return of(number("output", output), fromZeroToOne("chance", chance));
    }

    /** f(xᵀb) */
    abstract double of(double output, double chance);

    /** Whether f is the identity, so that the labels are xᵀb itself. */
    boolean areLogits() {
        return false;
    }

    /**
     * The linear labels with noise that these are equivalent to.
     *
     * @param power N, the variance of the outputs, greater than 0
     */
    abstract Linear linear(double power);

    /**
     * The factor a/√N on the coefficients and the noise variance E f² − a², with their derivatives with respect to N.
     */
    record Linear(double factor, double noiseVariance, double factorByPower, double noiseByPower) {}

    private static final class Logits extends Labels {
        private static final Logits INSTANCE = new Logits();

        @Override
        double of(double output, double chance) {
            return output;
        }

        @Override
        boolean areLogits() {
            return true;
        }

        @Override
        Linear linear(double power) {
            return new Linear(1, 0, 0, 0);
        }

        @Override
        public String toString() {
            return "logits";
        }
    }

    private static final class Hard extends Labels {
        private final double flips;

        Hard(double flips) {
            this.flips = flips;
        }

        @Override
        double of(double output, double chance) {
            return chance < flips ? -Math.signum(output) : Math.signum(output);
        }

        @Override
        Linear linear(double power) {
            double a = (1 - 2 * flips) * Math.sqrt(2 / Math.PI);
            double factor = a / Math.sqrt(power);
            return new Linear(factor, 1 - a * a, -factor / (2 * power), 0);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Hard that && flips == that.flips;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(flips);
        }

        @Override
        public String toString() {
            return flips == 0 ? "hard labels" : "hard labels (a share of " + flips + " flipped)";
        }
    }

    private static final class Soft extends Labels {

        /** With this step the trapezoidal rule is exact to rounding: the integrands are smooth and vanish at the ends. */
        private static final double STEP = 0.25;

        /** The rule extends to 25, where both the normal density and the slope of tanh are negligible. */
        private static final int STEPS = 100;

        private final double temperature;

        Soft(double temperature) {
            this.temperature = temperature;
        }

        @Override
        double of(double output, double chance) {
            return Math.tanh(output / temperature);
        }

        @Override
        Linear linear(double power) {
            double gain = Math.sqrt(power) / temperature;
            // J = E sech²(GZ), so that a = E Z tanh(GZ) = GJ and E tanh²(GZ) = 1 − J.
            double slope = mean(gain, (x, z) -> 1 / (Math.cosh(x) * Math.cosh(x)));
            double a = gain * slope;
            double noise = gain < 1
                    ? mean(gain, (x, z) -> (Math.tanh(x) - a * z) * (Math.tanh(x) - a * z))
                    : 1 - slope - a * a;
            double slopeByGain = mean(gain, (x, z) -> -2 * z * Math.tanh(x) / (Math.cosh(x) * Math.cosh(x)));
            double gainByPower = gain / (2 * power);
            double noiseByGain = -slopeByGain - 2 * a * (slope + gain * slopeByGain);
            return new Linear(
                    slope / temperature, noise, slopeByGain * gainByPower / temperature, noiseByGain * gainByPower);
        }

        /** E g(GZ, Z); where G is above 1, for functions g that vanish at large GZ. */
        private static double mean(double gain, DoubleBinaryOperator function) {
            double scale = Math.max(gain, 1);
            double sum = 0;
            for (int k = -STEPS; k <= STEPS; k++) {
                double z = STEP * k / scale;
                sum += Math.exp(-z * z / 2) * function.applyAsDouble(gain * z, z);
            }
            return STEP / scale * sum / Math.sqrt(2 * Math.PI);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Soft that && temperature == that.temperature;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(temperature);
        }

        @Override
        public String toString() {
            return "soft labels at temperature " + temperature;
        }
    }
}
