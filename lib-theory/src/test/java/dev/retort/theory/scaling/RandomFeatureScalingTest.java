package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.scaling.RandomFeatureScaling.Growth;
import dev.retort.theory.scaling.RandomFeatureScaling.Point;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomFeatureScalingTest {

    private static final RandomFeatureScaling NOISY = RandomFeatureScaling.of(1.5, 2.5)
            .withNoise(1)
            .withTeacher(Growth.samples(1))
            .withStudent(Growth.samples(3).withBestRidge());

    /** The laws in the documentation. */
    @Test
    void aStudentFiltersTheVarianceOfATeacherThatInterpolates() {
        Point point = NOISY.at(1000);
        assertThat(point.teacherExponent()).isCloseTo(-0.00114, within(5e-6));
        assertThat(point.studentExponent()).isCloseTo(0.584, within(5e-4));
        assertThat(NOISY.minimaxExponent()).isCloseTo(0.6, within(1e-15));
        assertThat(point.isImproved()).isTrue();
        assertThat(point.bound()).isInfinite();
    }

    /**
     * For 300,000 features, infinitely many samples of the student and doublings from 50 to 1600 another program gives
     * .156 → .0220 for the student's risk, and exponents .545 → .579 between doublings. Here the spectrum is infinite,
     * and the student has s³ samples.
     */
    @Test
    void theStudentApproachesTheMinimaxRate() {
        Point first = NOISY.at(50);
        Point last = NOISY.at(1600);
        assertThat(new double[] {
                    0, first.studentExponent(), NOISY.at(400).studentExponent(), last.studentExponent(), 0.6
                })
                .isSorted();
        assertThat(first.studentExcess()).isCloseTo(0.156, within(0.002));
        assertThat(last.studentExcess()).isCloseTo(0.0220, within(0.0005));
        assertThat(last.studentExponent()).isCloseTo(0.583, within(0.006));
    }

    static Stream<RandomFeatureScaling> laws() {
        return Stream.of(
                NOISY,
                NOISY.withStudent(new Growth(1.5, 0.8, 1.2)),
                NOISY.withTeacher(new Growth(1, 0.6, 1)).withStudent(new Growth(1.5, 0.8, 1.2)),
                RandomFeatureScaling.of(1.5, 12)
                        .withTeacher(Growth.width(1))
                        .withStudent(Growth.samples(2.5).withRidge(2)),
                RandomFeatureScaling.of(2, 1.8)
                        .withTeacher(Growth.width(0.7).withRidge(1.5))
                        .withStudent(Growth.width(1.1).withBestRidge()));
    }

    /**
     * With steps h of 1e-3 in ln s and extrapolation, the error is of order h⁴ plus 1e-13/h from rounding; the best
     * ridge is accurate to 1e-8.
     */
    @ParameterizedTest
    @MethodSource("laws")
    void exponentsAreLimitsOfDifferences(RandomFeatureScaling law) {
        Point point = law.at(200);
        List<Point> around = Stream.of(1e-3, -1e-3, 2e-3, -2e-3)
                .map(step -> law.at(200 * Math.exp(step)))
                .toList();
        assertThat(point.teacherExponent()).isCloseTo(slope(around, Point::teacherExcess), within(1e-8));
        assertThat(point.studentExponent()).isCloseTo(slope(around, Point::studentExcess), within(1e-8));
    }

    private static double slope(List<Point> around, ToDoubleFunction<Point> risk) {
        double[] logs = around.stream()
                .mapToDouble(point -> Math.log(risk.applyAsDouble(point)))
                .toArray();
        double near = -(logs[0] - logs[1]) / 2e-3;
        double far = -(logs[2] - logs[3]) / 4e-3;
        return (4 * near - far) / 3;
    }

    /**
     * Without noise and ridge, on all features, it is the scaling law of ridge regression; a wide model has the same
     * law.
     */
    @Test
    void knownLawsAreMet() {
        RandomFeatureScaling law = RandomFeatureScaling.of(2, 1.5).withTeacher(Growth.samples(2));
        Distillation pipeline = Distillation.of(RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(1.5)))
                .target(Training.samples(1e4));
        Point point = law.at(100);
        assertThat(point.teacherExcess()).isCloseTo(pipeline.predict().excess(), withinPercentage(1e-10));
        assertThat(point.teacherExponent())
                .isCloseTo(2 * pipeline.sensitivities().localExponent(), withinPercentage(1e-9));
        assertThat(point.teacherExponent()).isCloseTo(2 * (1.5 - 1), within(1e-3));
        assertThat(law.withTeacher(Growth.samples(2).withWidth(8)).at(100).teacherExponent())
                .isCloseTo(point.teacherExponent(), within(1e-6));
    }

    /**
     * The target has power ζ(b). A teacher whose only defect is a small number of random features has students with a
     * better law. For any width and ridge, no student's error is below the square of the teacher's.
     */
    @Test
    void noStudentBeatsTheSquareOfItsTeachersError() {
        int improved = 0;
        for (double b : new double[] {1.8, 4, 12}) {
            for (double ridge : new double[] {0.5, 1, 2}) {
                RandomFeatureScaling law = RandomFeatureScaling.of(1.5, b)
                        .withTeacher(Growth.width(1))
                        .withStudent(Growth.width(3).withRidge(ridge));
                for (double scale : new double[] {20, 500}) {
                    for (Point point : law.map(new double[] {0.5, 1}, new double[] {0.8, 1.5, 3}, scale).stream()
                            .flatMap(List::stream)
                            .toList()) {
                        assertThat(point.isBounded()).isTrue();
                        double power = RiemannZeta.atOnePlus(b - 1);
                        assertThat(point.studentExcess() / power)
                                .as("%s: %s", law, point)
                                .isGreaterThan(Math.pow(point.teacherExcess() / power, 2));
                        improved += point.isImproved() ? 1 : 0;
                    }
                }
                Point last = law.at(1000);
                assertThat(last.studentExponent()).as("%s", law).isLessThanOrEqualTo(last.bound() + 1e-3);
            }
        }
        assertThat(improved).isGreaterThan(10);
    }

    @Test
    void rejectsInvalidArguments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomFeatureScaling.of(1.5, 1))
                .withMessageStartingWith("b: 1.0 is not greater than 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Growth.samples(0))
                .withMessageStartingWith("samples: 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Growth.width(1).withWidth(Double.POSITIVE_INFINITY))
                .withMessageStartingWith("samples: Infinity needs a finite width");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Growth.samples(1).withRidge(Double.NaN))
                .withMessageStartingWith("ridge: NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NOISY.map(new double[0], new double[] {1}, 10))
                .withMessageStartingWith("teacherWidths.length");
        assertThatIllegalArgumentException().isThrownBy(() -> NOISY.at(-1)).withMessageStartingWith("scale: -1.0");
    }

    @Test
    void lawsAreValues() {
        assertThat(NOISY.withNoise(1)).isEqualTo(NOISY).hasSameHashCodeAs(NOISY);
        assertThat(NOISY.withNoise(2)).isNotEqualTo(NOISY);
        assertThat(NOISY)
                .hasToString("RandomFeatureScaling: alpha 1.5, b 2.5, noise 1.0, teacher " + Growth.samples(1)
                        + ", student " + Growth.samples(3).withBestRidge());
    }

    @Test
    void aGrowthPrintsItsBestRidge() {
        assertThat(Growth.samples(3).withBestRidge()).hasToString("Growth: samples s^3.0, all features, best ridge");
        assertThat(Growth.width(1)).hasToString("Growth: infinitely many samples, width s^1.0, no ridge");
        assertThat(new Growth(1.5, 0.8, 1.2)).hasToString("Growth: samples s^1.5, width s^0.8, ridge s^-1.2");
    }
}
