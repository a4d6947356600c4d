package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RowPool;
import dev.retort.theory.distillation.Training;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares simulations and predictions for rows labelled by several sources. */
class RowPoolSimulationTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.2, 60), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);
    private static final Distillation.Draft TRUTH = Distillation.of(TASK);

    /** Two separately trained teachers, which have only the truth in common, and the truth itself. */
    private static final RowPool POOL = RowPool.of(
                    Training.samples(80).withRidge(0.02),
                    List.of(
                            TRUTH,
                            TRUTH.surrogate(Training.samples(70).withMask(FeatureMask.keepingFirst(40, 60))),
                            TRUTH.surrogate(Training.samples(90).withRidge(0.01))
                                    .then(Training.samples(50))))
            .withNoise(0.5, 0, 0.2);

    /** Agreement within 4 standard errors of 300 trials, and 3/n for the error of the theory at n = 60. */
    @Test
    void simulationsAgreeWithPredictions() {
        Distillation chain =
                POOL.pipeline(0.25, 0.5, 0.25).then(Training.samples(60).withRidge(0.05));
        List<Simulation> stages = chain.simulate(Trials.of(300).withSeed(12)).stages();
        for (int k = 0; k < 2; k++) {
            double predicted = chain.predictStages().get(k).excess();
            assertThat(stages.get(k).mean())
                    .as("stage %d", k)
                    .isCloseTo(predicted, within(4 * stages.get(k).standardError() + 3.0 / 60 * predicted));
            assertThat(stages.get(k).standardError()).isLessThan(0.03 * predicted);
        }
    }

    /**
     * The disagreement of the sources matters: the prediction for a pool with equal noise and average coefficients but
     * no disagreement is far off.
     */
    @Test
    void disagreementOfSourcesActsAsNoise() {
        Training target = Training.samples(50);
        Distillation teacher = TRUTH.target(Training.samples(45));
        Distillation pool = RowPool.of(target, List.of(TRUTH, teacher)).pipeline(0.5, 0.5);
        Simulation simulated = pool.simulate(Trials.of(300).withSeed(3));
        assertThat(simulated.mean())
                .isCloseTo(
                        pool.predict().excess(),
                        within(4 * simulated.standardError()
                                + 3.0 / 10 * pool.predict().excess()));
        double ofLabels = teacher.target(target.withTeacherShare(0.5)).predict().excess();
        assertThat(simulated.mean()).isGreaterThan(1.3 * ofLabels);
    }

    @Test
    void aPoolHasNoLearningCurve() {
        Distillation.Draft pool = TRUTH.surrogate(POOL.pipeline(0.25, 0.5, 0.25).surrogate());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).learningCurve(pool, Training.samples(20), 10, 20))
                .withMessageContaining("is a pool");
    }
}
