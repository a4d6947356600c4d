package dev.retort.theory.simulation;

import dev.retort.theory.distillation.Labels;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;

/** Composes the labels of a training. */
final class Labelling {

    private Labelling() {}

    /** Adds noise of the given standard deviation to labels in place. */
    static double[] withNoise(double[] labels, double[] noise, double deviation) {
        return withNoise(labels, noise, row -> deviation);
    }

    /** Adds noise whose standard deviation depends on the row to labels in place. */
    static double[] withNoise(double[] labels, double[] noise, IntToDoubleFunction deviation) {
        for (int k = 0; k < labels.length; k++) {
            labels[k] += deviation.applyAsDouble(k) * noise[k];
        }
        return labels;
    }

    /** Mixes labels: the given share of the teacher's plus the rest of the truth's. */
    static double[] mixed(double share, double[] taught, double[] truth) {
        double[] labels = new double[truth.length];
        for (int k = 0; k < labels.length; k++) {
            labels[k] = (1 - share) * truth[k] + share * taught[k];
        }
        return labels;
    }

    /** The labels that a teacher makes of its outputs; standard normal numbers supply any randomness. */
    static double[] handedOver(Labels kind, double[] outputs, double[] random) {
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        double[] labels = new double[outputs.length];
        for (int k = 0; k < labels.length; k++) {
            labels[k] = kind.label(outputs[k], normal.cumulativeProbability(random[k]));
        }
        return labels;
    }

    /** The teacher's labels for the first rows, a given part of all, and the truth's for the others. */
    static double[] pooled(double part, double[] taught, double[] truth) {
        double[] labels = truth.clone();
        System.arraycopy(taught, 0, labels, 0, (int) Math.rint(part * truth.length));
        return labels;
    }
}
