package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import org.junit.jupiter.api.Test;

/** That what the simulation departs from the theory by is of order 1/n, and nothing else. */
class FiniteSizeTest {

    /** By what part of the prediction a simulation exceeds it, and how well that is known. */
    private record Departure(double value, double error) {

        /** Of a chain of two noisy stages, all sizes of which are multiples of the scale. */
        static Departure atScale(int scale, int trials) {
            int p = 32 * scale;
            RegressionTask task = RegressionTask.of(
                            Spectrum.withMultiplicities(new double[] {1, 0.5}, new int[] {p / 4, 3 * p / 4}),
                            Signal.constant(0.5 / Math.sqrt(p)))
                    .withNoise(1);
            Distillation chain = Distillation.of(task)
                    .surrogate(Training.samples(24 * scale))
                    .then(Training.samples(24 * scale));
            double predicted = chain.predict().excess();
            Simulation simulation = chain.simulate(Trials.of(trials).seed(1));
            return new Departure(simulation.mean() / predicted - 1, simulation.standardError() / predicted);
        }

        /** How far this is from a multiple of another, in standard errors. */
        double zScore(double factor, Departure other) {
            return (value - factor * other.value) / Math.hypot(error, factor * other.error);
        }
    }

    @Test
    void theDepartureFromTheTheoryHalvesWhenEverythingDoubles() {
        Departure small = Departure.atScale(1, 3000);
        Departure large = Departure.atScale(2, 6000);
        // About 3/n: 0.13 and 0.063.
        assertThat(small.value).isGreaterThan(10 * small.error);
        assertThat(large.value).isGreaterThan(10 * large.error);
        assertThat(large.zScore(0.5, small)).isBetween(-3.0, 3.0);
        // It neither stays nor falls like 1/n².
        assertThat(large.zScore(1, small)).isLessThan(-4);
        assertThat(large.zScore(0.25, small)).isGreaterThan(4);
    }
}
