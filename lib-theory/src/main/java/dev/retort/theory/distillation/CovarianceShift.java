package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The equivalence of covariance shift and model shift. Labels come from features of a source covariance, y = x<sub>s</sub>ᵀβ⋆
 * + noise; the target is trained on these features rescaled to the covariance of the task, x<sub>t</sub> =
 * Σ<sub>t</sub><sup>½</sup>Σ<sub>s</sub><sup>−½</sup>x<sub>s</sub>. That is the same as training on the task's own features
 * with a surrogate
 *
 * <pre>  βˢ_i = √(λˢ_i/λᵗ_i) β⋆_i,      and conversely      λˢ_i = (βˢ_i/β⋆_i)² λᵗ_i.</pre>
 *
 * So the optimal surrogate, βˢ = gβ⋆, gives the best source covariance: λˢ = g²λᵗ.
 *
 * <p>A target that is trained on the source's features without rescaling, and tested on the task's, is a different problem:
 * see {@link Training#withSpectrum(Spectrum)}. Source: arXiv 2410.18837, the remark on covariance shift. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * CovarianceShift best = CovarianceShift.optimal(task, Training.samples(200));
 * double strongest = best.source().eigenvalue(0); // 1.00008, the square of the optimal surrogate's gain
 * double excess = Distillation.of(task).surrogate(best.surrogate()).target(Training.samples(200)).predict().excess();
 * }</pre>
 */
public final class CovarianceShift {

    private final RegressionTask task;
    private final Spectrum source;

    private CovarianceShift(RegressionTask task, Spectrum source) {
        this.task = task;
        this.source = source;
    }

    /**
     * The shift from a source covariance to that of a task.
     *
     * @param task the task
     * @param source the eigenvalues of the source covariance, in the order of the task's features
     * @return the shift
     * @throws IllegalArgumentException if the source has another number of features, or varies in a feature in which the
     *     task does not, or if there are too many features for a list
     */
    public static CovarianceShift of(RegressionTask task, Spectrum source) {
        double[] varied = Spectrum.listed("task.spectrum", notNull("task", task).spectrum());
        length("source", notNull("source", source).features(), "the dimension of the task", varied.length);
        for (int i = 0; i < varied.length; i++) {
            if (varied[i] == 0 && source.eigenvalue(i) > 0) {
                throw refusal("source[" + i + "]", source.eigenvalue(i), "is positive where the task has no variance");
            }
        }
        return new CovarianceShift(task, source);
    }

    /**
     * The covariance shift that is equivalent to a surrogate.
     *
     * @param task the task
     * @param coefficients βˢ, one per feature, each with the sign of the ground truth or zero
     * @return the shift with λˢ = (βˢ/β⋆)²λᵗ; where β⋆ and βˢ are both zero the covariance is not shifted
     * @throws IllegalArgumentException if the number of coefficients is not that of the features, or if one of them does not
     *     have the sign of the truth, which no covariance can produce, or if there are too many features for a list
     */
    public static CovarianceShift equivalentTo(RegressionTask task, double... coefficients) {
        double[] source = Spectrum.listed("task.spectrum", notNull("task", task).spectrum());
        length(
                "coefficients",
                notNull("coefficients", coefficients).length,
                "the dimension of the task",
                source.length);
        finite("coefficients", coefficients);
        for (int i = 0; i < source.length; i++) {
            double truth = task.coefficient(i);
            if (!(coefficients[i] == 0 || coefficients[i] * Math.signum(truth) > 0)) {
                throw refusal(
                        "coefficients[" + i + "]", coefficients[i], "does not have the sign of the truth, " + truth);
            }
            if (truth != 0) {
                double ratio = coefficients[i] / truth;
                source[i] = source[i] * ratio * ratio;
            }
        }
        return new CovarianceShift(task, Spectrum.of(source));
    }

    /**
     * The covariance shift that is best for a target. Where the best surrogate does not have the sign of the truth, as can
     * happen with mixed labels, the source has no variance.
     *
     * @param task the task
     * @param target how the target is trained, on the features rescaled to the task's
     * @return the shift with λˢ = g²λᵗ, where g is the gain of the {@link OptimalSurrogate}
     * @throws IllegalArgumentException as {@link OptimalSurrogate#of(RegressionTask, Training)} does, or if there are too
     *     many features for a list
     */
    public static CovarianceShift optimal(RegressionTask task, Training target) {
        OptimalSurrogate best = OptimalSurrogate.of(task, target);
        double[] source = Spectrum.listed("task.spectrum", task.spectrum());
        for (int i = 0; i < source.length; i++) {
            // A negative gain would need the opposite sign of the truth; the closest covariance has zero variance.
            double gain = Math.max(best.gain(i), 0);
            source[i] = source[i] * gain * gain;
        }
        return new CovarianceShift(task, Spectrum.of(source));
    }

    /**
     * The source covariance.
     *
     * @return λˢ, feature by feature
     */
    public Spectrum source() {
        return source;
    }

    /**
     * The equivalent model shift: the surrogate from which a target on the task's features learns the same.
     *
     * @return the surrogate of coefficients √(λˢ/λᵗ) β⋆; 0 where the task has no variance
     */
    public Surrogate surrogate() {
        double[] coefficients = new double[task.dimension()];
        for (int i = 0; i < coefficients.length; i++) {
            double lambda = task.spectrum().eigenvalue(i);
            coefficients[i] =
                    lambda == 0 ? 0 : Math.sqrt(source.eigenvalue(i)) / Math.sqrt(lambda) * task.coefficient(i);
        }
        return Surrogate.given(coefficients);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CovarianceShift that && task.equals(that.task) && source.equals(that.source);
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, source);
    }

    @Override
    public String toString() {
        return "CovarianceShift from " + source + " to " + task;
    }
}
