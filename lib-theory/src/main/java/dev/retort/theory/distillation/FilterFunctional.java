package dev.retort.theory.distillation;

import static dev.retort.theory.distillation.Stage.times;

import dev.retort.core.internal.Complex;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The derivatives for a spectral filter, through its poles j, l with weights c. With n(1 − Ω) of a pair, S, and in the units
 * of the nodes,
 *
 * <pre>  J = Σ Xθ + Σ_jl c_j c_l B_jl Q_jl/S_jl,     θ = Σ_j c_j θ_j,
 *   B_jl = Σ W θ_jθ_l/ρ,     Q_jl = σ² + Σ ρP ζ_jζ_l,     S_jl = n − Σ θ_jθ_l,</pre>
 *
 * which depend on λ and κ_j only through θ_j; and S_jj dln κ_j = θ_jζ_j dln λ + n dr_j/κ_j − (1 − r_j/κ_j) dn. Sums over j
 * take one of each two conjugate poles with twice its weight, and real parts. Immutable.
 */
final class FilterFunctional implements Functional {

    private static final Complex ZERO = new Complex(0, 0);

    private final FilterStage stage;
    private final Terms terms;
    private final Coordinates nodes;

    /** κ, r/κ and c of all poles, conjugate ones next to one another. */
    private final Complex[] kappa;

    private final Complex[] left;
    private final Complex[] weight;

    /** The derivative of r with respect to the time or the rate. */
    private final Complex[] speed;

    /** The indices of the poles that also stand for their conjugates, and their weights. */
    private final int[] listed;

    private final Complex[] listedWeight;

    /** For pairs whose first pole is listed: c_j c_l times Q/S, B/S and BQ/S². */
    private final Complex[][] noise;

    private final Complex[][] worth;
    private final Complex[][] both;

    /** S of each listed pole with itself. */
    private final Complex[] spare;

    /** ∂J/∂ln κ of each listed pole, or ∂J/∂κ if κ is 0. */
    private final Complex[] byKappa;

    private final double byNoise;
    private final double[] byFactors;

    FilterFunctional(FilterStage stage, Terms terms) {
        this.stage = stage;
        this.terms = terms;
        this.nodes = terms.nodes();
        FilterStage.Poles poles = stage.poles();
        this.kappa = poles.kappa().toArray(Complex[]::new);
        this.left = poles.left().toArray(Complex[]::new);
        this.weight = poles.weight().toArray(Complex[]::new);
        this.speed = poles.speed().toArray(Complex[]::new);
        this.listed = poles.listed().stream().mapToInt(Integer::intValue).toArray();
        this.listedWeight = new Complex[listed.length];
        for (int j = 0; j < listed.length; j++) {
            boolean alone = kappa[listed[j]].imaginary() == 0;
            listedWeight[j] = weight[listed[j]].times(alone ? 1 : 2);
        }
        int size = kappa.length;
        double unseen = terms.noiseVariance() + stage.unseen(nodes, terms.power(), 1);
        this.noise = filled(listed.length, size, new Complex(unseen, 0));
        this.worth = filled(listed.length, size, ZERO);
        this.both = filled(listed.length, size, ZERO);
        this.spare = new Complex[listed.length];
        Complex[][] spares = filled(listed.length, size, ZERO);
        for (int j = 0; j < listed.length; j++) {
            for (int l = 0; l < size; l++) {
                spares[j][l] = left[listed[j]].times(stage.training().samples());
            }
        }
        for (int k = 0; k < nodes.size(); k++) {
            if (!isLearnt(k)) {
                continue;
            }
            Complex[] learnt = learnt(k);
            Complex[] missed = missed(k);
            for (int j = 0; j < listed.length; j++) {
                Complex theta = learnt[listed[j]];
                Complex made = theta.times(made(k));
                Complex zeta = missed[listed[j]].times(lost(k));
                Complex counted = theta.times(nodes.weight(k));
                for (int l = 0; l < size; l++) {
                    worth[j][l] = worth[j][l].plus(made.times(learnt[l]));
                    noise[j][l] = noise[j][l].plus(zeta.times(missed[l]));
                    spares[j][l] = spares[j][l].plus(counted.times(missed[l]));
                }
            }
        }
        double sum = 0;
        for (int j = 0; j < listed.length; j++) {
            spare[j] = spares[j][listed[j]];
            for (int l = 0; l < size; l++) {
                Complex factor = listedWeight[j].times(weight[l]).over(spares[j][l]);
                both[j][l] = factor.times(worth[j][l]).times(noise[j][l]).over(spares[j][l]);
                noise[j][l] = factor.times(noise[j][l]);
                worth[j][l] = factor.times(worth[j][l]);
                sum += worth[j][l].real();
            }
        }
        this.byNoise = sum;
        this.byKappa = filled(1, listed.length, ZERO)[0];
        this.byFactors = new double[nodes.size()];
        for (int k = 0; k < byFactors.length; k++) {
            if (isLearnt(k)) {
                addByLearnt(k);
            }
        }
    }

    private static Complex[][] filled(int rows, int columns, Complex value) {
        Complex[][] array = new Complex[rows][columns];
        for (Complex[] row : array) {
            Arrays.fill(row, value);
        }
        return array;
    }

    /** Adds the derivatives through θ_j of a feature: directly with respect to its λ, and through κ_j. */
    private void addByLearnt(int k) {
        Complex[] learnt = learnt(k);
        Complex[] missed = missed(k);
        double lambda = stage.eigenvalue(nodes, k);
        double direct = 0;
        for (int j = 0; j < listed.length; j++) {
            Complex byLearnt = ZERO;
            for (int l = 0; l < kappa.length; l++) {
                byLearnt = byLearnt.plus(noise[j][l]
                                .times(made(k))
                                .plus(both[j][l].times(nodes.weight(k)))
                                .times(learnt[l]))
                        .plus(worth[j][l].times(-lost(k)).times(missed[l]));
            }
            byLearnt = byLearnt.times(2).plus(listedWeight[j].times(terms.byTheta(k)));
            int place = listed[j];
            Complex moved = byLearnt.times(learnt[place]).times(missed[place]);
            direct += moved.real();
            byKappa[j] = byKappa[j].plus((isZero(place) ? byLearnt.times(1 / lambda) : moved).times(-1));
        }
        byFactors[k] = direct;
    }

    @Override
    public double byPower(int k) {
        if (!isLearnt(k)) {
            return ratio(k) * byNoise;
        }
        return ratio(k) * pairs(worth, missed(k));
    }

    /** The real part of Σ a_jl x_j x_l. */
    private double pairs(Complex[][] factors, Complex[] values) {
        double sum = 0;
        for (int j = 0; j < listed.length; j++) {
            Complex row = ZERO;
            for (int l = 0; l < kappa.length; l++) {
                row = row.plus(factors[j][l].times(values[l]));
            }
            sum += row.times(values[listed[j]]).real();
        }
        return sum;
    }

    @Override
    public double byNoiseVariance() {
        return byNoise;
    }

    @Override
    public double byFactors(int k) {
        if (!isLearnt(k)) {
            return 0;
        }
        Complex[] learnt = learnt(k);
        Complex[] missed = missed(k);
        double by = byFactors[k];
        for (int j = 0; j < listed.length; j++) {
            int place = listed[j];
            if (!isZero(place)) {
                by += byKappa[j]
                        .times(learnt[place])
                        .times(missed[place])
                        .over(spare[j])
                        .real();
            }
        }
        return by;
    }

    @Override
    public double byRatio(int k) {
        return isLearnt(k)
                ? times(terms.power().times(1, k), byPower(k)) - times(terms.byVariance(k), addedVariance(k))
                : times(terms.power().times(1, k), ratio(k) * byNoise);
    }

    @Override
    public double addedVariance(int k) {
        return isLearnt(k) ? pairs(noise, learnt(k)) / ratio(k) : 0;
    }

    /** Without a ridge, a feature that gets variance is learnt at once, and passes on noise. */
    @Override
    public double jump(int k) {
        if (!stage.sees(nodes, k) || !hasZero()) {
            return 0;
        }
        return byNoise == 0 ? terms.byTheta(k) : byNoise;
    }

    @Override
    public double byNewEigenvalue(int k) {
        double unit = nodes.rootUnit(k);
        double by = times(byNoise, terms.power().times(1 / unit, k));
        if (!stage.sees(nodes, k) || hasZero()) {
            return by;
        }
        Complex[] slopes = new Complex[kappa.length];
        for (int l = 0; l < slopes.length; l++) {
            slopes[l] = new Complex(1, 0).over(kappa[l]);
        }
        for (int j = 0; j < listed.length; j++) {
            by += slopes[listed[j]]
                    .times(listedWeight[j].times(terms.byTheta(k)).plus(byKappa[j].over(spare[j])))
                    .real();
        }
        return by + unit * unit * times(terms.byVariance(k), pairs(noise, slopes));
    }

    @Override
    public double by(Parameter parameter) {
        return switch (parameter) {
            case SAMPLES -> bySamples();
            case RIDGE -> byRidges(place -> new Complex(1, 0));
            case TIME, RATE -> byRidges(place -> speed[place]);
            default -> throw new IllegalArgumentException("No derivative with respect to the " + parameter);
        };
    }

    private double bySamples() {
        double by = 0;
        for (int j = 0; j < listed.length; j++) {
            for (Complex pair : both[j]) {
                by -= pair.real();
            }
            int place = listed[j];
            if (!isZero(place)) {
                Complex learnt = left[place].times(-1).plus(1);
                by -= byKappa[j].times(learnt).over(spare[j]).real();
            }
        }
        return by;
    }

    /** The derivative for ridges that move at given speeds. */
    private double byRidges(IntFunction<Complex> speed) {
        double by = 0;
        for (int j = 0; j < listed.length; j++) {
            int place = listed[j];
            Complex moved = byKappa[j]
                    .times(speed.apply(place))
                    .times(stage.training().samples())
                    .over(spare[j]);
            by += (isZero(place) ? moved : moved.over(kappa[place])).real();
        }
        return by;
    }

    private boolean hasZero() {
        return IntStream.range(0, kappa.length).anyMatch(this::isZero);
    }

    private boolean isZero(int place) {
        return kappa[place].real() == 0 && kappa[place].imaginary() == 0;
    }

    private boolean isLearnt(int k) {
        return stage.sees(nodes, k) && stage.eigenvalue(nodes, k) > 0;
    }

    /** W/ρ */
    private double made(int k) {
        return terms.byVariance(k) / ratio(k);
    }

    /** ρP */
    private double lost(int k) {
        return terms.power().times(stage.rootRatio(nodes, k), k);
    }

    private double ratio(int k) {
        double root = stage.rootRatio(nodes, k);
        return root * root;
    }

    private Complex[] learnt(int k) {
        return shares(k, (lambda, pole) -> new Complex(lambda, 0));
    }

    private Complex[] missed(int k) {
        return shares(k, (lambda, pole) -> pole);
    }

    /** A quotient by λ + κ for each pole, in units of the larger of λ and |κ|, so that no square overflows. */
    private Complex[] shares(int k, BiFunction<Double, Complex, Complex> part) {
        double lambda = stage.eigenvalue(nodes, k);
        Complex[] shares = new Complex[kappa.length];
        for (int l = 0; l < shares.length; l++) {
            double size = Math.max(Math.abs(kappa[l].real()), Math.abs(kappa[l].imaginary()));
            double unit = Math.max(lambda, size);
            Complex pole = kappa[l].times(1 / unit);
            double own = lambda / unit;
            shares[l] = part.apply(own, pole).over(pole.plus(own));
        }
        return shares;
    }
}
