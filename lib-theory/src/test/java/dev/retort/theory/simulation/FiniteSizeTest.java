package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That what the simulation departs from the theory by is of order 1/n, and nothing else. */
class FiniteSizeTest {

    /** A chain of two noisy stages, all sizes of which are multiples of the scale. */
    private static Simulation atScale(int scale, int trials) {
        int p = 32 * scale;
        RegressionTask task = RegressionTask.of(
                        Spectrum.withMultiplicities(new double[] {1, 0.5}, new int[] {p / 4, 3 * p / 4}),
                        Signal.constant(0.5 / Math.sqrt(p)))
                .withNoise(1);
        return Distillation.of(task)
                .surrogate(Training.samples(24 * scale))
                .then(Training.samples(24 * scale))
                .simulate(Trials.of(trials).withSeed(1));
    }

    @Test
    void theDepartureFromTheTheoryFallsLikeOneOverN() {
        List<Simulation> sizes = List.of(atScale(1, 2000), atScale(2, 2000), atScale(4, 2000));
        FiniteSizeError error = FiniteSizeError.of(sizes);
        assertThat(error.coefficient()).isBetween(2.0, 4.0);
        assertThat(error.coefficientError()).isLessThan(0.15);
        // One degree of freedom is left: 4 standard errors.
        assertThat(error.chiSquared()).isLessThan(16);
        FiniteSizeError.Point small = error.points().get(0);
        FiniteSizeError.Point large = error.points().get(2);
        // It neither stays nor falls like 1/n².
        assertThat(zScore(large, 1, small)).isLessThan(-10);
        assertThat(zScore(large, 1.0 / 16, small)).isGreaterThan(10);
    }

    /** How far the departure at one size is from a multiple of that at another, in standard errors. */
    private static double zScore(FiniteSizeError.Point point, double factor, FiniteSizeError.Point other) {
        return (point.departure() - factor * other.departure())
                / Math.hypot(point.standardError(), factor * other.standardError());
    }
}
