package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
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
        int p = Math.toIntExact(features.size(1));
        int[] seen =
                IntStream.range(0, p).filter(i -> mask == null || mask.keeps(i)).toArray();
        try (FactoredRegression regression = FactoredRegression.of(features, seen, training.ridge())) {
            return regression.solve(labels);
        }
    }

    /** What the model of the given coefficients says of each sample. */
    static double[] predictions(INDArray features, double[] coefficients) {
        try (INDArray model = Nd4j.createFromArray(coefficients);
                INDArray predictions = LinearRegression.predict(features, model)) {
            return predictions.toDoubleVector();
        }
    }

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
