package dev.retort.theory.distillation;

import dev.retort.core.internal.Complex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The correction of order 1/n to the mean excess risk of a spectral filter on given labels. With the poles' coefficient
 * vectors (1 − r(Σ̂ + r)⁻¹)b, the mean is a sum over poles and the second moment a sum over pairs of poles, with two
 * resolvents of the same sample. Derived in the module's documentation, {@code docs/finite-size.md}; the symbols here are
 * those of that page.
 */
final class FilterStep implements ChainExpansion.Step {

    private final FilterStage stage;
    private final Moments labels;
    private final Coordinates nodes;
    private final double noise;
    private final double samples;
    private final double[] ratio;
    private final double[] square;

    /** The weight of each node, and ρ E b². */
    private final double[] weight;

    private final double[] signal;

    /** θ of each pole, 0 where the model does not see the feature; its square, and 1 − θ. */
    private final List<Values> theta = new ArrayList<>();

    private final List<Values> thetaSquared = new ArrayList<>();
    private final List<Values> zeta = new ArrayList<>();

    /** 1 − Ω of each pole with itself, and (1/n) Σ θ²ζ. */
    private final List<Complex> own = new ArrayList<>();

    private final List<Complex> lost = new ArrayList<>();

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
        this.weight = new double[nodes.size()];
        this.signal = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            ratio[k] = stage.rootRatio(nodes, k) * stage.rootRatio(nodes, k);
            square[k] = labels.power(1, k);
            weight[k] = nodes.weight(k);
            signal[k] = ratio[k] * square[k];
        }
        for (Complex kappa : poles.kappa()) {
            Values learnt = new Values(nodes.size());
            Values missed = new Values(nodes.size());
            for (int k = 0; k < nodes.size(); k++) {
                double lambda = stage.sees(nodes, k) ? stage.eigenvalue(nodes, k) : 0;
                // In units of the larger of λ and |κ|, so that nothing overflows.
                double unit = Math.max(lambda, Math.hypot(kappa.real(), kappa.imaginary()));
                Complex sum = kappa.times(1 / unit).plus(lambda / unit);
                learnt.set(k, lambda > 0 ? new Complex(lambda / unit, 0).over(sum) : new Complex(0, 0));
                missed.set(k, lambda > 0 ? kappa.times(1 / unit).over(sum) : new Complex(1, 0));
            }
            theta.add(learnt);
            thetaSquared.add(learnt.times(learnt));
            zeta.add(missed);
        }
        for (int a = 0; a < theta.size(); a++) {
            own.add(spare(a, a));
            lost.add(thetaSquared.get(a).times(weight).dot(zeta.get(a)).times(1 / samples));
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
        return theta.get(a)
                .times(weight)
                .dot(zeta.get(b))
                .times(1 / samples)
                .plus(poles.left().get(a));
    }

    @Override
    public void correct(double[] mean, double[] second) {
        ChainExpansion.inherit(stage, nodes, mean, second);
        double[] shrunk = new double[nodes.size()];
        for (int a : poles.listed()) {
            addShrinkage(a, shrunk);
        }
        double[] ofPairs = new double[nodes.size()];
        List<Integer> listed = poles.listed();
        for (int i = 0; i < listed.size(); i++) {
            int a = listed.get(i);
            // Pairs are symmetric, and conjugate poles give conjugate pairs.
            for (int j = i; j < listed.size(); j++) {
                int count = i == j ? count(a) : 2 * count(a);
                for (int b = listed.get(j); b < listed.get(j) + count(listed.get(j)); b++) {
                    addPair(a, b, count, ofPairs);
                }
            }
        }
        for (int k = 0; k < nodes.size(); k++) {
            mean[k] -= shrunk[k] * labels.mean(k);
            second[k] += ofPairs[k] - 2 * shrunk[k] * square[k];
        }
    }

    /** The number of poles that a listed one stands for: itself, and its conjugate if it is complex. */
    private int count(int pole) {
        return poles.kappa().get(pole).imaginary() == 0 ? 1 : 2;
    }

    /** Σ c ρ */
    private void addShrinkage(int pole, double[] shrunk) {
        Complex offset = lost.get(pole).over(own.get(pole));
        Complex factor = poles.weight().get(pole).times(count(pole) / samples).over(own.get(pole));
        Values ofTheta = thetaSquared.get(pole).times(zeta.get(pole));
        Values ofOffset = theta.get(pole).times(zeta.get(pole));
        for (int k = 0; k < shrunk.length; k++) {
            shrunk[k] += factor.times(ofTheta.at(k).minus(offset.times(ofOffset.at(k))))
                    .real();
        }
    }

    /** c_a c_b times the correction of r_a r_b E (R_a bbᵀ R_b)_kk, with that of the noise, multiplied by the count. */
    private void addPair(int a, int b, int count, double[] sums) {
        Values learnt = theta.get(a).times(theta.get(b));
        Values missed = zeta.get(a).times(zeta.get(b));
        Values made = learnt.times(weight);
        Values kept = missed.times(signal);
        Complex u = spare(a, b);
        Complex nu = new Complex(1 / samples, 0).over(u);
        Complex g = kept.sum().plus(noise).times(1 / samples).over(u).times(-1);
        Sums of1 = sums(theta.get(a), made, kept, g);
        Sums of2 = sums(theta.get(b), made, kept, g);
        Sums of11 = sums(thetaSquared.get(a), made, kept, g);
        Sums of22 = sums(thetaSquared.get(b), made, kept, g);
        Sums of12 = sums(learnt, made, kept, g);
        Part part1 = part(a, u, nu, g, of1, of11);
        Part part2 = part(b, u, nu, g, of2, of22);
        // Of (1/n) Σ θ_a θ_b (Γ + θ_a e)(Γ + θ_b e)
        Complex omega = new Complex(1, 0).minus(u);
        Complex alone = of12.ofSquare
                .minus(of1.ofSquare.plus(of2.ofSquare).times(0.5))
                .times(nu)
                .plus(nu.times(g).times(of1.ofNoise.plus(of2.ofNoise).times(0.5).minus(omega)))
                .over(u)
                .plus(part1.alone)
                .plus(part2.alone);
        Complex factor = poles.weight().get(a).times(poles.weight().get(b)).times(count);
        Complex mixed = nu.times(factor);
        Complex ofTheta = g.times(0.5).times(mixed);
        Complex square1 = part1.ofSquare.times(factor);
        Complex square2 = part2.ofSquare.times(factor);
        Complex opposite = g.times(-1);
        Values noiseLike = new Values(sums.length);
        noiseLike.add(alone.times(factor));
        noiseLike.add(part1.ofTheta.times(factor).plus(ofTheta), theta.get(a));
        noiseLike.add(part2.ofTheta.times(factor).plus(ofTheta), theta.get(b));
        noiseLike.add(square1.times(opposite), thetaSquared.get(a));
        noiseLike.add(square2.times(opposite), thetaSquared.get(b));
        noiseLike.add(mixed.times(opposite), learnt);
        Values signalLike = new Values(sums.length);
        signalLike.add(part1.ofSignal.times(factor), theta.get(a));
        signalLike.add(part2.ofSignal.times(factor), theta.get(b));
        signalLike.add(square1, thetaSquared.get(a));
        signalLike.add(square2, thetaSquared.get(b));
        signalLike.add(mixed, learnt);
        for (int k = 0; k < sums.length; k++) {
            if (ratio[k] != 0 && stage.sees(nodes, k)) {
                sums[k] += weight[k] / ratio[k] * learnt.realProduct(noiseLike, k)
                        + square[k] * missed.realProduct(signalLike, k);
            }
        }
    }

    /** A and B of a weight w: (1/n) Σ w(ρζ_aζ_b E b² − Γθ_aθ_b), (1/n) Σ wθ_aθ_b. */
    private record Sums(Complex ofSquare, Complex ofNoise) {}

    private Sums sums(Values factor, Values made, Values kept, Complex g) {
        Complex ofNoise = factor.dot(made).times(1 / samples);
        return new Sums(factor.dot(kept).times(1 / samples).minus(g.times(ofNoise)), ofNoise);
    }

    /** The factors of one pole of a pair: of the noise alone, of θ and θ² for the noise, and of θ and θ² for the signal. */
    private record Part(Complex alone, Complex ofTheta, Complex ofSquare, Complex ofSignal) {}

    private Part part(int pole, Complex u, Complex nu, Complex g, Sums of1, Sums of11) {
        Complex self = own.get(pole);
        Complex ownOmega = new Complex(1, 0).minus(self);
        Complex omega = new Complex(1, 0).minus(u);
        Complex bend = nu.times(ownOmega.times(g).plus(of1.ofSquare)).over(self).plus(nu.times(g));
        Complex direct = of11.ofSquare
                .times(nu)
                .minus(lost.get(pole).times(bend))
                .plus(nu.times(g.times(of1.ofNoise).minus(of1.ofSquare)).times(0.5));
        Complex f = omega.times(g).plus(of1.ofSquare);
        Complex h = ownOmega.times(g).plus(of1.ofSquare);
        Complex both = self.times(u);
        Complex crossed = f.times(of1.ofNoise.minus(ownOmega))
                .plus(h.times(of1.ofNoise.minus(omega)))
                .times(nu)
                .times(0.5);
        Complex perOwn = new Complex(1 / samples, 0).over(self);
        Complex shift = lost.get(pole).over(self);
        Complex ofTheta = g.times(shift.plus(0.5))
                .times(perOwn)
                .plus(f.plus(h).times(0.5 / samples).over(both));
        return new Part(
                direct.over(self).plus(crossed.over(both)),
                ofTheta,
                perOwn,
                shift.times(perOwn).times(-1));
    }

    /** A complex number for each node, in plain arrays, because nearly all of the time is spent on their sums and products. */
    private static final class Values {

        private final double[] real;
        private final double[] imaginary;

        Values(int size) {
            this.real = new double[size];
            this.imaginary = new double[size];
        }

        void set(int k, Complex value) {
            real[k] = value.real();
            imaginary[k] = value.imaginary();
        }

        Complex at(int k) {
            return new Complex(real[k], imaginary[k]);
        }

        void add(Complex value) {
            for (int k = 0; k < real.length; k++) {
                real[k] += value.real();
                imaginary[k] += value.imaginary();
            }
        }

        void add(Complex factor, Values other) {
            double a = factor.real();
            double b = factor.imaginary();
            for (int k = 0; k < real.length; k++) {
                real[k] += a * other.real[k] - b * other.imaginary[k];
                imaginary[k] += a * other.imaginary[k] + b * other.real[k];
            }
        }

        Values times(double[] factors) {
            Values product = new Values(real.length);
            for (int k = 0; k < real.length; k++) {
                product.real[k] = real[k] * factors[k];
                product.imaginary[k] = imaginary[k] * factors[k];
            }
            return product;
        }

        Values times(Values other) {
            Values product = new Values(real.length);
            for (int k = 0; k < real.length; k++) {
                product.real[k] = real[k] * other.real[k] - imaginary[k] * other.imaginary[k];
                product.imaginary[k] = real[k] * other.imaginary[k] + imaginary[k] * other.real[k];
            }
            return product;
        }

        double realProduct(Values other, int k) {
            return real[k] * other.real[k] - imaginary[k] * other.imaginary[k];
        }

        Complex sum() {
            return new Complex(
                    Arrays.stream(real).sum(), Arrays.stream(imaginary).sum());
        }

        /** The sum of the products, without conjugation. */
        Complex dot(Values other) {
            double sum = 0;
            double sumImaginary = 0;
            for (int k = 0; k < real.length; k++) {
                sum += real[k] * other.real[k] - imaginary[k] * other.imaginary[k];
                sumImaginary += real[k] * other.imaginary[k] + imaginary[k] * other.real[k];
            }
            return new Complex(sum, sumImaginary);
        }
    }
}
