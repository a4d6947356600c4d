package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.SpectralMeasure;

/**
 * The root τ of n = Σ λ/(λ+τ) + n·ridge/τ for a ridge below zero. It lies between the root τ₀ without ridge (0 for n at or
 * above the rank, where τ is negative) and the point at which Ω = 1, below which there is no root: there the ridge is minus
 * the smallest non-zero eigenvalue of the sample covariance. The ridge as a function of τ,
 *
 * <pre>  r(τ) = −(τ₀ − τ)/n · Σ x₀z   below the rank, with x₀ = λ/(λ+τ₀), z = τ/(λ+τ);      τ/n · [n − rank + Σ z]   else,
 *   r'(τ) = 1 − Ω = [Σ xz + n·r(τ)/τ]/n,</pre>
 *
 * is convex and increasing above that point, so that Newton's method from τ₀ descends to the root and never passes it. Below
 * the rank terms cancel only where Ω is close to one, where the problem itself is ill-conditioned; derived in the module's
 * documentation, docs/equivalents.md. Immutable.
 */
final class NegativeRidge {

    /** Next to Ω = 1 Newton's method gains one bit a step for the first half of the digits, then doubles them. */
    private static final int MOST_STEPS = 200;

    private final SpectralMeasure spectrum;
    private final double samples;

    /** n − rank if that is not negative. */
    private final double surplus;

    /** τ without ridge. */
    private final double start;

    private final double smallest;

    /**
     * @param spectrum the eigenvalues
     * @param samples n
     * @param start the root without ridge
     */
    NegativeRidge(SpectralMeasure spectrum, double samples, double start) {
        this.spectrum = spectrum;
        this.samples = samples;
        this.surplus = Math.max(samples - spectrum.rank(), 0);
        this.start = start;
        this.smallest = spectrum.value(spectrum.size() - 1);
        if (start == 0 && spectrum.cells() < spectrum.size()) {
            throw refusal(
                    "samples",
                    samples,
                    "is not below the rank, where negative ridges need the eigenvalues themselves and not a gathered spectrum;"
                            + " list them");
        }
    }

    /** The ridge r(τ), and n r'(τ) = n(1 − Ω). */
    private record Point(double ridge, double spare) {}

    private Point at(double tau) {
        CompensatedSum missed = new CompensatedSum();
        CompensatedSum product = new CompensatedSum();
        for (int k = 0; k < spectrum.size(); k++) {
            double lambda = spectrum.value(k);
            double z = tau / (lambda + tau);
            missed.add(spectrum.weight(k) * (start == 0 ? z : lambda / (lambda + start) * z));
            product.add(spectrum.weight(k) * (lambda / (lambda + tau) * z));
        }
        double perSample = start == 0 ? surplus + missed.value() : -(start / tau - 1) * missed.value();
        return new Point(
                start == 0 ? tau / samples * perSample : -(start - tau) / samples * missed.value(),
                product.value() + perSample);
    }

    /**
     * The root for a negative ridge.
     *
     * @throws IllegalArgumentException if there is none
     */
    double tau(double ridge) {
        double tau = start;
        // Without ridge: r = 0 and r' = 1 − Ω.
        Point point = start == 0 ? new Point(0, surplus) : at(start);
        for (int step = 0; step < MOST_STEPS; step++) {
            double next = tau - (point.ridge() - ridge) / (point.spare() / samples);
            if (!(point.spare() > 0 && next > (start == 0 ? -smallest : 0))) {
                throw tooFarBelow(ridge);
            }
            if (!(next < tau)) {
                return tau;
            }
            tau = next;
            point = at(tau);
        }
        throw tooFarBelow(ridge);
    }

    private IllegalArgumentException tooFarBelow(double ridge) {
        return refusal(
                "ridge",
                ridge,
                "is not above " + least() + ", at which Ω = 1: minus the smallest non-zero eigenvalue of the"
                        + " covariance of " + samples + " samples");
    }

    /** The ridge at which Ω = 1. */
    double least() {
        if (start == 0 && surplus == 0) {
            return 0;
        }
        // τ is searched for as a fraction of −λ_min or τ₀.
        double unit = start == 0 ? -smallest : start;
        boolean isAbove = start == 0;
        double inside = 1;
        double outside = 1;
        if (isAbove) {
            inside = 0.5;
            while (!(at(inside * unit).spare() > 0)) {
                outside = inside;
                inside *= inside;
            }
        } else {
            outside = 0.5;
            while (at(outside * unit).spare() > 0) {
                inside = outside;
                outside *= outside;
            }
        }
        while (true) {
            double middle = Math.sqrt(inside) * Math.sqrt(outside);
            if (!(middle > Math.min(inside, outside) && middle < Math.max(inside, outside))) {
                return at(inside * unit).ridge();
            }
            if (at(middle * unit).spare() > 0) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
    }
}
