package dev.retort.theory.distillation;

/**
 * An experiment on a description, such as a simulation of a pipeline; see {@link Distillation#simulate(Experiment)}.
 *
 * @param <P> what it runs: any {@link Pipeline}, or one kind of description
 * @param <R> the type of its outcome
 */
@FunctionalInterface
public interface Experiment<P, R> {

    /**
     * Runs the experiment.
     *
     * @param pipeline what to run
     * @return the outcome
     */
    R run(P pipeline);
}
