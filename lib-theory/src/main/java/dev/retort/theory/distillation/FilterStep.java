package dev.retort.theory.distillation;

import dev.retort.core.internal.Complex;
import java.util.ArrayList;
import java.util.List;

/**
 * The correction of order 1/n that a spectral filter makes to the mean, of given labels. With the poles' coefficient vectors
 * (1 − r(Σ̂ + r)⁻¹)b, the mean is a sum over poles and the second moment one over pairs of poles, in which two resolvents of one
 * sample meet. Derived in the module's documentation, {@code docs/finite-size.md}; the symbols here are those of that page.
 */
final class FilterStep implements ChainExpansion.Step {

    private final FilterStage stage;
    private final Moments labels;
    private final Coordinates nodes;
    private final double noise;
    private final double samples;
    private final double[] ratio;
    private final double[] square;

    /** θ of each pole at each node, 0 where the model does not see the feature. */
    private final List<Complex[]> theta = new ArrayList<>();

    /** 1 − θ. */
    private final List<Complex[]> zeta = new ArrayList<>();

    private final FilterStage.Poles poles;
    private final double spareSamples;

    FilterStep(FilterStage stage, Labelled labelled) {
        this.stage = stage;
        this.labels = labelled.moments();
        this.nodes = labels.coordinates();
        this.noise = labelled.noise() * labelled.noise();
        this.samples = stage.training().samples();
        this.poles = stage.poles();
        this.ratio = new double[nodes.size()];
        this.square = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            ratio[k] = stage.rootRatio(nodes, k) * stage.rootRatio(nodes, k);
            square[k] = labels.power(1, k);
        }
        for (Complex kappa : poles.kappa()) {
            Complex[] learnt = new Complex[nodes.size()];
            Complex[] missed = new Complex[nodes.size()];
            for (int k = 0; k < learnt.length; k++) {
                double lambda = stage.sees(k) ? stage.eigenvalue(nodes, k) : 0;
                // In units of the larger of λ and |κ|, so that nothing overflows.
                double unit = Math.max(lambda, Math.hypot(kappa.real(), kappa.imaginary()));
                Complex sum = kappa.times(1 / unit).plus(lambda / unit);
                learnt[k] = lambda > 0 ? new Complex(lambda / unit, 0).over(sum) : new Complex(0, 0);
                missed[k] = lambda > 0 ? kappa.times(1 / unit).over(sum) : new Complex(1, 0);
            }
            theta.add(learnt);
            zeta.add(missed);
        }
        double least = Double.POSITIVE_INFINITY;
        for (int a : poles.listed()) {
            for (int b = 0; b < theta.size(); b++) {
                Complex spare = spare(a, b);
                least = Math.min(least, samples * Math.hypot(spare.real(), spare.imaginary()));
            }
        }
        this.spareSamples = least;
    }

    @Override
    public double spareSamples() {
        return spareSamples;
    }

    /** 1 − Ω of a pair of poles. */
    private Complex spare(int a, int b) {
        return mean(k -> theta.get(a)[k].times(zeta.get(b)[k]).times(nodes.weight(k)))
                .plus(poles.left().get(a));
    }

    private interface Term {
        Complex at(int k);
    }

    /** A sum over nodes, by n. */
    private Complex mean(Term term) {
        double real = 0;
        double imaginary = 0;
        for (int k = 0; k < nodes.size(); k++) {
            Complex value = term.at(k);
            real += value.real();
            imaginary += value.imaginary();
        }
        return new Complex(real / samples, imaginary / samples);
    }

    @Override
    public void correct(double[] mean, double[] second) {
        ChainExpansion.inherit(stage, nodes, mean, second);
        double[] shrunk = new double[nodes.size()];
        for (int a : poles.listed()) {
            addShrinkage(a, shrunk);
        }
        double[] ofPairs = new double[nodes.size()];
        for (int a : poles.listed()) {
            for (int b = 0; b < theta.size(); b++) {
                addPair(a, b, ofPairs);
            }
        }
        for (int k = 0; k < nodes.size(); k++) {
            mean[k] -= shrunk[k] * labels.mean(k);
            second[k] += ofPairs[k] - 2 * shrunk[k] * square[k];
        }
    }

    /** How many poles a listed one counts for: itself, and its conjugate if it is complex. */
    private int count(int pole) {
        return poles.kappa().get(pole).imaginary() == 0 ? 1 : 2;
    }

    /** Σ c ρ */
    private void addShrinkage(int pole, double[] shrunk) {
        Complex[] t = theta.get(pole);
        Complex[] z = zeta.get(pole);
        Complex spare = spare(pole, pole);
        Complex offset =
                mean(k -> t[k].times(t[k]).times(z[k]).times(nodes.weight(k))).over(spare);
        Complex weight = poles.weight().get(pole).times(count(pole) / samples).over(spare);
        for (int k = 0; k < shrunk.length; k++) {
            shrunk[k] +=
                    weight.times(t[k]).times(z[k]).times(t[k].minus(offset)).real();
        }
    }

    /** c_a c_b times the correction of r_a r_b E (R_a bbᵀ R_b)_kk, with that of the noise. */
    private void addPair(int a, int b, double[] sums) {
        Complex[] t1 = theta.get(a);
        Complex[] t2 = theta.get(b);
        Complex[] z1 = zeta.get(a);
        Complex[] z2 = zeta.get(b);
        Complex u1 = spare(a, a);
        Complex u2 = spare(b, b);
        Complex u = spare(a, b);
        Complex nu = new Complex(1 / samples, 0).over(u);
        Complex missed =
                mean(k -> z1[k].times(z2[k]).times(ratio[k] * square[k])).plus(noise / samples);
        Complex g = missed.over(u).times(-1);
        Sums of1 = sums(a, b, k -> t1[k], g);
        Sums of2 = sums(a, b, k -> t2[k], g);
        Sums of11 = sums(a, b, k -> t1[k].times(t1[k]), g);
        Sums of22 = sums(a, b, k -> t2[k].times(t2[k]), g);
        Sums of12 = sums(a, b, k -> t1[k].times(t2[k]), g);
        Part part1 = part(a, u1, u, nu, g, of1, of11);
        Part part2 = part(b, u2, u, nu, g, of2, of22);
        // Of (1/n) Σ θ_a θ_b (Γ + θ_a e)(Γ + θ_b e)
        Complex omega = new Complex(1, 0).minus(u);
        Complex alone = of12.ofSquare
                .minus(of1.ofSquare.plus(of2.ofSquare).times(0.5))
                .times(nu)
                .plus(nu.times(g).times(of1.ofNoise.plus(of2.ofNoise).times(0.5).minus(omega)))
                .over(u)
                .plus(part1.alone)
                .plus(part2.alone);
        Complex mixed = new Complex(1 / samples, 0).over(u);
        Complex weight = poles.weight().get(a).times(poles.weight().get(b)).times(count(a));
        Complex ofTheta = g.times(0.5).times(mixed);
        for (int k = 0; k < sums.length; k++) {
            if (ratio[k] == 0 || !stage.sees(k)) {
                continue;
            }
            Complex product = t1[k].times(t2[k]);
            Complex noiseLike = alone.plus(t1[k].times(part1.ofTheta.plus(ofTheta)))
                    .plus(t2[k].times(part2.ofTheta.plus(ofTheta)))
                    .minus(g.times(t1[k].times(t1[k])
                            .times(part1.ofSquare)
                            .plus(t2[k].times(t2[k]).times(part2.ofSquare))
                            .plus(product.times(mixed))));
            Complex signalLike = t1[k].times(part1.ofSignal.plus(t1[k].times(part1.ofSquare)))
                    .plus(t2[k].times(part2.ofSignal.plus(t2[k].times(part2.ofSquare))))
                    .plus(product.times(mixed));
            Complex all = product.times(nodes.weight(k) / ratio[k])
                    .times(noiseLike)
                    .plus(z1[k].times(z2[k]).times(square[k]).times(signalLike));
            sums[k] += weight.times(all).real();
        }
    }

    /** A and B of a weight w: (1/n) Σ w(ρζ_aζ_b E b² − Γθ_aθ_b), (1/n) Σ wθ_aθ_b. */
    private record Sums(Complex ofSquare, Complex ofNoise) {}

    private Sums sums(int a, int b, Term weight, Complex g) {
        Complex[] t1 = theta.get(a);
        Complex[] t2 = theta.get(b);
        Complex ofNoise = mean(k -> weight.at(k).times(t1[k]).times(t2[k]).times(nodes.weight(k)));
        Complex ofSquare = mean(
                k -> weight.at(k).times(zeta.get(a)[k]).times(zeta.get(b)[k]).times(ratio[k] * square[k]));
        return new Sums(ofSquare.minus(g.times(ofNoise)), ofNoise);
    }

    /** What belongs to one pole of a pair: factors of the noise alone, of θ and θ² of the noise, and of θ and θ² of the signal. */
    private record Part(Complex alone, Complex ofTheta, Complex ofSquare, Complex ofSignal) {}

    private Part part(int pole, Complex own, Complex u, Complex nu, Complex g, Sums of1, Sums of11) {
        Complex[] t = theta.get(pole);
        Complex[] z = zeta.get(pole);
        Complex lost = mean(k -> t[k].times(t[k]).times(z[k]).times(nodes.weight(k)));
        Complex ownOmega = new Complex(1, 0).minus(own);
        Complex omega = new Complex(1, 0).minus(u);
        Complex bend = nu.times(ownOmega.times(g).plus(of1.ofSquare)).over(own).plus(nu.times(g));
        Complex direct = of11.ofSquare
                .times(nu)
                .minus(lost.times(bend))
                .plus(nu.times(g.times(of1.ofNoise).minus(of1.ofSquare)).times(0.5));
        Complex f = omega.times(g).plus(of1.ofSquare);
        Complex h = ownOmega.times(g).plus(of1.ofSquare);
        Complex both = own.times(u);
        Complex crossed = f.times(of1.ofNoise.minus(ownOmega))
                .plus(h.times(of1.ofNoise.minus(omega)))
                .times(nu)
                .times(0.5);
        Complex perOwn = new Complex(1 / samples, 0).over(own);
        Complex shift = lost.over(own);
        Complex ofTheta = g.times(shift.plus(0.5))
                .times(perOwn)
                .plus(f.plus(h).times(0.5 / samples).over(both));
        return new Part(
                direct.over(own).plus(crossed.over(both)),
                ofTheta,
                perOwn,
                shift.times(perOwn).times(-1));
    }
}
