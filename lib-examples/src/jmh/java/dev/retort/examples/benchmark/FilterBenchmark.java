package dev.retort.examples.benchmark;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.SpectralFilter;
import dev.retort.theory.distillation.Training;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The prediction of one training with all parts of its risk, for the power law i^-1.5, source 1.4, n = p/4. */
@State(Scope.Benchmark)
public class FilterBenchmark {

    /** The number of features p. */
    @Param({"100", "1000", "10000", "1000000"})
    public int features;

    private final SpectralFilter descent = SpectralFilter.gradientDescent(1000, 0.25);
    private Distillation.Draft draft = draft(1);

    private static Distillation.Draft draft(int features) {
        return Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.5, features), Signal.sourcePowerLaw(1.4))
                .withNoise(0.1));
    }

    /** Makes the task. */
    @Setup
    public void setUp() {
        draft = draft(features);
    }

    private RiskReport predict(Training training) {
        return draft.target(training).predict();
    }

    /**
     * Ridge regression.
     *
     * @return the report
     */
    @Benchmark
    public RiskReport retort() {
        return predict(Training.samples(features / 4).withRidge(1e-3));
    }

    /**
     * Early-stopped gradient flow, a filter of seven pairs of poles.
     *
     * @return the report
     */
    @Benchmark
    public RiskReport stopped() {
        return predict(Training.samples(features / 4).stoppedAt(1000));
    }

    /**
     * A thousand steps of gradient descent, also a filter of seven pairs of poles.
     *
     * @return the report
     */
    @Benchmark
    public RiskReport descended() {
        return predict(Training.samples(features / 4).withFilter(descent));
    }

    /**
     * Random features.
     *
     * @return the report
     */
    @Benchmark
    public RiskReport randomFeatures() {
        return predict(
                Training.samples(features / 4).withRandomFeatures(features / 3).withRidge(1e-3));
    }
}
