package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OwnArraysTest {

    /** Least squares on these gives 3 and 2. */
    private static final INDArray TEACHER = Nd4j.create(new double[][] {{1, 0}, {0, 2}, {1, 1}});

    private static final INDArray TEACHER_LABELS = Nd4j.createFromArray(3.0, 4.0, 5.0);
    private static final INDArray STUDENT = Nd4j.create(new double[][] {{1, 1}, {1, -1}});
    private static final INDArray STUDENT_LABELS = Nd4j.createFromArray(9.0, 1.0);
    private static final INDArray TEST = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {1, 1}});
    private static final INDArray TEST_LABELS = Nd4j.createFromArray(2.0, 2.0, 7.0);
    private static final OwnArrays ARRAYS =
            OwnArrays.teacher(TEACHER, TEACHER_LABELS).student(STUDENT).test(TEST, TEST_LABELS);

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.isotropic(1, 2), Signal.constant(1));
    private static final Training ALL = Training.samples(3);

    private static Distillation pipeline(Training student) {
        return Distillation.of(TASK).surrogate(ALL).then(student);
    }

    @Test
    void aStudentThatCanReproduceItsTeacherHasTheSameError() {
        TestReport report = pipeline(Training.samples(2)).simulate(ARRAYS);
        for (TestError error : List.of(report.surrogate(), report.target())) {
            assertThat(error.squares()).containsExactly(new double[] {1, 0, 4}, within(1e-13));
            assertThat(error.mean()).isCloseTo(5.0 / 3, within(1e-13));
            // Sample variance (4 + 25 + 49)/9/2, over 3 points.
            assertThat(error.standardError()).isCloseTo(Math.sqrt(78.0 / 54), within(1e-13));
        }
        assertThat(report.stages()).containsExactly(report.surrogate(), report.target());
        assertThat(report.strong()).isEmpty();
        assertThat(report)
                .hasToString("mean squared error 1.7 ± 1.2 on 3 points -> mean squared error 1.7 ± 1.2 on 3 points");
    }

    @Test
    void aStudentFollowsItsTraining() {
        FeatureMask first = FeatureMask.keepingFirst(1, 2);
        // The teacher's labels 5 and 1 give 3 for the first feature alone.
        assertThat(pipeline(Training.samples(2).withMask(first))
                        .simulate(ARRAYS)
                        .target()
                        .squares())
                .containsExactly(new double[] {1, 4, 16}, within(1e-13));
        // (XᵀX + n r I) = (2 + 2 · 0.5) I: 2/3 of the teacher's 3 and 2.
        assertThat(pipeline(Training.samples(2).withRidge(0.5))
                        .simulate(ARRAYS)
                        .target()
                        .squares())
                .containsExactly(new double[] {0, 4.0 / 9, 121.0 / 9}, within(1e-13));
        // Only the first row: 5 = b₁ + b₂ of smallest norm.
        assertThat(pipeline(Training.samples(1)).simulate(ARRAYS).target().squares())
                .containsExactly(new double[] {0.25, 0.25, 4}, within(1e-13));
        // A surrogate that sees only the second feature: (4 · 2 + 5)/5 = 2.6.
        Training masked = ALL.withMask(FeatureMask.of(false, true));
        assertThat(Distillation.of(TASK)
                        .surrogate(masked)
                        .then(Training.samples(2))
                        .simulate(ARRAYS)
                        .target()
                        .squares())
                .containsExactly(new double[] {4, 0.36, 4.4 * 4.4}, within(1e-13));
    }

    @Test
    void trueLabelsOfTheStudentServeMixingAndComparison() {
        OwnArrays labelled = OwnArrays.teacher(TEACHER, TEACHER_LABELS)
                .student(STUDENT, STUDENT_LABELS.reshape(2, 1))
                .test(TEST, TEST_LABELS);
        TestReport report = pipeline(Training.samples(2).withTeacherShare(0.75)).simulate(labelled);
        // 0.25 of 9 and 1, 0.75 of 5 and 1: labels 6 and 1.
        assertThat(report.target().squares()).containsExactly(new double[] {2.25, 0.25, 1}, within(1e-13));
        // 9 and 1 alone: 5 and 4.
        TestError strong = report.strong().orElseThrow();
        assertThat(strong.squares()).containsExactly(new double[] {9, 4, 4}, within(1e-13));
        // Differences 6.75, 3.75, 3: mean 4.5, sample variance (2.25² + 0.75² + 1.5²)/2.
        assertThat(strong.zScore(report.target())).isCloseTo(4.5 / Math.sqrt(7.875 / 2 / 3), within(1e-12));
        assertThat(report.target().zScore(strong)).isCloseTo(-4.5 / Math.sqrt(7.875 / 2 / 3), within(1e-12));
        assertThat(strong.zScore(strong)).isZero();
        assertThat(report.toString()).endsWith("; on true labels " + strong);
    }

    @Test
    void aPipelineOfOneStageTestsTheSurrogate() {
        TestReport report = Distillation.of(TASK)
                .target(ALL)
                .simulate(OwnArrays.teacher(TEACHER, TEACHER_LABELS).test(TEST, TEST_LABELS));
        assertThat(report.surrogate()).isSameAs(report.target());
        assertThat(report.strong()).isEmpty();
    }

    @Test
    void noiseOfTheTrainingComesFromTheSeed() {
        Distillation noisy = pipeline(Training.samples(2).withNoise(0.5));
        double[] errors = noisy.simulate(ARRAYS).target().squares();
        assertThat(noisy.simulate(ARRAYS.withSeed(0)).target().squares()).containsExactly(errors);
        assertThat(noisy.simulate(ARRAYS.withSeed(1)).target().squares()).isNotEqualTo(errors);
        double[] surrogates = noisy.simulate(ARRAYS.withSeed(1)).surrogate().squares();
        assertThat(noisy.simulate(ARRAYS).surrogate().squares()).containsExactly(surrogates);
    }

    @Test
    void copiesItsArrays() {
        INDArray features = TEACHER.dup();
        INDArray labels = TEACHER_LABELS.dup();
        OwnArrays arrays = OwnArrays.teacher(features, labels).student(STUDENT).test(TEST, TEST_LABELS);
        features.addi(1);
        labels.addi(1);
        TestReport report = pipeline(Training.samples(2)).simulate(arrays);
        report.target().squares()[0] = 17;
        assertThat(report.target().squares()).containsExactly(new double[] {1, 0, 4}, within(1e-13));
    }

    @Test
    void takesArraysOfAnyOrderAndType() {
        OwnArrays arrays = OwnArrays.teacher(
                        TEACHER.transpose().dup().transpose(), TEACHER_LABELS.castTo(DataType.FLOAT))
                .student(STUDENT.dup('f'))
                .test(TEST.castTo(DataType.INT32), TEST_LABELS);
        assertThat(pipeline(Training.samples(2)).simulate(arrays).target().squares())
                .containsExactly(new double[] {1, 0, 4}, within(1e-13));
    }

    @Test
    void onGaussianArraysTheTheoryPredictsTheErrors() {
        int p = 80;
        Spectrum elsewhere = Spectrum.exponential(0.05, p);
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, p), Signal.sourcePowerLaw(1.4))
                .withNoise(0.3);
        Distillation chain = Distillation.of(task)
                .surrogate(Training.samples(60).withSpectrum(elsewhere).withMask(FeatureMask.keepingFirst(30, p)))
                .then(Training.samples(40).withRidge(0.01).withNoise(0))
                .then(Training.samples(50).withTeacherShare(0.6).withNoise(0.2));
        RandomGenerator random = RandomStreams.of(12).generator();
        SummaryStatistics[] errors = {new SummaryStatistics(), new SummaryStatistics(), new SummaryStatistics()};
        SummaryStatistics strong = new SummaryStatistics();
        for (int run = 0; run < 300; run++) {
            INDArray teacher = sample(elsewhere, 60, random);
            INDArray last = sample(task.spectrum(), 70, random); // more than needed
            INDArray test = sample(task.spectrum(), 100, random);
            TestReport report = chain.simulate(OwnArrays.teacher(teacher, labels(task, teacher, random))
                    .student(sample(task.spectrum(), 40, random))
                    .student(last, labels(task, last, random))
                    .test(test, labels(task, test, random))
                    .withSeed(run));
            for (int k = 0; k < 3; k++) {
                errors[k].addValue(report.stages().get(k).mean());
            }
            strong.addValue(report.strong().orElseThrow().mean());
        }
        for (int k = 0; k < 3; k++) {
            agrees("stage " + k, errors[k], chain.predictStages().get(k));
        }
        agrees(
                "strong",
                strong,
                Distillation.of(task).target(Training.samples(50)).predict());
    }

    private static void agrees(String what, SummaryStatistics measured, RiskReport predicted) {
        double error = measured.getStandardDeviation() / Math.sqrt((double) measured.getN());
        assertThat(error).isLessThan(0.03 * predicted.test());
        assertThat(measured.getMean())
                .as(what)
                .isCloseTo(predicted.test(), within(4 * error + 2.0 / 40 * predicted.excess()));
    }

    private static INDArray sample(Spectrum spectrum, int samples, RandomGenerator random) {
        return GaussianDesign.of(Covariance.diagonal(spectrum)).sample(samples, random);
    }

    private static INDArray labels(RegressionTask task, INDArray features, RandomGenerator random) {
        double[] truth = new double[task.dimension()];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = task.coefficient(i);
        }
        INDArray noise = Nd4j.createFromArray(StandardNormal.sample((int) features.size(0), random));
        return LinearRegression.predict(features, Nd4j.createFromArray(truth)).addi(noise.muli(task.noise()));
    }

    @Test
    void refusesPipelinesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK).target(ALL).simulate(ARRAYS))
                .withMessage("trainings: 1 are not as many as the sets to train on, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK)
                        .surrogate(Surrogate.optimal())
                        .target(ALL)
                        .target(Training.samples(2))
                        .simulate(ARRAYS))
                .withMessageStartingWith("surrogate: ")
                .withMessageEndingWith(" is not the ground truth, whose labels the teacher has");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pipeline(ALL).simulate(ARRAYS))
                .withMessage("samples: 3.0 is not a whole number of at most the rows of set 2, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pipeline(Training.samples(1.5)).simulate(ARRAYS))
                .withMessage("samples: 1.5 is not a whole number of at most the rows of set 2, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        pipeline(Training.samples(2).withTeacherShare(0.5)).simulate(ARRAYS))
                .withMessage("share: 0.5 is not 1 although set 2 has no labels to mix in");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK)
                        .surrogate(ALL.withTeacherShare(0.5))
                        .then(Training.samples(2))
                        .simulate(ARRAYS))
                .withMessage("share: 0.5 is not 1 in the first training, which has the teacher's labels alone");
        RegressionTask wider = RegressionTask.of(Spectrum.isotropic(1, 3), Signal.constant(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(wider)
                        .surrogate(ALL)
                        .then(Training.samples(2))
                        .simulate(ARRAYS))
                .withMessage("task: " + wider + " does not have the 2 features of the arrays");
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5));
        assertThatIllegalStateException()
                .isThrownBy(() -> Distillation.of(endless)
                        .surrogate(ALL)
                        .then(Training.samples(2))
                        .simulate(ARRAYS));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesArraysThatDoNotFit() {
        OwnArrays.Draft teacher = OwnArrays.teacher(TEACHER, TEACHER_LABELS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OwnArrays.teacher(null, TEACHER_LABELS))
                .withMessage("teacher features: null is not an array");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OwnArrays.teacher(TEACHER, null))
                .withMessage("teacher labels: null is not an array");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OwnArrays.teacher(TEACHER, STUDENT_LABELS))
                .withMessage("teacher labels: shape [2] is not [3] or [3, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OwnArrays.teacher(TEACHER, TEACHER_LABELS.reshape(1, 3)))
                .withMessage("teacher labels: shape [1, 3] is not [3] or [3, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.student(STUDENT_LABELS))
                .withMessage("student features: shape [2] is not of rank 2, [samples, features]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.student(TEACHER.transpose()))
                .withMessage("student features: 3 columns are not as many as the teacher's, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.student(Nd4j.create(new double[][] {{1, 2}, {3, Double.NaN}})))
                .withMessage("student features[1, 1]: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.student(STUDENT, Nd4j.createFromArray(1.0, Double.POSITIVE_INFINITY)))
                .withMessage("student labels[1]: Infinity is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.test(TEACHER.transpose(), STUDENT_LABELS))
                .withMessage("test features: 3 columns are not as many as the teacher's, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> teacher.test(Nd4j.create(new double[][] {{1, 2}}), Nd4j.createFromArray(1.0)))
                .withMessage("test features: 1 row is not at least 2");
        TestError three = pipeline(Training.samples(2)).simulate(ARRAYS).target();
        TestError two = pipeline(Training.samples(2))
                .simulate(teacher.student(STUDENT).test(STUDENT, STUDENT_LABELS))
                .target();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> three.zScore(two))
                .withMessage("other.length: 2 is not the number of test points, 3");
    }
}
