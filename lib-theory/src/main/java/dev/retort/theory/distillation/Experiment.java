package dev.retort.theory.distillation;

/**
 * An experiment on a {@link Distillation}, such as a simulation; see {@link Distillation#simulate(Experiment)}.
 *
 * @param <R> the type of its outcome
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
