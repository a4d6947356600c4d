package dev.retort.theory.simulation.neural;

/** A network in training. Belongs to one thread. */
interface Trainee extends AutoCloseable {

    int outputs();

    /**
     * One step.
     *
     * @param targets by example: the expected label for one output, the probabilities of the classes for more
     * @throws IllegalStateException if a logit is not finite
     */
    void step(Batch batch, double[] targets);

    /** A copy of the network at this step. */
    Classifier snapshot();

    byte[] state();

    void restore(byte[] state);

    /** A network in a given state. */
    Classifier snapshotOf(byte[] state);

    @Override
    void close();
}
