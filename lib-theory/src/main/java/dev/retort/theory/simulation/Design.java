package dev.retort.theory.simulation;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Where the samples of a trial come from. */
interface Design {

    /**
     * Draws samples.
     *
     * @param samples how many
     * @param random where the randomness comes from
     */
    Sample draw(int samples, RandomGenerator random);

    /**
     * A drawn sample.
     *
     * @param features in the eigenbasis of the task, one sample per row
     * @param noise what a label departs from the ground truth by, in units of its standard deviation
     */
    record Sample(INDArray features, INDArray noise) implements AutoCloseable {
        @Override
        public void close() {
            features.close();
            noise.close();
        }
    }

    /** Gaussian features and Gaussian noise. */
    static Design gaussian(RegressionTask task) {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(task.spectrum()));
        return (samples, random) -> new Sample(
                design.sample(samples, random),
                Nd4j.createFromArray(DoubleStream.generate(random::nextGaussian)
                        .limit(samples)
                        .toArray()));
    }
}
