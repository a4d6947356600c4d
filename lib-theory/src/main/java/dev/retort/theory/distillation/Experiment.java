package dev.retort.theory.distillation;

/**
 * Something that a {@link Distillation} can be put through, such as a simulation: {@link Distillation#simulate(Experiment)}.
 *
 * @param <R> what is learnt from it
 */
@FunctionalInterface
public interface Experiment<R> {

    /**
     * Runs the experiment.
     *
     * @param distillation the pipeline to run
     * @return the outcome
     */
    R run(Distillation distillation);
}
