package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearRegression;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Linear models on arrays: how a training makes one, and what one says. */
final class Fit {

    private Fit() {}

    /** The coefficients fitted on the features that the model sees, with the training's ridge; 0 for the other features. */
    static double[] coefficients(Training training, INDArray features, double[] labels) {
        FeatureMask mask = training.mask().orElse(null);
        if (mask == null) {
            return ridge(features, labels, training.ridge());
        }
        int[] seen = IntStream.range(0, mask.dimension()).filter(mask::keeps).toArray();
        double[] fitted;
        try (INDArray columns = columns(features, seen)) {
            fitted = ridge(columns, labels, training.ridge());
        }
        double[] coefficients = new double[mask.dimension()];
        for (int j = 0; j < seen.length; j++) {
            coefficients[seen[j]] = fitted[j];
        }
        return coefficients;
    }

    /** What the model of the given coefficients says of each sample. */
    static double[] predictions(INDArray features, double[] coefficients) {
        try (INDArray model = Nd4j.createFromArray(coefficients);
                INDArray predictions = LinearRegression.predict(features, model)) {
            return predictions.toDoubleVector();
        }
    }

    /** The same with the given noise, of the given standard deviation. */
    static double[] labels(INDArray features, double[] coefficients, double[] noise, double deviation) {
        double[] labels = predictions(features, coefficients);
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

    private static double[] ridge(INDArray features, double[] labels, double ridge) {
        try (INDArray given = Nd4j.createFromArray(labels);
                INDArray fitted = LinearRegression.ridge(features, given, ridge)) {
            return fitted.toDoubleVector();
        }
    }

    private static INDArray columns(INDArray features, int[] chosen) {
        int rows = Math.toIntExact(features.size(0));
        int width = Math.toIntExact(features.size(1));
        double[] all = features.data().asDouble();
        double[] some = new double[rows * chosen.length];
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < chosen.length; j++) {
                some[row * chosen.length + j] = all[row * width + chosen[j]];
            }
        }
        return Nd4j.create(some, new long[] {rows, chosen.length}, 'c');
    }
}
