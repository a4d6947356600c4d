package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.Locale;

/**
 * The effect of soft labels on an empirical risk. Inputs x have the true class probabilities p⋆(x), a teacher gives q(x), and a model's
 * loss is ℓ_i(x) if the class is i. The risk is R = E p⋆ᵀℓ; from N independent inputs with the teacher's labels it is estimated by R̂ =
 * (1/N) Σ q(x_t)ᵀℓ(x_t), and
 *
 * <pre>
 *     E(R̂ − R)² = Var(qᵀℓ)/N + (E[(q − p⋆)ᵀℓ])²
 * </pre>
 *
 * exactly. Labels drawn from p⋆, one-hot, have no bias, and the variance of ℓ_y in place of that of qᵀℓ; labels q = p⋆ have none either,
 * and their variance is never larger, as it is that of a conditional mean. Source: Menon, Rawat, Reddi, Kim and Kumar, <i>A statistical
 * perspective on distillation</i> (ICML 2021, arXiv 2005.10419), who prove it as a bound; here it is an identity. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * double[] inputs = {0.5, 0.5}; // two inputs, equally likely
 * double[][] truth = {{0.9, 0.1}, {0.3, 0.7}};
 * double[][] losses = {{0.1, 2.0}, {1.2, 0.4}};
 * SoftLabels bayes = SoftLabels.of(inputs, truth, truth, losses);
 * double soft = bayes.meanSquareError(10); // 0.00306
 * double oneHot = bayes.oneHotMeanSquareError(10); // 0.02603
 * }</pre>
 */
public final class SoftLabels {

    private final double risk;
    private final double bias;
    private final double biasBound;
    private final double variance;
    private final double oneHotVariance;

    private SoftLabels(double risk, double bias, double biasBound, double variance, double oneHotVariance) {
        this.risk = risk;
        this.bias = bias;
        this.biasBound = biasBound;
        this.variance = variance;
        this.oneHotVariance = oneHotVariance;
    }

    /**
     * A population.
     *
     * @param inputs the probability of each input, at least one, adding up to 1 within 1e-9
     * @param truth p⋆, a row of class probabilities for each input, each adding up to 1 within 1e-9
     * @param teacher q, in the same shape
     * @param losses ℓ, in the same shape, finite
     * @return the effect of the teacher's labels
     * @throws IllegalArgumentException if shapes differ, if there are fewer than 2 classes, if probabilities are negative, NaN or
     *     do not add up to 1, or if a loss is NaN or infinite
     */
    public static SoftLabels of(double[] inputs, double[][] truth, double[][] teacher, double[][] losses) {
        law("inputs", inputs);
        int classes = check("truth", truth, inputs.length, -1, true);
        check("teacher", teacher, inputs.length, classes, true);
        check("losses", losses, inputs.length, classes, false);
        double risk = 0;
        double mean = 0;
        double distance = 0;
        double largest = 0;
        for (int x = 0; x < inputs.length; x++) {
            for (int i = 0; i < classes; i++) {
                risk += inputs[x] * truth[x][i] * losses[x][i];
                mean += inputs[x] * teacher[x][i] * losses[x][i];
                distance += inputs[x] * Math.abs(teacher[x][i] - truth[x][i]);
                largest = Math.max(largest, Math.abs(losses[x][i]));
            }
        }
        double variance = 0;
        double oneHotVariance = 0;
        for (int x = 0; x < inputs.length; x++) {
            double seen = 0;
            for (int i = 0; i < classes; i++) {
                seen += teacher[x][i] * losses[x][i];
                oneHotVariance += inputs[x] * truth[x][i] * (losses[x][i] - risk) * (losses[x][i] - risk);
            }
            variance += inputs[x] * (seen - mean) * (seen - mean);
        }
        return new SoftLabels(risk, mean - risk, distance * largest, variance, oneHotVariance);
    }

    private static int check(String name, double[][] rows, int inputs, int classes, boolean laws) {
        length(name, notNull(name, rows).length, "the number of inputs", inputs);
        int expected = classes < 0 ? notNull(name + "[0]", rows[0]).length : classes;
        if (expected < 2) {
            throw refusal(name + "[0].length", expected, "is not at least 2, the least number of classes");
        }
        for (int x = 0; x < inputs; x++) {
            String row = name + "[" + x + "]";
            length(row, notNull(row, rows[x]).length, "the number of classes", expected);
            if (laws) {
                law(row, rows[x]);
            } else {
                finite(row, rows[x]);
            }
        }
        return expected;
    }

    private static void law(String name, double[] probabilities) {
        double sum = 0;
        for (int i = 0; i < notNull(name, probabilities).length; i++) {
            if (!(probabilities[i] >= 0)) {
                throw refusal(name + "[" + i + "]", probabilities[i], "is not at least 0");
            }
            sum += probabilities[i];
        }
        if (!(Math.abs(sum - 1) <= 1e-9)) {
            throw refusal(name, Arrays.toString(probabilities), "does not add up to 1 within 1e-9");
        }
    }

    /**
     * The risk itself.
     *
     * @return R = E p⋆ᵀℓ
     */
    public double risk() {
        return risk;
    }

    /**
     * The bias of the estimate.
     *
     * @return E[(q − p⋆)ᵀℓ]; 0 for a teacher who knows the truth
     */
    public double bias() {
        return bias;
    }

    /**
     * A bound on the bias that uses only the largest loss of each input.
     *
     * @return E‖q − p⋆‖₁ max |ℓ|
     */
    public double biasBound() {
        return biasBound;
    }

    /**
     * The mean square error of the estimate from the teacher's labels.
     *
     * @param samples N, greater than 0
     * @return Var(qᵀℓ)/N + bias²
     * @throws IllegalArgumentException if N is not positive and finite
     */
    public double meanSquareError(double samples) {
        return variance / positive("samples", samples) + bias * bias;
    }

    /**
     * The mean square error of the estimate from true labels, drawn from p⋆.
     *
     * @param samples N, greater than 0
     * @return Var(ℓ_y)/N
     * @throws IllegalArgumentException if N is not positive and finite
     */
    public double oneHotMeanSquareError(double samples) {
        return oneHotVariance / positive("samples", samples);
    }

    /**
     * The number of samples up to which the teacher's labels are better than true ones.
     *
     * @return (Var(ℓ_y) − Var(qᵀℓ))/bias², infinite if there is no bias and the variance is smaller; 0 if it is not smaller
     */
    public double samplesUntilTrueLabelsWin() {
        double saved = oneHotVariance - variance;
        return saved > 0 ? saved / bias / bias : 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SoftLabels that
                && Arrays.equals(
                        new double[] {risk, bias, biasBound, variance, oneHotVariance},
                        new double[] {that.risk, that.bias, that.biasBound, that.variance, that.oneHotVariance});
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new double[] {risk, bias, biasBound, variance, oneHotVariance});
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "soft labels: risk %.4g, bias %.4g, variance %.4g (%.4g of one-hot labels)",
                risk,
                bias,
                variance,
                oneHotVariance);
    }
}
