package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A linear predictor that learns from its context alone. From n examples, the rows of X with labels y, it computes the coefficients ŵ =
 * φ(XᵀX)Xᵀy: along an eigenvector of XᵀX with eigenvalue x it learns the fraction xφ(x) of the task and misses the rest. The predictors
 * that the literature compares in-context learning with are of this kind:
 *
 * <table>
 * <caption>Predictors, and the fraction 1 − xφ(x) that they miss</caption>
 * <tr><th scope="col">predictor</th><th scope="col">missed</th><th scope="col">source</th></tr>
 * <tr><td>{@link #zero()}</td><td>1</td><td>the baseline</td></tr>
 * <tr><td>{@link #gradientStep(double)}</td><td>1 − ηx</td><td>one layer of linear attention: von Oswald et al., arXiv
 * 2212.07677; Gozeten et al., arXiv 2503.11842</td></tr>
 * <tr><td>{@link #gradientSteps(int, double)}</td><td>(1 − ηx)<sup>k</sup></td><td>k layers: von Oswald et al.; Akyürek et
 * al., arXiv 2211.15661</td></tr>
 * <tr><td>{@link #ridge(double)}</td><td>λ/(x + λ)</td><td>the Bayes predictor of a Gaussian prior: Akyürek et al.; Raventós
 * et al., arXiv 2306.15063; Wu et al., arXiv 2310.08391</td></tr>
 * <tr><td>{@link #leastSquares()}</td><td>0; 1 at x = 0</td><td>Garg et al., arXiv 2208.01066</td></tr>
 * </table>
 *
 * <p>{@link IsotropicContext}, {@link GaussianContext} and {@link SampledContexts} compute its excess risk. Immutable.
 */
public abstract sealed class InContextPredictor {

    private InContextPredictor() {}

    /**
     * Predicts zero, whatever the context.
     *
     * @return the predictor ŵ = 0
     */
    public static InContextPredictor zero() {
        return new Descent(0, 0);
    }

    /**
     * One step of gradient descent from zero, ŵ = η Xᵀy: linear attention with the weight ηI.
     *
     * @param step the step η of the loss ½‖y − Xw‖², at least 0
     * @return the predictor
     * @throws IllegalArgumentException if the step is NaN, infinite or negative
     */
    public static InContextPredictor gradientStep(double step) {
        return gradientSteps(1, step);
    }

    /**
     * Several steps of gradient descent from zero, w ← w + η Xᵀ(y − Xw).
     *
     * @param count the number of steps k, at least 0
     * @param step the step η of the loss ½‖y − Xw‖², at least 0
     * @return the predictor
     * @throws IllegalArgumentException if the number is negative, or the step is NaN, infinite or negative
     */
    public static InContextPredictor gradientSteps(int count, double step) {
        if (count < 0) {
            throw refusal("count", count, "is not at least 0");
        }
        nonNegative("step", step);
        return count == 0 ? zero() : new Descent(count, step);
    }

    /**
     * Ridge regression, the minimiser of ‖y − Xw‖² + λ‖w‖². If λ is the noise variance over the variance of a coefficient, it is the
     * posterior mean for Gaussian tasks, at every n.
     *
     * @param strength λ, at least 0, in the units of a sum over the examples: n times the ridge of {@link
     *     dev.retort.theory.distillation.Training#withRidge(double)}; 0 for least squares
     * @return the predictor
     * @throws IllegalArgumentException if λ is NaN, infinite or negative
     */
    public static InContextPredictor ridge(double strength) {
        return new Ridge(nonNegative("strength", strength));
    }

    /**
     * Least squares, of minimum norm if the context does not determine the solution.
     *
     * @return the predictor
     */
    public static InContextPredictor leastSquares() {
        return ridge(0);
    }

    /**
     * The fraction of the task that is missed.
     *
     * @param x an eigenvalue of XᵀX, at least 0
     */
    abstract double missed(double x);

    /** The standard deviation of the coefficient along an eigenvector with eigenvalue x for noise of unit variance: √x φ(x). */
    abstract double noiseGain(double x);

    /** The degree of a polynomial that bounds the squares of missed and noiseGain. */
    abstract int degree();

    /** Whether this is least squares, whose noise gain is unbounded. */
    boolean isUnregularised() {
        return false;
    }

    private static final class Descent extends InContextPredictor {

        private final int count;
        private final double step;

        Descent(int count, double step) {
            this.count = count;
            this.step = step;
        }

        @Override
        double missed(double x) {
            return Math.pow(1 - step * x, count);
        }

        @Override
        double noiseGain(double x) {
            if (x == 0) {
                return 0;
            }
            // Accurate for small steps, where 1 − missed would cancel.
            double learnt =
                    step * x < 0.5 ? -Math.expm1(count * Math.log1p(-step * x)) : 1 - Math.pow(1 - step * x, count);
            return learnt / Math.sqrt(x);
        }

        @Override
        int degree() {
            return 2 * count;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Descent that && count == that.count && Double.compare(step, that.step) == 0;
        }

        @Override
        public int hashCode() {
            return Objects.hash(count, step);
        }

        @Override
        public String toString() {
            return count == 0 ? "zero" : count + (count == 1 ? " gradient step of " : " gradient steps of ") + step;
        }
    }

    private static final class Ridge extends InContextPredictor {

        private final double strength;

        Ridge(double strength) {
            this.strength = strength;
        }

        @Override
        double missed(double x) {
            return x == 0 ? 1 : strength / (x + strength);
        }

        @Override
        double noiseGain(double x) {
            return x == 0 ? 0 : Math.sqrt(x) / (x + strength);
        }

        @Override
        int degree() {
            return 0;
        }

        @Override
        boolean isUnregularised() {
            return strength == 0;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Ridge that && Double.compare(strength, that.strength) == 0;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(strength);
        }

        @Override
        public String toString() {
            return isUnregularised() ? "least squares" : "ridge of strength " + strength;
        }
    }
}
