package dev.retort.theory.simulation;

import dev.retort.theory.distillation.Labels;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;

/** How the labels of a training are put together. */
final class Labelling {

    private Labelling() {}

    /** Labels with noise of the given standard deviation, in the place of those without. */
    static double[] withNoise(double[] labels, double[] noise, double deviation) {
        return withNoise(labels, noise, row -> deviation);
    }

    /** Labels with noise of a standard deviation that depends on the row, in the place of those without. */
    static double[] withNoise(double[] labels, double[] noise, IntToDoubleFunction deviation) {
        for (int k = 0; k < labels.length; k++) {
            labels[k] += deviation.applyAsDouble(k) * noise[k];
        }
        return labels;
    }

    /** Labels of which the given share is the teacher's and the rest the truth's. */
    static double[] mixed(double share, double[] taught, double[] truth) {
        double[] labels = new double[truth.length];
        for (int k = 0; k < labels.length; k++) {
            labels[k] = (1 - share) * truth[k] + share * taught[k];
        }
        return labels;
    }

    /** What a teacher hands over of its outputs; standard normal numbers decide what is random of it. */
    static double[] handedOver(Labels kind, double[] outputs, double[] random) {
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        double[] labels = new double[outputs.length];
        for (int k = 0; k < labels.length; k++) {
            labels[k] = kind.label(outputs[k], normal.cumulativeProbability(random[k]));
        }
        return labels;
    }

    /** Labels of which the first rows, a part of all, are the teacher's and the others the truth's. */
    static double[] pooled(double part, double[] taught, double[] truth) {
        double[] labels = truth.clone();
        System.arraycopy(taught, 0, labels, 0, (int) Math.rint(part * truth.length));
        return labels;
    }
}
