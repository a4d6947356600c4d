package dev.retort.theory.testing;

import dev.retort.theory.simulation.Simulation;
import org.assertj.core.annotation.CheckReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * Entry point to Retort's assertions. The static import of {@code assertThat} works alongside AssertJ's own if both are imported by name or
 * both with a star.
 *
 * <pre>{@code
 * import static dev.retort.theory.testing.RetortAssertions.assertThat;
 * import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
 *
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 100), Signal.sourcePowerLaw(1.4)).withNoise(0.2);
 * Distillation pipeline = Distillation.of(task).target(Training.samples(40));
 * Simulation simulation = pipeline.simulate(Trials.of(100).withSeed(7));
 * assertThat(simulation).agreesWith(pipeline.predict()); // passes
 *
 * RiskReport better = Distillation.of(task).target(Training.samples(60)).predict();
 * assertThatExceptionOfType(AssertionError.class)
 *         .isThrownBy(() -> assertThat(simulation).agreesWith(better)); // fails, and says by how much
 * }</pre>
 */
@CheckReturnValue
public final class RetortAssertions {

    private RetortAssertions() {}

    /**
     * Begins an assertion about a simulation.
     *
     * @param actual the simulation
     * @return the assertion, by default within 4 standard errors and the allowance of {@link SimulationAssert} for finite size
     */
    public static SimulationAssert assertThat(@Nullable Simulation actual) {
        return new SimulationAssert(actual);
    }
}
