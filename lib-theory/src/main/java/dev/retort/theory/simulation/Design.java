package dev.retort.theory.simulation;

import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Draws the samples of a training. */
@FunctionalInterface
interface Design {

    /**
     * Draws samples.
     *
     * @param samples the number of samples
     * @param random the source of randomness
     */
    Sample draw(int samples, RandomGenerator random);

    /** A drawn sample. */
    final class Sample implements AutoCloseable {

        /** The features in the coordinates of the pipeline's coefficients, one sample per row. */
        final INDArray features;

        /** The noise of each label, in units of its standard deviation. */
        final double[] noise;

        /** A second noise for each label, independent of the features and of the first. */
        final double[] otherNoise;

        Sample(INDArray features, double[] noise, double[] otherNoise) {
            this.features = features;
            this.noise = noise;
            this.otherNoise = otherNoise;
        }

        /** A model's prediction for each row, without noise. */
        double[] labelsOf(double[] model) {
            return LinearRegression.predict(features, model);
        }

        /** The first rows, which share the memory of this sample and are closed with it. */
        Sample beginning(int rows) {
            return new Sample(
                    features.get(NDArrayIndex.interval(0, rows)),
                    Arrays.copyOf(noise, rows),
                    Arrays.copyOf(otherNoise, rows));
        }

        @Override
        public void close() {
            features.close();
        }
    }

    /** Gaussian features of the given covariance and Gaussian noise. */
    static Design gaussian(Covariance covariance) {
        GaussianDesign design = GaussianDesign.of(covariance);
        return (samples, random) -> new Sample(
                design.sample(samples, random),
                StandardNormal.sample(samples, random),
                StandardNormal.sample(samples, random));
    }
}
