package dev.retort.theory.distillation;

import java.util.function.DoubleUnaryOperator;

/**
 * The labels that a stage is trained on: the moments of the coefficients that give them, and the standard deviation of the
 * noise on top.
 */
record Labelled(Moments moments, double noise) {

    /** E b², node by node. */
    NodePower power() {
        return moments::power;
    }

    /** The noise variance, times the square of a factor. */
    DoubleUnaryOperator noisePower() {
        return factor -> factor * noise * (factor * noise);
    }
}
