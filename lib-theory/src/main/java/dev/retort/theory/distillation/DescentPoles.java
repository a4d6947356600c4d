package dev.retort.theory.distillation;

import dev.retort.core.internal.Complex;
import dev.retort.core.internal.Householder;
import dev.retort.theory.distillation.SpectralFilter.Pole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The resolvents whose sum is gradient descent, (1 − x)<sup>T</sup> = Re Σ c r/(x + r) with x = ηs from 0 to a reach
 * below 2.
 *
 * <p>As (1 − x)<sup>T</sup> = e<sup>T ln(1−x)</sup>, the poles of gradient flow, moved to 1 − x = e<sup>r/T</sup>, are
 * good ones for many steps; for few steps, the polynomial replaces the power that is its limit. Weights c are then
 * fitted, by least squares, to the learnt part per eigenvalue, (1 − (1 − x)<sup>T</sup>)/x in relative terms, at a few
 * points from 0 to 1, and to Σ c = 1. Beyond x = 1, (1 − x)<sup>T</sup> is negligible if |1 − x| is small enough;
 * otherwise it is written as a function of (1 − x)², each of whose poles corresponds to two in x. The error is at most
 * 5e-13, or 1e-12 for a reach of 1.9999; {@code docs/filters.md}.
 */
final class DescentPoles {

    /** A residual (1 − x)^T below this is negligible in double precision. */
    private static final double NOTHING = 1e-14;

    /** From this number of steps on, the seven pairs of gradient flow stay near 0 beyond 1 without an eighth pair. */
    private static final int MANY = 1000;

    /** 1 − x at the pole of the eighth pair, on the side without poles of gradient flow. */
    private static final Complex BEYOND = new Complex(-0.5, 0.5);

    /** The penalty, relative to the columns of the fit, on weights that the points do not determine. */
    private static final double DRAWN = 5e-15;

    private DescentPoles() {}

    /**
     * The poles above the real axis.
     *
     * @param steps T
     * @param reach the largest x, below 2
     */
    static List<Pole> of(int steps, double reach) {
        double beyond = 1 + Math.pow(NOTHING, 1.0 / steps);
        if (steps == 1) {
            return fitted(steps, flow(steps), 2);
        } else if (reach <= 1 || (reach <= beyond && steps >= MANY)) {
            return fitted(steps, flow(steps), 1);
        } else if (reach <= beyond) {
            List<Complex> ridges = new ArrayList<>(flow(steps));
            ridges.add(BEYOND.plus(-1));
            return fitted(steps, ridges, beyond);
        }
        return ofSquare(of(steps / 2, 1), steps % 2 == 0);
    }

    /** The ridges of gradient flow of time T, moved by the exponential function or, for few steps, its polynomial. */
    private static List<Complex> flow(int steps) {
        double stretch = steps <= 4 ? 1 : steps <= 7 ? 1.1 : 1 + 6.0 / steps / steps;
        int power = steps <= 4 ? 2 : steps <= 7 ? 10 : 0;
        List<Complex> ridges = new ArrayList<>();
        for (Complex ridge : SpectralFilter.flowRidges()) {
            Complex exponent = ridge.times(stretch / steps);
            Complex moved = power == 0
                    ? lessOne(exponent)
                    : exponent.times(1.0 / power).plus(1).power(power).plus(-1);
            ridges.add(moved.imaginary() < 0 ? moved.conjugate() : moved);
        }
        return ridges;
    }

    /** e^z − 1 */
    private static Complex lessOne(Complex z) {
        double half = Math.sin(z.imaginary() / 2);
        return new Complex(
                Math.expm1(z.real()) * Math.cos(z.imaginary()) - 2 * half * half,
                Math.exp(z.real()) * Math.sin(z.imaginary()));
    }

    /** Fits the weights at points from 0 to the reach, which are dense where a step or the whole training learns. */
    private static List<Pole> fitted(int steps, List<Complex> ridges, double reach) {
        int points = 4 * ridges.size();
        int unknowns = 2 * ridges.size();
        double[][] columns = new double[unknowns][points + 1 + unknowns];
        double[] right = new double[points + 1 + unknowns];
        for (int i = 0; i < points; i++) {
            double tangent = Math.tan(Math.PI / 2 * (i + 0.5) / points);
            double far = 8 * tangent * tangent / steps;
            double x = reach * far / (reach + far);
            double learnt = x < 1 ? -Math.expm1(steps * Math.log1p(-x)) : 1 - Math.pow(1 - x, steps);
            // Relative to the learnt part, except beyond 1, where it may be 0.
            double unit = x < 1 ? learnt / x : 1 / x;
            for (int k = 0; k < ridges.size(); k++) {
                Complex share = new Complex(1 / unit, 0).over(ridges.get(k).plus(x));
                columns[2 * k][i] = share.real();
                columns[2 * k + 1][i] = -share.imaginary();
            }
            right[i] = learnt / x / unit;
        }
        right[points] = 1;
        for (int j = 0; j < unknowns; j++) {
            columns[j][points] = j % 2 == 0 ? 1 : 0;
            columns[j][points + 1 + j] =
                    DRAWN * Math.sqrt(Arrays.stream(columns[j]).map(a -> a * a).sum());
        }
        double[] weights = leastSquares(columns, right);
        List<Pole> poles = new ArrayList<>();
        for (int k = 0; k < ridges.size(); k++) {
            poles.add(new Pole(ridges.get(k), new Complex(weights[2 * k], weights[2 * k + 1])));
        }
        return poles;
    }

    /** The solution of least squares; the arrays are overwritten. That of Commons Math leaves errors above 1e-12. */
    private static double[] leastSquares(double[][] columns, double[] right) {
        int size = columns.length;
        for (int j = 0; j < size; j++) {
            int count = right.length - j;
            double scale = Householder.reflection(columns[j], j, count);
            for (int l = j + 1; l < size; l++) {
                Householder.reflect(columns[j], j, scale, columns[l], j, count);
            }
            Householder.reflect(columns[j], j, scale, right, j, count);
        }
        double[] solution = new double[size];
        for (int j = size - 1; j >= 0; j--) {
            double rest = right[j];
            for (int l = j + 1; l < size; l++) {
                rest -= columns[l][j] * solution[l];
            }
            solution[j] = rest / columns[j][j];
        }
        return solution;
    }

    /**
     * Turns the poles of (1 − q)^m into those of (1 − x)^2m, by q = x(2 − x), or of (1 − x) times this. With y = 1 − x
     * and Y² = 1 + r, the denominator q + r is (Y − y)(Y + y), so each pole becomes two: r' = Y − 1, and −(Y + 1),
     * whose conjugate is listed.
     */
    private static List<Pole> ofSquare(List<Pole> poles, boolean even) {
        List<Pole> near = new ArrayList<>();
        List<Pole> far = new ArrayList<>();
        for (Pole pole : poles) {
            Complex sum = pole.ridge().plus(1).root().plus(1);
            Complex ridge = pole.ridge().over(sum);
            Complex half = pole.weight().times(0.5);
            Complex weight = half.times(sum);
            Complex opposite = half.times(ridge);
            Complex root = sum.plus(-1);
            near.add(new Pole(ridge, even ? weight.over(root) : weight));
            far.add(0, new Pole(sum.times(-1), even ? opposite.over(root) : opposite.times(-1)).conjugate());
        }
        near.addAll(far);
        return near;
    }
}
