package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.special.Erf;

/**
 * A teacher after one exact step on a parity, and the linear part of its output. The teacher has m neurons with weights of
 * ±1 and output weights ±a; a population step of size η on −E f(x) χ_S(x), with weight decay that removes the old weights and biases set
 * to 0, leaves
 *
 * <pre>
 *     f(x) = Σ_i c_i x_i + even part,     c_i = (η a²/2) √m H_i Z_i,     Z_i = m^−1/2 Σ_j χ_{S ∆ {i}}(w_j)
 * </pre>
 *
 * with H_i = H(d, b, k − 1) on the support and H(d, b, k + 1) off it, at the bias b before the step. The Z_i have mean 0 and
 * variance 1 and are uncorrelated; for a wide teacher they are nearly normal and independent. So one step does not ensure that the
 * coefficients on the support are larger than the others: the gap has to be measured, {@link Draw#gap}.
 *
 * <p>The exact form is derived in the module's documentation, {@code docs/progressive-distillation.md}. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * OneStepTeacher teacher = OneStepTeacher.of(FourierGap.of(49, 4), 256);
 * double apart = teacher.orderedProbability(); // 0.573: the support has the k largest coefficients
 * double gap = teacher.draw(3).gap(); // 0.00463, of one teacher
 * }</pre>
 */
public final class OneStepTeacher {

    private final FourierGap gap;
    private final int width;
    private final double step;
    private final double outputWeight;

    private OneStepTeacher(FourierGap gap, int width, double step, double outputWeight) {
        this.gap = gap;
        this.width = width;
        this.step = step;
        this.outputWeight = outputWeight;
    }

    /** One teacher: its weights before the step, and its linear part after it. Immutable. */
    public static final class Draw {

        private final int[][] weights;
        private final double[] coefficients;
        private final int size;

        private Draw(int[][] weights, double[] coefficients, int size) {
            this.weights = weights;
            this.coefficients = coefficients;
            this.size = size;
        }

        /**
         * The weights before the step.
         *
         * @return a copy of w, a row of ±1 for each neuron
         */
        public int[][] weights() {
            return Arrays.stream(weights).map(int[]::clone).toArray(int[][]::new);
        }

        /**
         * The linear part after the step.
         *
         * @return a copy of c, one coefficient for each coordinate; those of the support come first
         */
        public double[] coefficients() {
            return coefficients.clone();
        }

        /**
         * The gap between the coefficients on the support and the others.
         *
         * @return Δ = min |c_i| on the support − max |c_i| off it; negative if the coefficients do not reveal the support
         */
        public double gap() {
            double least = Double.POSITIVE_INFINITY;
            double other = 0;
            for (int i = 0; i < coefficients.length; i++) {
                if (i < size) {
                    least = Math.min(least, Math.abs(coefficients[i]));
                } else {
                    other = Math.max(other, Math.abs(coefficients[i]));
                }
            }
            return least - other;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Draw that
                    && Arrays.deepEquals(weights, that.weights)
                    && Arrays.equals(coefficients, that.coefficients)
                    && size == that.size;
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.deepHashCode(weights) + Arrays.hashCode(coefficients);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "teacher of %d neurons after a step, gap %.4g", weights.length, gap());
        }
    }

    /**
     * A teacher with η = 1 and a = 1.
     *
     * @param gap dimension, size of the support and bias
     * @param width m, at least 1
     * @return the teacher
     * @throws IllegalArgumentException if {@code width < 1}
     */
    public static OneStepTeacher of(FourierGap gap, int width) {
        return new OneStepTeacher(notNull("gap", gap), atLeastOne("width", width), 1, 1);
    }

    /**
     * The same teacher after a step of another size.
     *
     * @param step η, greater than 0
     * @return the teacher
     * @throws IllegalArgumentException if the step is not positive and finite
     */
    public OneStepTeacher withStep(double step) {
        return new OneStepTeacher(gap, width, positive("step", step), outputWeight);
    }

    /**
     * The same teacher with other output weights.
     *
     * @param outputWeight a, not 0
     * @return the teacher
     * @throws IllegalArgumentException if it is 0, NaN or infinite
     */
    public OneStepTeacher withOutputWeight(double outputWeight) {
        if (finite("outputWeight", outputWeight) == 0) {
            throw refusal("outputWeight", outputWeight, "is 0; the step would change nothing");
        }
        return new OneStepTeacher(gap, width, step, outputWeight);
    }

    /**
     * The standard deviation of a coefficient on the support.
     *
     * @return (η a²/2) √m |H(d, b, k − 1)|
     */
    public double supportDeviation() {
        return unit() * gap.supportCoefficient();
    }

    /**
     * The standard deviation of a coefficient off the support.
     *
     * @return (η a²/2) √m |H(d, b, k + 1)|
     */
    public double otherDeviation() {
        return unit() * gap.otherCoefficient();
    }

    private double unit() {
        return step * outputWeight * outputWeight / 2 * Math.sqrt(width);
    }

    /**
     * The probability that all coefficients on the support are large, for a wide teacher.
     *
     * @param threshold t, in standard deviations, at least 0
     * @return P(min_S |Z_i| &gt; t) = erfc(t/√2)^k
     * @throws IllegalArgumentException if the threshold is negative, NaN or infinite
     */
    public double exceedanceProbability(double threshold) {
        return Math.pow(Erf.erfc(nonNegative("threshold", threshold) / Math.sqrt(2)), gap.size());
    }

    /**
     * The probability that the support has the k largest coefficients, Δ &gt; 0, for a wide teacher.
     *
     * @return the probability
     */
    public double orderedProbability() {
        double other = gap.otherCoefficient();
        if (other == 0) {
            return gap.supportCoefficient() > 0 ? 1 : 0;
        }
        return new FoldedNormal(0, gap.supportCoefficient() / other)
                .exceeds(gap.size(), new FoldedNormal(0, 1), gap.dimension() - gap.size());
    }

    /**
     * Draws the weights of a teacher of this width and computes the step exactly.
     *
     * @param seed the seed, any number
     * @return the teacher, whose support is the first k coordinates
     */
    public Draw draw(long seed) {
        RandomGenerator random = RandomStreams.of(seed).generator();
        int d = gap.dimension();
        int[][] weights = new int[width][d];
        long[] sums = new long[d];
        double[] row = new double[d];
        for (int[] neuron : weights) {
            Cube.draw(random, row);
            int parity = 1;
            for (int i = 0; i < d; i++) {
                neuron[i] = (int) row[i];
                parity *= i < gap.size() ? neuron[i] : 1;
            }
            for (int i = 0; i < d; i++) {
                sums[i] += (long) parity * neuron[i];
            }
        }
        double inside = gap.unit().coefficientOfSize(gap.size() - 1);
        double outside = gap.unit().coefficientOfSize(gap.size() + 1);
        double[] coefficients = new double[d];
        for (int i = 0; i < d; i++) {
            coefficients[i] = step * outputWeight * outputWeight / 2 * (i < gap.size() ? inside : outside) * sums[i];
        }
        return new Draw(weights, coefficients, gap.size());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OneStepTeacher that
                && gap.equals(that.gap)
                && width == that.width
                && Double.compare(step, that.step) == 0
                && Double.compare(outputWeight, that.outputWeight) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * gap.hashCode() + width) + Double.hashCode(step) + 17 * Double.hashCode(outputWeight);
    }

    @Override
    public String toString() {
        return "teacher of " + width + " neurons after one step of size " + step + ", " + gap;
    }
}
