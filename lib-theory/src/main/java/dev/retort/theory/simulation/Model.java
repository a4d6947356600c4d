package dev.retort.theory.simulation;

import org.jspecify.annotations.Nullable;

/** A model as the labels that were drawn have made it, and averaged over what might have been drawn. */
final class Model implements AutoCloseable {

    final double[] literal;

    /** Null if nothing is averaged over. */
    final @Nullable Average average;

    /** Who labels the rows beside each other; null if this model labels all. */
    private final @Nullable SourceModels sources;

    private Model(double[] literal, @Nullable Average average, @Nullable SourceModels sources) {
        this.literal = literal;
        this.average = average;
        this.sources = sources;
    }

    /**
     * The surrogate that a procedure begins with.
     *
     * @param sources who the surrogate is, if rows are labelled by several
     */
    static Model surrogate(Procedure procedure, boolean averaging, @Nullable SourceModels sources) {
        double[] coefficients = procedure.surrogate;
        return new Model(coefficients, averaging ? Average.of(procedure, coefficients) : null, sources);
    }

    /**
     * The student that this model teaches. A fit without averages, or to labels that are not linear in this model, is taken as it comes, and averages begin again after it:
     * given all that was drawn so far, the student is a model like any other.
     */
    Model teach(Procedure procedure, Stage stage, Design.Sample sample, Fit student) {
        double[] coefficients =
                student.solve(sources == null ? stage.labels(sample, literal) : sources.labels(stage, sample));
        if (average == null) {
            return new Model(coefficients, null, null);
        }
        return new Model(
                coefficients,
                student.linear()
                        .filter(fit -> stage.hasLinearLabels() && sources == null)
                        .map(fit -> average.taught(stage, fit))
                        .orElseGet(() -> Average.of(procedure, coefficients)),
                null);
    }

    @Override
    public void close() {
        if (average != null) {
            average.close();
        }
    }
}
