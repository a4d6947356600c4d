package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Complex;
import dev.retort.core.internal.Resolvents;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deterministic equivalent of a resolvent at a complex ridge r, off the negative real axis: κ solves n = Σ λ/(λ+κ) + n·r/κ.
 * Spectral filters such as early stopping are combinations of such resolvents. The root is unique, with an argument between 0
 * and that of r.
 *
 * <p>As for a real ridge, the spectrum is split at n, and the root of ln A − ln B with A = Σ_tail λ/(λ+κ) + n·r/κ and B = Σ_head
 * κ/(λ+κ) + max(n − rank, 0) is found by Newton's method in ln κ, from the real root at |r| or from an equivalent nearby; nothing
 * cancels. Derived in the module's documentation, {@code docs/equivalents.md}. Immutable.
 *
 * <pre>{@code
 * ComplexEquivalent equivalent = ComplexEquivalent.of(Spectrum.powerLaw(1.5, 100), 50, 0.01, 0.02);
 * double kappa = Math.hypot(equivalent.kappaReal(), equivalent.kappaImaginary());
 * }</pre>
 */
public final class ComplexEquivalent {

    /** After a step below this the error, its square, is below rounding. */
    private static final double LAST_STEP = 5e-8;

    /** From the real root at most 8 steps are needed on spectra of 100 decades. */
    private static final int MOST_STEPS = 60;

    /** If a single step fails, the argument of r is changed in steps of this size. */
    private static final double TURN = 0.4;

    private final SpectralMeasure measure;
    private final double samples;
    private final Complex ridge;
    private final Complex kappa;
    /** r/κ */
    private final Complex left;
    /** n/(A·(DA/A + DB/B)), a factor of the derivatives of ln κ. */
    private final Complex pull;

    /** The previous point, if this one was solved along a line. */
    private final @Nullable Place before;

    /** The known values of another equivalent: n, ln r, ln κ and its derivatives with respect to ln n and ln r. */
    private record Place(double samples, Complex logRidge, Complex logKappa, Complex bySamples, Complex byRidge) {}

    private ComplexEquivalent(
            SpectralMeasure measure,
            double samples,
            Complex ridge,
            Complex kappa,
            Complex left,
            Complex pull,
            @Nullable Place before) {
        this.measure = measure;
        this.samples = samples;
        this.ridge = ridge;
        this.kappa = kappa;
        this.left = left;
        this.pull = pull;
        this.before = before;
    }

    private Place place() {
        return new Place(
                samples, ridge.log(), kappa.log(), pull.times(left.minus(new Complex(1, 0))), pull.times(left));
    }

    /**
     * The equivalent at a complex ridge.
     *
     * @param spectrum the eigenvalues of the covariance
     * @param samples the number of samples n, greater than 0
     * @param real the real part of r
     * @param imaginary the imaginary part of r; if it is 0, the real part must not be negative
     * @return the equivalent
     * @throws IllegalArgumentException if a number is NaN, infinite or out of range, or r is on the negative real axis
     */
    public static ComplexEquivalent of(Spectrum spectrum, double samples, double real, double imaginary) {
        positive("samples", samples);
        return of(notNull("spectrum", spectrum).measure(), samples, ridge(real, imaginary));
    }

    private static ComplexEquivalent of(SpectralMeasure measure, double samples, Complex ridge) {
        double size = ridge.size();
        FixedPoint start = FixedPoint.of(measure, samples, size);
        if (ridge.isReal()) {
            double tau = start.tau();
            double left = tau > 0 ? size / tau : 1 - measure.rank() / samples;
            Complex none = new Complex(0, 0);
            return new ComplexEquivalent(
                    measure, samples, ridge, new Complex(tau, 0), new Complex(left, 0), none, null);
        }
        Solver solver = new Solver(measure, samples);
        Complex logRidge = ridge.log();
        Complex logStart = new Complex(Math.log(start.tau()), 0);
        // The derivative of ln κ with respect to ln r.
        double part = start.spare() / (start.product() + start.spare());
        Complex bold = new Complex(logStart.real(), part * logRidge.imaginary());
        if (!solver.solve(ridge, bold) && !solver.solve(ridge, logStart)) {
            int turns = (int) Math.ceil(Math.abs(logRidge.imaginary()) / TURN);
            Complex from = logStart;
            for (int turn = 1; turn <= turns; turn++) {
                if (!solver.solve(Complex.polar(size, logRidge.imaginary() * turn / turns), from)) {
                    throw new IllegalStateException("No fixed point for the ridge " + ridge.real() + " + "
                            + ridge.imaginary() + "i, " + samples + " samples and a spectrum of " + measure.size()
                            + " nodes");
                }
                from = solver.log;
            }
        }
        return solver.solved(ridge, null);
    }

    private static Complex ridge(double real, double imaginary) {
        finite("real", real);
        finite("imaginary", imaginary);
        if (imaginary == 0 && real < 0) {
            throw refusal("real", real, "is on the negative real axis, where the resolvent has its poles");
        }
        return new Complex(real, imaginary);
    }

    /**
     * The equivalents at several ridges of the same measure. Each solve starts from the equivalents before it: along a smooth
     * curve, such as the contour of a spectral filter, that takes about half as many passes over the spectrum.
     *
     * @param measure the eigenvalues of the covariance, of a spectrum or compressed
     * @param samples the number of samples n, greater than 0
     * @param real the real parts of the ridges
     * @param imaginary their imaginary parts, one for each
     * @return the equivalents, in their order
     * @throws IllegalArgumentException as {@link #of} does, or if there are not as many imaginary parts as real ones
     */
    public static List<ComplexEquivalent> along(
            SpectralMeasure measure, double samples, double[] real, double[] imaginary) {
        notNull("measure", measure);
        positive("samples", samples);
        length("imaginary", notNull("imaginary", imaginary).length, "real.length", notNull("real", real).length);
        List<ComplexEquivalent> equivalents = new ArrayList<>();
        for (int k = 0; k < real.length; k++) {
            Complex ridge = ridge(real[k], imaginary[k]);
            equivalents.add(k > 0 ? equivalents.get(k - 1).at(samples, ridge) : of(measure, samples, ridge));
        }
        return List.copyOf(equivalents);
    }

    /**
     * The equivalent of the same spectrum for other numbers, solved for from this one: along a fine grid of either, each point from the
     * one before, it takes one pass over the spectrum.
     *
     * @param newSamples the number of samples n, greater than 0
     * @param real the real part of r
     * @param imaginary the imaginary part of r; if it is 0, the real part must not be negative
     * @return the equivalent
     * @throws IllegalArgumentException as {@link #of} does
     */
    public ComplexEquivalent at(double newSamples, double real, double imaginary) {
        positive("samples", newSamples);
        return at(newSamples, ridge(real, imaginary));
    }

    private ComplexEquivalent at(double newSamples, Complex newRidge) {
        if (!newRidge.isReal() && !ridge.isReal()) {
            Complex logRidge = newRidge.log();
            Place here = place();
            Solver solver = new Solver(measure, newSamples);
            if (solver.solve(newRidge, carriedOn(here, newSamples, logRidge))) {
                return solver.solved(newRidge, here);
            }
        }
        return of(measure, newSamples, newRidge);
    }

    /**
     * ln κ elsewhere: where n or r alone has changed since the place before, and changes again, by the cubic polynomial that has the values
     * and the derivatives of both; otherwise to first order.
     */
    private Complex carriedOn(Place here, double newSamples, Complex logRidge) {
        if (before != null) {
            boolean ofRidges = before.samples == samples && samples == newSamples;
            boolean ofSamples = before.logRidge.equals(here.logRidge) && here.logRidge.equals(logRidge);
            if (ofRidges && !ofSamples) {
                return cubic(
                        before.logRidge,
                        before.logKappa,
                        before.byRidge,
                        here.logRidge,
                        here.logKappa,
                        here.byRidge,
                        logRidge);
            }
            if (ofSamples && !ofRidges) {
                return cubic(
                        new Complex(Math.log(before.samples), 0),
                        before.logKappa,
                        before.bySamples,
                        new Complex(Math.log(samples), 0),
                        here.logKappa,
                        here.bySamples,
                        new Complex(Math.log(newSamples), 0));
            }
        }
        return here.logKappa
                .plus(here.byRidge.times(logRidge.minus(here.logRidge)))
                .plus(here.bySamples.times(Math.log(newSamples / samples)));
    }

    /** At x, the cubic polynomial that has values and slopes at a and b. */
    private static Complex cubic(
            Complex a, Complex valueA, Complex slopeA, Complex b, Complex valueB, Complex slopeB, Complex x) {
        Complex width = b.minus(a);
        Complex between = valueB.minus(valueA).over(width);
        Complex bend = between.minus(slopeA).over(width);
        Complex twist = slopeB.minus(between).over(width).minus(bend).over(width);
        Complex fromA = x.minus(a);
        return valueA.plus(
                twist.times(x.minus(b)).plus(bend).times(fromA).plus(slopeA).times(fromA));
    }

    /**
     * The real part of κ.
     *
     * @return Re κ
     */
    public double kappaReal() {
        return kappa.real();
    }

    /**
     * The imaginary part of κ, of the sign of that of r.
     *
     * @return Im κ
     */
    public double kappaImaginary() {
        return kappa.imaginary();
    }

    /**
     * The real part of r/κ = 1 − Σ λ/(λ+κ)/n; 1 − rank/n for r = 0 above the rank.
     *
     * @return Re r/κ
     */
    public double leftReal() {
        return left.real();
    }

    /**
     * The imaginary part of r/κ.
     *
     * @return Im r/κ
     */
    public double leftImaginary() {
        return left.imaginary();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ComplexEquivalent that && kappa.equals(that.kappa) && left.equals(that.left);
    }

    @Override
    public int hashCode() {
        return kappa.hashCode();
    }

    @Override
    public String toString() {
        return "ComplexEquivalent: kappa " + kappa.real() + " + " + kappa.imaginary() + "i";
    }

    /** Newton's method in ln κ. Not for several threads. */
    private static final class Solver {

        private final SpectralMeasure measure;
        private final double samples;
        private final double surplus;
        private final int cutStart;
        private final int cutEnd;
        private final double headShare;

        /** The shares of a block of nodes: the real parts of x and of z, and the imaginary part of z. */
        private final Resolvents resolvents = new Resolvents();

        private final double[] x = new double[Resolvents.BLOCK];
        private final double[] z = new double[Resolvents.BLOCK];
        private final double[] across = new double[Resolvents.BLOCK];

        /** ln κ, and where the last step began. */
        private Complex log = new Complex(0, 0);

        /** κ, moved by factors, because ln κ has an error in proportion to itself. */
        private Complex kappa = log;

        private Complex pull = log;

        /** The sums over a range of nodes: Σ x or Σ z, and Σ xz. */
        private double sumReal;

        private double sumImaginary;
        private double productReal;
        private double productImaginary;

        Solver(SpectralMeasure measure, double samples) {
            this.measure = measure;
            this.samples = samples;
            this.surplus = Math.max(samples - measure.rank(), 0);
            int cut = samples < measure.rank() ? measure.cellAt(samples) : measure.cells();
            this.cutStart = measure.cellStart(cut);
            this.cutEnd = cut < measure.cells() ? measure.cellStart(cut + 1) : cutStart;
            double before = measure.weightBefore(cut);
            double after = cut < measure.cells() ? measure.weightBefore(cut + 1) : Double.MAX_VALUE;
            this.headShare = (samples - before) / (after - before);
        }

        /** Whether a root with an argument between 0 and that of r is found. */
        boolean solve(Complex ridge, Complex start) {
            log = start;
            kappa = start.exp();
            double argument = ridge.angle();
            for (int step = 0; step < MOST_STEPS; step++) {
                if (!(Math.abs(log.imaginary()) < Math.PI)) {
                    return false;
                }
                Complex moved = step(ridge);
                log = log.plus(moved);
                kappa = kappa.times(moved.exp());
                if (moved.size() < LAST_STEP) {
                    double turn = log.imaginary();
                    return turn * Math.signum(argument) >= 0 && Math.abs(turn) <= Math.abs(argument) * (1 + 1e-12);
                }
            }
            return false;
        }

        /** Ψ/(DA/A + DB/B), where Ψ = ln(A/B) and Ψ' = −(DA/A + DB/B). */
        private Complex step(Complex ridge) {
            double real = kappa.real();
            double imaginary = kappa.imaginary();
            clear();
            add(cutStart, cutEnd, true, real, imaginary);
            scale(1 - headShare);
            add(cutEnd, measure.size(), true, real, imaginary);
            Complex left = ridge.over(kappa).times(samples);
            Complex a = new Complex(sumReal, sumImaginary).plus(left);
            Complex slopeA =
                    new Complex(productReal, productImaginary).plus(left).over(a);
            clear();
            add(cutStart, cutEnd, false, real, imaginary);
            scale(headShare);
            add(0, cutStart, false, real, imaginary);
            Complex b = new Complex(sumReal + surplus, sumImaginary);
            Complex slope = new Complex(productReal, productImaginary).over(b).plus(slopeA);
            Complex off = a.minus(b).over(b);
            Complex psi;
            if (off.real() * off.real() + off.imaginary() * off.imaginary() < 0.01) {
                psi = new Complex(
                        Math.log1p(2 * off.real() + off.real() * off.real() + off.imaginary() * off.imaginary()) / 2,
                        Math.atan2(off.imaginary(), 1 + off.real()));
            } else {
                psi = a.log().minus(b.log());
                psi = new Complex(psi.real(), Math.IEEEremainder(psi.imaginary(), 2 * Math.PI));
            }
            pull = new Complex(samples, 0).over(a).over(slope);
            return psi.over(slope);
        }

        private void clear() {
            sumReal = 0;
            sumImaginary = 0;
            productReal = 0;
            productImaginary = 0;
        }

        private void scale(double factor) {
            sumReal *= factor;
            sumImaginary *= factor;
            productReal *= factor;
            productImaginary *= factor;
        }

        /** Adds x = λ/(λ+κ) (if {@code learnt}) or z = 1 − x, and xz. */
        private void add(int from, int to, boolean learnt, double real, double imaginary) {
            for (int start = from; start < to; start += Resolvents.BLOCK) {
                resolvents.clear();
                for (int k = start; k < to && !resolvents.isFull(); k++) {
                    resolvents.add(measure.value(k));
                }
                resolvents.shares(real, imaginary, x, z, across);
                addBlock(start, learnt ? x : z, learnt ? -1 : 1);
            }
        }

        /** Adds the shares in the arrays; the imaginary part of those to be added has a sign. */
        private void addBlock(int start, double[] share, double sign) {
            double real = 0;
            double imaginary = 0;
            double bothReal = 0;
            double bothImaginary = 0;
            for (int j = 0; j < resolvents.size(); j++) {
                double weight = measure.weight(start + j);
                double weighted = weight * across[j];
                real += weight * share[j];
                imaginary += weighted;
                bothReal += weight * x[j] * z[j] + weighted * across[j];
                bothImaginary += weighted * (x[j] - z[j]);
            }
            sumReal += real;
            sumImaginary += sign * imaginary;
            productReal += bothReal;
            productImaginary += bothImaginary;
        }

        ComplexEquivalent solved(Complex ridge, @Nullable Place before) {
            return new ComplexEquivalent(measure, samples, ridge, kappa, ridge.over(kappa), pull, before);
        }
    }
}
