package dev.retort.core.equivalent;

import static dev.retort.core.Arguments.refusal;

import dev.retort.core.spectrum.SpectralMeasure;

/**
 * The root τ of n = Σ λ/(λ+τ) + n·ridge/τ.
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
 */
final class FixedPoint {

    /** The error of a step of this length is below 1e-17; a longer one is followed by another. */
    private static final double LAST_STEP = 3e-6;

    /** Never needed more than eight; a bound so that a defect shows as an exception and not as a hang. */
    private static final int MOST_PASSES = 64;

    /**
     * Rounding of A and of B, at its worst: four roundings a term, 32 additions in a block, four to join the blocks; three
     * times that where nodes stand for more, whose weights of either sign sum to at most three times their cell's.
     */
    private static final double ROUNDING = 80 * Math.ulp(0.5);

    /** A τ below it can be added to any eigenvalue. */
    private static final double LARGEST_TAU = 0x1p1022;

    private final SpectralMeasure measure;
    private final double samples;
    private final double ridge;

    /** The nodes of the cell that n falls into, empty at the end if it falls into none. */
    private final int cutStart;

    private final int cutEnd;
    /** How that cell divides between head and tail; the two add up to one. */
    private final double headShare;

    private final double tailShare;
    /** |Ψ'| is at least this: less than one if the cell at the cut spreads over an octave. */
    private final double leastSlope;
    /** max(n − rank, 0) */
    private final double surplus;

    private FixedPoint(SpectralMeasure measure, double samples, double ridge) {
        this.measure = measure;
        this.samples = samples;
        this.ridge = ridge;
        this.surplus = Math.max(samples - measure.rank(), 0);
        int cut = samples < measure.rank() ? measure.cellAt(samples) : measure.cells();
        this.cutStart = measure.cellStart(cut);
        this.cutEnd = cut < measure.cells() ? measure.cellStart(cut + 1) : cutStart;
        double before = measure.weightBefore(cut);
        double after = cut < measure.cells() ? measure.weightBefore(cut + 1) : Double.POSITIVE_INFINITY;
        this.headShare = (samples - before) / (after - before);
        this.tailShare = (after - samples) / (after - before);
        this.leastSlope = cutEnd - cutStart > 1 ? 0.8 : 1;
    }

    /**
     * A root and how far it may be from the exact one.
     *
     * @param tau the root
     * @param relativeErrorBound the bound
     * @param passes how often all nodes were summed over
     */
    record Root(double tau, double relativeErrorBound, int passes) {}

    static Root of(SpectralMeasure measure, double samples, double ridge) {
        if (!(samples <= measure.mostSamples())) {
            throw refusal(
                    "samples", samples, "is above " + measure.mostSamples() + ", the most for a power law without end");
        }
        if (ridge == 0 && samples >= measure.rank()) {
            return new Root(0, 0, 0);
        }
        return new FixedPoint(measure, samples, ridge).solve();
    }

    private Root solve() {
        double tau = start();
        for (int pass = 1; pass <= MOST_PASSES; pass++) {
            Step step = stepFrom(tau);
            double last = tau;
            tau *= Math.exp(step.length);
            // A subnormal τ is too coarse for the last step; its neighbour is as good.
            if (Math.abs(step.length) < LAST_STEP || Math.abs(tau - last) <= Math.ulp(last)) {
                double truncation = Math.abs(step.psi * step.psi * step.psi) * (leastSlope < 1 ? 0.6 : 0.25);
                double rounding = measure.cells() < measure.size() ? 3 * ROUNDING : ROUNDING;
                return new Root(tau, truncation + rounding + Math.ulp(tau) / tau, pass);
            }
        }
        throw new IllegalStateException("No fixed point within " + MOST_PASSES + " passes for " + samples
                + " samples, ridge " + ridge + " and a spectrum of " + measure.size() + " nodes");
    }

    /** A large measure is first solved on its sample, which leaves one pass to do where the spectrum is smooth. */
    private double start() {
        double start =
                measure.sample().map(sample -> of(sample, samples, ridge).tau()).orElseGet(this::upperEstimate);
        return Math.max(start, Double.MIN_NORMAL);
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

    /** A step in ln τ, and the Ψ that it starts from. */
    private record Step(double length, double psi) {}

    private Step stepFrom(double tau) {
        SpectralMeasure.Sums above = measure.sums(0, cutStart, tau);
        SpectralMeasure.Sums below = measure.sums(cutEnd, measure.size(), tau);
        double penalty = samples * (ridge / tau);
        double a = below.learnt() + penalty;
        double b = above.missed() + surplus;
        double slopeA = below.product() + penalty;
        double slopeB = above.product();
        double curveA = below.skew() - penalty;
        double curveB = above.skew();
        for (int k = cutStart; k < cutEnd; k++) {
            double sum = measure.value(k) + tau;
            double x = measure.value(k) / sum;
            double z = tau / sum;
            double head = headShare * measure.weight(k);
            double tail = tailShare * measure.weight(k);
            a += tail * x;
            b += head * z;
            slopeA += tail * x * z;
            slopeB += head * x * z;
            curveA += tail * x * z * (x - z);
            curveB += head * x * z * (x - z);
        }
        // A spectrum of more than 300 decades, far from the root: halve the way to where the vanished sum is felt.
        if (a < Double.MIN_NORMAL || b < Double.MIN_NORMAL) {
            return halfWay(tau, measure.value(Math.min(cutStart, measure.size() - 1)));
        }
        double psi = Math.abs(a - b) < b / 10 ? Math.log1p((a - b) / b) : Math.log(a / b);
        double u = slopeA / a;
        double v = slopeB / b;
        double first = -(u + v);
        double second = -curveA / a - u * u - curveB / b + v * v;
        double halley = Math.abs(psi) < 2 ? -2 * psi * first / (2 * first * first - psi * second) : -psi / first;
        double longest = psi / leastSlope;
        return new Step(Math.min(Math.max(halley, Math.min(psi / 2, longest)), Math.max(psi / 2, longest)), psi);
    }

    private static Step halfWay(double tau, double value) {
        double distance = Math.log(value) - Math.log(tau);
        return new Step(distance / 2, 2 * distance);
    }
}
