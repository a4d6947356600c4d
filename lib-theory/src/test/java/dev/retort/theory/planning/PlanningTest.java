package dev.retort.theory.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanningTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.3))
            .withNoise(0.2);
    private static final RegressionTask QUIET = TASK.withNoise(0);

    @Test
    void theStudentOfTheTruthNeedsWhatTheStandardTargetNeeds() {
        MatchingSamples same = MatchingSamples.of(Distillation.of(QUIET), Training.samples(60));
        assertThat(same.samples()).isCloseTo(60, withinPercentage(1e-9));
        assertThat(same.factor()).isCloseTo(1, within(1e-11));
    }

    @Test
    void theOptimalSurrogateSavesLabels() {
        Distillation.Draft optimal = Distillation.of(QUIET).surrogate(Surrogate.optimal());
        MatchingSamples matching = MatchingSamples.of(optimal, Training.samples(60));
        double matched =
                optimal.target(Training.samples(matching.samples())).predict().excess();
        double standard =
                Distillation.of(QUIET).target(Training.samples(60)).predict().excess();
        assertThat(matched).isCloseTo(standard, withinPercentage(1e-9));
        assertThat(matching.factor()).isGreaterThan(1.1);
    }

    @Test
    void onAnInfinitePowerLawTheFactorTendsToAConstant() {
        // G(α, c)^(−1/(b−1)) with G = (α−1)^(c/2) cos(πc/2)/(α(1−c)), c = (b−1)/α.
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(1.5));
        double ratio = Math.cos(Math.PI / 8) / (2 * 0.75);
        MatchingSamples matching =
                MatchingSamples.of(Distillation.of(endless).surrogate(Surrogate.optimal()), Training.samples(1e6));
        assertThat(matching.factor()).isCloseTo(Math.pow(ratio, -2), withinPercentage(0.01));
    }

    @Test
    void aTeacherThatIsBlindNeverMatches() {
        Distillation.Draft blind = Distillation.of(QUIET).surrogate(Surrogate.masked(FeatureMask.keepingFirst(5, 200)));
        MatchingSamples matching = MatchingSamples.of(blind, Training.samples(150));
        assertThat(matching.samples()).isInfinite();
        assertThat(matching.factor()).isZero();
    }

    @Test
    void fewerSamplesThanThePeakMayMatch() {
        // Just below the rank the standard target is so bad that a tenth of the samples is enough.
        MatchingSamples matching = MatchingSamples.of(Distillation.of(TASK), Training.samples(199));
        assertThat(matching.factor()).isGreaterThan(10);
        assertThat(MatchingSamples.of(Distillation.of(QUIET), Training.samples(500))
                        .samples())
                .isEqualTo(200);
    }

    @Test
    void noOtherSplitOfTheBudgetIsBetter() {
        Training target = Training.samples(1).withNoise(0);
        LabelBudget budget = LabelBudget.of(TASK, 150, Training.samples(1), target);
        assertThat(budget.surrogateSamples() + budget.targetSamples()).isCloseTo(150, within(1e-10));
        for (int m = 1; m < 150; m++) {
            double other = Distillation.of(TASK)
                    .surrogate(Training.samples(m))
                    .target(target.withSamples(150 - m))
                    .predict()
                    .excess();
            assertThat(other)
                    .as("m = %d", m)
                    .isGreaterThanOrEqualTo(budget.risk().excess());
        }
        assertThat(budget.pipeline().predict().excess()).isEqualTo(budget.risk().excess());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelBudget.of(TASK, 0, target, target))
                .withMessage("labels: 0.0 is not greater than 0 and finite");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noSingleFeatureImprovesTheMaskAndNoCountBeatsTheBest(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RegressionTask task = RegressionTask.of(
                        Spectrum.of(random.doubles(30)
                                .map(u -> Math.pow(10, -3 * u))
                                .toArray()),
                        Signal.of(random.doubles(30, -1, 1).map(u -> u * u * u).toArray()))
                .withNoise(0.1);
        Training surrogate = Training.samples(12);
        Training target = Training.samples(9);
        SurrogateMask search = SurrogateMask.of(task, surrogate, target);
        double best = search.risk().excess();
        assertThat(search.counts()).hasSize(30);
        for (double excess : search.excess()) {
            assertThat(excess).isGreaterThanOrEqualTo(best);
        }
        for (int i = 0; i < 30; i++) {
            boolean[] keeps = new boolean[30];
            for (int j = 0; j < 30; j++) {
                keeps[j] = search.best().keeps(j) != (i == j);
            }
            Distillation other = Distillation.of(task)
                    .surrogate(surrogate.withMask(FeatureMask.of(keeps)))
                    .target(target);
            assertThat(other.predict().excess())
                    .as("seed %d, feature %d", seed, i)
                    .isGreaterThanOrEqualTo(best);
        }
    }

    @Test
    void aLongSpectrumIsSearchedOnARefinedGrid() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 6000), Signal.sourcePowerLaw(2.5))
                .withNoise(0.5);
        SurrogateMask search = SurrogateMask.of(task, Training.samples(600), Training.samples(700));
        assertThat(search.counts()).hasSizeLessThan(1000);
        int best = search.bestCount();
        assertThat(search.best()).isEqualTo(FeatureMask.keepingFirst(best, 6000));
        for (int other : new int[] {best - 1, best + 1, best / 2, 2 * best}) {
            Distillation pipeline = Distillation.of(task)
                    .surrogate(Training.samples(600).withMask(FeatureMask.keepingFirst(other, 6000)))
                    .target(Training.samples(700));
            assertThat(pipeline.predict().excess())
                    .isGreaterThanOrEqualTo(search.risk().excess());
        }
    }

    /**
     * The mask equals that of listed features, however many there are, and is as good as any of the first 40 and of
     * larger ones.
     */
    @Test
    void aSurrogateOfALawSeesItsFirstFeatures() {
        Training surrogate = Training.samples(180);
        Training target = Training.samples(30);
        for (Spectrum law : List.of(Spectrum.powerLaw(1.5), Spectrum.powerLaw(1.5, 1, 0, 1_000_000_000_000L))) {
            RegressionTask task =
                    RegressionTask.of(law, Signal.sourcePowerLaw(1.3)).withNoise(0.2);
            SurrogateMask search = SurrogateMask.of(task, surrogate, target);
            assertThat(search.best()).isEqualTo(FeatureMask.keepingFirst(search.bestCount()));
            assertThat(search.counts()).contains(search.bestCount() + 1).hasSizeBetween(300, 1000);
            LongStream.concat(LongStream.rangeClosed(1, 40), LongStream.of(179, 200, 1000, 10_000_000))
                    .forEach(count -> assertThat(Distillation.of(task)
                                    .surrogate(surrogate.withMask(FeatureMask.keepingFirst(count)))
                                    .target(target)
                                    .predict()
                                    .excess())
                            .isGreaterThanOrEqualTo(search.risk().excess()));
        }
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(1.5, 10_000), Signal.sourcePowerLaw(1.3));
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 10_000), Signal.sourcePowerLaw(1.3));
        assertThat(law.spectrum().isListed()).isFalse();
        assertThat(SurrogateMask.of(law, surrogate, target).bestCount())
                .isEqualTo(SurrogateMask.of(listed, surrogate, target).bestCount());
    }

    @Test
    void thePhasesMeetWhereTheRisksAreEqual() {
        double[] m = {15, 30, 60, 120, 150, 180, 195};
        double[] n = {10, 20, 50, 100, 150};
        PhaseDiagram.Family pipeline =
                (x, y) -> Distillation.of(QUIET).surrogate(Training.samples(x)).target(Training.samples(y));
        PhaseDiagram diagram = PhaseDiagram.of(m, n, pipeline);
        assertThat(diagram.ratio(3, 1))
                .isEqualTo(pipeline.at(120, 20).againstStrongLabels().ratio());
        List<List<double[]>> curves = diagram.boundaryCurves();
        assertThat(curves).isNotEmpty();
        assertThat(diagram.boundary())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(curves.stream().flatMap(List::stream).toList());
        for (List<double[]> curve : curves) {
            for (int k = 0; k < curve.size(); k++) {
                double[] point = curve.get(k);
                assertThat(pipeline.at(point[0], point[1]).againstStrongLabels().advantage())
                        .isCloseTo(0, within(1e-8));
                assertThat(k == 0
                                || (cells(m, point[0], curve.get(k - 1)[0]) && cells(n, point[1], curve.get(k - 1)[1])))
                        .as("point %d of a curve is in the same cell as the one before", k)
                        .isTrue();
            }
        }
        boolean better = false;
        boolean worse = false;
        for (int i = 0; i < m.length; i++) {
            for (int j = 0; j < n.length; j++) {
                better |= diagram.verdict(i, j).beatsStrongLabels();
                worse |= !diagram.verdict(i, j).beatsStrongLabels();
            }
        }
        assertThat(better && worse).isTrue();
    }

    /** Whether two coordinates are in one interval of an axis. */
    private static boolean cells(double[] axis, double first, double second) {
        return IntStream.range(1, axis.length)
                .anyMatch(i -> axis[i - 1] <= Math.min(first, second) && Math.max(first, second) <= axis[i]);
    }

    @Test
    void planningAnswersAreValues() {
        Training target = Training.samples(20);
        Supplier<List<Object>> answers = () -> List.of(
                MatchingSamples.of(Distillation.of(QUIET).surrogate(Surrogate.optimal()), target),
                LabelBudget.of(TASK, 150, Training.samples(1), target),
                SurrogateMask.of(TASK, Training.samples(30), target),
                PhaseDiagram.of(
                        new double[] {15, 30},
                        new double[] {10, 20},
                        (x, y) -> Distillation.of(TASK)
                                .surrogate(Training.samples(x))
                                .target(Training.samples(y))));
        List<Object> first = answers.get();
        List<Object> second = answers.get();
        assertThat(first).isEqualTo(second).hasSameHashCodeAs(second).doesNotHaveDuplicates();
        assertThat(first).allSatisfy(answer -> assertThat(answer.toString()).doesNotContain("@"));
        assertThat(first.get(0)).isNotEqualTo(MatchingSamples.of(Distillation.of(QUIET), target));
        assertThat(first.get(3).toString())
                .startsWith("PhaseDiagram of 2 x 2 points, x from 15.0 to 30.0, y from 10.0 to 20.0: the surrogate's");
    }

    @Test
    void axesHaveToAscend() {
        PhaseDiagram.Family pipeline = (x, y) -> Distillation.of(TASK).target(Training.samples(x));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(new double[] {2, 1}, new double[] {1}, pipeline))
                .withMessage("x[1]: 1.0 is not greater than the one before");
    }

    @Test
    @SuppressWarnings("NullAway")
    void argumentsThatDoNotFitAreNamed() {
        Training elsewhere = Training.samples(5).withSpectrum(Spectrum.isotropic(1, 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SurrogateMask.of(TASK, elsewhere, Training.samples(5)))
                .withMessage("spectrum.length: 5 is not the dimension of the task, 200");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelBudget.of(null, 10, Training.samples(1), Training.samples(1)))
                .withMessage("task: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(new double[] {1}, new double[] {2}, (x, y) -> null))
                .withMessage("pipeline at (1.0, 2.0): null is not allowed");
        PhaseDiagram.Family family = (x, y) -> Distillation.of(TASK).target(Training.samples(x));
        double[] axis = {1, 2, 3};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(axis, axis, (x, y) -> x + y > 3 ? null : family.at(x, y)))
                .withMessage("pipeline at (1.0, 3.0): null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(null, axis, family))
                .withMessage("x: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(axis, null, family))
                .withMessage("y: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PhaseDiagram.of(axis, axis, null))
                .withMessage("pipeline: null is not allowed");
        PhaseDiagram diagram = PhaseDiagram.of(axis, new double[] {1}, family);
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> diagram.ratio(3, 0))
                .withMessage("i: 3 is not between 0 and 2");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> diagram.verdict(0, -1))
                .withMessage("j: -1 is not between 0 and 0");
    }

    @Test
    void whereTheStandardTargetMakesNoErrorTheRankOfItsOwnCovarianceCounts() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 1, 0), Signal.constant(1));
        Training standard = Training.samples(5).withSpectrum(Spectrum.isotropic(1, 3));
        assertThat(MatchingSamples.of(Distillation.of(task), standard).samples())
                .isEqualTo(3);
    }

    /** Any number of samples is enough then, so nothing is saved. */
    @Test
    void withNothingToLearnTheSamplesAreThoseOfTheStandardTarget() {
        for (Spectrum spectrum : List.of(Spectrum.powerLaw(2), Spectrum.powerLaw(2, 50), Spectrum.of(1))) {
            Distillation.Draft nothing = Distillation.of(RegressionTask.of(spectrum, Signal.constant(0)));
            for (double n : new double[] {0.3, 7, 200}) {
                assertThat(MatchingSamples.of(nothing, Training.samples(n)).samples())
                        .isEqualTo(n);
                assertThat(MatchingSamples.of(nothing.surrogate(Surrogate.optimal()), Training.samples(n))
                                .factor())
                        .isEqualTo(1);
            }
        }
    }
}
