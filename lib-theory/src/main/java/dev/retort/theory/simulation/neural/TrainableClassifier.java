package dev.retort.theory.simulation.neural;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network of the user's that the library trains, as a teacher or as a student: see {@link NetworkTraining#own}. Each instance
 * is trained by one thread. Training ends with an exception when logits are NaN or infinite at a measurement.
 */
public interface TrainableClassifier extends Classifier {

    /**
     * One step of training on a batch.
     *
     * @param inputs of type {@code DOUBLE} and shape {@code [n, d]}; must be neither modified nor kept
     * @param targets soft labels of type {@code DOUBLE}: for one output the expected label from −1 to 1, shape {@code [n]}, where 1 is
     *     class 0; otherwise probabilities of the classes, shape {@code [n, outputs]}
     */
    void step(INDArray inputs, INDArray targets);

    /**
     * The whole state of the network in training, its weights and the state of its optimiser.
     *
     * @return bytes for {@link #restore}
     */
    byte[] state();

    /**
     * Restores a state. Training from it must give the same result, to the last bit, as training the network that it was taken from.
     *
     * @param state the state of a network that was made in the same way
     */
    void restore(byte[] state);
}
