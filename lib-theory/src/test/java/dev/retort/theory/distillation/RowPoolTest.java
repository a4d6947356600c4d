package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowPoolTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.2, 40), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);
    private static final Distillation.Draft TRUTH = Distillation.of(TASK);
    private static final Distillation TEACHER =
            TRUTH.surrogate(Training.samples(50).withRidge(0.01));
    private static final Distillation MASKED =
            TRUTH.surrogate(Training.samples(60).withMask(FeatureMask.keepingFirst(15, 40)));
    private static final Training TARGET = Training.samples(30).withRidge(0.02);

    /**
     * A pool with its shares and the results from a row of row-pools.tsv, which generate-row-pools.py computed with 80
     * digits.
     */
    record ReferencePool(String name, RowPool pool, List<Double> parts, List<Double> expected) {

        double[] shares() {
            return array(parts);
        }

        static ReferencePool of(Row row) {
            RegressionTask task = ReferenceText.task(row, "task");
            List<Teacher> teachers = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            List<Double> noise = new ArrayList<>();
            for (String source : row.text("sources").split(" \\+ ", -1)) {
                String[] words = source.split(" \\| ", 3);
                shares.add(Double.valueOf(words[0]));
                noise.add(Double.valueOf(words[1]));
                Teacher teacher = Distillation.of(task);
                if (words.length > 2) {
                    for (Training training : ReferenceText.trainings(words[2], task.dimension())) {
                        teacher = teacher.target(training);
                    }
                }
                teachers.add(teacher);
            }
            Training target = ReferenceText.trainings(row.text("target"), task.dimension())
                    .get(0);
            return new ReferencePool(
                    row.text("name"),
                    RowPool.of(target, teachers).withNoise(array(noise)),
                    shares,
                    row.numbersFrom("excess, bias, label noise, design, inherited, least excess, best shares"));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    static Stream<ReferencePool> pools() {
        return ReferenceTable.rows(RowPoolTest.class, "row-pools.tsv").map(ReferencePool::of);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void agreesWithHighPrecisionPartByPart(ReferencePool reference) {
        RiskReport risk = reference.pool.pipeline(reference.shares()).predict();
        double[] parts = {
            risk.excess(), risk.bias(), risk.labelNoiseVariance(), risk.designVariance(), risk.inheritedVariance()
        };
        for (int k = 0; k < parts.length; k++) {
            double expected = reference.expected.get(k);
            assertThat(parts[k]).as("part %d", k).isCloseTo(expected, within(1e-12 * expected));
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void theBestSharesAgreeWithHighPrecision(ReferencePool reference) {
        double[] best = reference.pool.bestShares();
        for (int s = 0; s < best.length; s++) {
            assertThat(best[s]).as("share %d", s).isCloseTo(reference.expected.get(6 + s), within(1e-11));
        }
        double least = reference.expected.get(5);
        assertThat(reference.pool.best().predict().excess()).isCloseTo(least, within(1e-12 * least));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void slopesAgreeWithDifferencesAndVanishAtTheBestShares(ReferencePool reference) {
        double[] shares = reference.shares();
        double[] slopes = reference.pool.slopes(shares);
        double excess = reference.pool.excess(shares);
        double step = 1e-5;
        for (int s = 0; s < shares.length; s++) {
            double difference = (excess(reference, s, step) - excess(reference, s, -step)) / (2 * step);
            assertThat(slopes[s]).as("source %d", s).isCloseTo(difference, within(1e-8 * excess));
        }
        double[] best = reference.pool.bestShares();
        double[] there = reference.pool.slopes(best);
        double least = reference.pool.excess(best);
        for (int s = 0; s < shares.length; s++) {
            assertThat(there[s]).isGreaterThan(-1e-12 * least);
            assertThat(best[s] * there[s]).isCloseTo(0, within(1e-12 * least));
        }
    }

    /** The excess risk if one source gets an additional part of all rows. */
    private static double excess(ReferencePool reference, int source, double part) {
        double[] shares = Arrays.stream(reference.shares())
                .map(share -> (1 - part) * share)
                .toArray();
        shares[source] += part;
        return reference.pool.excess(shares);
    }

    @Test
    void withTheTruthAndOneTeacherItIsTheSameAsAPartOfTheRows() {
        RowPool pool = RowPool.of(TARGET.withNoise(0.1), List.of(TEACHER, TRUTH));
        for (double part : new double[] {0, 0.3, 1}) {
            RiskReport expected =
                    TEACHER.target(TARGET.withNoise(0.1).withTeacherRows(part)).predict();
            RiskReport actual = pool.pipeline(part, 1 - part).predict();
            assertThat(actual.excess()).isCloseTo(expected.excess(), within(1e-14 * expected.excess()));
            assertThat(actual.accuracy()).isCloseTo(expected.accuracy(), within(1e-14));
            assertThat(actual.trainingError()).isCloseTo(expected.trainingError(), withinPercentage(1e-12));
        }
    }

    @Test
    void aSourceThatIsListedTwiceByFixedCoefficientsIsOne() {
        Distillation.Draft fixed = TRUTH.surrogate(Surrogate.masked(FeatureMask.keepingFirst(20, 40)));
        RowPool pool = RowPool.of(TARGET, List.of(fixed, fixed, TEACHER));
        double expected = RowPool.of(TARGET, List.of(fixed, TEACHER)).excess(0.7, 0.3);
        assertThat(pool.excess(0.2, 0.5, 0.3)).isCloseTo(expected, withinPercentage(1e-12));
    }

    /** A pool of two separately trained models has half of the variance, plus their disagreement. */
    @Test
    void equalDescriptionsAreSeparateModels() {
        RowPool pool = RowPool.of(Training.samples(4000).withNoise(0), List.of(TEACHER, TEACHER));
        assertThat(pool.excess(0.5, 0.5)).isLessThan(pool.excess(1, 0));
        assertThat(pool.bestShares()).containsExactly(new double[] {0.5, 0.5}, within(1e-12));
        assertThat(pool.excess(1, 0)).isEqualTo(pool.excess(0, 1));
    }

    /** With few rows, disagreement costs more than averaging saves, and mixing every label is better than a pool. */
    @Test
    void aPoolIsNotAMixtureOfEveryLabel() {
        Training target = Training.samples(30).withNoise(0.3);
        double labels = TEACHER.target(target.withTeacherShare(0.5)).predict().excess();
        double rows = RowPool.of(target, List.of(TRUTH, TEACHER)).excess(0.5, 0.5);
        assertThat(rows).isGreaterThan(1.2 * labels);
    }

    @Test
    void continuesLikeAnyPipeline() {
        Distillation pool = RowPool.of(TARGET, List.of(TRUTH, TEACHER, MASKED)).pipeline(0.2, 0.5, 0.3);
        Distillation chain =
                pool.then(Training.samples(25)).then(Training.samples(28).stoppedAt(20));
        List<RiskReport> stages = chain.predictStages();
        assertThat(stages.get(0)).isEqualTo(pool.predict());
        assertThat(stages.get(2).inheritedVariance()).isPositive();
        WeakToStrong verdict = pool.againstStrongLabels();
        assertThat(verdict.strong()).isEqualTo(TRUTH.target(TARGET).predict());
        assertThat(verdict.advantage())
                .isEqualTo(verdict.strong().excess() - verdict.weak().excess());
        assertThat(pool.predict().finiteSizeCorrection()).isEmpty();
    }

    @Test
    void infiniteSpectraHavePoolsToo() {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(1.5), Signal.sourcePowerLaw(2))
                .withNoise(0.3);
        RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(1.5, 100_000), Signal.sourcePowerLaw(2))
                .withNoise(0.3);
        // The omitted part is Σ λβ² = 1e-5 of the signal, and 1/150 of the trace of its tail.
        assertThat(excessOfThree(endless)).isCloseTo(excessOfThree(cut), withinPercentage(1));
    }

    private static double excessOfThree(RegressionTask task) {
        Distillation.Draft truth = Distillation.of(task);
        return RowPool.of(
                        Training.samples(100).withRidge(0.001),
                        List.of(truth, truth.target(Training.samples(80)), truth.target(Training.samples(200))))
                .excess(0.3, 0.3, 0.4);
    }

    /**
     * Derivatives with respect to the parameters of the trainings, and to eigenvalues with sources of fixed
     * coefficients.
     */
    @Test
    void derivativesAgreeWithDifferences() {
        double step = 1e-5;
        Distillation pool = ofGiven(TASK, TARGET);
        Sensitivities by = pool.sensitivities();
        double excess = pool.predict().excess();
        assertThat(by.target().samples())
                .isCloseTo(
                        difference(
                                step,
                                ofGiven(TASK, TARGET.withSamples(30 + step)),
                                ofGiven(TASK, TARGET.withSamples(30 - step))),
                        within(1e-8 * excess));
        for (int i : new int[] {0, 5, 39}) {
            assertThat(by.eigenvalue(i))
                    .as("eigenvalue %d", i)
                    .isCloseTo(
                            difference(step, ofGiven(moved(i, step), TARGET), ofGiven(moved(i, -step), TARGET)),
                            within(1e-7 * excess));
            Training own = TARGET.withSpectrum(TASK.spectrum());
            assertThat(ofGiven(TASK, own).sensitivities().target().eigenvalue(i))
                    .as("own eigenvalue %d", i)
                    .isCloseTo(
                            difference(
                                    step,
                                    ofGiven(
                                            TASK,
                                            TARGET.withSpectrum(moved(i, step).spectrum())),
                                    ofGiven(
                                            TASK,
                                            TARGET.withSpectrum(moved(i, -step).spectrum()))),
                            within(1e-7 * excess));
            assertThat(ofGiven(TASK, own).sensitivities().eigenvalue(i))
                    .as("eigenvalue %d of the task", i)
                    .isCloseTo(
                            difference(step, ofGiven(moved(i, step), own), ofGiven(moved(i, -step), own)),
                            within(1e-7 * excess));
        }
        assertThat(by.noise()).isZero();
    }

    private static RegressionTask moved(int i, double by) {
        double[] eigenvalues = TASK.spectrum().eigenvalues();
        eigenvalues[i] += by;
        return RegressionTask.of(Spectrum.of(eigenvalues), Signal.of(coefficients(1)))
                .withNoise(0.3);
    }

    private static double[] coefficients(double factor) {
        double[] coefficients = new double[40];
        Arrays.setAll(coefficients, i -> Math.pow(factor, i) * TASK.coefficient(i));
        return coefficients;
    }

    private static Distillation ofGiven(RegressionTask task, Training target) {
        Distillation.Draft truth = Distillation.of(task);
        return RowPool.of(target, List.of(truth, truth.surrogate(Surrogate.given(coefficients(0.9)))))
                .withNoise(0.2, 0.1)
                .pipeline(0.4, 0.6);
    }

    private static double difference(double step, Distillation above, Distillation below) {
        return (above.predict().excess() - below.predict().excess()) / (2 * step);
    }

    @Test
    void atTheThresholdTheBestSharesAreTheLimit() {
        RowPool limit =
                RowPool.of(Training.samples(40 - 1e-7), List.of(TRUTH, TEACHER)).withNoise(2, 0.5);
        RowPool pool = RowPool.of(Training.samples(40), List.of(TRUTH, TEACHER)).withNoise(2, 0.5);
        assertThat(pool.bestShares()).containsExactly(limit.bestShares(), within(1e-5));
        assertThat(pool.excess(0.5, 0.5)).isInfinite();
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.slopes(0.5, 0.5))
                .withMessageContaining("interpolation threshold");
    }

    @Test
    void rejectsInvalidArguments() {
        refuses("sources.size: 0 is not from 1 to 12", () -> RowPool.of(TARGET, List.of()));
        refuses(
                "sources[1]: optimal surrogate adapts to its share of the labels",
                () -> RowPool.of(TARGET, List.of(TRUTH, TRUTH.surrogate(Surrogate.optimal()))));
        RowPool pool = RowPool.of(TARGET, List.of(TRUTH, TEACHER));
        refuses("shares.length: 3 is not the number of sources, 2", () -> pool.pipeline(0.2, 0.3, 0.5));
        refuses("shares[0]: -0.5 is not from 0 to 1; it is a part of the rows", () -> pool.pipeline(-0.5, 1.5));
        refuses(
                "shares: [0.5, 0.25] do not add up to 1, the whole of the rows, but to 0.75",
                () -> pool.excess(0.5, 0.25));
        refuses("noise[1]: -1.0 is not at least 0 and finite", () -> pool.withNoise(0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowPool.of(TARGET, List.of(TRUTH.target(Training.samples(40)))))
                .withMessageContaining("is at its interpolation threshold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowPool.of(TARGET.withLabels(Labels.hard()), List.of(TRUTH)))
                .withMessageContaining("is not on logits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowPool.of(TARGET, List.of(pool.pipeline(0.5, 0.5))))
                .withMessageContaining("begins with a pool itself");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK)
                        .surrogate(pool.pipeline(0.5, 0.5).surrogate())
                        .target(Training.samples(20).withLabels(Labels.hard()))
                        .predict())
                .withMessageContaining("are not supported for a pool of rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK.withNoise(1))
                        .surrogate(pool.pipeline(0.5, 0.5).surrogate()))
                .withMessageContaining("is of another task");
    }

    private static void refuses(String message, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }

    @Test
    void equalDescriptionsAreEqual() {
        RowPool pool = RowPool.of(TARGET, List.of(TRUTH, TEACHER));
        assertThat(RowPool.of(TARGET.withTeacherShare(0.4), List.of(TRUTH, TEACHER)))
                .isEqualTo(pool)
                .hasSameHashCodeAs(pool);
        assertThat(pool.withNoise(0.3, 0)).isNotEqualTo(pool);
        assertThat(pool.pipeline(0.5, 0.5)).isEqualTo(pool.pipeline(0.5, 0.5));
        assertThat(pool.pipeline(0.5, 0.5).surrogate())
                .hasToString("pool of rows from [Source[teacher=" + TRUTH + ", share=0.5, noise=0.3], Source[teacher="
                        + TEACHER + ", share=0.5, noise=0.3]]");
    }
}
