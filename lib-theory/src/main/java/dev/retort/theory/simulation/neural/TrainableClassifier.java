package dev.retort.theory.simulation.neural;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network of the user's that is trained here, as a teacher or as a student: see {@link NetworkTraining#own}. Each instance
 * is trained by one thread. Training ends with an exception when logits are NaN or infinite at a measurement.
 */
public interface TrainableClassifier extends Classifier {

    /**
     * One step of training on a batch.
     *
     * @param inputs of type {@code DOUBLE} and shape {@code [n, d]}; neither to be changed nor to be kept
     * @param targets soft labels of type {@code DOUBLE}: for one output the expected label, shape {@code [n]}, from −1 to 1 where 1
     *     is class 0; else probabilities of the classes, shape {@code [n, outputs]}
     */
    void step(INDArray inputs, INDArray targets);

    /**
     * All that training has made of the network, weights and what an optimiser remembers.
     *
     * @return bytes that {@link #restore} takes
     */
    byte[] state();

    /**
     * Puts a state back. A network that goes on from it does what the one did that it was taken from, to the last bit.
     *
     * @param state of a network made alike
     */
    void restore(byte[] state);
}
