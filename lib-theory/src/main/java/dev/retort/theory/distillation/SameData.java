package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.function.IntToDoubleFunction;

/**
 * Ridge regressions on the same sample. With b_1, b_2 for the ridges r_1, r_2 and κ = τ(r),
 *
 * <pre>  P(r_1, r_2) = E (b_1 − β⋆)ᵀΣ(b_2 − β⋆) = [Σ λβ⋆²ζ_1ζ_2 + σ²Ω_12]/(1 − Ω_12),      Ω_12 = (1/n) Σ θ_1θ_2.</pre>
 *
 * Immutable.
 */
final class SameData {

    private final RegressionTask task;
    private final Coordinates nodes;
    private final double samples;
    private final double noise;

    SameData(RegressionTask task, Training training) {
        notNull("training", training);
        if (!(training.estimator() instanceof Estimator.Ridge)
                || !training.isOnTaskFeatures()
                || !training.hasLinearLabels()
                || training.teacherShare() != 1) {
            throw refusal(
                    "training",
                    training,
                    "is not ridge regression on all features of the task and on plain labels, which the theory of"
                            + " models on one sample needs");
        }
        this.task = notNull("task", task);
        this.nodes = new Coordinates(task, task.nodes());
        this.samples = training.samples();
        this.noise = training.noise(task);
    }

    double noiseVariance() {
        return noise * noise;
    }

    DeterministicEquivalent at(double ridge) {
        return DeterministicEquivalent.of(task.spectrum(), samples, ridge);
    }

    /** P(r_1, r_2). */
    double cross(DeterministicEquivalent first, DeterministicEquivalent second) {
        double missed = sum(k -> signal(k) * zeta(first, k) * zeta(second, k));
        double omega = sum(k -> nodes.weight(k) * theta(first, k) * theta(second, k)) / samples;
        double added = missed + noiseVariance() * omega;
        return added == 0 ? 0 : added / spare(first, second);
    }

    /** 1 − Ω_12, of which no term is negative. */
    private double spare(DeterministicEquivalent first, DeterministicEquivalent second) {
        double left = first.tau() > 0 ? first.ridge() / first.tau() : first.oneMinusOmega();
        return sum(k -> nodes.weight(k) * theta(first, k) * zeta(second, k)) / samples + left;
    }

    /**
     * The Taylor coefficients of P + σ² about a ridge r, in −y_i for the ridges r(1 + y_i):
     *
     * <pre>  G_ij = (−r)^(i+j)/(i! j!) ∂_1^i ∂_2^j P(r, r),      i, j from 0 to the order,</pre>
     *
     * except that the first is without σ². With κ(1 + x) in place of κ all factors are series in x whose coefficients are
     * powers of −ζ; the series of r is inverted, and the quotient composed with the inverse.
     */
    double[][] series(DeterministicEquivalent at, int order) {
        int size = order + 1;
        double[][] numerator = new double[size][size];
        double[][] denominator = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                int first = i;
                int second = j;
                numerator[i][j] = sum(k -> signal(k) * missed(at, k, first) * missed(at, k, second));
                denominator[i][j] = -sum(k ->
                                nodes.weight(k) * theta(at, k) * theta(at, k) * Math.pow(-zeta(at, k), first + second))
                        / samples;
            }
        }
        numerator[0][0] += noiseVariance();
        denominator[0][0] = at.oneMinusOmega();
        double[][] quotient = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double rest = numerator[i][j];
                for (int a = 0; a <= i; a++) {
                    for (int b = 0; b <= j; b++) {
                        rest -= a + b == 0 ? 0 : denominator[a][b] * quotient[i - a][j - b];
                    }
                }
                quotient[i][j] = rest / denominator[0][0];
            }
        }
        double[][] powers = powersOfInverse(at, order);
        double[][] composed = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double sum = 0;
                for (int a = 0; a <= i; a++) {
                    for (int b = 0; b <= j; b++) {
                        sum += powers[a][i] * quotient[a][b] * powers[b][j];
                    }
                }
                if (!Double.isFinite(sum)) {
                    throw new IllegalStateException("The derivatives of the risk with respect to the ridge overflow at "
                            + at + "; choose ridge and eigenvalues closer to each other");
                }
                composed[i][j] = (i + j) % 2 == 0 ? sum : -sum;
            }
        }
        composed[0][0] = cross(at, at);
        return composed;
    }

    /** The coefficient of x^m in ζ(κ(1 + x)) = ζ(1 + x)/(1 + ζx). */
    private double missed(DeterministicEquivalent at, int k, int order) {
        double zeta = zeta(at, k);
        return order == 0 ? zeta : theta(at, k) * zeta * Math.pow(-zeta, order - 1);
    }

    /** The coefficients of y^i in x(y)^m, entry [m][i], where r(κ(1 + x)) = r(1 + y). */
    private double[][] powersOfInverse(DeterministicEquivalent at, int order) {
        double scale = at.tau() / at.ridge();
        double[] forward = new double[order + 1];
        for (int m = 1; m <= order; m++) {
            int power = m - 1;
            forward[m] = m == 1
                    ? scale * at.oneMinusOmega()
                    : -scale
                            * sum(k -> nodes.weight(k) * theta(at, k) * theta(at, k) * Math.pow(-zeta(at, k), power))
                            / samples;
        }
        double[] inverse = new double[order + 1];
        if (order >= 1) {
            inverse[1] = 1 / forward[1];
        }
        for (int i = 2; i <= order; i++) {
            // forward(inverse(y)) = y: the next coefficient must cancel that of y^i in the terms known so far.
            double known = 0;
            double[] power = inverse.clone();
            for (int m = 2; m <= i; m++) {
                power = product(power, inverse);
                known += forward[m] * power[i];
            }
            inverse[i] = -known / forward[1];
        }
        double[][] powers = new double[order + 1][];
        powers[0] = new double[order + 1];
        powers[0][0] = 1;
        for (int m = 1; m <= order; m++) {
            powers[m] = product(powers[m - 1], inverse);
        }
        return powers;
    }

    private static double[] product(double[] first, double[] second) {
        double[] product = new double[first.length];
        for (int i = 0; i < product.length; i++) {
            for (int j = 0; i + j < product.length; j++) {
                product[i + j] += first[i] * second[j];
            }
        }
        return product;
    }

    private double signal(int k) {
        return nodes.power(k) * nodes.truth(k) * nodes.truth(k);
    }

    private double theta(DeterministicEquivalent at, int k) {
        return at.learnabilityOf(nodes.eigenvalue(k));
    }

    private double zeta(DeterministicEquivalent at, int k) {
        return at.zetaOf(nodes.eigenvalue(k));
    }

    private double sum(IntToDoubleFunction term) {
        return Stage.sum(nodes.size(), term);
    }
}
