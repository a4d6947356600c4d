package dev.retort.theory.simulation.neural;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model that classifies by logits: a network of this package, {@link ReluNetwork}, or one of the user's, in any framework. Several
 * threads may call it at the same time.
 */
public interface Classifier {

    /**
     * The number of inputs.
     *
     * @return d
     */
    int inputs();

    /**
     * The number of logits.
     *
     * @return 1 for two classes, whose only logit f gives class 0 the probability 1/(1 + e^−f); or one for each class
     */
    int outputs();

    /**
     * The logits of some inputs.
     *
     * @param inputs of type {@code DOUBLE} and shape {@code [n, d]}; must be neither modified nor kept
     * @return a new array, shape {@code [n, outputs]}, or {@code [n]} for one output, of any numeric type, which the caller closes
     */
    INDArray logits(INDArray inputs);
}
