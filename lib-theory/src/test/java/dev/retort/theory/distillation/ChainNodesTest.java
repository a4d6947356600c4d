package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains on listed features, on gathered ones, and on power laws that are not listed. */
class ChainNodesTest {

    private static final int DIMENSION = 30_000;
    private static final Signal SIGNAL = Signal.sourcePowerLaw(1.4);

    private static final RegressionTask LISTED =
            RegressionTask.of(Spectrum.powerLaw(1.5, DIMENSION), SIGNAL).withNoise(0.1);

    /** So many features that the spectrum is a law, of which tests list only the first few. */
    private static final RegressionTask LAW = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, (long) DIMENSION), SIGNAL)
            .withNoise(0.1);

    static List<Surrogate> surrogates() {
        return List.of(Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked());
    }

    private static List<RiskReport> chain(RegressionTask task, Surrogate surrogate) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(500))
                .then(Training.samples(3000).withRidge(1e-6).withNoise(0))
                .then(Training.samples(35_000).withTeacherShare(0.7))
                .then(Training.samples(20_000.5))
                .predictStages();
    }

    @ParameterizedTest
    @MethodSource("surrogates")
    void agreeStageByStage(Surrogate surrogate) {
        assertThat(LAW.spectrum().isListed()).isFalse();
        List<RiskReport> listed = chain(LISTED, surrogate);
        List<RiskReport> gathered = chain(LISTED.gathered(), surrogate);
        List<RiskReport> law = chain(LAW, surrogate);
        for (int stage = 0; stage < listed.size(); stage++) {
            agree(gathered.get(stage), listed.get(stage));
            agree(law.get(stage), listed.get(stage));
        }
    }

    private static void agree(RiskReport actual, RiskReport expected) {
        close(actual.excess(), expected.excess(), expected.excess());
        close(actual.bias(), expected.bias(), expected.excess());
        close(actual.labelNoiseVariance(), expected.labelNoiseVariance(), expected.excess());
        close(actual.designVariance(), expected.designVariance(), expected.excess());
        close(actual.inheritedVariance(), expected.inheritedVariance(), expected.excess());
    }

    private static void close(double actual, double expected, double scale) {
        assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(1e-12 * scale);
    }

    @Test
    void aSweepMayFollowATrainedTeacher() {
        double[] grid = {100, 1000, 5000, 29_000};
        Distillation teacher = Distillation.of(LISTED).surrogate(Training.samples(2000));
        Sweep.Curves curves = Sweep.along(grid, Training::samples).predict(Distillation.of(LISTED), teacher);
        for (int k = 0; k < grid.length; k++) {
            double one = teacher.then(Training.samples(grid[k])).predict().excess();
            close(curves.excess(1)[k], one, one);
        }
    }

    @Test
    void aThresholdMakesLaterStagesInfinite() {
        for (RegressionTask task : List.of(LISTED, LISTED.gathered())) {
            Distillation chain = Distillation.of(task)
                    .surrogate(Training.samples(DIMENSION))
                    .then(Training.samples(300))
                    .then(Training.samples(40_000));
            assertThat(chain.predictStages()).extracting(RiskReport::excess).containsOnly(Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void masksAndOtherCovariancesHaveToFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Distillation.of(LISTED).target(Training.samples(10).withSpectrum(Spectrum.of(1, 2))))
                .withMessage("spectrum.length: 2 is not the dimension of the task, 30000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(LISTED)
                        .target(Training.samples(10).withMask(FeatureMask.keepingFirst(0, DIMENSION))))
                .withMessageEndingWith("keeps no feature that varies");
    }
}
