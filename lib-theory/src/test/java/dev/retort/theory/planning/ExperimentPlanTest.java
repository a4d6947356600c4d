package dev.retort.theory.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Trials;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class ExperimentPlanTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 100), Signal.sourcePowerLaw(1.4))
            .withNoise(0.5);
    private static final Distillation STRONG = Distillation.of(TASK).target(Training.samples(60));
    private static final Distillation WEAK = Distillation.of(TASK)
            .surrogate(Training.samples(160))
            .then(Training.samples(60).withNoise(0.2));

    @Test
    void trialsFollowFromTheScatter() {
        ExperimentPlan plan = ExperimentPlan.of(STRONG);
        RiskReport risk = STRONG.predict();
        double sd = risk.standardDeviation().getAsDouble();
        double mean = risk.corrected().getAsDouble();
        assertThat(plan.trials(0.01)).isEqualTo((long) Math.ceil(Math.pow(sd / (0.01 * mean), 2)));
        assertThat(plan.standardError(100)).isCloseTo(sd / 10, withinPercentage(1e-12));
        assertThat(plan.standardError(1, 1_000_000_000)).isCloseTo(sd, withinPercentage(1e-3));
        double test = mean + 0.25;
        assertThat(plan.standardError(25, 50))
                .isCloseTo(Math.hypot(sd, test * Math.sqrt(2.0 / 50)) / 5, withinPercentage(1e-12));
    }

    /** 400 experiments, each with one trial of each pipeline on separate data. */
    @Test
    void aWeakTeachersStudentWinsAsOftenAsPredicted() {
        Comparison comparison = Comparison.of(WEAK, STRONG);
        int wins = 0;
        int runs = 400;
        for (int run = 0; run < runs; run++) {
            double weak = WEAK.simulate(Trials.of(2).literal().withSeed(1000 + run))
                    .stages()
                    .get(1)
                    .mean();
            double strong =
                    STRONG.simulate(Trials.of(2).literal().withSeed(5000 + run)).mean();
            wins += weak < strong ? 1 : 0;
        }
        // Means of two trials each: the scatter is √2 times smaller.
        double chance = new NormalDistribution()
                .cumulativeProbability(Math.sqrt(2) * comparison.difference() / comparison.scatter());
        double error = Math.sqrt(chance * (1 - chance) / runs);
        assertThat(chance).isBetween(0.05, 0.95);
        // Risks are skewed at this size, which changes the probability by a few hundredths.
        assertThat((double) wins / runs).isCloseTo(chance, within(4 * error + 0.03));
        assertThat(comparison.chanceThatFirstWins()
                        + Comparison.of(STRONG, WEAK).chanceThatFirstWins())
                .isCloseTo(1, within(1e-14));
    }

    @Test
    void runsAndTestsThatShowADifference() {
        Comparison comparison = Comparison.of(WEAK, STRONG);
        // 1.2816 and 1.9600 standard deviations for a power of 0.9 at a level of 0.05.
        double needed =
                Math.pow((1.2815515655446004 + 1.959963984540054) * comparison.scatter() / comparison.difference(), 2);
        assertThat(comparison.runsToSee(0.9, 0.05)).isEqualTo((long) Math.ceil(needed));
        assertThat(comparison.testSamplesToSee(0.9, 0.05)).isGreaterThan(comparison.testSamplesToSee(0.5, 0.05));
        assertThat(Comparison.of(STRONG, STRONG).runsToSee(0.9, 0.05)).isEqualTo(Long.MAX_VALUE);
        assertThat(Comparison.of(STRONG, STRONG).chanceThatFirstWins()).isEqualTo(0.5);
    }

    /** So many runs and tests that rounding them up hides nothing. */
    @Test
    void runsAndTestsThatShowASmallDifference() {
        Distillation more = Distillation.of(TASK).target(Training.samples(61));
        Comparison comparison = Comparison.of(more, STRONG);
        double perDifference = (1.2815515655446004 + 1.959963984540054) / comparison.difference();
        double runs = Math.pow(perDifference * comparison.scatter(), 2);
        assertThat(comparison.runsToSee(0.9, 0.05)).isEqualTo((long) Math.ceil(runs));
        // The test risk is the mean excess risk at this size plus the variance of the noise.
        double first = more.predict().corrected().getAsDouble() + 0.25;
        double second = STRONG.predict().corrected().getAsDouble() + 0.25;
        double tests = Math.pow(perDifference, 2) * 2 * (first * first + second * second);
        assertThat(comparison.testSamplesToSee(0.9, 0.05)).isEqualTo((long) Math.ceil(tests));
    }

    @Test
    void rejectsPipelinesWithoutKnownScatter() {
        Distillation threshold = Distillation.of(TASK).target(Training.samples(100));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExperimentPlan.of(threshold))
                .withMessageStartingWith("pipeline: ")
                .withMessageEndingWith(
                        "has no known scatter; it is known for chains of ridge regressions of finite risk");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.of(WEAK, STRONG).runsToSee(1, 0.05))
                .withMessage("power: 1.0 is not between 0 and 1; it is a probability");
    }
}
