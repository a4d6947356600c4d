package dev.retort.theory.distillation;

import java.util.Arrays;

/**
 * The derivatives for stochastic gradient descent: the recursion of {@link StochasticStage} forwards and backwards. With e =
 * ηλ, the share κ = (1 − e)² that a step keeps, its scatter c = e²/B and the missed variance M of the step, a feature has
 *
 * <pre>  a ← (κ + c) a + c l + (c/ρ) M,     l ← κ l,     from a = 0, l = P;     M = σ² + Σ ρ(a + l).</pre>
 *
 * M and ∂J/∂M are stored for every step, everything else is computed feature by feature. Immutable.
 */
final class StochasticFunctional implements Functional {

    private final StochasticStage stage;
    private final Terms terms;
    private final Coordinates nodes;

    /** M and ∂J/∂M, step by step. */
    private final double[] missed;

    private final double[] byMissed;

    private final double byNoise;
    private final double[] byPower;
    private final double[] byFactors;
    private final double[] byRatio;
    private final double[] added;

    StochasticFunctional(StochasticStage stage, Terms terms) {
        this.stage = stage;
        this.terms = terms;
        this.nodes = terms.nodes();
        int steps = stage.steps();
        this.missed = new double[steps];
        this.byMissed = new double[steps];
        int size = nodes.size();
        this.added = new double[size];
        this.byPower = new double[size];
        this.byFactors = new double[size];
        this.byRatio = new double[size];
        forwards();
        backwards();
        this.byNoise = Arrays.stream(byMissed).sum();
        for (int k = 0; k < size; k++) {
            if (isLearnt(k)) {
                differentiate(k);
            } else {
                byPower[k] = ratio(k) * byNoise;
                byRatio[k] = byPower[k] * terms.power().times(1, k);
            }
        }
    }

    private void forwards() {
        double noise = terms.noiseVariance() + stage.unseen(nodes, terms.power(), 1);
        double[] left = new double[added.length];
        Arrays.setAll(left, k -> isLearnt(k) ? terms.power().times(1, k) : 0);
        for (int t = 0; t < missed.length; t++) {
            double sum = noise;
            for (int k = 0; k < left.length; k++) {
                sum += isLearnt(k) ? ratio(k) * (added[k] + left[k]) : 0;
            }
            missed[t] = sum;
            for (int k = 0; k < left.length; k++) {
                if (isLearnt(k)) {
                    double scatter = scatter(k);
                    added[k] = (kept(k) + scatter) * added[k] + scatter * left[k] + scatter / ratio(k) * sum;
                    left[k] *= kept(k);
                }
            }
        }
    }

    private void backwards() {
        double[] worth = new double[added.length];
        Arrays.setAll(worth, k -> isLearnt(k) ? terms.byVariance(k) : 0);
        for (int t = missed.length - 1; t >= 0; t--) {
            double sum = 0;
            for (int k = 0; k < worth.length; k++) {
                sum += isLearnt(k) ? scatter(k) / ratio(k) * worth[k] : 0;
            }
            byMissed[t] = sum;
            for (int k = 0; k < worth.length; k++) {
                if (isLearnt(k)) {
                    worth[k] = (kept(k) + scatter(k)) * worth[k] + ratio(k) * sum;
                }
            }
        }
    }

    /** The derivatives for one feature, backwards through its own recursion, with the missed variances known. */
    private void differentiate(int k) {
        int steps = missed.length;
        double ratio = ratio(k);
        double step = step(k);
        double kept = kept(k);
        double scatter = scatter(k);
        double[] addedBefore = new double[steps];
        double[] leftBefore = new double[steps];
        double sum = 0;
        double left = terms.power().times(1, k);
        for (int t = 0; t < steps; t++) {
            addedBefore[t] = sum;
            leftBefore[t] = left;
            sum = (kept + scatter) * sum + scatter * left + scatter / ratio * missed[t];
            left *= kept;
        }
        double worth = terms.byVariance(k);
        double worthOfLeft = 0;
        double byKept = 0;
        double byScatter = 0;
        double byRatioAlone = 0;
        for (int t = steps - 1; t >= 0; t--) {
            byKept += worth * addedBefore[t] + worthOfLeft * leftBefore[t];
            byScatter += worth * (addedBefore[t] + leftBefore[t] + missed[t] / ratio);
            byRatioAlone +=
                    ratio * byMissed[t] * (addedBefore[t] + leftBefore[t]) - worth * scatter / ratio * missed[t];
            worthOfLeft = kept * worthOfLeft + scatter * worth + ratio * byMissed[t];
            worth = (kept + scatter) * worth + ratio * byMissed[t];
        }
        byPower[k] = worthOfLeft;
        byRatio[k] = byRatioAlone;
        // With respect to ln e: κ' = −2e(1 − e), c' = 2c, θ' = T(1 − e)^(T−1) e
        byFactors[k] = -2 * step * (1 - step) * byKept
                + 2 * scatter * byScatter
                + terms.byTheta(k) * steps * Math.pow(1 - step, steps - 1) * step;
    }

    @Override
    public double byPower(int k) {
        return byPower[k];
    }

    @Override
    public double byNoiseVariance() {
        return byNoise;
    }

    @Override
    public double byFactors(int k) {
        return byFactors[k];
    }

    @Override
    public double byRatio(int k) {
        return byRatio[k];
    }

    @Override
    public double jump(int k) {
        return 0;
    }

    @Override
    public double byNewEigenvalue(int k) {
        double unit = nodes.rootUnit(k);
        double by = byNoise * terms.power().times(1 / unit, k);
        if (!stage.sees(nodes, k)) {
            return by;
        }
        double perStep = stage.rate() * unit;
        double scattered =
                perStep * perStep / stage.batch() * Arrays.stream(missed).sum();
        return by + terms.byTheta(k) * missed.length * stage.rate() + Stage.times(terms.byVariance(k), scattered);
    }

    @Override
    public double addedVariance(int k) {
        return added[k];
    }

    @Override
    public double by(Parameter parameter) {
        if (parameter != Parameter.RATE) {
            throw new IllegalArgumentException("No derivative with respect to the " + parameter);
        }
        return Stage.sum(byFactors.length, k -> byFactors[k]) / stage.rate();
    }

    private boolean isLearnt(int k) {
        return stage.sees(nodes, k) && stage.eigenvalue(nodes, k) > 0;
    }

    private double step(int k) {
        return stage.rate() * stage.eigenvalue(nodes, k);
    }

    private double kept(int k) {
        double left = 1 - step(k);
        return left * left;
    }

    private double scatter(int k) {
        return step(k) * step(k) / stage.batch();
    }

    private double ratio(int k) {
        double root = stage.rootRatio(nodes, k);
        return root * root;
    }
}
