package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

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
 * κ/(λ+κ) + max(n − rank, 0) is found by Newton's method in ln κ, from the real root at |r|; nothing cancels. Derived in the
 * module's documentation, {@code docs/equivalents.md}. Immutable.
 *
 * <pre>{@code
 * ComplexEquivalent equivalent = ComplexEquivalent.of(Spectrum.powerLaw(1.5, 100), 50, 0.01, 0.02);
 * double kappa = Math.hypot(equivalent.kappaReal(), equivalent.kappaImaginary());
 * }</pre>
 */
public final class ComplexEquivalent {

    /** Newton's method has squared an error below this away. */
    private static final double LAST_STEP = 1e-9;

    /** From the real root it takes at most 8 steps on spectra of 100 decades. */
    private static final int MOST_STEPS = 60;

    /** The argument of r is followed in steps of this size if one step is too bold. */
    private static final double TURN = 0.4;

    private final Spectrum spectrum;
    private final double samples;
    private final double kappaReal;
    private final double kappaImaginary;
    private final double leftReal;
    private final double leftImaginary;

    private ComplexEquivalent(
            Spectrum spectrum,
            double samples,
            double kappaReal,
            double kappaImaginary,
            double leftReal,
            double leftImaginary) {
        this.spectrum = spectrum;
        this.samples = samples;
        this.kappaReal = kappaReal;
        this.kappaImaginary = kappaImaginary;
        this.leftReal = leftReal;
        this.leftImaginary = leftImaginary;
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
        checkRidge(real, imaginary);
        double size = Math.hypot(real, imaginary);
        DeterministicEquivalent start = DeterministicEquivalent.of(notNull("spectrum", spectrum), samples, size);
        if (imaginary == 0) {
            double left = start.tau() > 0 ? start.ridge() / start.tau() : start.oneMinusOmega();
            return new ComplexEquivalent(spectrum, samples, start.tau(), 0, left, 0);
        }
        Solver solver = new Solver(spectrum.measure(), samples);
        double argument = Math.atan2(imaginary, real);
        double log = Math.log(start.tau());
        if (!solver.solve(size, argument, log, 0)) {
            int turns = (int) Math.ceil(Math.abs(argument) / TURN);
            double logAt = log;
            double turned = 0;
            for (int turn = 1; turn <= turns; turn++) {
                if (!solver.solve(size, argument * turn / turns, logAt, turned)) {
                    throw new IllegalStateException("No fixed point for the ridge " + real + " + " + imaginary + "i, "
                            + samples + " samples and " + spectrum);
                }
                logAt = solver.log;
                turned = solver.turn;
            }
        }
        return solved(spectrum, samples, solver, size, argument);
    }

    private static void checkRidge(double real, double imaginary) {
        finite("real", real);
        finite("imaginary", imaginary);
        if (imaginary == 0 && real < 0) {
            throw refusal("real", real, "is on the negative real axis, where the resolvent has its poles");
        }
    }

    private static ComplexEquivalent solved(
            Spectrum spectrum, double samples, Solver solver, double size, double argument) {
        double kappa = Math.exp(solver.log);
        double ratio = size / kappa;
        double angle = argument - solver.turn;
        return new ComplexEquivalent(
                spectrum,
                samples,
                kappa * Math.cos(solver.turn),
                kappa * Math.sin(solver.turn),
                ratio * Math.cos(angle),
                ratio * Math.sin(angle));
    }

    /**
     * The equivalents at several ridges of the same spectrum, each solved for from those before: along a smooth curve, such as the contour
     * of a spectral filter, that takes about two thirds of the passes over the spectrum.
     *
     * @param spectrum the eigenvalues of the covariance
     * @param samples the number of samples n, greater than 0
     * @param real the real parts of the ridges
     * @param imaginary their imaginary parts, one for each
     * @return the equivalents, in their order
     * @throws IllegalArgumentException as {@link #of} does, or if there are not as many imaginary parts as real ones
     */
    public static List<ComplexEquivalent> along(Spectrum spectrum, double samples, double[] real, double[] imaginary) {
        length("imaginary", notNull("imaginary", imaginary).length, "real.length", notNull("real", real).length);
        List<ComplexEquivalent> equivalents = new ArrayList<>();
        for (int k = 0; k < real.length; k++) {
            ComplexEquivalent before = k == 0 ? null : equivalents.get(k - 1);
            ComplexEquivalent next =
                    before == null ? null : before.at(real[k], imaginary[k], k == 1 ? null : equivalents.get(k - 2));
            equivalents.add(next == null ? of(spectrum, samples, real[k], imaginary[k]) : next);
        }
        return equivalents;
    }

    /** The equivalent at a near ridge, from two before it or, if the first is null, from this alone; null if it is not found from there. */
    private @Nullable ComplexEquivalent at(double real, double imaginary, @Nullable ComplexEquivalent earlier) {
        checkRidge(real, imaginary);
        if (imaginary == 0 || kappaImaginary == 0 || (earlier != null && earlier.kappaImaginary == 0)) {
            return null;
        }
        double size = Math.hypot(real, imaginary);
        double argument = Math.atan2(imaginary, real);
        double log = Math.log(Math.hypot(kappaReal, kappaImaginary));
        double turn = Math.atan2(kappaImaginary, kappaReal);
        if (earlier != null) {
            log += log - Math.log(Math.hypot(earlier.kappaReal, earlier.kappaImaginary));
            turn += turn - Math.atan2(earlier.kappaImaginary, earlier.kappaReal);
        }
        Solver solver = new Solver(spectrum.measure(), samples);
        return solver.solve(size, argument, log, turn) ? solved(spectrum, samples, solver, size, argument) : null;
    }

    /**
     * The real part of κ.
     *
     * @return Re κ
     */
    public double kappaReal() {
        return kappaReal;
    }

    /**
     * The imaginary part of κ, of the sign of that of r.
     *
     * @return Im κ
     */
    public double kappaImaginary() {
        return kappaImaginary;
    }

    /**
     * The real part of r/κ = 1 − Σ λ/(λ+κ)/n; 1 − rank/n for r = 0 above the rank.
     *
     * @return Re r/κ
     */
    public double leftReal() {
        return leftReal;
    }

    /**
     * The imaginary part of r/κ.
     *
     * @return Im r/κ
     */
    public double leftImaginary() {
        return leftImaginary;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ComplexEquivalent that
                && kappaReal == that.kappaReal
                && kappaImaginary == that.kappaImaginary
                && leftReal == that.leftReal
                && leftImaginary == that.leftImaginary;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(kappaReal) * 31 + Double.hashCode(kappaImaginary);
    }

    @Override
    public String toString() {
        return "ComplexEquivalent: kappa " + kappaReal + " + " + kappaImaginary + "i";
    }

    /** Newton's method in ln κ = log + i·turn. Not for several threads. */
    private static final class Solver {

        private final SpectralMeasure measure;
        private final double samples;
        private final double surplus;
        private final int cutStart;
        private final int cutEnd;
        private final double headShare;

        private double log;
        private double turn;

        /** Of A, B and their derivatives: real and imaginary parts. */
        private double aReal;

        private double aImaginary;
        private double daReal;
        private double daImaginary;
        private double bReal;
        private double bImaginary;
        private double dbReal;
        private double dbImaginary;

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
        boolean solve(double size, double argument, double fromLog, double fromTurn) {
            log = fromLog;
            turn = fromTurn;
            for (int step = 0; step < MOST_STEPS; step++) {
                sum(size, argument);
                // Ψ = ln(A/B), Ψ' = −(DA/A + DB/B)
                double psiReal;
                double psiImaginary;
                double norm = bReal * bReal + bImaginary * bImaginary;
                double offReal = aReal - bReal;
                double offImaginary = aImaginary - bImaginary;
                if (offReal * offReal + offImaginary * offImaginary < 0.01 * norm) {
                    double qReal = (offReal * bReal + offImaginary * bImaginary) / norm;
                    double qImaginary = (offImaginary * bReal - offReal * bImaginary) / norm;
                    psiReal = Math.log1p(2 * qReal + qReal * qReal + qImaginary * qImaginary) / 2;
                    psiImaginary = Math.atan2(qImaginary, 1 + qReal);
                } else {
                    psiReal = Math.log(Math.hypot(aReal, aImaginary) / Math.hypot(bReal, bImaginary));
                    psiImaginary = Math.atan2(
                            aImaginary * bReal - aReal * bImaginary, aReal * bReal + aImaginary * bImaginary);
                }
                double aNorm = aReal * aReal + aImaginary * aImaginary;
                double slopeReal = (daReal * aReal + daImaginary * aImaginary) / aNorm
                        + (dbReal * bReal + dbImaginary * bImaginary) / norm;
                double slopeImaginary = (daImaginary * aReal - daReal * aImaginary) / aNorm
                        + (dbImaginary * bReal - dbReal * bImaginary) / norm;
                double slopeNorm = slopeReal * slopeReal + slopeImaginary * slopeImaginary;
                double stepLog = (psiReal * slopeReal + psiImaginary * slopeImaginary) / slopeNorm;
                double stepTurn = (psiImaginary * slopeReal - psiReal * slopeImaginary) / slopeNorm;
                log += stepLog;
                turn += stepTurn;
                if (Math.hypot(stepLog, stepTurn) < LAST_STEP) {
                    return turn * Math.signum(argument) >= 0 && Math.abs(turn) <= Math.abs(argument) * (1 + 1e-12);
                }
                if (!(Math.abs(turn) < Math.PI)) {
                    return false;
                }
            }
            return false;
        }

        private void sum(double size, double argument) {
            aReal = 0;
            aImaginary = 0;
            daReal = 0;
            daImaginary = 0;
            bReal = 0;
            bImaginary = 0;
            dbReal = 0;
            dbImaginary = 0;
            double kappa = Math.exp(log);
            double cosine = Math.cos(turn);
            double sine = Math.sin(turn);
            double tailShare = 1 - headShare;
            for (int k = 0; k < measure.size(); k++) {
                double weight = measure.weight(k);
                double lambda = measure.value(k);
                // x = 1/(1 + q), z = q/(1 + q), q = κ/λ, by whichever of q and 1/q is below one.
                boolean small = kappa <= lambda;
                double ratio = small ? kappa / lambda : lambda / kappa;
                double sign = small ? sine : -sine;
                double one = 1 + ratio * cosine;
                double imaginary = ratio * sign;
                double norm = one * one + imaginary * imaginary;
                double nearReal = one / norm;
                double nearImaginary = -imaginary / norm;
                double farReal = ratio * (ratio + cosine) / norm;
                double farImaginary = -nearImaginary;
                double xReal = small ? nearReal : farReal;
                double xImaginary = small ? nearImaginary : farImaginary;
                double zReal = small ? farReal : nearReal;
                double zImaginary = small ? farImaginary : nearImaginary;
                double xzReal = xReal * zReal - xImaginary * zImaginary;
                double xzImaginary = xReal * zImaginary + xImaginary * zReal;
                double head = k < cutStart ? weight : k < cutEnd ? weight * headShare : 0;
                double tail = k < cutStart ? 0 : k < cutEnd ? weight * tailShare : weight;
                aReal += tail * xReal;
                aImaginary += tail * xImaginary;
                daReal += tail * xzReal;
                daImaginary += tail * xzImaginary;
                bReal += head * zReal;
                bImaginary += head * zImaginary;
                dbReal += head * xzReal;
                dbImaginary += head * xzImaginary;
            }
            double left = samples * (size / kappa);
            double leftReal = left * Math.cos(argument - turn);
            double leftImaginary = left * Math.sin(argument - turn);
            aReal += leftReal;
            aImaginary += leftImaginary;
            daReal += leftReal;
            daImaginary += leftImaginary;
            bReal += surplus;
        }
    }
}
