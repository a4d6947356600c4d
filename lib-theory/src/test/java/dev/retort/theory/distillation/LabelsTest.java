package dev.retort.theory.distillation;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {

    /** What the target does not see is noise to it, in the truth's rows whatever the teacher says, in the teacher's unless it is silent. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.4, 0.8277758426067928, 1})
    void theBestTeacherOfAPartOfTheRowsIsSilentOnWhatIsNotSeen(double rows) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.9, 60), Signal.constant(5));
        for (Training target : new Training[] {
            Training.samples(90),
            Training.samples(30),
            Training.samples(30).withRidge(0.1).withNoise(0.2)
        }) {
            Training masked = target.withTeacherRows(rows).withMask(FeatureMask.keepingFirst(9, 60));
            OptimalSurrogate best = OptimalSurrogate.of(task, masked);
            assertThat(best.gain(9)).isCloseTo(0, within(1e-12));
            double[] coefficients = best.coefficients();
            double least = best.risk().excess();
            assertThat(excess(task, Surrogate.given(coefficients), masked)).isCloseTo(least, within(1e-13 * least));
            assertThat(least).isLessThanOrEqualTo(excess(task, Surrogate.optimallyMasked(), masked) * (1 + 1e-13));
            for (int i : new int[] {0, 8, 9, 59}) {
                double own = coefficients[i];
                for (double step : new double[] {-0.1, 0.1}) {
                    coefficients[i] = own + step;
                    assertThat(excess(task, Surrogate.given(coefficients), masked))
                            .isGreaterThan(least);
                }
                coefficients[i] = own;
            }
        }
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training target) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(target)
                .predict()
                .excess();
    }

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.2, 40), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);

    /** a and E f² − a² of tanh(GZ), by mpmath quadrature with 30 digits. */
    @ParameterizedTest
    @CsvSource({
        "0.001, 0.00099999900000199999433, 6.6666133336879976248e-19, 1e-9",
        "0.1, 0.099019453124446759436, 6.1665846789653289737e-7, 1e-12",
        "0.5, 0.41324192828381407452, 0.0027472521406469161698, 1e-12",
        "0.99, 0.60326399569449001679, 0.02671498009014255596, 1e-12",
        "1, 0.60570550960215882558, 0.027415326035430257156, 1e-12",
        "2, 0.72947753148612015029, 0.10312376531385650962, 1e-12",
        "10, 0.79463136569483328785, 0.28909785608448079778, 1e-12",
        "100, 0.7978517519486956696, 0.3554540643929100391, 1e-12",
        "1e4, 0.79788455752169664552, 0.36330044441265418726, 1e-12"
    })
    void softLabelsAreLinearLabelsWithNoise(double gain, double slope, double noise, double relative) {
        // Least squares in one dimension learns the coefficient a, and adds noise/(n − 1).
        RegressionTask one = RegressionTask.of(Spectrum.of(1), Signal.of(1));
        RiskReport risk = Distillation.of(one)
                .target(Training.samples(10).withLabels(Labels.soft(1 / gain)))
                .predict();
        assertThat(1 - Math.sqrt(risk.bias())).isCloseTo(slope, within(5e-15));
        assertThat(9 * risk.labelNoiseVariance()).isCloseTo(noise, withinPercentage(100 * relative));
    }

    @Test
    void hardLabelsAndLogitsAreLimitsOfTheTemperature() {
        RiskReport hard = student(training -> training.withLabels(Labels.hard()));
        RiskReport cold = student(training -> training.withLabels(Labels.soft(1e-7)));
        assertThat(cold.excess()).isCloseTo(hard.excess(), withinPercentage(1e-4));
        assertThat(cold.accuracy()).isCloseTo(hard.accuracy(), withinPercentage(1e-4));
        RiskReport logits = student(training -> training.withNoise(0));
        RiskReport hot = student(training -> training.withNoise(0).withLabels(Labels.soft(1e5)));
        // The direction is that of logits; the scale, smaller by T, does not matter to a classifier.
        assertThat(hot.accuracy()).isCloseTo(logits.accuracy(), within(1e-9));
    }

    @Test
    void halfWrongLabelsCarryNoInformation() {
        RiskReport coin = student(training -> training.withLabels(Labels.hard(0.5)));
        assertThat(coin.accuracy()).isEqualTo(0.5);
        double accuracy = 0.5;
        for (double flips : new double[] {0.4, 0.3, 0.2, 0.1, 0}) {
            double next =
                    student(training -> training.withLabels(Labels.hard(flips))).accuracy();
            assertThat(next).isGreaterThan(accuracy);
            accuracy = next;
        }
        // Wrong classes are the right classes of the opposite truth.
        assertThat(student(training -> training.withLabels(Labels.hard(0.9))).accuracy())
                .isCloseTo(
                        1
                                - student(training -> training.withLabels(Labels.hard(0.1)))
                                        .accuracy(),
                        within(1e-14));
    }

    @Test
    void logitsAreTheBestLabelsOfALinearTeacher() {
        double logits = student(training -> training.withNoise(0)).accuracy();
        for (double temperature : new double[] {0.01, 0.1, 1, 10}) {
            assertThat(student(training -> training.withNoise(0).withLabels(Labels.soft(temperature)))
                            .accuracy())
                    .isLessThan(logits);
        }
    }

    private static RiskReport student(UnaryOperator<Training> labels) {
        return Distillation.of(TASK)
                .surrogate(Training.samples(60).withRidge(0.01))
                .then(labels.apply(Training.samples(90).withRidge(0.01)))
                .predict();
    }

    @Test
    void aPoolOfRowsLiesBetweenTruthAndTeacher() {
        double truth =
                Distillation.of(TASK).target(Training.samples(90)).predict().excess();
        Distillation teacher = Distillation.of(TASK).surrogate(Training.samples(60));
        assertThat(teacher.target(Training.samples(90).withTeacherRows(0))
                        .predict()
                        .excess())
                .isCloseTo(truth, withinPercentage(1e-12));
        assertThat(teacher.target(Training.samples(90).withTeacherRows(1)).predict())
                .isEqualTo(teacher.target(Training.samples(90)).predict());
        // With half of every label, each label has less noise than in a pool, and no disagreement of truth and teacher.
        double labels = teacher.target(Training.samples(90).withTeacherShare(0.5))
                .predict()
                .excess();
        double rows = teacher.target(Training.samples(90).withTeacherRows(0.5))
                .predict()
                .excess();
        assertThat(rows).isGreaterThan(labels);
    }

    @Test
    void theBestShareOfTruthInRepeatedMixturesIsTheGoldenRatio() {
        RegressionTask task =
                RegressionTask.of(Spectrum.powerLaw(1, 20), Signal.constant(1)).withNoise(0.5);
        // Repeated least squares on labels with the share w of the truth: the risk ends at (w² + (1−w)²)/(1 − (1−w)²).
        double golden = (Math.sqrt(5) - 1) / 2;
        double best = limit(task, golden);
        assertThat(limit(task, golden - 0.02)).isGreaterThan(best);
        assertThat(limit(task, golden + 0.02)).isGreaterThan(best);
        double fresh = 0.25 * 20 / (60 - 20);
        assertThat(best)
                .isCloseTo(
                        fresh * (golden * golden + (1 - golden) * (1 - golden)) / (1 - (1 - golden) * (1 - golden)),
                        withinPercentage(1e-10));
    }

    private static double limit(RegressionTask task, double truth) {
        return Generations.of(Distillation.of(task), Training.samples(60).withTeacherShare(1 - truth), 1)
                .limit();
    }

    @Test
    void generationsOnClassesConverge() {
        Training training = Training.samples(90).withRidge(0.05).withNoise(0).withLabels(Labels.hard(0.05));
        Generations generations = Generations.of(Distillation.of(TASK), training, 4000);
        assertThat(generations.limit()).isCloseTo(generations.excess()[3999], withinPercentage(1e-9));
    }

    static Stream<Training> trainings() {
        Training base = Training.samples(30);
        return Stream.of(
                base.withTeacherRows(0.4),
                base.withLabels(Labels.hard(0.1)).withNoise(0.05),
                base.withRidge(0.02).withLabels(Labels.soft(0.7)),
                base.withLabels(Labels.soft(1.3)).withTeacherRows(0.3),
                base.withLabels(Labels.soft(1.3)).withTeacherShare(0.3),
                base.withTeacherRows(0.4).withSpectrum(Spectrum.powerLaw(0.8, 40)),
                base.withLabels(Labels.soft(0.4))
                        .withSpectrum(Spectrum.powerLaw(0.8, 40))
                        .withMask(FeatureMask.keepingFirst(35, 40)));
    }

    /**
     * Central differences of relative step 1e-6 give eight digits of most derivatives, and fewer where they nearly
     * vanish.
     */
    @ParameterizedTest
    @MethodSource("trainings")
    void derivativesAreThoseOfDifferences(Training training) {
        double[] lambda = TASK.spectrum().eigenvalues();
        double[] beta = new double[40];
        for (int i = 0; i < 40; i++) {
            beta[i] = TASK.coefficient(i);
        }
        Sensitivities derivatives = chain(TASK, 25, training).sensitivities();
        double excess = chain(TASK, 25, training).predict().excess();
        double step = 1e-6;
        assertThat(derivatives.noise())
                .isCloseTo(
                        difference(
                                step,
                                chain(TASK.withNoise(0.3 + step), 25, training),
                                chain(TASK.withNoise(0.3 - step), 25, training)),
                        within(1e-7 * excess));
        assertThat(derivatives.trainings().get(0).samples())
                .isCloseTo(
                        difference(step, chain(TASK, 25 + step, training), chain(TASK, 25 - step, training)),
                        within(1e-7 * excess));
        for (int i : new int[] {0, 3, 20, 38}) {
            double[] up = lambda.clone();
            double[] down = lambda.clone();
            double by = step * lambda[i];
            up[i] += by;
            down[i] -= by;
            RegressionTask above =
                    RegressionTask.of(Spectrum.of(up), Signal.of(beta)).withNoise(0.3);
            RegressionTask below =
                    RegressionTask.of(Spectrum.of(down), Signal.of(beta)).withNoise(0.3);
            assertThat(lambda[i] * derivatives.eigenvalue(i))
                    .isCloseTo(
                            lambda[i] * difference(by, chain(above, 25, training), chain(below, 25, training)),
                            within(1e-7 * excess));
        }
    }

    private static double difference(double step, Distillation above, Distillation below) {
        return (above.predict().excess() - below.predict().excess()) / (2 * step);
    }

    private static Distillation chain(RegressionTask task, double samples, Training training) {
        return Distillation.of(task)
                .surrogate(Training.samples(samples).withRidge(0.01))
                .then(training)
                .then(Training.samples(28));
    }

    @Test
    void theBestTeacherOfAPoolIsNoWorseThanAnyOther() {
        Training pool = Training.samples(30).withTeacherRows(0.4);
        double best = excess(Surrogate.optimal(), pool);
        double masked = excess(Surrogate.optimallyMasked(), pool);
        assertThat(best).isLessThan(masked);
        double[] coefficients = Distillation.of(TASK)
                .surrogate(Surrogate.optimal())
                .target(pool)
                .surrogateCoefficients();
        for (int i = 0; i < 40; i += 7) {
            for (double factor : new double[] {0.99, 1.01}) {
                double[] moved = coefficients.clone();
                moved[i] *= factor;
                assertThat(excess(Surrogate.given(moved), pool)).isGreaterThan(best);
            }
        }
        for (int kept = 1; kept <= 40; kept++) {
            assertThat(excess(Surrogate.masked(FeatureMask.keepingFirst(kept, 40)), pool))
                    .isGreaterThanOrEqualTo(masked * (1 - 1e-14));
        }
    }

    private static double excess(Surrogate surrogate, Training target) {
        return Distillation.of(TASK)
                .surrogate(surrogate)
                .target(target)
                .predict()
                .excess();
    }

    @Test
    void theRecoveredGap() {
        // The teacher is worse than strong labels for 30 samples, and better for 10: there the gap is negative.
        for (int samples : new int[] {30, 10}) {
            Distillation pipeline = Distillation.of(TASK)
                    .surrogate(Training.samples(20))
                    .then(Training.samples(samples).withNoise(0));
            WeakToStrong verdict = pipeline.againstStrongLabels();
            double teacher = pipeline.beginning(1).predict().excess();
            double gap = teacher - verdict.strong().excess();
            assertThat(gap).isBetween(samples == 30 ? 0 : -1.0, samples == 30 ? 1.0 : 0);
            assertThat(verdict.performanceGapRecovered().getAsDouble())
                    .isCloseTo((teacher - verdict.weak().excess()) / gap, withinPercentage(1e-11));
        }
        assertThat(Distillation.of(TASK.withNoise(0))
                        .target(Training.samples(200))
                        .againstStrongLabels()
                        .performanceGapRecovered())
                .isEmpty();
    }

    @Test
    void trainingErrorsOfInterpolatorsAndLeastSquares() {
        assertThat(Distillation.of(TASK).target(Training.samples(30)).predict().trainingError())
                .isZero();
        // For least squares RSS/n is σ²(1 − p/n).
        assertThat(Distillation.of(TASK).target(Training.samples(100)).predict().trainingError())
                .isCloseTo(0.09 * 0.6, withinPercentage(1e-12));
        // With an infinite ridge nothing is learnt, and the error is the variance of the labels.
        assertThat(Distillation.of(TASK)
                        .target(Training.samples(100).withRidge(1e9))
                        .predict()
                        .trainingError())
                .isCloseTo(TASK.signalPower() + 0.09, withinPercentage(1e-6));
    }

    @Test
    void rejectsInvalidArguments() {
        refuses("flips: 1.5 is not from 0 to 1; it is the probability of a wrong class", () -> Labels.hard(1.5));
        refuses("flips: NaN is not from 0 to 1; it is the probability of a wrong class", () -> Labels.hard(Double.NaN));
        refuses("temperature: 0.0 is not greater than 0 and finite", () -> Labels.soft(0));
        refuses(
                "part: -0.1 is not from 0 to 1; it is the part of the rows that the teacher labels",
                () -> Training.samples(3).withTeacherRows(-0.1));
        refuses(
                "share: 0.5 cannot be combined with a share of the rows, 0.5; mix either every label or the rows",
                () -> Training.samples(3).withTeacherRows(0.5).withTeacherShare(0.5));
        refuses(
                "labels: hard labels have no best teacher in closed form; use logits, which are the best labels",
                () -> excess(Surrogate.optimal(), Training.samples(30).withLabels(Labels.hard())));
        refuses(
                "labels: hard labels need a teacher of finite variance; this one is at its interpolation threshold",
                () -> Distillation.of(TASK)
                        .surrogate(Training.samples(40))
                        .then(Training.samples(30).withLabels(Labels.hard()))
                        .predict());
    }

    private static void refuses(String message, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }

    @Test
    void labelsOfNoNumberAreRefused() {
        for (Labels labels : List.of(Labels.logits(), Labels.hard(0.1), Labels.soft(2))) {
            refuses("output: NaN is not a number", () -> labels.label(Double.NaN, 0.5));
            refuses("chance: NaN is not from 0 to 1", () -> labels.label(1, Double.NaN));
            refuses("chance: 2.0 is not from 0 to 1", () -> labels.label(1, 2));
        }
        assertThat(Labels.soft(2).label(Double.POSITIVE_INFINITY, 0)).isEqualTo(1);
    }
}
