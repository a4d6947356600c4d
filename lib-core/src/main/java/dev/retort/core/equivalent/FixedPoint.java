package dev.retort.core.equivalent;

import static dev.retort.core.Arguments.refusal;

import dev.retort.core.spectrum.PowerSums;
import dev.retort.core.spectrum.SpectralMeasure;

/**
 * The root τ of n = Σ λ/(λ+τ) + n·ridge/τ, and the sums over the spectrum there.
 *
 * <p>That difference cancels as soon as n falls into a gap of the spectrum or near its rank, so it is never formed. The
 * spectrum is split at n into a head (its n largest eigenvalues) and a tail; with x = λ/(λ+τ) and z = τ/(λ+τ),
 *
 * <pre>  A(τ) = Σ_tail x + n·ridge/τ        what is learnt beyond the head
 *   B(τ) = Σ_head z + max(n − rank, 0)  what is missed within it</pre>
 *
 * have A − B = Σ x − n + n·ridge/τ exactly, and positive terms only. The root of Ψ(s) = ln A − ln B, s = ln τ, is found by
 * Halley's method. Ψ' lies in [−2, −1], so the root lies between s + Ψ/2 and s + Ψ, and |Ψ''| ≤ 1/2, |Ψ'''| ≤ 4/5 bound
 * the error of a Halley step by |Ψ|³/4 (of a measure on few nodes: |Ψ'| ≥ 4/5, and 3/5 |Ψ|³); the derivation is in the module's documentation, docs/equivalents.md.
 *
 * <p>A solve allocates this object and the sums in it, and nothing else; it is mutable until it is solved.
 */
final class FixedPoint {

    /** The error of a step of this length is below 1e-17; a longer one is followed by another. */
    private static final double LAST_STEP = 3e-6;

    /** Eight have been enough within 300 decades, and 30 beyond; a bound so that a defect shows as an exception and not as a hang. */
    private static final int MOST_PASSES = 64;

    /**
     * Rounding of A and of B, at its worst: three roundings a term, 32 additions in a block, four to join the blocks; three
     * times that where nodes stand for more, whose weights of either sign sum to at most three times their cell's.
     */
    private static final double ROUNDING = 80 * Math.ulp(0.5);

    /** A τ below it can be added to any eigenvalue. */
    private static final double LARGEST_TAU = 0x1p1022;

    /** Above so many times the largest eigenvalue, τ is one to all of them but for a factor. */
    private static final double BEYOND = 0x1p200;

    /** In ln τ: a neighbour further away is no start. */
    private static final double NEAR = 2;

    private final double samples;
    private final double ridge;
    private final PowerSums sums = new PowerSums();

    private SpectralMeasure measure;
    /** The nodes of the cell that n falls into, empty at the end if it falls into none. */
    private int cutStart;

    private int cutEnd;
    /** How that cell divides between head and tail; the two add up to one. */
    private double headShare;

    private double tailShare;
    /** |Ψ'| is at least this: less than one if the cell at the cut spreads over an octave. */
    private double leastSlope;
    /** max(n − rank, 0) */
    private double surplus;

    /** The range of τ, as far as vanished sums tell. */
    private double lowest = Double.MIN_NORMAL;

    private double highest = LARGEST_TAU;

    private double tau;
    /** Ψ where the last step began. */
    private double psi;

    private int passes;
    private double relativeErrorBound;
    private double df1;
    private double rootOmega;
    private double oneMinusOmega;
    /** Σ xz(x − z) */
    private double skew;

    private FixedPoint(SpectralMeasure measure, double samples, double ridge) {
        this.measure = measure;
        this.samples = samples;
        this.ridge = ridge;
    }

    static FixedPoint of(SpectralMeasure measure, double samples, double ridge) {
        return new FixedPoint(measure, samples, ridge).solveFrom(0);
    }

    /** The root for other samples and another ridge, from this one if that is near. */
    FixedPoint at(double newSamples, double newRidge) {
        return new FixedPoint(measure, newSamples, newRidge).solveFrom(estimate(newSamples, newRidge));
    }

    double samples() {
        return samples;
    }

    double ridge() {
        return ridge;
    }

    double tau() {
        return tau;
    }

    double relativeErrorBound() {
        return relativeErrorBound;
    }

    /** How often all nodes were summed over on the way to the root. */
    int passes() {
        return passes;
    }

    double df1() {
        return df1;
    }

    double rootOmega() {
        return rootOmega;
    }

    double oneMinusOmega() {
        return oneMinusOmega;
    }

    /**
     * Solves from a start, or from nothing if that is zero. A large measure is then first solved on its sample, which leaves
     * one pass to do where the spectrum is smooth.
     */
    private FixedPoint solveFrom(double start) {
        if (!(samples <= measure.mostSamples())) {
            throw refusal(
                    "samples", samples, "is above " + measure.mostSamples() + ", the most for a power law without end");
        }
        if (ridge == 0 && samples >= measure.rank()) {
            df1 = measure.rank();
            rootOmega = Math.sqrt(measure.rank() / samples);
            oneMinusOmega = (samples - measure.rank()) / samples;
            return this;
        }
        SpectralMeasure whole = measure;
        tau = upperEstimate();
        if (start > 0) {
            tau = start;
        } else if (whole.sample() != whole) {
            solveOn(whole.sample());
        }
        solveOn(whole);
        sumAtRoot();
        return this;
    }

    /** From Σ λ/(λ+τ) ≤ min(trace/τ, rank): a value that is never below the root by more than a factor. */
    private double upperEstimate() {
        double unlearnt = Math.max(1 - samples / measure.rank(), 0);
        double start = Math.max(measure.trace() / samples * unlearnt, ridge);
        if (!(ridge < LARGEST_TAU)) {
            throw refusal("ridge", ridge, "is so large that τ overflows");
        }
        if (!(ridge + measure.trace() / samples < LARGEST_TAU)) {
            throw refusal("samples", samples, "is so small that τ overflows");
        }
        return start;
    }

    /**
     * A Halley step from this root to that of another n and ridge, of the plain equation in logarithms, ln(Σ x/n + ridge/τ) =
     * 0: it cancels, but what it needs is known, so that it costs no pass. Zero if it is long.
     */
    private double estimate(double newSamples, double newRidge) {
        double penalty = newRidge / tau;
        double value = df1 / newSamples + penalty;
        double first = -((oneMinusOmega - ridge / tau) * samples / newSamples + penalty) / value;
        double second = (penalty - skew / newSamples) / value - first * first;
        double step = halley(Math.log(value), first, second);
        return Math.abs(step) < NEAR ? tau * Math.exp(step) : 0;
    }

    private static double halley(double value, double first, double second) {
        return -2 * value * first / (2 * first * first - value * second);
    }

    private void solveOn(SpectralMeasure nodes) {
        measure = nodes;
        cut();
        tau = Math.max(tau, Double.MIN_NORMAL);
        double step;
        double last;
        passes = 0;
        do {
            if (passes++ == MOST_PASSES) {
                throw new IllegalStateException("No fixed point within " + MOST_PASSES + " passes for " + samples
                        + " samples, ridge " + ridge + " and a spectrum of " + measure.size() + " nodes");
            }
            step = step();
            last = tau;
            tau *= Math.exp(step);
            // A subnormal τ is too coarse for the last step; its neighbour is as good.
        } while (!(Math.abs(step) < LAST_STEP || Math.abs(tau - last) <= Math.ulp(last)));
        double truncation = Math.abs(psi * psi * psi) * (leastSlope < 1 ? 0.6 : 0.25);
        double rounding = measure.cells() < measure.size() ? 3 * ROUNDING : ROUNDING;
        relativeErrorBound = truncation + rounding + Math.ulp(tau) / tau;
    }

    private void cut() {
        surplus = Math.max(samples - measure.rank(), 0);
        int cut = samples < measure.rank() ? measure.cellAt(samples) : measure.cells();
        cutStart = measure.cellStart(cut);
        cutEnd = cut < measure.cells() ? measure.cellStart(cut + 1) : cutStart;
        double before = measure.weightBefore(cut);
        double after = cut < measure.cells() ? measure.weightBefore(cut + 1) : Double.MAX_VALUE;
        headShare = (samples - before) / (after - before);
        tailShare = (after - samples) / (after - before);
        leastSlope = cutEnd - cutStart > 1 ? 0.8 : 1;
    }

    /** A step in ln τ. */
    private double step() {
        double penalty = samples * (ridge / tau);
        sums.scale(0);
        measure.addLearnt(cutStart, cutEnd, tau, sums);
        sums.scale(tailShare);
        measure.addLearnt(cutEnd, measure.size(), tau, sums);
        double a = sums.first() + penalty;
        // Of (ln A)', in which the digits lost are none of Ψ', and of A''/A.
        double u = (sums.first() - sums.second() + penalty) / a;
        double curveA = (skewLearnt() - penalty) / a;

        sums.scale(0);
        measure.addMissed(cutStart, cutEnd, tau, sums);
        sums.scale(headShare);
        measure.addMissed(0, cutStart, tau, sums);
        double b = sums.first() + surplus;
        double v = (sums.first() - sums.second()) / b;
        double curveB = skewMissed() / b;

        // A spectrum of more than 300 decades, far from the root: halve the range until the vanished sum is felt.
        if (a < Double.MIN_NORMAL || b < Double.MIN_NORMAL) {
            if (a < b) {
                highest = tau;
            } else {
                lowest = tau;
            }
            psi = Double.POSITIVE_INFINITY;
            return (Math.log(lowest) + Math.log(highest)) / 2 - Math.log(tau);
        }
        psi = Math.abs(a - b) < b / 10 ? Math.log1p((a - b) / b) : Math.log(a / b);
        double first = -(u + v);
        double second = -curveA - u * u - curveB + v * v;
        double halley = Math.abs(psi) < 2 ? halley(psi, first, second) : -psi / first;
        double longest = psi / leastSlope;
        return Math.min(Math.max(halley, Math.min(psi / 2, longest)), Math.max(psi / 2, longest));
    }

    /** Σ xz(x − z) of what has been summed as learnt. */
    private double skewLearnt() {
        return 3 * sums.second() - sums.first() - 2 * sums.third();
    }

    /** Σ xz(x − z) of what has been summed as missed. */
    private double skewMissed() {
        return sums.first() - 3 * sums.second() + 2 * sums.third();
    }

    /**
     * Sums at the root, on either side of τ of the smaller share: x − x² and 1 − 2z + z² lose no digit where x and z are at
     * most two thirds.
     */
    private void sumAtRoot() {
        double scale = Math.min(tau, measure.value(0) * BEYOND);
        int cell = measure.cellBelow(scale);
        int start = measure.cellStart(cell);
        sums.scale(0);
        measure.addMissed(0, start, scale, sums);
        double learnt = measure.weightBefore(cell) - sums.first();
        double product = sums.first() - sums.second();
        double squares = learnt - product;
        skew = skewMissed();

        sums.scale(0);
        measure.addLearnt(start, measure.size(), scale, sums);
        learnt += sums.first();
        product += sums.first() - sums.second();
        squares += sums.second();
        skew += skewLearnt();

        // Not below one only if every share is in proportion to 1/τ.
        double beyond = scale / tau;
        df1 = ridge == 0 ? samples : learnt * beyond;
        rootOmega = Math.sqrt(squares / samples) * beyond;
        // Σ x(1 − x) has positive terms only, where n − Σ x² would cancel.
        oneMinusOmega = product * beyond / samples + ridge / tau;
    }
}
