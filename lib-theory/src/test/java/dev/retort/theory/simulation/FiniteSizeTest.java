package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Tests that the deviation of the simulation from the theory is of order 1/n. */
class FiniteSizeTest {

    /** Used by both tests. */
    private static final Simulation OF_24 = of(24, 16_000);

    /** A chain of two noisy stages, with all sizes in proportion. */
    private static Simulation of(int samples, int trials) {
        int p = samples * 4 / 3;
        RegressionTask task = RegressionTask.of(
                        Spectrum.withMultiplicities(new double[] {1, 0.5}, new int[] {p / 4, 3 * p / 4}),
                        Signal.constant(0.5 / Math.sqrt(p)))
                .withNoise(1);
        return Distillation.of(task)
                .surrogate(Training.samples(samples))
                .then(Training.samples(samples))
                .simulate(Trials.of(trials).withSeed(1));
    }

    @Test
    void theErrorOfTheTheoryFallsLikeOneOverN() {
        List<Simulation> sizes = List.of(OF_24, of(48, 2000), of(96, 1500));
        FiniteSizeError error = FiniteSizeError.of(sizes);
        assertThat(error.coefficient()).isBetween(2.0, 4.0);
        assertThat(error.coefficientError()).isLessThan(0.15);
        assertThat(error.predictedCoefficient().getAsDouble())
                .isCloseTo(error.coefficient(), within(4 * error.coefficientError()));
        // One degree of freedom remains, so the limit is 4 standard errors.
        assertThat(error.chiSquared()).isLessThan(16);
        FiniteSizeError.Point small = error.points().get(0);
        FiniteSizeError.Point large = error.points().get(2);
        // It neither stays constant nor falls like 1/n².
        assertThat(zScore(large, 1, small)).isLessThan(-10);
        assertThat(zScore(large, 1.0 / 16, small)).isGreaterThan(10);
    }

    /** The difference between the deviation at one size and a multiple of that at another, in standard errors. */
    private static double zScore(FiniteSizeError.Point point, double factor, FiniteSizeError.Point other) {
        return (point.departure() - factor * other.departure())
                / Math.hypot(point.standardError(), factor * other.standardError());
    }

    @Test
    void theErrorAfterCorrectionFallsLikeOneOverNSquared() {
        FiniteSizeError.Point small = left(of(12, 16_000));
        FiniteSizeError.Point large = left(OF_24);
        assertThat(zScore(large, 1.0 / 4, small)).isBetween(-3.0, 3.0);
        // It is not zero, and falls neither like 1/n nor like 1/n³.
        assertThat(zScore(large, 0, small)).isGreaterThan(4);
        assertThat(zScore(large, 1.0 / 2, small)).isLessThan(-4);
        assertThat(zScore(large, 1.0 / 8, small)).isGreaterThan(3);
    }

    /** A simulation, measured from the corrected mean. */
    private static FiniteSizeError.Point left(Simulation simulation) {
        double samples = simulation.pipeline().trainings().get(0).samples();
        double predicted = simulation.pipeline().predict().excess();
        double corrected = simulation.expected(simulation.pipeline().predict());
        return new FiniteSizeError.Point(
                samples,
                corrected,
                (simulation.mean() - corrected) / predicted,
                simulation.standardError() / predicted,
                OptionalDouble.empty());
    }
}
