package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk of in-context predictors on Gaussian features of any covariance Σ: n examples (x, y = xᵀβ + σz) with x ~ N(0, Σ),
 * averaged over contexts, noise and query. The coefficients are those of one task, or the standard deviations of the
 * coefficients of random tasks: every number here depends on their squares alone, and is the average over tasks whose
 * coefficients are independent with mean zero.
 *
 * <p>The risks of zero, one gradient step, and least squares for n ≥ rank − 1 are exact at every size. {@link #ridge}, {@link #bayes} and
 * least squares on fewer examples are deterministic equivalents, with a relative error O(1/n) at finite size; for these and for several
 * steps {@link IsotropicContext} is exact, and {@link SampledContexts} is exact up to a standard error. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 20), Signal.constant(0.3)).withNoise(0.2);
 * GaussianContext context = GaussianContext.of(task, 40);
 * double oneStep = context.gradientStep(context.bestStep()); // 0.1591
 * double bayes = context.bayes(); // 0.0289
 * }</pre>
 */
public final class GaussianContext {

    private final RegressionTask task;
    private final int length;

    private GaussianContext(RegressionTask task, int length) {
        this.task = task;
        this.length = length;
    }

    /**
     * Contexts of a task.
     *
     * @param task covariance, coefficients and noise; of a listed spectrum
     * @param length the number of examples n, at least 0
     * @return the contexts
     * @throws IllegalArgumentException if the length is negative or the spectrum is not listed
     */
    public static GaussianContext of(RegressionTask task, int length) {
        Spectrum.listed("task.spectrum", notNull("task", task).spectrum());
        if (length < 0) {
            throw refusal("length", length, "is not at least 0");
        }
        return new GaussianContext(task, length);
    }

    /**
     * The excess risk of predicting zero.
     *
     * @return βᵀΣβ
     */
    public double zero() {
        return task.signalPower();
    }

    /**
     * The excess risk of one gradient step from zero, exact:
     *
     * <pre>  Σ λβ²(1 − ηnλ)² + η²n [Σ λ³β² + (βᵀΣβ + σ²) Σ λ²].</pre>
     *
     * @param step the step η in the loss ½‖y − Xw‖²; linear attention with the weight ηI
     * @return E (ŵ − β)ᵀΣ(ŵ − β) for ŵ = ηXᵀy
     * @throws IllegalArgumentException if the step is NaN, infinite or negative
     */
    public double gradientStep(double step) {
        nonNegative("step", step);
        double bias = sum((lambda, power) -> {
            double missed = 1 - step * length * lambda;
            return power * missed * missed;
        });
        return bias + step * step * length * spread();
    }

    /**
     * The step with the least mean risk over contexts, η = Σ λ²β² / (n Σ λ³β² + Σ λ³β² + (βᵀΣβ + σ²) Σ λ²).
     *
     * @return η; 0 if β is 0
     */
    public double bestStep() {
        double slope = sum((lambda, power) -> lambda * power);
        return slope == 0 ? 0 : slope / (length * sum((lambda, power) -> lambda * lambda * power) + spread());
    }

    /** Σ λ³β² + (βᵀΣβ + σ²) Σ λ²: the contribution of each example to the variance of a step, over η²n. */
    private double spread() {
        double labels = task.signalPower() + task.noise() * task.noise();
        return sum((lambda, power) -> lambda * lambda * (power + labels));
    }

    /** The sum over features of a function of λ and λβ². */
    private double sum(DoubleBinaryOperator term) {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < task.dimension(); i++) {
            double whitened = task.whitenedCoefficient(i);
            sum.add(term.applyAsDouble(task.spectrum().eigenvalue(i), whitened * whitened));
        }
        return sum.value();
    }

    /**
     * The excess risk of least squares, of minimum norm if the context does not determine the solution. Exact for n ≥ rank − 1, where it is
     * σ²·rank/(n − rank − 1); the deterministic equivalent for fewer examples.
     *
     * @return the risk; infinite for noisy labels and n from rank − 1 to rank + 1
     */
    public double leastSquares() {
        int rank = task.spectrum().rank();
        if (length == 0) {
            return zero();
        }
        if (length < rank && (length < rank - 1 || task.noise() == 0)) {
            return Distillation.of(task)
                    .target(Training.samples(length))
                    .predict()
                    .excess();
        }
        if (task.noise() == 0) {
            return 0;
        }
        int surplus = length - rank - 1;
        return surplus > 0 ? task.noise() * task.noise() * rank / surplus : Double.POSITIVE_INFINITY;
    }

    /**
     * The excess risk of ridge regression, as its deterministic equivalent.
     *
     * @param strength λ of ‖y − Xw‖² + λ‖w‖², greater than 0
     * @return the risk
     * @throws IllegalArgumentException if λ is not positive and finite
     */
    public double ridge(double strength) {
        if (!(strength > 0)) {
            throw refusal("strength", strength, "is not greater than 0");
        }
        return length == 0 ? zero() : ridge(task, strength);
    }

    private double ridge(RegressionTask of, double strength) {
        return Distillation.of(of)
                .target(Training.samples(length).withRidge(strength / length))
                .predict()
                .excess();
    }

    /**
     * The least excess risk of any predictor, on average over tasks with independent coefficients N(0, β<sub>i</sub>²), as a deterministic
     * equivalent: the risk of the posterior mean, which is ridge regression of strength σ² on features scaled by β<sub>i</sub>.
     *
     * @return the risk of the Bayes predictor
     */
    public double bayes() {
        if (length == 0 || task.signalPower() == 0) {
            return zero();
        }
        double[] scaled = new double[task.dimension()];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = task.whitenedCoefficient(i) * task.whitenedCoefficient(i);
        }
        return ridge(
                RegressionTask.of(Spectrum.of(scaled), Signal.constant(1)).withNoise(task.noise()),
                task.noise() * task.noise());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianContext that && task.equals(that.task) && length == that.length;
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, length);
    }

    @Override
    public String toString() {
        return "Contexts of " + length + " examples, " + task;
    }
}
