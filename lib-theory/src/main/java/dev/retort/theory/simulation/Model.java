package dev.retort.theory.simulation;

import org.jspecify.annotations.Nullable;

/** A model fitted to the labels that were drawn, and its average over all labels that could have been drawn. */
final class Model implements AutoCloseable {

    final double[] literal;

    /** The averaged model; null if no averages are taken. */
    final @Nullable Average average;

    /** The models that label the rows of a pool; null if this model labels all rows. */
    private final @Nullable SourceModels sources;

    private Model(double[] literal, @Nullable Average average, @Nullable SourceModels sources) {
        this.literal = literal;
        this.average = average;
        this.sources = sources;
    }

    /**
     * The surrogate that a procedure begins with.
     *
     * @param sources the models that act as the surrogate if several label the rows
     */
    static Model surrogate(Procedure procedure, boolean averaging, @Nullable SourceModels sources) {
        double[] coefficients = procedure.surrogate;
        return new Model(coefficients, averaging ? Average.of(procedure, coefficients) : null, sources);
    }

    /**
     * The student that this model teaches. If the fit has no averages, or the labels are not linear in this model, the student is not
     * averaged; averages start again from its coefficients, which are fixed given the draws so far.
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
