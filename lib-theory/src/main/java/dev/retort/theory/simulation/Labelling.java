package dev.retort.theory.simulation;

/** How the labels of a training are put together. */
final class Labelling {

    private Labelling() {}

    /** Labels with noise of the given standard deviation, in the place of those without. */
    static double[] withNoise(double[] labels, double[] noise, double deviation) {
        for (int k = 0; k < labels.length; k++) {
            labels[k] += deviation * noise[k];
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
}
