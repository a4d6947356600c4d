package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SimulationTest {

    @Test
    void summarisesItsTrials() {
        Simulation simulation = Simulation.of(new double[] {1, 2, 3, 6});
        assertThat(simulation.trials()).isEqualTo(4);
        assertThat(simulation.mean()).isEqualTo(3);
        // Sample variance (4 + 1 + 0 + 9)/3, over 4 trials.
        assertThat(simulation.standardError()).isCloseTo(Math.sqrt(14.0 / 3 / 4), within(1e-15));
        assertThat(simulation.zScore(2)).isCloseTo(1 / Math.sqrt(14.0 / 12), within(1e-14));
        assertThat(simulation.zScore(3)).isZero();
        assertThat(simulation).hasToString("excess 3.00000 ± 1.1 from 4 trials");
    }

    @Test
    void trialsThatAllAgreeLeaveNoDoubt() {
        Simulation simulation = Simulation.of(new double[] {2, 2});
        assertThat(simulation.zScore(2)).isZero();
        assertThat(simulation.zScore(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(simulation.zScore(3)).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void keepsItsTrialsToItself() {
        Simulation simulation = Simulation.of(new double[] {1, 3});
        simulation.excess()[0] = 7;
        assertThat(simulation.excess()).containsExactly(1, 3);
    }
}
