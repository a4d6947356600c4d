package dev.retort.theory.distillation;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The labels that a stage is trained on: the moments of their coefficients, and the standard deviation of the noise added to
 * them.
 *
 * @param moments the moments of the coefficients, which mix the truth's and the teacher's
 * @param noise the standard deviation of the part of the labels that is not linear in the features
 * @param given the derivation of the labels from the teacher
 */
record Labelled(Moments moments, double noise, Given given) {

    /** The derivation of labels from a teacher: its moments, the linear equivalent of its labels, and its part of them. */
    record Given(Moments teacher, Labels.Linear linear, double part) {}

    /** Whether the labels have infinite variance because the model that gives them is at its interpolation threshold. */
    boolean areUnbounded() {
        return !(noise < Double.POSITIVE_INFINITY)
                || IntStream.range(0, moments.size()).anyMatch(k -> !(moments.variance(k) < Double.POSITIVE_INFINITY));
    }

    /** E b², node by node. */
    NodePower power() {
        return moments::power;
    }

    /** The noise variance times the square of a factor; 0 for a factor of 0, even if the noise is infinite. */
    DoubleUnaryOperator noisePower() {
        return factor -> {
            double part = Stage.times(factor, noise);
            return part * part;
        };
    }
}
