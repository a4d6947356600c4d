package dev.retort.theory.distillation;

import static dev.retort.theory.distillation.Stage.times;

import dev.retort.core.equivalent.RandomFeatureEquivalent;
import dev.retort.core.internal.CompensatedSum;
import java.util.function.IntToDoubleFunction;

/**
 * The derivatives for random features or, with infinitely many, ridge regression. With u = q − df1, s = n − df1, T = Σ θζ, π
 * = T/(u+T), S = n(1 − Υ) = s + uT/(u+T) and, in the units of the nodes, N = σ² + Σ ρP (ζ² + πθζ) and G = Σ ρPθζ,
 *
 * <pre>  ρ a = (θ² + πθζ) N/S + θζ G/(u+T),     J = Σ Xθ + (A + πB) N/S + BG/(u+T),     A = Σ Wθ²/ρ,   B = Σ Wθζ/ρ.</pre>
 *
 * All of these depend on x = ln τ, or on x = τ where τ = 0, through θ' = −ζ' = −h, with h = θζ or 1/λ. Immutable.
 */
final class RandomFeatureFunctional implements Functional {

    private final RandomFeatureStage stage;
    private final RandomFeatureEquivalent equivalent;
    private final Terms terms;
    private final Coordinates nodes;

    private final double unused;
    private final double spare;
    private final double undecided;

    /** π = T/(u+T), and 1 − π. */
    private final double mixed;

    private final double unmixed;

    /** 1/(u+T), or 0 where the numerators are 0. */
    private final double perFeature;

    /** The derivatives of J with respect to A, B, N, G, π, S and 1/(u+T). */
    private final double byLearnt;

    private final double byUndecided;
    private final double byNoise;
    private final double byFluctuation;
    private final double byMixed;
    private final double bySpare;
    private final double byPerFeature;

    /** A times ∂J/∂A. */
    private final double byAllLearnt;

    private final double byTau;

    RandomFeatureFunctional(RandomFeatureStage stage, Terms terms) {
        this.stage = stage;
        this.equivalent = stage.equivalent();
        this.terms = terms;
        this.nodes = terms.nodes();
        this.unused = equivalent.unusedFeatures();
        this.spare = equivalent.spareSamples();
        this.undecided = equivalent.undecided();
        double free = equivalent.spareFeatures();
        this.perFeature = free == 0 ? 0 : 1 / free;
        // At ridge 0, q = rank and n above, both u and T begin with the same multiple of τ.
        this.mixed = free == 0 ? 0.5 : undecided / free;
        this.unmixed = free == 0 ? 0.5 : Double.isInfinite(free) ? 1 : unused / free;
        double divisor = equivalent.samples() * equivalent.oneMinusOmega();
        double learnt = seen(k -> times(weight(k), theta(k) * theta(k)) / ratio(k));
        double partly = seen(k -> times(weight(k), theta(k) * zeta(k)) / ratio(k));
        double fluctuation = seen(k -> ratio(k) * theta(k) * zeta(k) * power(k));
        double noise = terms.noiseVariance()
                + stage.unseen(nodes, terms.power(), 1)
                + seen(k -> ratio(k) * zeta(k) * zeta(k) * power(k))
                + mixed * fluctuation;
        this.byLearnt = noise / divisor;
        this.byNoise = (learnt + mixed * partly) / divisor;
        this.byUndecided = mixed * byLearnt + fluctuation * perFeature;
        this.byFluctuation = mixed * byNoise + partly * perFeature;
        this.byMixed = partly * byLearnt + fluctuation * byNoise;
        this.bySpare = -byNoise * byLearnt;
        this.byPerFeature = partly * fluctuation;
        this.byAllLearnt = learnt * byLearnt;
        this.byTau = byTau();
    }

    private double byTau() {
        double direct = seen(k -> {
            double slope = slope(k);
            double theta = theta(k);
            double zeta = zeta(k);
            double product = slope * (theta - zeta);
            return -slope * terms.byTheta(k)
                    + weight(k) / ratio(k) * (byUndecided * product - 2 * byLearnt * theta * slope)
                    + ratio(k) * power(k) * (2 * byNoise * zeta * slope + byFluctuation * product);
        });
        return direct
                + byGlobals(
                        seen(k -> nodes.weight(k) * slope(k)),
                        seen(k -> nodes.weight(k) * slope(k) * (theta(k) - zeta(k))));
    }

    /** The change of J due to changes of T and of u and s, which change by the same amount. */
    private double byGlobals(double unusedBy, double undecidedBy) {
        return bySpare * (unusedBy + mixed * mixed * unusedBy + unmixed * unmixed * undecidedBy)
                + byMixed * perFeature * (unmixed * undecidedBy - mixed * unusedBy)
                - byPerFeature * perFeature * perFeature * (unusedBy + undecidedBy);
    }

    @Override
    public double byPower(int k) {
        double ratio = ratio(k);
        return stage.sees(nodes, k) && ratio > 0
                ? ratio * zeta(k) * (byNoise * zeta(k) + byFluctuation * theta(k))
                : ratio * byNoise;
    }

    @Override
    public double byNoiseVariance() {
        return byNoise;
    }

    @Override
    public double byFactors(int k) {
        double slope = theta(k) * zeta(k);
        if (slope == 0) {
            return 0;
        }
        double theta = theta(k);
        double zeta = zeta(k);
        double product = slope * (zeta - theta);
        return slope * terms.byTheta(k)
                + weight(k) / ratio(k) * (byUndecided * product + 2 * byLearnt * theta * slope)
                + ratio(k) * power(k) * (byFluctuation * product - 2 * byNoise * zeta * slope)
                + byGlobals(-slope, product)
                + byTau * slope / stiffness();
    }

    @Override
    public double byRatio(int k) {
        if (!stage.sees(nodes, k)) {
            return byNoise * ratio(k) * power(k);
        }
        double theta = theta(k);
        double zeta = zeta(k);
        if (theta == 0) {
            return 0;
        }
        return ratio(k) * zeta * (byNoise * zeta + byFluctuation * theta) * power(k)
                - weight(k) / ratio(k) * theta * (byLearnt * theta + byUndecided * zeta);
    }

    @Override
    public double jump(int k) {
        if (!stage.sees(nodes, k)) {
            return 0;
        }
        if (equivalent.tau() > 0) {
            return weight(k) * addedVariance(k);
        }
        // Without a ridge, a feature that gets variance is learnt at once, and passes on noise.
        return byAllLearnt == 0 ? terms.byTheta(k) : byAllLearnt;
    }

    @Override
    public double byNewEigenvalue(int k) {
        double unit = nodes.rootUnit(k);
        double missed = byNoise * terms.power().times(1 / unit, k);
        double tau = equivalent.tau();
        if (!stage.sees(nodes, k) || tau == 0) {
            return missed;
        }
        return missed + (terms.byTheta(k) + byGlobals(-1, 1) + byTau / stiffness()) / tau;
    }

    /** Random features mix weak features with strong ones, so that the coefficients of weak features are no smaller. */
    @Override
    public double addedVariance(int k) {
        if (!stage.sees(nodes, k)) {
            return 0;
        }
        if (stage.eigenvalue(nodes, k) == 0) {
            double unit = nodes.rootUnit(k);
            return equivalent.tau() == 0 ? 0 : byUndecided * unit * unit / equivalent.tau();
        }
        return theta(k) * (byLearnt * theta(k) + byUndecided * zeta(k)) / ratio(k);
    }

    @Override
    public double by(Parameter parameter) {
        boolean hasTau = equivalent.tau() > 0;
        return switch (parameter) {
            case SAMPLES -> bySpare + (hasTau ? byTau * (equivalent.dTauDSamples() / equivalent.tau()) : 0);
            // Without ridge, as many features as the rank suffice, and more change nothing.
            case RANDOM_FEATURES ->
                perFeature == 0
                        ? 0
                        : bySpare * mixed * mixed
                                - perFeature * (byMixed * mixed + byPerFeature * perFeature)
                                + (hasTau ? byTau * (equivalent.dTauDFeatures() / equivalent.tau()) : 0);
            case RIDGE -> times(byTau, equivalent.dTauDRidge() / (hasTau ? equivalent.tau() : 1));
            default -> throw new IllegalArgumentException("No derivative with respect to the " + parameter);
        };
    }

    /** Σ θζ + us/(u + s) */
    private double stiffness() {
        double smaller = Math.min(unused, spare);
        return undecided + (smaller == 0 ? 0 : smaller / (1 + smaller / Math.max(unused, spare)));
    }

    private double slope(int k) {
        return equivalent.tau() == 0 ? 1 / stage.eigenvalue(nodes, k) : theta(k) * zeta(k);
    }

    private double theta(int k) {
        return stage.theta(nodes, k);
    }

    private double zeta(int k) {
        return stage.zeta(nodes, k);
    }

    private double ratio(int k) {
        double root = stage.rootRatio(nodes, k);
        return root * root;
    }

    private double weight(int k) {
        return terms.byVariance(k);
    }

    private double power(int k) {
        return terms.power().times(1, k);
    }

    /** A sum over the features that the model sees and that vary. */
    private double seen(IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            if (theta(k) > 0) {
                sum.add(term.applyAsDouble(k));
            }
        }
        return sum.value();
    }
}
