package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Objects;
import org.apache.commons.math3.analysis.solvers.BrentSolver;

/**
 * Linear attention pre-trained on finitely many prompts and finitely many tasks: the predictor ⟨x, Γh⟩ of a query x from h =
 * (1/ℓ) Σ y<sub>i</sub>x<sub>i</sub>, the mean over the ℓ examples of its context, where the matrix Γ minimises
 *
 * <pre>  (1/n) Σ (y − ⟨x, Γh⟩)² + (λ/d) ‖Γ‖²</pre>
 *
 * over n prompts with noisy query labels, whose tasks are drawn from k fixed ones, or are fresh for each prompt. Features are isotropic.
 * All results are limits for large d with ℓ/d, k/d and n/d² fixed; at finite size the risks are larger, by a relative O(1/d): at d = 40 by
 * up to 5 % for features of constant length, and by up to 8 % for Gaussian ones, where λ = 0 near n = d²/2 is worst. At n = d² without
 * ridge they are infinite.
 *
 * <p>Without ridge the formulas are those of Lu, Letey, Zavatone-Veth, Maiti and Pehlevan, <i>Asymptotic theory of in-context learning by
 * linear attention</i> (arXiv 2405.11751); with it they are derived in the module's documentation.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * IsotropicContext context = IsotropicContext.of(100, 100).withNoise(0.5);
 * FinitePretraining pretraining = FinitePretraining.of(context, 20_000);
 * double risk = pretraining.onNewTasks(); // 1.361, worse than predicting zero
 * double endless = FinitePretraining.of(context, 1e9).onNewTasks(); // 0.556: the best step of gradient descent
 * double known = pretraining.withTasks(50).withRidge(0.1).onPretrainingTasks(); // 0.747
 * }</pre>
 *
 * <p>Immutable.
 */
public final class FinitePretraining {

    /** With fewer prompts or tasks than this the limit loses all digits, as it does with more ridge or noise in units of the power. */
    private static final double LEAST = 1e-9;

    private static final double MOST = 1e12;

    private final IsotropicContext context;
    private final double prompts;
    private final double tasks;
    private final double ridge;

    private FinitePretraining(IsotropicContext context, double prompts, double tasks, double ridge) {
        atLeast("prompts", prompts);
        atLeast("count", tasks);
        if (!(ridge <= context.taskPower() * MOST)) {
            throw refusal("newRidge", ridge, "is more than " + MOST + " times the power of the tasks");
        }
        if (!(context.noise() * context.noise() <= context.taskPower() * MOST)) {
            throw refusal("context.noise", context.noise(), "has more than " + MOST + " times the power of the tasks");
        }
        this.context = context;
        this.prompts = prompts;
        this.tasks = tasks;
        this.ridge = ridge;
    }

    private static void atLeast(String name, double value) {
        if (!(value >= LEAST)) {
            throw refusal(name, value, "is less than " + LEAST + ", below which the limit loses all digits");
        }
    }

    /**
     * Pre-training without ridge on a fresh task for each prompt.
     *
     * @param context dimension d, length ℓ, at least 1, power of the tasks, greater than 0, and noise, of pre-training and tests alike
     * @param prompts n, at least 1e-9
     * @return the pre-training
     * @throws IllegalArgumentException if there are too few prompts, no example or no power, or if the noise has more than 1e12 times
     *     that power
     */
    public static FinitePretraining of(IsotropicContext context, double prompts) {
        if (notNull("context", context).length() < 1) {
            throw refusal("context.length", context.length(), "is not at least 1");
        }
        positive("context.taskPower", context.taskPower());
        return new FinitePretraining(context, positive("prompts", prompts), Double.POSITIVE_INFINITY, 0);
    }

    /**
     * Sets the number of tasks.
     *
     * @param count k, at least 1e-9; {@link Double#POSITIVE_INFINITY} for a fresh task for each prompt
     * @return the same pre-training on other tasks
     * @throws IllegalArgumentException if the number is NaN or less than 1e-9
     */
    public FinitePretraining withTasks(double count) {
        return new FinitePretraining(context, prompts, count, ridge);
    }

    /**
     * Sets the ridge.
     *
     * @param newRidge λ, from 0 to 1e12 times the power of the tasks
     * @return the same pre-training with another ridge
     * @throws IllegalArgumentException if the ridge is NaN or out of range
     */
    public FinitePretraining withRidge(double newRidge) {
        return new FinitePretraining(context, prompts, tasks, nonNegative("newRidge", newRidge));
    }

    /**
     * The excess risk on new tasks.
     *
     * @return E (⟨x, Γh⟩ − xᵀβ)² for a task from the distribution of all tasks; infinite for n = d² without ridge
     */
    public double onNewTasks() {
        return new Limit().onNewTasks();
    }

    /**
     * The excess risk on new prompts of the tasks of pre-training.
     *
     * @return E (⟨x, Γh⟩ − xᵀβ)² for one of the k tasks; infinite for n = d² without ridge
     */
    public double onPretrainingTasks() {
        return new Limit().onPretrainingTasks();
    }

    /** The limit for large d, in units of the tasks' power. */
    private final class Limit {

        private final double power = context.taskPower();
        private final double rho = context.noise() * context.noise() / power;
        private final double q = (1 + rho) * context.dimension() / context.length();
        private final double tau = prompts / context.dimension() / context.dimension();

        /** d/k. */
        private final double inverseKappa = context.dimension() / tasks;

        private final double xi = implicitRidge(ridge / power);
        private final double s = q + xi;

        /** (1/d) tr (R + s)⁻¹ over the tasks' second moments R, and its derivative. */
        private final double m = trace(s);

        private final double slope = -(m * m * inverseKappa + m) / (2 * s * m * inverseKappa + s + 1 - inverseKappa);

        /** The trace of the Marchenko–Pastur law, without cancellation. */
        private double trace(double x) {
            double a = x + 1 - inverseKappa;
            double root = Math.sqrt(a * a + 4 * x * inverseKappa);
            return a >= 0 ? 2 / (a + root) : (root - a) / (2 * x * inverseKappa);
        }

        /** ξ of ξM(q + ξ) − τλ/ξ = 1 − τ, whose left side increases. */
        private double implicitRidge(double lambda) {
            if (lambda == 0 && tau >= 1) {
                return 0;
            }
            double top = lambda + (1 + q) / tau;
            double least = Double.MIN_NORMAL;
            return new BrentSolver(4 * Math.ulp(1.0), least, 0)
                    .solve(2000, x -> x * trace(q + x) - tau * lambda / x - (1 - tau), least, top);
        }

        private double noisyOnPretraining() {
            double spread = (1 - 2 * xi * m - xi * xi * slope) / tau;
            return (rho + q - s * (q - xi) * m + s * s * xi * slope) / (1 - spread);
        }

        double onPretrainingTasks() {
            return power * Math.max(0, noisyOnPretraining() - rho);
        }

        double onNewTasks() {
            double missed = 1 - 2 * (1 - s * m);
            double taken = 1 - 2 * s * m - s * s * slope + noisyOnPretraining() * (m + xi * slope) / tau;
            return power * Math.max(0, missed + (1 + q) * taken);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FinitePretraining that
                && context.dimension() == that.context.dimension()
                && context.length() == that.context.length()
                && context.taskPower() == that.context.taskPower()
                && context.noise() == that.context.noise()
                && prompts == that.prompts
                && tasks == that.tasks
                && ridge == that.ridge;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                context.dimension(), context.length(), context.taskPower(), context.noise(), prompts, tasks, ridge);
    }

    @Override
    public String toString() {
        return "pre-training of linear attention on " + prompts + " prompts of " + tasks + " tasks, ridge " + ridge
                + ": " + context;
    }
}
