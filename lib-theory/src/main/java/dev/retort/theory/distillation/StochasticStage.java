package dev.retort.theory.distillation;

import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent in a single pass, exact for Gaussian features at every size. With D = E (w − b)² for the
 * iterate w, which starts at 0, and the labels' coefficients b, a step of rate η on a fresh batch of B samples gives
 *
 * <pre>  D_i ← [(1 − ηλ_i)² + η²λ_i²/B] D_i + (η²/B) λ_i (Σ λ_jD_j + σ²).</pre>
 *
 * The amounts of this stage are the variances that it adds to each feature: D − (1 − ηλ)<sup>2T</sup> E b². Every node is a
 * feature. Immutable.
 */
final class StochasticStage extends Stage {

    private final int steps;
    private final int batch;
    private final double rate;

    StochasticStage(RegressionTask task, Training training, int steps, int batch, double rate) {
        super(task, training);
        this.steps = steps;
        this.batch = batch;
        this.rate = rate;
    }

    @Override
    boolean needsFeatures() {
        return true;
    }

    @Override
    Equivalent equivalent() {
        throw new IllegalStateException("No τ belongs to " + training().estimator()
                + ", whose prediction is exact at every size and uses no equivalent");
    }

    @Override
    double theta(double lambda) {
        double step = rate * lambda;
        return step < 1 ? -Math.expm1(steps * Math.log1p(-step)) : 1 - zeta(lambda);
    }

    @Override
    double zeta(double lambda) {
        return Math.pow(1 - rate * lambda, steps);
    }

    @Override
    int channels(Coordinates nodes) {
        return nodes.size();
    }

    @Override
    double spare() {
        return 1;
    }

    @Override
    double[] noiseAmounts(Coordinates nodes, DoubleUnaryOperator noisePower) {
        return added(nodes, (factor, k) -> 0, noisePower.applyAsDouble(1));
    }

    @Override
    double[] designAmounts(Coordinates nodes, NodePower seen) {
        return added(nodes, seen, 0);
    }

    /** D minus the part of E b² that would be left without any scatter. Each step adds only positive terms to it. */
    private double[] added(Coordinates nodes, NodePower power, double noise) {
        double[] lambda = seenEigenvalues(nodes);
        double[] ratio = ratios(nodes);
        double[] left = new double[lambda.length];
        for (int k = 0; k < left.length; k++) {
            left[k] = lambda[k] > 0 ? power.times(1, k) : 0;
        }
        double[] added = new double[lambda.length];
        for (int t = 0; t < steps; t++) {
            double missed = noise;
            for (int k = 0; k < added.length; k++) {
                missed += times(ratio[k], added[k] + left[k]);
            }
            for (int k = 0; k < added.length; k++) {
                if (lambda[k] > 0) {
                    double step = rate * lambda[k];
                    double scatter = step * step / batch;
                    double kept = (1 - step) * (1 - step);
                    added[k] = times(kept + scatter, added[k])
                            + times(scatter, left[k])
                            + times(scatter / ratio[k], missed);
                    left[k] = times(kept, left[k]);
                }
            }
        }
        return added;
    }

    private double[] seenEigenvalues(Coordinates nodes) {
        double[] lambda = new double[nodes.size()];
        Arrays.setAll(lambda, k -> sees(nodes, k) ? eigenvalue(nodes, k) : 0);
        return lambda;
    }

    private double[] ratios(Coordinates nodes) {
        double[] ratio = new double[nodes.size()];
        Arrays.setAll(ratio, k -> sees(nodes, k) ? rootRatio(nodes, k) * rootRatio(nodes, k) : 0);
        return ratio;
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes, int k) {
        return sees(nodes, k) ? amounts[k] : 0;
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes) {
        return sum(nodes.size(), k -> nodes.matters(k) ? addedVariance(amounts, nodes, k) : 0);
    }

    @Override
    Costs costs(Coordinates nodes) {
        double[] lambda = seenEigenvalues(nodes);
        double[] ratio = ratios(nodes);
        // The cost of a unit of missed variance at each step: the recursion run backwards.
        double[] missedCost = new double[steps];
        double[] worth = new double[lambda.length];
        for (int k = 0; k < worth.length; k++) {
            worth[k] = nodes.matters(k) && lambda[k] > 0 ? 1 : 0;
        }
        for (int t = steps - 1; t >= 0; t--) {
            double cost = 0;
            for (int k = 0; k < worth.length; k++) {
                if (lambda[k] > 0) {
                    double step = rate * lambda[k];
                    cost += step * step / batch / ratio[k] * worth[k];
                }
            }
            missedCost[t] = cost;
            for (int k = 0; k < worth.length; k++) {
                double step = rate * lambda[k];
                worth[k] = ((1 - step) * (1 - step) + step * step / batch) * worth[k] + ratio[k] * cost;
            }
        }
        double unseen = Arrays.stream(missedCost).sum();
        return new Costs() {
            @Override
            public double of(NodePower power, int k) {
                double root = rootRatio(nodes, k);
                if (!sees(nodes, k) || root == 0) {
                    return times(unseen, power.times(root, k));
                }
                return times(cost(lambda[k], root, nodes.matters(k)), power.times(1, k));
            }

            @Override
            public double perLearnt(double at, double rootRatio) {
                return cost(at, rootRatio, true) / theta(at);
            }

            /** The contribution of a unit second moment at the start, minus what remains of it at the end. */
            private double cost(double at, double rootRatio, boolean matters) {
                double step = rate * at;
                double kept = (1 - step) * (1 - step);
                double scatter = step * step / batch;
                double cost = 0;
                double left = matters ? 1 : 0;
                for (int t = steps - 1; t >= 0; t--) {
                    cost = (kept + scatter) * cost + scatter * left + rootRatio * rootRatio * missedCost[t];
                    left *= kept;
                }
                return cost;
            }
        };
    }

    @Override
    Adjoint adjoint(Labelled labels, double[] byDeviation, double[] byVariance, @Nullable Gain gain) {
        return ChannelAdjoint.of(
                this, terms -> new StochasticFunctional(this, terms), labels, byDeviation, byVariance, gain);
    }

    int steps() {
        return steps;
    }

    int batch() {
        return batch;
    }

    double rate() {
        return rate;
    }

    /**
     * The error of the last iterate on all batches: that on fresh labels, plus the effect of the dependence of the iterate on
     * a row x of batch t. With s = ηλ, d = λD before that batch, S = Σ d and the map of later steps, L = diag(c_ii) + ss'/B,
     *
     * <pre>  Q_ij = −(s_i d_j + s_j d_i)/B + s_i s_j/B² [S + σ² + (B+1)(d_i + d_j)],    c_ij = (1−s_i)(1−s_j) + s_i s_j/B,
     *   Σ_{i≠j} c_ij^(T−t) Q_ij + 2 Σ_i (L^(T−t))_ii Q_ii + 2/B² s'L^(T−t)(s d) − 2 σ²/B Σ_i s_i (1−s_i)^(T−t).</pre>
     */
    @Override
    double trainingError(Labelled labels) {
        Coordinates nodes = labels.moments().coordinates();
        double unseen = unseen(nodes, labels.power(), 1);
        double given = labels.noise() * labels.noise() + unseen;
        double[] s = Arrays.stream(seenEigenvalues(nodes))
                .map(lambda -> rate * lambda)
                .toArray();
        double[] d = new double[s.length];
        Arrays.setAll(d, k -> s[k] > 0 ? labels.power().times(rootRatio(nodes, k), k) : 0);
        double begun = given + Arrays.stream(d).sum();
        if (!(begun < Double.POSITIVE_INFINITY)) {
            return Double.POSITIVE_INFINITY;
        }
        // In units of the labels' variance, as some terms are many times it and of either sign.
        int exponent = Math.getExponent(begun);
        PowerOfTwo.scale(d, -exponent);
        double noise = Math.scalb(given, -exponent);
        double[][] apart = new double[s.length][s.length];
        double[][] same = new double[s.length][s.length];
        double[] scattered = new double[s.length];
        double[] own = new double[s.length];
        for (int t = 0; t < steps; t++) {
            double missed = noise + Arrays.stream(d).sum();
            for (int i = 0; i < s.length; i++) {
                for (int j = 0; j < i; j++) {
                    double kept = (1 - s[i]) * (1 - s[j]) + s[i] * s[j] / batch;
                    apart[i][j] = kept * apart[i][j] + related(s, d, missed, i, j);
                }
            }
            for (int i = 0; i < s.length; i++) {
                later(s, same[i]);
                same[i][i] += 2 * related(s, d, missed, i, i);
            }
            later(s, scattered);
            for (int k = 0; k < s.length; k++) {
                scattered[k] += 2 * s[k] * d[k] / batch / batch;
                own[k] = (1 - s[k]) * own[k] + s[k] / batch;
                d[k] = ((1 - s[k]) * (1 - s[k]) + s[k] * s[k] / batch) * d[k] + s[k] * s[k] / batch * missed;
            }
        }
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < s.length; i++) {
            for (int j = 0; j < i; j++) {
                sum.add(2 * apart[i][j]);
            }
            sum.add(same[i][i] + s[i] * scattered[i] - 2 * noise * own[i]);
        }
        return Math.scalb(Math.max(noise + Arrays.stream(d).sum() + sum.value() / steps, 0), exponent);
    }

    private double related(double[] s, double[] d, double missed, int i, int j) {
        return s[i] * s[j] / batch / batch * (missed + (batch + 1.0) * (d[i] + d[j]))
                - (s[i] * d[j] + s[j] * d[i]) / batch;
    }

    /** Applies one step without its noise, L, to diagonal second moments. */
    private void later(double[] s, double[] moments) {
        double missed = 0;
        for (int k = 0; k < s.length; k++) {
            missed += s[k] * moments[k];
        }
        for (int k = 0; k < s.length; k++) {
            moments[k] = ((1 - s[k]) * (1 - s[k]) + s[k] * s[k] / batch) * moments[k] + s[k] / batch * missed;
        }
    }
}
