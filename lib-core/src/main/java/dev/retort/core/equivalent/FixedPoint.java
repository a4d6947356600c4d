package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.PowerSums;
import dev.retort.core.spectrum.SpectralMeasure;

/**
 * The root τ of k = Σ λ/(λ+τ) + δ(τ), and the sums over the spectrum there. For ridge regression k is the number of samples
 * n, and δ = n·ridge/τ; where q random features stand between data and model, k and K are the smaller and the larger of n and
 * q, and δ is the positive root of (K − k)δ + δ² = kK·ridge/τ, of which ridge regression is the limit q → ∞.
 *
 * <p>That difference cancels as soon as k falls into a gap of the spectrum or near its rank, so it is never formed. The
 * spectrum is split at k into a head (its k largest eigenvalues) and a tail; with x = λ/(λ+τ) and z = τ/(λ+τ),
 *
 * <pre>  A(τ) = Σ_tail x + δ(τ)              what is learnt beyond the head
 *   B(τ) = Σ_head z + max(k − rank, 0)  what is missed within it</pre>
 *
 * have A − B = Σ x − k + δ exactly, and positive terms only. The root of Ψ(s) = ln A − ln B, s = ln τ, is found by
 * Halley's method. Ψ' lies in [−2, −1], so the root lies between s + Ψ/2 and s + Ψ, and |Ψ''| ≤ 1/2, |Ψ'''| ≤ 4/5 bound
 * the error of a Halley step by |Ψ|³/4 (of a measure on few nodes: |Ψ'| ≥ 4/5, and 3/5 |Ψ|³; with random features: |Ψ'| ≥ 1/2,
 * and 5 |Ψ|³); the derivation is in the module's documentation, docs/equivalents.md.
 *
 * <p>Negative ridges are left to {@link NegativeRidge}.
 *
 * <p>A solve allocates only this object and its sums, unless τ is close to the smallest doubles. Mutable until it is solved.
 */
final class FixedPoint {

    /** A step of at most this length leaves an error below 1e-16; a longer one is followed by another. */
    private static final double LAST_STEP = 3e-6;

    /**
     * Eight have been enough for spectra within 300 decades and 30 beyond; the bound turns a defect into an exception instead
     * of a hang.
     */
    private static final int MOST_PASSES = 64;

    /**
     * The worst relative rounding error of A and of B: three roundings per term, 32 additions per block, four to join
     * the blocks. It is three times that where a cell has several nodes: their absolute weights sum to at most three
     * times the weight of the cell.
     */
    private static final double ROUNDING = 80 * Math.ulp(0.5);

    /** A τ below this can be added to any eigenvalue without overflow. */
    private static final double LARGEST_TAU = 0x1p1022;

    /** Where τ exceeds the largest eigenvalue by this factor, all shares are proportional to 1/τ. */
    private static final double BEYOND = 0x1p200;

    /** Shares and sums below this may have lost digits to underflow. */
    private static final double FAINT = 0x1p-960;

    /** A change of τ by this factor takes a sum out of the range of underflow. */
    private static final double CLEAR = 0x1p100;

    /** Below this number of samples every share is λ/τ to double precision. */
    private static final double FEWEST = 0x1p-60;

    /** The factor by which a problem is scaled up if its τ is faint. */
    private static final double MAGNIFICATION = 0x1p512;

    /** The distance in ln τ beyond which a neighbour is not used as a start. */
    private static final double NEAR = 2;

    private final SpectralMeasure spectrum;

    /** k */
    private final double capacity;
    /** k/K */
    private final double ratio;
    /** (K − k)/K */
    private final double excess;

    /** The factor by which ridge, nodes and τ are multiplied; one unless τ is faint. */
    private final double magnification;

    private final double ridge;
    private final PowerSums sums = new PowerSums();

    /** The nodes of the equation being solved: those of the spectrum or a sample of them. */
    private SpectralMeasure measure;
    /** The range of nodes of the cell that k falls into; empty, after the last node, if it falls into none. */
    private int cutStart;

    private int cutEnd;
    /** The shares of that cell in head and tail; they sum to one. */
    private double headShare;

    private double tailShare;
    /** |Ψ'| is at least this. */
    private double leastSlope;
    /** max(k − rank, 0) */
    private double surplus;

    /** δ at the last τ, and its derivatives in s over it: −δ'/δ and δ''/δ. */
    private double spare;

    private double spareSlope;
    private double spareCurve;

    /** The bounds on τ that underflowing sums have given so far. */
    private double lowest;

    private double highest = LARGEST_TAU;

    private double tau;
    /** Ψ where the last step began. */
    private double psi;

    private int passes;
    private double relativeErrorBound;
    /** Σ x */
    private double learnt;
    /** √(Σ x²/k) */
    private double rootOmega;
    /** Σ xz */
    private double product;
    /** Σ xz(x − z) */
    private double skew;

    private FixedPoint(SpectralMeasure spectrum, double samples, double features, double ridge) {
        this.spectrum = spectrum;
        this.measure = spectrum;
        this.capacity = Math.min(samples, features);
        double larger = Math.max(samples, features);
        this.ratio = capacity / larger;
        this.excess = Double.isInfinite(larger) ? 1 : (larger - capacity) / larger;
        this.ridge = ridge;
        this.magnification = 1;
    }

    /** The same problem, magnified. */
    private FixedPoint(FixedPoint faint) {
        this.spectrum = faint.spectrum;
        this.measure = faint.spectrum.magnified(MAGNIFICATION);
        this.capacity = faint.capacity;
        this.ratio = faint.ratio;
        this.excess = faint.excess;
        this.ridge = faint.ridge * MAGNIFICATION;
        this.magnification = MAGNIFICATION;
    }

    /** The root of ridge regression. */
    static FixedPoint of(SpectralMeasure spectrum, double samples, double ridge) {
        return of(spectrum, samples, Double.POSITIVE_INFINITY, ridge);
    }

    /** The root of ridge regression on random features, whose number may be infinite. */
    static FixedPoint of(SpectralMeasure spectrum, double samples, double features, double ridge) {
        return new FixedPoint(spectrum, samples, features, ridge).solveFrom(0);
    }

    /** The root for another sample size and ridge; the solver starts from this root if it is near. */
    FixedPoint at(double newSamples, double newRidge) {
        return at(newSamples, Double.POSITIVE_INFINITY, newRidge);
    }

    /**
     * The root for other numbers of samples and random features and another ridge; the solver starts from this root if it is
     * near.
     */
    FixedPoint at(double newSamples, double newFeatures, double newRidge) {
        FixedPoint next = new FixedPoint(spectrum, newSamples, newFeatures, newRidge);
        return next.solveFrom(estimate(next));
    }

    /** k, the number of samples or of random features, whichever is smaller. */
    double capacity() {
        return capacity;
    }

    double ridge() {
        return ridge / magnification;
    }

    double tau() {
        return tau / magnification;
    }

    double relativeErrorBound() {
        return relativeErrorBound;
    }

    /** The number of passes over all nodes that the solve took. */
    int passes() {
        return passes;
    }

    /** z = τ/(λ+τ) */
    double missed(double lambda) {
        return share(tau, Math.min(lambda * magnification, Double.MAX_VALUE));
    }

    /** x = λ/(λ+τ) */
    double learnt(double lambda) {
        return share(Math.min(lambda * magnification, Double.MAX_VALUE), tau);
    }

    private static double share(double part, double other) {
        double sum = part + other;
        return sum <= Double.MAX_VALUE ? part / sum : part / 2 / (part / 2 + other / 2);
    }

    /** Σ x, which is k without ridge and below the rank. */
    double df1() {
        return ridge == 0 ? Math.min(capacity, measure.rank()) : learnt;
    }

    /** √(Σ x²/k) */
    double rootOmega() {
        return rootOmega;
    }

    /** Σ xz */
    double product() {
        return product;
    }

    /** k − Σ x = δ */
    double spare() {
        return spare;
    }

    /** The exception for more samples or random features than the nodes of an infinite power law can resolve. */
    static IllegalArgumentException tooMany(String name, double value, double most) {
        return refusal(
                name,
                value,
                "is above " + most + ", the most for an infinite power law; give the law a number of features, as"
                        + " powerLaw(alpha, 10_000) does");
    }

    /**
     * Solves from a start, or without one if it is zero. Without a start, a large measure is first solved on its sample,
     * after which one pass is enough for a smooth spectrum.
     */
    private FixedPoint solveFrom(double start) {
        if (!(capacity <= spectrum.mostSamples())) {
            throw tooMany("samples", capacity, spectrum.mostSamples());
        }
        if (ridge < 0) {
            return solveBelowZero();
        }
        if (ridge == 0 && capacity >= measure.rank()) {
            spare = capacity - measure.rank();
            rootOmega = Math.sqrt(measure.rank() / capacity);
            return this;
        }
        SpectralMeasure whole = measure;
        lowest = Math.max(ridge, Double.MIN_VALUE);
        tau = upperEstimate();
        if (capacity < FEWEST) {
            tau = whole.trace() / capacity + ridge;
            relativeErrorBound = ROUNDING;
        } else {
            if (start > 0) {
                tau = start;
            } else if (whole.sample().size() < whole.size()) {
                solveOn(whole.sample());
            }
            solveOn(whole);
        }
        if (tau < FAINT && magnification == 1) {
            return new FixedPoint(this).solveFrom(tau * MAGNIFICATION);
        }
        sumAtRoot();
        return this;
    }

    private FixedPoint solveBelowZero() {
        double withoutRidge = of(spectrum, capacity, 0).tau();
        tau = new NegativeRidge(spectrum, capacity, withoutRidge).tau(ridge);
        sumAtRoot();
        double terms = Math.abs(spare) + Math.abs(product) * (tau > 0 ? withoutRidge / tau : 2);
        relativeErrorBound = ROUNDING * (1 + terms / (product + spare));
        return this;
    }

    /** An estimate of τ from Σ λ/(λ+τ) ≤ min(trace/τ, rank), rarely below the root by more than a small factor. */
    private double upperEstimate() {
        double unlearnt = Math.max(1 - capacity / measure.rank(), 0);
        double start = Math.max(measure.trace() / capacity * unlearnt, ridge);
        if (!(ridge < LARGEST_TAU)) {
            throw refusal("ridge", ridge, "is so large that τ overflows");
        }
        if (!(ridge + measure.trace() / capacity < LARGEST_TAU)) {
            throw refusal("samples", capacity, "is so small that τ overflows");
        }
        return start;
    }

    /**
     * The τ that one Halley step for ln((Σ x + δ)/k) = 0 leads to from this root. That form of the equation cancels, but its
     * sums are already known, so that the step costs no pass. Zero if the step is too long or cannot be taken.
     */
    private double estimate(FixedPoint next) {
        if (!(tau > 0 && next.ridge >= 0 && magnification == 1)) {
            return 0;
        }
        next.setSpare(tau);
        double value = learnt + next.spare;
        double first = -(product + next.spareSlope * next.spare) / value;
        double second = (next.spareCurve * next.spare - skew) / value - first * first;
        double step = halley(Math.log(value / next.capacity), first, second);
        return Math.abs(step) < NEAR ? tau * Math.exp(step) : 0;
    }

    private static double halley(double value, double first, double second) {
        return -2 * value * first / (2 * first * first - value * second);
    }

    /** δ and its derivatives; in units of K it solves excess·y + y² = ratio·ridge/τ. */
    private void setSpare(double at) {
        double relative = ridge / at;
        if (relative == 0) {
            spare = 0;
            spareSlope = 1;
            spareCurve = 1;
            return;
        }
        double root = Math.sqrt(excess * excess + 4 * ratio * relative);
        spare = 2 * capacity * relative / (excess + root);
        spareSlope = (excess + root) / 2 / root;
        spareCurve = spareSlope * (spareSlope - excess * (1 - spareSlope) / root);
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
                throw new IllegalStateException("No fixed point within " + MOST_PASSES + " passes for " + capacity
                        + " samples, ridge " + ridge + " and a spectrum of " + measure.size() + " nodes");
            }
            step = step();
            last = tau;
            tau = Math.min(Math.max(tau * Math.exp(step), lowest), highest);
            // A subnormal τ is too coarse for the last step; its neighbour is as good.
        } while (!(Math.abs(step) < LAST_STEP || Math.abs(tau - last) <= Math.ulp(last)));
        double truncation = Math.abs(psi * psi * psi) * (leastSlope == 1 ? 0.25 : leastSlope > 0.5 ? 0.6 : 5);
        double rounding = measure.cells() < measure.size() ? 3 * ROUNDING : ROUNDING;
        relativeErrorBound = truncation + rounding + Math.ulp(tau()) / tau();
    }

    private void cut() {
        surplus = Math.max(capacity - measure.rank(), 0);
        int cut = capacity < measure.rank() ? measure.cellAt(capacity) : measure.cells();
        cutStart = measure.cellStart(cut);
        cutEnd = cut < measure.cells() ? measure.cellStart(cut + 1) : cutStart;
        double before = measure.weightBefore(cut);
        double after = cut < measure.cells() ? measure.weightBefore(cut + 1) : Double.MAX_VALUE;
        headShare = (capacity - before) / (after - before);
        tailShare = (after - capacity) / (after - before);
        leastSlope = ratio > 0 && ridge > 0 ? 0.5 : cutEnd - cutStart > 1 ? 0.8 : 1;
    }

    /** Sets the sums to those of the tail. */
    private void sumTail(double at) {
        sums.scale(0);
        measure.addLearnt(cutStart, cutEnd, at, sums);
        sums.scale(tailShare);
        measure.addLearnt(cutEnd, measure.size(), at, sums);
    }

    /** Sets the sums to those of the head. */
    private void sumHead(double at) {
        sums.scale(0);
        measure.addMissed(cutStart, cutEnd, at, sums);
        sums.scale(headShare);
        measure.addMissed(0, cutStart, at, sums);
    }

    /** A step in ln τ. */
    private double step() {
        sumTail(tau);
        setSpare(tau);
        double a = sums.first() + spare;
        // −(ln A)', whose cancellation costs Ψ' no digits, and −A''/A.
        double u = (sums.first() - sums.second() + spareSlope * spare) / a;
        double curveA = (skewLearnt() - spareCurve * spare) / a;

        sumHead(tau);
        double b = sums.first() + surplus;
        double v = (sums.first() - sums.second()) / b;
        double curveB = skewMissed() / b;

        if (a < FAINT && b < FAINT) {
            double step = stepOfFaintSums();
            if (Double.isFinite(step)) {
                psi = 0;
                return step;
            }
        }
        // Far from the root one sum underflows: bisect until neither does.
        if (a < Double.MIN_NORMAL || b < Double.MIN_NORMAL) {
            if (a < b) {
                highest = tau;
            } else {
                lowest = tau;
            }
            psi = Double.POSITIVE_INFINITY;
            return (Math.log(lowest) + Math.log(highest)) / 2 - Math.log(tau);
        }
        psi = Math.abs(a - b) < b / 10 ? Math.log1p((a - b) / b) : Math.log(a) - Math.log(b);
        double first = -(u + v);
        double second = -curveA - u * u - curveB + v * v;
        double halley = Math.abs(psi) < 2 ? halley(psi, first, second) : -psi / first;
        double longest = psi / leastSlope;
        return Math.min(Math.max(halley, Math.min(psi / 2, longest)), Math.max(psi / 2, longest));
    }

    /**
     * In a gap of hundreds of decades A is proportional to 1/τ and B to τ, so that both can be summed at another τ, where
     * they do not underflow.
     */
    private double stepOfFaintSums() {
        sumTail(tau / CLEAR);
        setSpare(tau / CLEAR);
        double a = sums.first() + spare;
        sumHead(tau * CLEAR);
        return Math.log(a / sums.first()) / 2;
    }

    /** Σ xz(x − z) from the sums of x, x² and x³. */
    private double skewLearnt() {
        return 3 * sums.second() - sums.first() - 2 * sums.third();
    }

    /** Σ xz(x − z) from the sums of z, z² and z³. */
    private double skewMissed() {
        return sums.first() - 3 * sums.second() + 2 * sums.third();
    }

    /**
     * The sums at the root, above and below τ each by the smaller of the two shares: x − x² and 1 − 2z + z² lose no digit
     * where x and z are at most two thirds.
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

        // Differs from one only if every share is proportional to 1/τ.
        double beyond = scale / tau;
        this.learnt = learnt * beyond;
        this.product = product * beyond;
        rootOmega = Math.sqrt(squares / capacity) * beyond;
        setSpare(tau);
    }
}
