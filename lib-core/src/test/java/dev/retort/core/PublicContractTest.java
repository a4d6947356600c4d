package dev.retort.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.PublicContract;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Calls all public members of the module with arguments that they must reject. */
class PublicContractTest {

    @Test
    @Timeout(
            value = 2,
            unit = TimeUnit.MINUTES,
            threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // seconds unless a call hangs
    void returnsResultsOrProperExceptions() {
        PublicContract contract = PublicContract.of(SampleMean.class)
                .withSamples(RandomGenerator.class, new SplittableRandom(1))
                .withSamples(SpectralMeasure.class, Spectrum.of(2, 1, 0.5).measure())
                .withSamples(
                        INDArray.class,
                        Nd4j.create(new double[][] {{1, 2}, {3, 5}, {4, 4}}),
                        Nd4j.create(new double[][] {{2, 0.5}, {0.5, 1}}),
                        Nd4j.create(new double[] {1, 2, 3}))
                .without("an unknown error is NaN", "SampleMean.standardError", "SampleMean.new")
                .without("closes the samples", "FactoredRegression.close", "AveragedModel.close")
                .without(
                        "public for other packages of Retort only",
                        "PowerSums",
                        "SpectralMeasure",
                        "TaskNodes",
                        "Spectrum.listed")
                .without("takes any name for its messages", "Centring.centred")
                .withoutHugeCounts("StandardNormal.sample");
        assertThat(contract.violations()).isEmpty();
        assertThat(contract.unreached()).isEmpty();
        assertThat(contract.calls()).isGreaterThan(5_000);
    }
}
