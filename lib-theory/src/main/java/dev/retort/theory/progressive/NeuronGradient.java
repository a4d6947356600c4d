package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The population gradient of the correlation loss −E f(x) g(x) at one neuron, f(x) = a ReLU(⟨w, x⟩ + b), for any labels g:
 *
 * <pre>
 *     ∂/∂w_i = −a Σ_A ĝ(A) E[1{⟨w, x⟩ + b ≥ 0} χ_{A ∆ {i}}(x)]
 *     ∂/∂b   = −a Σ_A ĝ(A) E[1{⟨w, x⟩ + b ≥ 0} χ_A(x)]
 *     ∂/∂a   = −  Σ_A ĝ(A) E[(⟨w, x⟩ + b)₊ χ_A(x)]
 * </pre>
 *
 * <p>On a parity of k coordinates the first is of size |a| |H(d, b, k − 1)| on the support and |a| |H(d, b, k + 1)| off it, the faint
 * signal that {@link FourierGap} measures. On the labels Σ_S c_i x_i of an unfinished teacher it is −a c_i/2 on the support and 0 off it,
 * for weights of ±1, d odd and |b| &lt; 1, which does not fall with d: this is why such labels teach. Derivation: module documentation,
 * {@code docs/progressive-distillation.md}. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * ThresholdUnit unit = ThresholdUnit.of(11, 0);
 * NeuronGradient ofParity = NeuronGradient.of(unit, 1, SparseParity.of(11, 4).expansion());
 * double onSupport = ofParity.weight(0); // 0.0137
 * double elsewhere = ofParity.weight(10); // -0.0059
 * NeuronGradient ofTeacher = NeuronGradient.of(unit, 1, FourierExpansion.linear(0.2, 0.2, 0.2, 0.2, 0, 0, 0, 0, 0, 0, 0));
 * double clear = ofTeacher.weight(0); // -0.1
 * }</pre>
 */
public final class NeuronGradient {

    private final double[] weights;
    private final double bias;
    private final double outputWeight;

    private NeuronGradient(double[] weights, double bias, double outputWeight) {
        this.weights = weights;
        this.bias = bias;
        this.outputWeight = outputWeight;
    }

    /**
     * The gradient at a neuron.
     *
     * @param unit the neuron's weights w and bias b
     * @param outputWeight a, finite
     * @param labels g, in the same dimension
     * @return the gradient
     * @throws IllegalArgumentException if the dimensions differ, or the output weight is NaN or infinite
     */
    public static NeuronGradient of(ThresholdUnit unit, double outputWeight, FourierExpansion labels) {
        int d = notNull("unit", unit).dimension();
        double a = finite("outputWeight", outputWeight);
        FourierExpansion.ofDimension("labels", labels, d);
        Map<CoordinateSet, Double> known = new HashMap<>();
        double[] weights = new double[d];
        for (int i = 0; i < d; i++) {
            CompensatedSum sum = new CompensatedSum();
            for (Map.Entry<CoordinateSet, Double> term : labels.coefficients().entrySet()) {
                CoordinateSet shifted = term.getKey().toggled(i);
                sum.add(term.getValue() * known.computeIfAbsent(shifted, unit::coefficient));
            }
            weights[i] = -a * sum.value() + 0.0; // no -0.0
        }
        CompensatedSum ofBias = new CompensatedSum();
        CompensatedSum ofOutput = new CompensatedSum();
        labels.coefficients().forEach((set, coefficient) -> {
            ofBias.add(coefficient * unit.coefficient(set));
            ofOutput.add(coefficient * Dyadic.toDouble(unit.exactReluCoefficient(set)));
        });
        return new NeuronGradient(weights, -a * ofBias.value() + 0.0, -ofOutput.value() + 0.0);
    }

    /**
     * The derivative with respect to one weight.
     *
     * @param coordinate i, from 0
     * @return ∂/∂w_i
     * @throws IllegalArgumentException if there is no such coordinate
     */
    public double weight(int coordinate) {
        if (coordinate < 0 || coordinate >= weights.length) {
            throw refusal(
                    "coordinate", coordinate, "is not a coordinate of the cube, from 0 to " + (weights.length - 1));
        }
        return weights[coordinate];
    }

    /**
     * The derivatives with respect to all weights.
     *
     * @return a new array of length d
     */
    public double[] weights() {
        return weights.clone();
    }

    /**
     * The derivative with respect to the bias.
     *
     * @return ∂/∂b
     */
    public double bias() {
        return bias;
    }

    /**
     * The derivative with respect to the output weight.
     *
     * @return ∂/∂a
     */
    public double outputWeight() {
        return outputWeight;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NeuronGradient that
                && Arrays.equals(weights, that.weights)
                && Double.compare(bias, that.bias) == 0
                && Double.compare(outputWeight, that.outputWeight) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(weights) + Double.hashCode(bias)) + Double.hashCode(outputWeight);
    }

    @Override
    public String toString() {
        return "gradient of a neuron of " + weights.length + " weights: bias " + bias + ", output weight "
                + outputWeight;
    }
}
