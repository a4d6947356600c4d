package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.theory.progressive.SparseParity;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.LoggerFactory;

/**
 * Tests the effect of curricula on small students by medians over seeds, because a single checkpoint is a noisy
 * teacher. All runs of twelve seeds take a few minutes and are run on demand, {@code mvn test -Dtest=CurriculaTest
 * -Dretort.seeds=12}; a part with five seeds takes seconds and always runs.
 */
class CurriculaTest {

    private static final double LEARNED = 0.95;

    private static final Curriculum DURING = Curriculum.twoShot(CheckpointRule.during(), 1000);
    private static final Curriculum ONE_HOT = DURING.withTemperature(0);
    private static final Curriculum PEAK = Curriculum.twoShot(CheckpointRule.peak(), 1000);
    private static final Curriculum BEFORE = Curriculum.twoShot(CheckpointRule.before(), 1000);
    private static final Curriculum PROGRESSIVE = Curriculum.progressive(500);
    private static final Curriculum ONE_SHOT = Curriculum.oneShot();
    private static final Curriculum LABELS = Curriculum.labels();
    private static final Curriculum LAYER = Curriculum.layerwise(1000, 0.02);
    private static final Curriculum UNTRAINED_LAYER = LAYER.withLayerOf(CheckpointRule.atStep(0));

    private static double share(double[] steps, double limit) {
        return Arrays.stream(steps).filter(n -> n <= limit).count() / (double) steps.length;
    }

    @Test
    void unfinishedTeachersTeachWhatLabelsDoNot() {
        Comparison comparison = ProgressiveDistillation.fast()
                .withHeldOut(1024)
                .compare(LongStream.rangeClosed(101, 105).toArray(), DURING, LABELS);
        double[] teachers = comparison.teacherStepsTo(LEARNED);
        double[] during = comparison.stepsTo(DURING, LEARNED);
        double[] labels = comparison.stepsTo(LABELS, LEARNED);
        assertThat(share(teachers, 12_000)).isGreaterThanOrEqualTo(0.8);
        assertThat(Comparison.median(during)).isLessThanOrEqualTo(5000).isLessThan(Comparison.median(teachers));
        assertThat(share(during, 6500)).isGreaterThanOrEqualTo(0.8);
        assertThat(share(labels, 12_000)).isLessThanOrEqualTo(0.4); // a student may succeed by chance
    }

    @Test
    @EnabledIfSystemProperty(named = "retort.seeds", matches = "\\d+")
    void allCurricula() {
        int count = Integer.getInteger("retort.seeds");
        Comparison comparison = ProgressiveDistillation.fast()
                .compare(
                        LongStream.range(1000, 1000 + count).toArray(),
                        DURING,
                        ONE_HOT,
                        PEAK,
                        BEFORE,
                        PROGRESSIVE,
                        ONE_SHOT,
                        LABELS,
                        LAYER,
                        UNTRAINED_LAYER);
        StringBuilder report = new StringBuilder("\nteacher " + Arrays.toString(comparison.teacherStepsTo(LEARNED)));
        for (Curriculum curriculum : comparison.curricula()) {
            report.append("\n" + curriculum + " " + Arrays.toString(comparison.stepsTo(curriculum, LEARNED)));
        }
        DegreeOneProbe probe = DegreeOneProbe.of(SparseParity.of(36, 6), 8192, 99);
        for (CheckpointRule rule : List.of(CheckpointRule.peak(), CheckpointRule.before(), CheckpointRule.last())) {
            double[] ratios = comparison.teachers().stream()
                    .mapToDouble(
                            teacher -> probe.measure(rule.of(teacher).network()).ratio())
                    .toArray();
            report.append("\nratio " + rule + " " + Arrays.toString(ratios));
            if (rule.equals(CheckpointRule.peak())) {
                assertThat(Arrays.stream(ratios).min().orElseThrow()).isGreaterThanOrEqualTo(2.5);
            } else if (rule.equals(CheckpointRule.before())) {
                assertThat(Arrays.stream(ratios).max().orElseThrow()).isLessThanOrEqualTo(2.5);
            }
        }
        LoggerFactory.getLogger(CurriculaTest.class).info("{}", report);
        double[] teachers = comparison.teacherStepsTo(LEARNED);
        double during = Comparison.median(comparison.stepsTo(DURING, LEARNED));
        assertThat(share(teachers, 12_000)).isGreaterThanOrEqualTo(0.8);
        assertThat(during).isLessThanOrEqualTo(5000).isLessThanOrEqualTo(Comparison.median(teachers));
        assertThat(share(comparison.stepsTo(DURING, LEARNED), 6500)).isGreaterThanOrEqualTo(0.8);
        assertThat(share(comparison.stepsTo(ONE_SHOT, LEARNED), 12_000)).isLessThanOrEqualTo(0.4);
        assertThat(share(comparison.stepsTo(LABELS, LEARNED), 12_000)).isLessThanOrEqualTo(0.4);
        assertThat(Comparison.median(comparison.stepsTo(BEFORE, LEARNED))).isGreaterThanOrEqualTo(2 * during);
        assertThat(Comparison.median(comparison.stepsTo(ONE_HOT, LEARNED))).isLessThanOrEqualTo(5000);
        assertThat(share(comparison.stepsTo(LAYER, LEARNED), 6500)).isGreaterThanOrEqualTo(0.8);
        assertThat(share(comparison.stepsTo(UNTRAINED_LAYER, LEARNED), 12_000)).isLessThanOrEqualTo(0.4);
    }
}
