package dev.retort.theory.simulation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One run of a pipeline: draw, label, fit, measure. Immutable, and so shared by all threads. */
final class Trial {

    private final RegressionTask task;
    private final Design design;
    private final int samples;
    private final double ridge;
    private final double noise;

    /** βˢ; zero where the feature does not vary. */
    private final double[] surrogate;

    Trial(Distillation distillation, Design design) {
        this.task = distillation.task();
        this.design = design;
        this.samples = (int) distillation.target().samples();
        this.ridge = distillation.target().ridge();
        this.noise = distillation.target().noise(task);
        this.surrogate = distillation.surrogateCoefficients();
    }

    double excess(RandomGenerator random) {
        try (Design.Sample sample = design.draw(samples, random);
                INDArray labels = labels(sample);
                INDArray target = LinearRegression.ridge(sample.features(), labels, ridge)) {
            double[] coefficients = target.toDoubleVector();
            CompensatedSum excess = new CompensatedSum();
            for (int i = 0; i < coefficients.length; i++) {
                // Whitened: a ground truth that only λβ² keeps representable may stand on either side.
                double error = Math.sqrt(task.spectrum().eigenvalue(i)) * coefficients[i] - task.whitenedCoefficient(i);
                excess.add(error * error);
            }
            return excess.value();
        }
    }

    private INDArray labels(Design.Sample sample) {
        try (INDArray coefficients = Nd4j.createFromArray(surrogate)) {
            return LinearRegression.predict(sample.features(), coefficients)
                    .addi(sample.noise().muli(noise));
        }
    }
}
