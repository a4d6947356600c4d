package dev.retort.theory.incontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.SampleMean;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskDiversityTest {

    private static final IsotropicContext CONTEXT =
            IsotropicContext.of(4, 3).withTaskPower(2).withNoise(0.5);

    private static final TaskDiversity DIVERSITY = TaskDiversity.of(CONTEXT, 4096, 2000, 5);

    @Test
    void oneTaskIsMemorisedExactlyAndUninformativeAboutOthers() {
        assertThat(DIVERSITY.tasks()).startsWith(1, 2, 3, 4, 6, 8, 12, 16).endsWith(2048, 3072, 4096);
        assertThat(DIVERSITY.memorisingOnPretraining(0).mean()).isZero();
        assertThat(DIVERSITY.memorisingOnPretraining(0).standardError()).isZero();
        // Two independent tasks have the mean squared distance 2p.
        assertThat(Math.abs(DIVERSITY.memorisingOnNew(0).zScore(4))).isLessThan(4);
    }

    /** By quadrature over the distance of the tasks in units of the noise, in NumPy. */
    @ParameterizedTest
    @CsvSource({
        "2, 10, 1, 0.01, 9.201604595488792e-10",
        "2, 10, 1, 1e-6, 9.203172477255644e-26",
        "4, 10, 1, 1e-6, 6.273189050771307e-37",
        "1, 60, 1e10, 1e-6, 1.9841529445103918e-26"
    })
    void twoTasksAreRarelyConfusedButSometimes(int dimension, int length, double power, double noise, double risk) {
        IsotropicContext context =
                IsotropicContext.of(dimension, length).withTaskPower(power).withNoise(noise);
        TaskDiversity diversity = TaskDiversity.of(context, 2, 2, 1);
        assertThat(diversity.memorisingOnPretraining(0).mean()).isZero();
        assertThat(diversity.memorisingOnPretraining(1).mean()).isCloseTo(risk, within(1e-9 * risk));
        assertThat(diversity.memorisingOnPretraining(1).standardError()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-505, -450, 100, 500})
    void risksDoNotDependOnTheUnit(int exponent) {
        for (double noise : new double[] {0.25, 1000}) {
            IsotropicContext context = IsotropicContext.of(4, 3).withNoise(noise);
            IsotropicContext inUnits =
                    context.withTaskPower(Math.scalb(1.0, 2 * exponent)).withNoise(Math.scalb(noise, exponent));
            TaskDiversity expected = TaskDiversity.of(context, 12, 40, 1);
            TaskDiversity actual = TaskDiversity.of(inUnits, 12, 40, 1);
            for (int i = 0; i < expected.tasks().length; i++) {
                double seen = expected.memorisingOnPretraining(i).mean();
                double fresh = expected.memorisingOnNew(i).mean();
                assertThat(Math.scalb(actual.memorisingOnPretraining(i).mean(), -2 * exponent))
                        .isCloseTo(seen, within(1e-15 * seen));
                assertThat(Math.scalb(actual.memorisingOnNew(i).mean(), -2 * exponent))
                        .isCloseTo(fresh, within(1e-15 * fresh));
            }
            assertThat(actual.crossing(0.4).map(TaskDiversity.Crossing::below))
                    .isEqualTo(expected.crossing(0.4).map(TaskDiversity.Crossing::below));
            assertThat(Math.scalb(TaskDiversity.distanceTimesTasks(inUnits), -2 * exponent))
                    .isCloseTo(TaskDiversity.distanceTimesTasks(context), withinPercentage(1e-12));
        }
    }

    @Test
    void withoutContextBothPredictAMean() {
        IsotropicContext empty = IsotropicContext.of(4, 0).withTaskPower(2).withNoise(0.5);
        TaskDiversity diversity = TaskDiversity.of(empty, 100, 10, 1);
        assertThat(diversity.generalising()).isEqualTo(2);
        for (int i = 0; i < diversity.tasks().length; i++) {
            double m = diversity.tasks()[i];
            // All directions are integrated out.
            assertThat(diversity.memorisingOnPretraining(i).mean()).isCloseTo(2 * (1 - 1 / m), within(1e-13));
            assertThat(diversity.memorisingOnNew(i).mean()).isCloseTo(2 * (1 + 1 / m), within(1e-13));
        }
        assertThat(TaskDiversity.distanceTimesTasks(empty)).isEqualTo(2);
    }

    @Test
    void eachPredictorIsBestOnItsOwnTasksAndBothConverge() {
        double exact = CONTEXT.excess(CONTEXT.bayes());
        assertThat(DIVERSITY.generalising()).isEqualTo(exact);
        for (int i = 0; i < DIVERSITY.tasks().length; i++) {
            assertThat(DIVERSITY.memorisingOnPretraining(i).mean()).isLessThan(exact);
            assertThat(DIVERSITY.memorisingOnNew(i).mean()).isGreaterThan(exact);
            if (i > 0) {
                assertThat(DIVERSITY.memorisingOnPretraining(i).mean())
                        .isGreaterThan(DIVERSITY.memorisingOnPretraining(i - 1).mean());
                assertThat(DIVERSITY.memorisingOnNew(i).mean())
                        .isLessThan(DIVERSITY.memorisingOnNew(i - 1).mean());
            }
        }
        int last = DIVERSITY.tasks().length - 1;
        assertThat(DIVERSITY.memorisingOnPretraining(last).mean()).isCloseTo(exact, within(0.02 * exact));
        assertThat(DIVERSITY.memorisingOnNew(last).mean()).isCloseTo(exact, within(0.02 * exact));
    }

    /** Draws everything and integrates nothing out, in the original coordinates. */
    @Test
    void agreesWithAnExperimentThatFollowsTheDefinition() {
        Random random = new Random(8);
        int d = 4;
        int index = 6;
        int m = DIVERSITY.tasks()[index];
        double[] known = new double[20_000];
        double[] fresh = new double[known.length];
        for (int r = 0; r < known.length; r++) {
            double[][] tasks = IntStream.range(0, m)
                    .mapToObj(j -> gaussian(d, Math.sqrt(0.5), random))
                    .toArray(double[][]::new);
            known[r] = squaredError(tasks, tasks[r % m], 3, 0.5, random);
            fresh[r] = squaredError(tasks, gaussian(d, Math.sqrt(0.5), random), 3, 0.5, random);
        }
        SampleMean onKnown = SampleMean.of(known);
        SampleMean onFresh = SampleMean.of(fresh);
        assertThat(m).isEqualTo(12);
        assertThat(apart(onKnown, DIVERSITY.memorisingOnPretraining(index))).isLessThan(4);
        assertThat(apart(onFresh, DIVERSITY.memorisingOnNew(index))).isLessThan(4);
    }

    private static double apart(SampleMean a, SampleMean b) {
        return Math.abs(a.mean() - b.mean()) / Math.hypot(a.standardError(), b.standardError());
    }

    private static double squaredError(double[][] tasks, double[] truth, int examples, double noise, Random random) {
        double[] log = new double[tasks.length];
        for (int example = 0; example < examples; example++) {
            double[] x = gaussian(truth.length, 1, random);
            double y = dot(x, truth) + noise * random.nextGaussian();
            for (int j = 0; j < tasks.length; j++) {
                double residual = y - dot(x, tasks[j]);
                log[j] -= residual * residual / (2 * noise * noise);
            }
        }
        double[] mean = new double[truth.length];
        double total = 0;
        for (int j = 0; j < tasks.length; j++) {
            double weight = Math.exp(log[j]);
            total += weight;
            for (int i = 0; i < mean.length; i++) {
                mean[i] += weight * tasks[j][i];
            }
        }
        double error = 0;
        for (int i = 0; i < mean.length; i++) {
            error += Math.pow(mean[i] / total - truth[i], 2);
        }
        return error;
    }

    private static double[] gaussian(int length, double deviation, Random random) {
        double[] vector = new double[length];
        for (int i = 0; i < length; i++) {
            vector[i] = deviation * random.nextGaussian();
        }
        return vector;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** In a long context the memorising predictor finds the task nearest to the truth, or the truth itself. */
    @Test
    void aLongContextPicksTheNearestTask() {
        IsotropicContext context = IsotropicContext.of(2, 400).withTaskPower(1).withNoise(0.1);
        TaskDiversity diversity = TaskDiversity.of(context, 8, 4000, 3);
        int index = 5;
        assertThat(diversity.tasks()[index]).isEqualTo(8);
        assertThat(diversity.memorisingOnPretraining(index).mean()).isLessThan(1e-4);
        Random random = new Random(4);
        double[] nearest = new double[40_000];
        for (int r = 0; r < nearest.length; r++) {
            double[] truth = gaussian(2, Math.sqrt(0.5), random);
            nearest[r] = IntStream.range(0, 8)
                    .mapToDouble(j -> {
                        double[] task = gaussian(2, Math.sqrt(0.5), random);
                        return Math.pow(task[0] - truth[0], 2) + Math.pow(task[1] - truth[1], 2);
                    })
                    .min()
                    .orElseThrow();
        }
        // The noise decides near-ties, so one per cent is allowed.
        SampleMean expected = SampleMean.of(nearest);
        SampleMean actual = diversity.memorisingOnNew(index);
        assertThat(actual.mean())
                .isCloseTo(
                        expected.mean(),
                        within(4 * Math.hypot(actual.standardError(), expected.standardError())
                                + 0.01 * expected.mean()));
    }

    /** (p/d) Σ (d − k) C(d, k) n⋯(n−k+1) c^k by hand, and as the limit for uninformative contexts. */
    @Test
    void manyTasksApproachTheLimitAtTheKnownRate() {
        // c = 1/2, p/d = 1/2: ½(2 + 1·2·2·½).
        assertThat(TaskDiversity.distanceTimesTasks(
                        IsotropicContext.of(2, 2).withTaskPower(1).withNoise(1)))
                .isEqualTo(2);
        assertThat(TaskDiversity.distanceTimesTasks(
                        IsotropicContext.of(8, 8).withTaskPower(1).withNoise(0.5)))
                .isCloseTo(12398, within(1e-8));
        IsotropicContext context = IsotropicContext.of(3, 1).withTaskPower(1).withNoise(1.5);
        // c = 4/27, p/d = 1/3: ⅓(3 + 2·3·4/27).
        double limit = 35.0 / 27;
        assertThat(TaskDiversity.distanceTimesTasks(context)).isCloseTo(limit, within(1e-14));
        TaskDiversity diversity = TaskDiversity.of(context, 384, 20_000, 2);
        int last = diversity.tasks().length - 1;
        double m = diversity.tasks()[last];
        SampleMean onNew = diversity.memorisingOnNew(last);
        double distance = (onNew.mean() - diversity.generalising()) * m;
        // Two per cent are allowed for the difference from the limit at M = 384; at M = 1 fifteen.
        assertThat(distance).isCloseTo(limit, within(3 * onNew.standardError() * m + 0.02 * limit));
        assertThat(5 * onNew.standardError() * m).isLessThan(limit - (2 - diversity.generalising()));
        SampleMean onKnown = diversity.memorisingOnPretraining(last);
        assertThat((diversity.generalising() - onKnown.mean()) * m)
                .isCloseTo(limit, within(4 * onKnown.standardError() * m));
    }

    @Test
    void thePredictorsCrossForMixedTasks() {
        // At M = 1 the predictors tie for the share R/(2p) of new tasks, where R is the generalising risk.
        double share = DIVERSITY.generalising() / 4;
        TaskDiversity.Crossing crossing = DIVERSITY.crossing(share + 0.05).orElseThrow();
        assertThat(crossing.memorisingBelow()).isFalse();
        assertThat(crossing.tasks()).isBetween((double) crossing.below(), (double) crossing.above());
        assertThat(crossing.standardError()).isPositive().isLessThan(crossing.tasks() / 4);
        assertThat(DIVERSITY.crossing(0.999)).isEmpty();
        TaskDiversity other = TaskDiversity.of(CONTEXT, 64, 2000, 6);
        TaskDiversity.Crossing again = other.crossing(share + 0.05).orElseThrow();
        assertThat(again.tasks())
                .isCloseTo(crossing.tasks(), within(4 * Math.hypot(again.standardError(), crossing.standardError())));
    }

    @Test
    void aHigherPriceEndsMemorisingSooner() {
        double before = Double.POSITIVE_INFINITY;
        for (double price : new double[] {1e-4, 1e-3, 1e-2, 1e-1}) {
            TaskDiversity.Crossing crossing = DIVERSITY.crossingAtPrice(price).orElseThrow();
            assertThat(crossing.memorisingBelow()).isTrue();
            assertThat(crossing.tasks()).isLessThan(before);
            double gainBelow = DIVERSITY.generalising()
                    - DIVERSITY
                            .memorisingOnPretraining(indexOf(crossing.below()))
                            .mean();
            assertThat(gainBelow).isGreaterThan(price * crossing.below());
            before = crossing.tasks();
        }
        // Memorising the first task reduces the risk by R.
        assertThat(DIVERSITY.crossingAtPrice(DIVERSITY.generalising() * 1.01)).isEmpty();
        assertThat(DIVERSITY.crossingAtPrice(1e-9)).isEmpty();
    }

    private static int indexOf(int tasks) {
        return IntStream.range(0, DIVERSITY.tasks().length)
                .filter(i -> DIVERSITY.tasks()[i] == tasks)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void resultsDependOnlyOnTheSeed() throws Exception {
        ForkJoinPool one = new ForkJoinPool(1);
        try {
            double alone = one.submit(() -> TaskDiversity.of(CONTEXT, 32, 60, 9)
                            .memorisingOnNew(4)
                            .mean())
                    .get();
            assertThat(TaskDiversity.of(CONTEXT, 32, 60, 9).memorisingOnNew(4).mean())
                    .isEqualTo(alone);
        } finally {
            one.shutdown();
        }
        // The tasks are nested: more tasks do not change the results for fewer.
        assertThat(TaskDiversity.of(CONTEXT, 64, 60, 9).memorisingOnNew(4).mean())
                .isEqualTo(
                        TaskDiversity.of(CONTEXT, 32, 60, 9).memorisingOnNew(4).mean());
        assertThat(TaskDiversity.of(CONTEXT, 32, 60, 8).memorisingOnNew(4).mean())
                .isNotEqualTo(
                        TaskDiversity.of(CONTEXT, 32, 60, 9).memorisingOnNew(4).mean());
    }

    /**
     * Values from SciPy and mpmath, by quadrature over z, q and r of 2(p/d) E r (1 + exp(s²/2 − sz))⁻², s² = 2p/(dσ²) q
     * r.
     */
    @Test
    void twoTasksAreConfusedAsOftenAsPredicted() {
        double[][] cases = {
            {8, 16, 8, 3.6660109663e-7}, {4, 3, 2, 0.0571082803042}, {8, 6, 8, 7.87828373326e-4},
        };
        for (double[] known : cases) {
            SampleMean risk = TaskDiversity.of(
                            IsotropicContext.of((int) known[0], (int) known[1])
                                    .withTaskPower(known[2])
                                    .withNoise(0.5),
                            2,
                            2,
                            1)
                    .memorisingOnPretraining(1);
            assertThat(risk.mean()).isCloseTo(known[3], within(1e-11 * known[3]));
            assertThat(risk.standardError()).isZero();
        }
    }

    /** The integral at M = 2 again, by the sampling used for larger M. */
    @Test
    void rareMistakesAreFound() {
        for (int length : new int[] {2, 6, 16, 60}) {
            IsotropicContext context =
                    IsotropicContext.of(8, length).withTaskPower(8).withNoise(0.5);
            ConfusedTasks confused = new ConfusedTasks(context);
            double exact = confused.riskOfTwo();
            SampleMean drawn = SampleMean.of(Draws.of(2000, 3, random -> confused.draw(2, random)).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray());
            assertThat(Math.abs(drawn.zScore(exact))).as("%d examples", length).isLessThan(4);
            assertThat(drawn.standardError()).as("%d examples", length).isLessThan(0.1 * exact);
        }
        ConfusedTasks often =
                new ConfusedTasks(IsotropicContext.of(1, 1).withTaskPower(1).withNoise(0.5));
        SampleMean many = SampleMean.of(Draws.of(20_000, 3, random -> often.draw(2, random)).stream()
                .mapToDouble(Double::doubleValue)
                .toArray());
        assertThat(many.mean()).isCloseTo(often.riskOfTwo(), withinPercentage(1.3)); // four standard errors
        IsotropicContext context = IsotropicContext.of(8, 16).withTaskPower(8).withNoise(0.5);
        TaskDiversity rare = TaskDiversity.of(context, 16, 2000, 1);
        for (int i = 2; i < rare.tasks().length; i++) {
            // Three tasks hardly ever fit equally well, so the contributions of pairs add up.
            SampleMean risk = rare.memorisingOnPretraining(i);
            double pairs = (rare.tasks()[i] - 1) * 3.6660109663e-7;
            assertThat(risk.standardError()).isLessThan(0.1 * pairs);
            assertThat(risk.mean()).isCloseTo(pairs, within(4 * risk.standardError() + 0.01 * pairs));
        }
    }

    /** Where mistakes are frequent enough for ordinary draws, importance sampling and ordinary draws agree. */
    @Test
    void importanceSamplingAgreesWithPlainSampling() {
        IsotropicContext context = IsotropicContext.of(3, 4).withTaskPower(3).withNoise(0.6);
        int index = 4;
        TaskDiversity sought = TaskDiversity.of(context, 6, 8000, 2);
        assertThat(sought.tasks()[index]).isEqualTo(6);
        assertThat(5 * sought.memorisingOnPretraining(1).mean()).isBetween(0.02 * 3, 0.1 * 3);
        SampleMean risk = sought.memorisingOnPretraining(index);
        Random random = new Random(3);
        double[] awaited = new double[60_000];
        for (int r = 0; r < awaited.length; r++) {
            double[][] tasks =
                    IntStream.range(0, 6).mapToObj(j -> gaussian(3, 1, random)).toArray(double[][]::new);
            awaited[r] = squaredError(tasks, tasks[0], 4, 0.6, random);
        }
        SampleMean expected = SampleMean.of(awaited);
        assertThat(apart(risk, expected)).isLessThan(4);
        assertThat(Math.hypot(risk.standardError(), expected.standardError())).isLessThan(0.05 * expected.mean());
    }

    @Test
    void veryInformativeContextsDoNotUnderflow() {
        IsotropicContext sharp = IsotropicContext.of(5, 200).withTaskPower(1).withNoise(1e-6);
        TaskDiversity diversity = TaskDiversity.of(sharp, 16, 50, 1);
        for (int i = 0; i < diversity.tasks().length; i++) {
            assertThat(diversity.memorisingOnNew(i).mean()).isFinite().isPositive();
            assertThat(diversity.memorisingOnPretraining(i).mean()).isCloseTo(0, within(1e-12));
        }
        assertThat(TaskDiversity.distanceTimesTasks(
                        IsotropicContext.of(2000, 4000).withNoise(1e-6)))
                .isInfinite();
    }

    @Test
    void badInputIsRefused() {
        IsotropicContext silent = IsotropicContext.of(4, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> TaskDiversity.of(silent, 8, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> TaskDiversity.of(CONTEXT.withTaskPower(0), 8, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> TaskDiversity.of(CONTEXT, 0, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> TaskDiversity.of(CONTEXT, 8, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> TaskDiversity.distanceTimesTasks(silent));
        for (double bad : new double[] {0, 1, -1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> DIVERSITY.crossing(bad));
        }
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException().isThrownBy(() -> DIVERSITY.crossingAtPrice(bad));
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> DIVERSITY.memorisingOnNew(99))
                .withMessageStartingWith("i: 99 is not between 0 and ");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> DIVERSITY.memorisingOnPretraining(-1));
    }

    @Test
    void isAValue() {
        TaskDiversity diversity = TaskDiversity.of(CONTEXT, 4, 10, 1);
        TaskDiversity same = TaskDiversity.of(CONTEXT, 4, 10, 1);
        assertThat(diversity)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(TaskDiversity.of(CONTEXT, 4, 10, 2))
                .hasToString("TaskDiversity of 1 to 4 tasks from 10 draws: generalising risk " + same.generalising());
    }
}
