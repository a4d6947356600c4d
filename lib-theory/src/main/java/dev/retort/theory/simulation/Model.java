package dev.retort.theory.simulation;

import org.jspecify.annotations.Nullable;

/** A model as the labels that were drawn have made it, and averaged over what might have been drawn. */
final class Model implements AutoCloseable {

    final double[] literal;

    /** Null if nothing is averaged over. */
    final @Nullable Average average;

    private Model(double[] literal, @Nullable Average average) {
        this.literal = literal;
        this.average = average;
    }

    /** The surrogate that a procedure begins with. */
    static Model surrogate(Procedure procedure, boolean averaging) {
        double[] coefficients = procedure.surrogate;
        return new Model(coefficients, averaging ? Average.of(procedure, coefficients) : null);
    }

    /**
     * The student that this model teaches. A fit without averages, or to labels that are not linear in this model, is taken as it comes, and averages begin again after it:
     * given all that was drawn so far, the student is a model like any other.
     */
    Model teach(Procedure procedure, Stage stage, Design.Sample sample, Fit student) {
        double[] coefficients = student.solve(stage.labels(sample, literal));
        if (average == null) {
            return new Model(coefficients, null);
        }
        return new Model(
                coefficients,
                student.linear()
                        .filter(fit -> stage.hasLinearLabels())
                        .map(fit -> average.taught(stage, fit))
                        .orElseGet(() -> Average.of(procedure, coefficients)));
    }

    @Override
    public void close() {
        if (average != null) {
            average.close();
        }
    }
}
