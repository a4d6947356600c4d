package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Complex;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A training that is linear in the labels and treats each eigenvalue s of the sample covariance X'X/n separately: the residual
 * filter ψ(s), with ψ(0) = 1, is the part that is <i>not</i> learnt at s.
 *
 * <table>
 * <caption>Filters; time and steps belong to the objective (1/2n)‖y − Xb‖², that is db/dt = Xᵀ(y − Xb)/n, from b = 0</caption>
 * <tr><th scope="col">training</th><th scope="col">ψ(s)</th></tr>
 * <tr><td>{@link #ridge(double)}</td><td>r/(s + r)</td></tr>
 * <tr><td>{@link #gradientFlow(double)}</td><td>e<sup>−ts</sup></td></tr>
 * <tr><td>{@link #gradientDescent(int, double)}</td><td>(1 − ηs)<sup>T</sup></td></tr>
 * <tr><td>{@link #iteratedRidge(double, int)}</td><td>(r/(s + r))<sup>k</sup></td></tr>
 * <tr><td>{@link #mixture(double[], double[])}</td><td>Σ c<sub>k</sub> r<sub>k</sub>/(s + r<sub>k</sub>)</td></tr>
 * </table>
 *
 * <p>The theory writes every filter as a sum of resolvents, Σ c r/(s + r) with complex ridges, to 1e-12 or better. Excess
 * risks are then right to 4e-13 of the signal, and to 6e-12 of themselves unless they are a small part of it; training
 * errors to 3e-10 of the variance of the labels. Source: derived in {@code docs/filters.md}. Immutable.
 *
 * <pre>{@code
 * SpectralFilter flow = SpectralFilter.gradientFlow(30);
 * double missed = flow.residual(0.1); // 0.0497871
 * }</pre>
 */
public abstract sealed class SpectralFilter {

    /** The edge of a spectrum is a minimum, so its error is the square of this. */
    private static final double EDGE_PRECISION = 1e-8;

    /** Newton's method takes five or six, and bisection down to a double fewer than this. */
    private static final int MOST_STEPS = 100;

    private SpectralFilter() {}

    /**
     * Ridge regression.
     *
     * @param ridge r, at least 0, of the objective (1/n)‖y − Xb‖² + r‖b‖²
     * @return the filter r/(s + r)
     * @throws IllegalArgumentException if the ridge is negative, NaN or infinite
     */
    public static SpectralFilter ridge(double ridge) {
        return new Mixture(new double[] {1}, new double[] {nonNegative("ridge", ridge)});
    }

    /**
     * Gradient flow, stopped early.
     *
     * @param time t, greater than 0
     * @return the filter e<sup>−ts</sup>
     * @throws IllegalArgumentException if the time is not positive and finite
     */
    public static SpectralFilter gradientFlow(double time) {
        return new Flow(positive("time", time));
    }

    /**
     * Gradient descent, stopped early.
     *
     * @param steps T, at least 1
     * @param rate the step size η, greater than 0; a prediction refuses it unless it is below 2 over the largest eigenvalue of the
     *     sample covariance, weight decay added, from where on descent diverges
     * @return the filter (1 − ηs)<sup>T</sup>
     * @throws IllegalArgumentException if there is no step, or the rate is not positive and finite
     */
    public static SpectralFilter gradientDescent(int steps, double rate) {
        return new Descent(atLeastOne("steps", steps), positive("rate", rate));
    }

    /**
     * Iterated ridge regression (iterated Tikhonov): every further fit is to the residuals of the one before.
     *
     * @param ridge r, greater than 0
     * @param times the number of fits k, from 1 to 6
     * @return the filter (r/(s + r))<sup>k</sup>
     * @throws IllegalArgumentException if the ridge is not positive and finite, or k not in that range
     */
    public static SpectralFilter iteratedRidge(double ridge, int times) {
        positive("ridge", ridge);
        if (!(times >= 1 && times <= Iterated.MOST)) {
            throw refusal("times", times, "is not from 1 to " + Iterated.MOST);
        }
        return times == 1 ? ridge(ridge) : new Iterated(ridge, times);
    }

    /**
     * An ensemble of ridge regressions on the same sample.
     *
     * @param weights c<sub>k</sub>, of either sign, with the sum 1
     * @param ridges r<sub>k</sub>, at least 0, one per weight
     * @return the filter Σ c<sub>k</sub> r<sub>k</sub>/(s + r<sub>k</sub>)
     * @throws IllegalArgumentException if an array is null or empty, if their lengths differ, if a number is NaN or infinite, if
     *     a ridge is negative, or if the weights do not add up to 1 within 1e-9
     */
    public static SpectralFilter mixture(double[] weights, double[] ridges) {
        atLeastOne("weights.length", notNull("weights", weights).length);
        length("ridges", notNull("ridges", ridges).length, "the number of weights", weights.length);
        finite("weights", weights);
        for (int k = 0; k < ridges.length; k++) {
            nonNegative("ridges[" + k + "]", ridges[k]);
        }
        double sum = Arrays.stream(weights).sum();
        if (!(Math.abs(sum - 1) <= 1e-9)) {
            throw refusal("weights", sum, "is their sum and not 1");
        }
        return new Mixture(weights.clone(), ridges.clone());
    }

    /**
     * The part of the labels that is not learnt at an eigenvalue of the sample covariance.
     *
     * @param eigenvalue s, at least 0
     * @return ψ(s); 1 at 0 unless a ridge is 0, whose residual is 0 for s &gt; 0
     * @throws IllegalArgumentException if the eigenvalue is negative, NaN or infinite
     */
    public abstract double residual(double eigenvalue);

    /**
     * The resolvents that make up the filter, ψ(s) = Re Σ c r/(s + r); one of each conjugate pair is listed, with twice its
     * weight.
     *
     * @param spectrum the spectrum of the features
     * @param samples n
     * @param decay what will be added to every eigenvalue s
     */
    abstract List<Pole> poles(Spectrum spectrum, double samples, double decay);

    /** The time or the rate, if the ridges of all poles are proportional to its inverse; otherwise 0. */
    double scale() {
        return 0;
    }

    /** The continuous parameters of the filter. */
    Set<Parameter> parameters() {
        return Set.of();
    }

    /** Whether the filter can be combined with a ridge, which is then weight decay. */
    boolean allowsDecay() {
        return false;
    }

    /** The ridge, if the filter is plain ridge regression; NaN otherwise. */
    double onlyRidge() {
        return Double.NaN;
    }

    /** One resolvent, c r/(s + r). */
    record Pole(Complex ridge, Complex weight) {

        /** The same resolvent with a larger ridge: weight decay. */
        Pole shifted(double decay) {
            return new Pole(ridge.plus(decay), weight);
        }

        Pole conjugate() {
            return new Pole(ridge.conjugate(), weight.conjugate());
        }

        /** One of two conjugate poles, which stands for both. */
        static Pole ofPair(Complex ridge, Complex weight) {
            return new Pole(ridge, weight.times(2));
        }
    }

    /**
     * The poles of Cauchy's integral over a circle, by the trapezoidal rule.
     *
     * @param nodes the number of points on the circle, even
     * @param centre the centre of the circle, on the real axis
     * @param residual ψ as a function of the difference from the centre; −ψ if the circle surrounds a pole of ψ instead of
     *     the spectrum
     */
    private static List<Pole> onCircle(int nodes, double centre, double radius, UnaryOperator<Complex> residual) {
        List<Pole> poles = new ArrayList<>();
        for (int j = 0; j < nodes / 2; j++) {
            Complex offset = Complex.polar(radius, 2 * Math.PI * (j + 0.5) / nodes);
            Complex z = offset.plus(centre);
            Complex weight = residual.apply(offset).times(offset).over(z.times(nodes));
            poles.add(Pole.ofPair(z.times(-1), weight));
        }
        return poles;
    }

    /**
     * The largest eigenvalue of a sample covariance in the limit: the least k(1 + (1/n) Σ λ/(k − λ)) of all k above the
     * spectrum. The minimum is at (1/n) Σ λ²/(k − λ)² = 1. To the power −½, that sum is concave and almost straight, so
     * that Newton's method approaches its root from below.
     */
    static double upperEdge(Spectrum spectrum, double samples) {
        SpectralMeasure measure = spectrum.measure();
        double largest = measure.value(0);
        // k in units of the largest eigenvalue is one more than a number from low to high.
        double low = 0;
        double high = Math.sqrt(measure.trace() / largest / samples);
        double above = Math.min(Math.sqrt(Math.max(measure.weight(0), 0) / samples), high);
        for (int step = 0; step < MOST_STEPS; step++) {
            double squares = 0;
            double cubes = 0;
            for (int k = 0; k < measure.size(); k++) {
                double lambda = measure.value(k) / largest;
                double perGap = 1 / (1 - lambda + above);
                double square = lambda * perGap * (lambda * perGap);
                squares += measure.weight(k) * square;
                cubes += measure.weight(k) * square * perGap;
            }
            if (squares > samples) {
                low = above;
            } else {
                high = above;
            }
            double before = above;
            above += squares / cubes * (Math.sqrt(squares / samples) - 1);
            if (!(above > low && above < high)) {
                above = Math.abs(above - before) <= EDGE_PRECISION * before ? before : (low + high) / 2;
            }
            if (Math.abs(above - before) <= EDGE_PRECISION * before) {
                break;
            }
        }
        double sum = 0;
        for (int k = 0; k < measure.size(); k++) {
            double lambda = measure.value(k) / largest;
            sum += measure.weight(k) * (lambda / (1 - lambda + above));
        }
        return largest * (1 + above) * (1 + sum / samples);
    }

    /** At least the upper edge: the value of its function at another k, with all λ in its denominators the largest one. */
    private static double edgeBound(Spectrum spectrum, double samples) {
        SpectralMeasure measure = spectrum.measure();
        double root = Math.sqrt(measure.value(0)) + Math.sqrt(measure.trace() / samples);
        return root * root;
    }

    /** The ridges r of gradient flow of time 1. */
    static List<Complex> flowRidges() {
        return Arrays.stream(Flow.NEAREST)
                .map(pole -> new Complex(pole[0], pole[1]))
                .toList();
    }

    private static final class Flow extends SpectralFilter {

        /**
         * The rational function Σ c/(x + r) that is closest to the learnt part per eigenvalue, (1 − e^−x)/x, with a relative
         * error of at most 2.2e-14 for all x from 0 to infinity. One pole of each pair, real and imaginary part of r and of
         * c; computed with 50 digits by {@code flow-poles.py} beside the tests.
         */
        private static final double[][] NEAREST = {
            {5.8066487224070515, 1.1957073382655583, 9.698177739400023, 19.171567828595567},
            {5.274355911617044, 3.5932985454539685, -12.15801155182016, -2.1723245687908017},
            {4.180858045916443, 6.011042129528207, 3.009039311003864, -2.615658098826082},
            {2.4599856278963186, 8.468417815189067, -0.014083480499275287, 0.6832422364187986},
            {-0.016169942382857128, 10.997407546399563, -0.03674436764226477, -0.04163299664390801},
            {-3.508827534705862, 13.661403055043353, 0.0016327416795067975, 0.0004272502387433822},
            {-8.701843559980697, 16.63458827238566, -1.0392121706323803e-5, 1.6703081566362935e-7}
        };

        private final double time;

        Flow(double time) {
            this.time = time;
        }

        @Override
        public double residual(double eigenvalue) {
            return Math.exp(-time * nonNegative("eigenvalue", eigenvalue));
        }

        @Override
        List<Pole> poles(Spectrum spectrum, double samples, double decay) {
            List<Pole> poles = new ArrayList<>();
            for (double[] pole : NEAREST) {
                poles.add(Pole.ofPair(new Complex(pole[0] / time, pole[1] / time), new Complex(pole[2], pole[3])));
            }
            return poles;
        }

        @Override
        double scale() {
            return time;
        }

        @Override
        Set<Parameter> parameters() {
            return Set.of(Parameter.RIDGE, Parameter.TIME);
        }

        @Override
        boolean allowsDecay() {
            return true;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Flow that && time == that.time;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(time);
        }

        @Override
        public String toString() {
            return "gradient flow of time " + time;
        }
    }

    private static final class Descent extends SpectralFilter {

        private final int steps;
        private final double rate;

        /** The poles for eigenvalues up to 1/η, in units of 1/η. */
        private final List<Pole> poles;

        Descent(int steps, double rate) {
            this.steps = steps;
            this.rate = rate;
            this.poles = DescentPoles.of(steps, 1);
        }

        @Override
        public double residual(double eigenvalue) {
            return Math.pow(1 - rate * nonNegative("eigenvalue", eigenvalue), steps);
        }

        @Override
        List<Pole> poles(Spectrum spectrum, double samples, double decay) {
            if (rate * (edgeBound(spectrum, samples) + decay) <= 1) {
                return inUnits(poles);
            }
            double largest = upperEdge(spectrum, samples);
            double edge = largest + decay;
            if (!(rate * edge < 2)) {
                throw refusal(
                        "rate",
                        rate,
                        "is not below 2 over the largest eigenvalue of the sample covariance, " + largest
                                + (decay == 0 ? "" : ", plus the weight decay, " + decay)
                                + "; gradient descent diverges from " + 2 / edge + " on");
            }
            return inUnits(rate * edge <= 1 ? poles : DescentPoles.of(steps, rate * edge));
        }

        private List<Pole> inUnits(List<Pole> units) {
            return units.stream()
                    .map(pole -> new Pole(pole.ridge().times(1 / rate), pole.weight()))
                    .toList();
        }

        @Override
        double scale() {
            return rate;
        }

        @Override
        Set<Parameter> parameters() {
            return Set.of(Parameter.RIDGE, Parameter.RATE);
        }

        @Override
        boolean allowsDecay() {
            return true;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Descent that && steps == that.steps && rate == that.rate;
        }

        @Override
        public int hashCode() {
            return Objects.hash(steps, rate);
        }

        @Override
        public String toString() {
            return (steps == 1 ? "one step" : steps + " steps") + " of gradient descent at rate " + rate;
        }
    }

    private static final class Iterated extends SpectralFilter {

        static final int MOST = 6;
        private static final int NODES = 64;

        private final double ridge;
        private final int times;

        Iterated(double ridge, int times) {
            this.ridge = ridge;
            this.times = times;
        }

        @Override
        public double residual(double eigenvalue) {
            return Math.pow(ridge / (nonNegative("eigenvalue", eigenvalue) + ridge), times);
        }

        /** On a circle around the pole −r, with half the ridge as radius. */
        @Override
        List<Pole> poles(Spectrum spectrum, double samples, double decay) {
            Complex r = new Complex(ridge, 0);
            return SpectralFilter.onCircle(
                    NODES,
                    -ridge,
                    ridge / 2,
                    offset -> r.over(offset).power(times).times(-1));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Iterated that && ridge == that.ridge && times == that.times;
        }

        @Override
        public int hashCode() {
            return Objects.hash(ridge, times);
        }

        @Override
        public String toString() {
            return "ridge " + ridge + " iterated " + (times == 1 ? "once" : times + " times");
        }
    }

    private static final class Mixture extends SpectralFilter {
        private final double[] weights;
        private final double[] ridges;

        Mixture(double[] weights, double[] ridges) {
            this.weights = weights;
            this.ridges = ridges;
        }

        @Override
        public double residual(double eigenvalue) {
            nonNegative("eigenvalue", eigenvalue);
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                sum += weights[k] * (eigenvalue == 0 ? 1 : ridges[k] / (eigenvalue + ridges[k]));
            }
            return sum;
        }

        /** Equal ridges are merged into one pole: at the interpolation threshold its pair is infinite and must not be split. */
        @Override
        List<Pole> poles(Spectrum spectrum, double samples, double decay) {
            Map<Double, Double> merged = new LinkedHashMap<>();
            for (int k = 0; k < ridges.length; k++) {
                merged.merge(ridges[k], weights[k], Double::sum);
            }
            return merged.entrySet().stream()
                    .map(pole -> new Pole(new Complex(pole.getKey(), 0), new Complex(pole.getValue(), 0)))
                    .toList();
        }

        @Override
        double onlyRidge() {
            return ridges.length == 1 ? ridges[0] : Double.NaN;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Mixture that
                    && Arrays.equals(weights, that.weights)
                    && Arrays.equals(ridges, that.ridges);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(weights) + Arrays.hashCode(ridges);
        }

        @Override
        public String toString() {
            return weights.length == 1
                    ? "ridge " + ridges[0]
                    : "mixture " + Arrays.toString(weights) + " of the ridges " + Arrays.toString(ridges);
        }
    }
}
