package dev.retort.theory.distillation;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The labels that a stage is trained on: the moments of the coefficients that give them, and the standard deviation of the
 * noise on top.
 *
 * @param moments of the coefficients, a mixture of the truth's and the teacher's
 * @param noise the standard deviation of everything that is not linear in the features
 * @param given how the labels follow from the teacher
 */
record Labelled(Moments moments, double noise, Given given) {

    /** How labels follow from a teacher. */
    record Given(Moments teacher, Labels.Linear linear, double part) {}

    /** Whether they have an infinite variance, because a model that gives them is at its interpolation threshold. */
    boolean areUnbounded() {
        return !(noise < Double.POSITIVE_INFINITY)
                || IntStream.range(0, moments.size()).anyMatch(k -> !(moments.variance(k) < Double.POSITIVE_INFINITY));
    }

    /** E b², node by node. */
    NodePower power() {
        return moments::power;
    }

    /** The noise variance, times the square of a factor; 0 where the factor vanishes, infinite noise or not. */
    DoubleUnaryOperator noisePower() {
        return factor -> {
            double part = Stage.times(factor, noise);
            return part * part;
        };
    }
}
