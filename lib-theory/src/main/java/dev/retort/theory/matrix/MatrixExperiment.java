package dev.retort.theory.matrix;

/**
 * Something that a {@link MatrixDistillation} can be put through, such as a simulation: {@link
 * MatrixDistillation#simulate(MatrixExperiment)}.
 *
 * @param <R> what is learnt from it
 */
@FunctionalInterface
public interface MatrixExperiment<R> {

    /**
     * Runs the experiment.
     *
     * @param distillation the pipeline to run
     * @return the outcome
     */
    R run(MatrixDistillation distillation);
}
