package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The truth to be learnt, and the covariance under which risks are measured. Internally, coefficients are multiplied by a
 * power of two near √λ_max, so that their squares are of the size of risks. Immutable.
 */
final class MatrixTask {

    /** Above it, the square of a matrix's order is too large for an array index. */
    private static final int LARGEST_DIMENSION = 46_340;

    private final Eigenbasis evaluation;
    private final RegressionTask task;
    private final double unit;
    private final double[] truth;

    private MatrixTask(Eigenbasis evaluation, RegressionTask task, double unit, double[] truth) {
        this.evaluation = evaluation;
        this.task = task;
        this.unit = unit;
        this.truth = truth;
    }

    static MatrixTask of(Covariance evaluation, INDArray truth) {
        Eigenbasis basis = new Eigenbasis(listed("evaluation", evaluation));
        double[] coefficients = entries("truth", truth, basis.size());
        RegressionTask task = RegressionTask.of(basis.spectrum(), Signal.of(basis.fromFeatures(coefficients)));
        double largest = Arrays.stream(basis.spectrum().eigenvalues()).max().orElseThrow();
        double unit = Math.scalb(1.0, Math.floorDiv(Math.getExponent(largest), 2));
        return new MatrixTask(basis, task, unit, scaled("truth", coefficients, unit));
    }

    MatrixTask withNoise(double noise) {
        return new MatrixTask(evaluation, task.withNoise(noise), unit, truth);
    }

    /** Coefficients converted back to the caller's units; a new array. */
    INDArray array(double[] coefficients) {
        return Nd4j.createFromArray(
                Arrays.stream(coefficients).map(value -> value / unit).toArray());
    }

    /** Requires a covariance small enough to be a matrix. */
    private static Covariance listed(String name, Covariance covariance) {
        if (notNull(name, covariance).spectrum().features() > LARGEST_DIMENSION) {
            throw refusal(
                    name,
                    covariance,
                    "has more than " + LARGEST_DIMENSION + " features, too many for a matrix; take fewer");
        }
        return covariance;
    }

    Eigenbasis basis(Covariance covariance) {
        listed("covariance", covariance);
        length("covariance", covariance.dimension(), "that of the evaluation covariance", dimension());
        return new Eigenbasis(covariance);
    }

    /** Coefficients multiplied by {@link #unit}, so that their squares are of the size of risks. */
    double[] coefficients(String name, INDArray array) {
        return scaled(name, entries(name, array, dimension()), unit);
    }

    private static double[] entries(String name, INDArray array, int dimension) {
        boolean column = notNull(name, array).rank() == 1 || (array.rank() == 2 && array.size(1) == 1);
        if (!column || array.length() != dimension || !array.dataType().isNumerical()) {
            throw refusal(
                    name,
                    array.dataType() + " array of shape " + Arrays.toString(array.shape()),
                    "is not a numeric array of shape [" + dimension + "], the number of features");
        }
        return finite(name, array.castTo(DataType.DOUBLE).ravel().toDoubleVector());
    }

    private static double[] scaled(String name, double[] coefficients, double unit) {
        double square = 0;
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] *= unit;
            square += coefficients[i] * coefficients[i];
        }
        finite(name + ": square times the largest eigenvalue, about", square);
        return coefficients;
    }

    Eigenbasis evaluation() {
        return evaluation;
    }

    RegressionTask inEigenbasis() {
        return task;
    }

    int dimension() {
        return truth.length;
    }

    /** The factor by which coefficients have been multiplied. */
    double unit() {
        return unit;
    }

    /** β⋆, not a copy. */
    double[] truth() {
        return truth;
    }

    /** The variance along an eigenvector of the evaluation covariance, about 1 for the largest. */
    double weight(int i) {
        return task.spectrum().eigenvalue(i) / unit / unit;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MatrixTask that
                && evaluation.equals(that.evaluation)
                && task.equals(that.task)
                && Arrays.equals(truth, that.truth);
    }

    @Override
    public int hashCode() {
        return Objects.hash(evaluation, task, Arrays.hashCode(truth));
    }
}
