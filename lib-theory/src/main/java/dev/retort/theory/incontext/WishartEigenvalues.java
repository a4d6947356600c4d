package dev.retort.theory.incontext;

import dev.retort.core.internal.CompensatedSum;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.special.Gamma;

/**
 * The mean density of the positive eigenvalues of XᵀX for an n × d matrix X of independent standard normal entries, exact at
 * every n and d, on the nodes of a quadrature rule. With N = min(n, d), a = |n − d| and the orthonormal Laguerre functions
 * P<sub>k</sub> of weight x<sup>a</sup>e<sup>−x</sup>, h<sub>k</sub> = P<sub>k</sub>/√x, it is
 *
 * <pre>  ρ = Σ_{k&lt;N−1} P_k² + h_{N−1}·{ ½√((N−1)(N−1+a)) [½∫_0^∞ h_{N−2} − ∫_0^x h_{N−2}] + [N odd] / ∫_0^∞ h_{N−1} }.</pre>
 *
 * Source: Adler, Forrester, Nagao and van Moerbeke, <i>Classical skew orthogonal polynomials and random matrices</i> (J. Stat.
 * Phys. 99, 2000), the Laguerre case of orthogonal symmetry at equal arguments. Immutable.
 */
final class WishartEigenvalues {

    /** The standard deviations beyond which a Gaussian tail underflows. */
    private static final double TAIL = 12;

    /** Halvings of the first panel, for functions as steep at zero as those of a small ridge. */
    private static final int HALVINGS = 50;

    private static final GaussIntegrator RULE = new GaussIntegratorFactory().legendre(16);

    private final double[] nodes;

    /** The density at each node times the node's weight. */
    private final double[] masses;

    private WishartEigenvalues(double[] nodes, double[] masses) {
        this.nodes = nodes;
        this.masses = masses;
    }

    /**
     * The eigenvalues' density.
     *
     * @param rows n, at least 1
     * @param columns d, at least 1
     * @param degree the degree of the polynomials to be averaged, which decides how much of the tail is needed
     */
    static WishartEigenvalues of(int rows, int columns, int degree) {
        int count = Math.min(rows, columns);
        double excess = Math.abs(rows - columns);
        double[] edges = edges(count, Math.max(rows, columns), degree);
        int points = RULE.getNumberOfPoints();
        double[] nodes = new double[(edges.length - 1) * points];
        double[] masses = new double[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            double half = (edges[i / points + 1] - edges[i / points]) / 2;
            double root = edges[i / points] + half * (1 + RULE.getPoint(i % points));
            nodes[i] = root * root;
            masses[i] = 2 * root * half * RULE.getWeight(i % points);
        }
        Density density = new Density(count, excess, logNorm(nodes, masses, excess));
        for (int i = 0; i < nodes.length; i++) {
            masses[i] *= density.at(nodes[i]);
        }
        return new WishartEigenvalues(nodes, masses);
    }

    /** The ends of the panels, in √x, in terms of which the density is smooth and oscillates evenly. */
    private static double[] edges(int count, int larger, int degree) {
        double low = Math.max(0, Math.sqrt(larger) - Math.sqrt(count) - TAIL);
        double high = Math.sqrt(larger) + Math.sqrt(count) + Math.sqrt(2.0 * degree) + TAIL;
        int panels = (int) Math.ceil((high - low) * Math.max(1, Math.sqrt(count)));
        int halvings = low == 0 ? HALVINGS : 0;
        double[] edges = new double[panels + 1 + halvings];
        double width = (high - low) / panels;
        edges[0] = low;
        for (int j = 1; j <= halvings; j++) {
            edges[j] = Math.scalb(width, j - 1 - halvings);
        }
        for (int j = 1; j <= panels; j++) {
            edges[halvings + j] = low + width * j;
        }
        return edges;
    }

    /** −½a(x/a − 1 − ln(x/a)): ln √(xᵃe⁻ˣ) up to a constant, without the cancellation of its terms. */
    private static double logWeight(double x, double excess) {
        if (excess == 0) {
            return -x / 2;
        }
        double off = (x - excess) / excess;
        return -excess / 2 * (off - (Math.abs(off) < 0.5 ? Math.log1p(off) : Math.log(x / excess)));
    }

    /** ½ ln ∫ xᵃe⁻ˣ dx, up to the same constant. */
    private static double logNorm(double[] nodes, double[] weights, double excess) {
        CompensatedSum norm = new CompensatedSum();
        for (int i = 0; i < nodes.length; i++) {
            norm.add(weights[i] * Math.exp(2 * logWeight(nodes[i], excess)));
        }
        return Math.log(norm.value()) / 2;
    }

    /** The formula, by recurrences over k in both P_k and the integral of h_k. */
    private static final class Density {

        private static final double LARGE = 0x1p400;

        private final int count;
        private final double excess;
        private final double logNorm;

        /** √(k(k + a)), the coefficients of the recurrences. */
        private final double[] steps;

        /** ∫_0^∞ h_0. */
        private final double wholeOfFirst;

        /** ∫_0^∞ h_{N−1}; 0 for even N. */
        private final double wholeOfLast;

        Density(int count, double excess, double logNorm) {
            this.count = count;
            this.excess = excess;
            this.logNorm = logNorm;
            steps = new double[count];
            for (int k = 1; k < count; k++) {
                steps[k] = Math.sqrt(k * (k + excess));
            }
            wholeOfFirst = Math.sqrt(2 * Math.exp(Beta.logBeta((excess + 1) / 2, 0.5)));
            double whole = wholeOfFirst;
            for (int k = 1; k < count - 1; k += 2) {
                whole *= steps[k] / steps[k + 1];
            }
            wholeOfLast = count % 2 == 0 ? 0 : whole;
        }

        double at(double x) {
            double root = Math.sqrt(x);
            // P_k = now · e^logScale: far out the first functions underflow where the last do not.
            double logScale = logWeight(x, excess) - logNorm;
            double scale = Math.exp(logScale);
            double before = 0;
            double now = 1;
            double kernel = 0;
            // ∫_0^x − ½∫_0^∞ of h_k and of h_{k−1}. Odd indices need no initial value, as the recurrence multiplies it
            // by 0.
            double integralBefore = 0;
            double integral =
                    count % 2 == 0 ? wholeOfFirst * (Gamma.regularizedGammaP((excess + 1) / 2, x / 2) - 0.5) : 0;
            for (int k = 0; k < count - 1; k++) {
                double function = now * scale;
                kernel += function * function;
                double integralAfter = (steps[k] * integralBefore + 2 * root * function) / steps[k + 1];
                integralBefore = integral;
                integral = integralAfter;
                double after = ((2 * k + 1 + excess - x) * now - steps[k] * before) / steps[k + 1];
                before = now;
                now = after;
                if (Math.abs(now) > LARGE) {
                    before /= LARGE;
                    now /= LARGE;
                    logScale += Math.log(LARGE);
                    scale = Math.exp(logScale);
                }
            }
            double factor = -steps[count - 1] / 2 * integralBefore + (wholeOfLast > 0 ? 1 / wholeOfLast : 0);
            return kernel + now * scale / root * factor;
        }
    }

    /**
     * The mean of a sum of squares over the positive eigenvalues. It takes the root, as the square of a polynomial may overflow far out
     * where the mean does not.
     *
     * @param root f, the function that is squared and summed
     * @return E Σ f(x_i)²
     */
    double meanSquare(DoubleUnaryOperator root) {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < nodes.length; i++) {
            if (masses[i] != 0) {
                double value = Math.sqrt(Math.abs(masses[i])) * root.applyAsDouble(nodes[i]);
                sum.add(Math.copySign(value * value, masses[i]));
            }
        }
        return sum.value();
    }
}
