package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares corrections of the mean and standard deviations with values of 50 digits, and tests their limits. */
class FiniteSizeReferenceTest {

    /** The error of rounding in sums over 60 features, some of which lose one digit to cancellation. */
    private static final double RELATIVE = 1e-11;

    record Reference(String name, Distillation pipeline, double excess, double correction, double variance) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Reference> references() {
        return ReferenceTable.rows(FiniteSizeReferenceTest.class, "finite-size.tsv")
                .map(row -> {
                    int p = row.whole("p");
                    RegressionTask task = RegressionTask.of(
                                    Spectrum.of(power(row.text("lambda"), p)), Signal.of(power(row.text("beta"), p)))
                            .withNoise(row.number("noise"));
                    Teacher teacher = Distillation.of(task);
                    Distillation pipeline = null;
                    for (String stage : row.text("stages").split("; ", -1)) {
                        pipeline = teacher.target(training(stage.split(" ", -1), p));
                        teacher = pipeline;
                    }
                    return new Reference(
                            row.text("name"),
                            Objects.requireNonNull(pipeline),
                            row.number("excess"),
                            row.number("correction"),
                            row.number("variance"));
                });
    }

    private static Training training(String[] words, int p) {
        Training training = Training.samples(Double.parseDouble(words[0]))
                .withRidge(Double.parseDouble(words[1]))
                .withNoise(Double.parseDouble(words[2]))
                .withTeacherShare(Double.parseDouble(words[3]));
        if (!words[4].equals("-")) {
            training = training.withSpectrum(Spectrum.of(power(words[4], p)));
        }
        boolean[] keeps = new boolean[p];
        IntStream.range(0, p).forEach(i -> keeps[i] = words[5].charAt(i) == '1');
        return words[5].contains("0") ? training.withMask(FeatureMask.of(keeps)) : training;
    }

    private static double[] power(String exponent, int p) {
        double alpha = Double.parseDouble(exponent);
        return IntStream.rangeClosed(1, p).mapToDouble(i -> Math.pow(i, -alpha)).toArray();
    }

    @ParameterizedTest
    @MethodSource("references")
    void agreesWithFiftyDigits(Reference reference) {
        RiskReport risk = reference.pipeline().predict();
        assertThat(risk.excess()).isCloseTo(reference.excess(), withinPercentage(100 * RELATIVE));
        assertThat(risk.finiteSizeCorrection().getAsDouble())
                .isCloseTo(reference.correction(), withinPercentage(100 * RELATIVE));
        assertThat(Math.pow(risk.standardDeviation().getAsDouble(), 2))
                .isCloseTo(reference.variance(), withinPercentage(100 * RELATIVE));
        assertThat(risk.corrected().getAsDouble())
                .isEqualTo(risk.excess() + risk.finiteSizeCorrection().getAsDouble());
    }

    @Test
    void gatheredAndInfiniteSpectraAgree() {
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(1.5, 20_000), Signal.sourcePowerLaw(1.4))
                .withNoise(0.2);
        RiskReport exact = chain(listed).predict();
        RiskReport gathered = chain(listed.gathered()).predict();
        assertThat(gathered.finiteSizeCorrection().getAsDouble())
                .isCloseTo(exact.finiteSizeCorrection().getAsDouble(), withinPercentage(1e-9));
        assertThat(gathered.standardDeviation().getAsDouble())
                .isCloseTo(exact.standardDeviation().getAsDouble(), withinPercentage(1e-9));
        // A law of p features differs from an infinite one by the degrees of freedom of the other features, about
        // 1/(τp).
        double endless = correctionOfLaw(Spectrum.powerLaw(2.0));
        double first = correctionOfLaw(Spectrum.powerLaw(2.0, 100_000));
        double second = correctionOfLaw(Spectrum.powerLaw(2.0, 200_000));
        assertThat(endless).isCloseTo(2 * second - first, withinPercentage(0.002));
    }

    private static double correctionOfLaw(Spectrum spectrum) {
        RegressionTask task =
                RegressionTask.of(spectrum, Signal.sourcePowerLaw(2.5)).withNoise(0.2);
        return chain(task).predict().finiteSizeCorrection().getAsDouble();
    }

    private static Distillation chain(RegressionTask task) {
        return Distillation.of(task)
                .surrogate(Training.samples(300).withRidge(1e-4))
                .then(Training.samples(200));
    }

    @Test
    void leastSquaresAndIsotropicInterpolatorsBeginAsTheExactFormulasDo() {
        // Exactly σ²p/(n − p − 1) and σ²n/(p − n − 1): σ²p/(n − p) (1 + 1/(n − p) + …).
        RiskReport least = Distillation.of(RegressionTask.of(Spectrum.powerLaw(1, 20), Signal.constant(1))
                        .withNoise(0.5))
                .target(Training.samples(70))
                .predict();
        assertThat(least.finiteSizeCorrection().getAsDouble()).isCloseTo(0.25 * 20 / 2500, within(1e-15));
        RegressionTask isotropic =
                RegressionTask.of(Spectrum.isotropic(1, 60), Signal.constant(0)).withNoise(0.5);
        RiskReport interpolator =
                Distillation.of(isotropic).target(Training.samples(40)).predict();
        assertThat(interpolator.finiteSizeCorrection().getAsDouble()).isCloseTo(0.25 * 40 / 400, within(1e-15));
    }

    @Test
    void unknownExpansionsAreEmpty() {
        RegressionTask task =
                RegressionTask.of(Spectrum.isotropic(1, 10), Signal.constant(1)).withNoise(0.5);
        RiskReport infinite = Distillation.of(task).target(Training.samples(10)).predict();
        assertThat(infinite.finiteSizeCorrection()).isEmpty();
        assertThat(infinite.standardDeviation()).isEmpty();
        assertThat(infinite.isExpansionReliable()).isFalse();
        assertThat(infinite.zScore(1)).isEmpty();
    }

    /** Up to a third of the risk, and with 30 spare samples. */
    @Test
    void expansionsAreReliableWhereTheyAreShort() {
        for (double sign : new double[] {1, -1}) {
            assertThat(new FiniteSize(sign * 0.333, OptionalDouble.empty(), 30).isReliable(1))
                    .isTrue();
            assertThat(new FiniteSize(sign * 0.334, OptionalDouble.empty(), 30).isReliable(1))
                    .isFalse();
        }
        assertThat(new FiniteSize(0.1, OptionalDouble.empty(), 29.9).isReliable(1))
                .isFalse();
    }

    @Test
    void aSingleExperimentHasAScore() {
        RiskReport risk = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, 60), Signal.constant(0.1))
                        .withNoise(0.5))
                .target(Training.samples(40))
                .predict();
        double mean = risk.corrected().getAsDouble();
        double scatter = risk.standardDeviation().getAsDouble();
        assertThat(risk.zScore(mean)).hasValue(0);
        assertThat(risk.zScore(mean + 2 * scatter).getAsDouble()).isCloseTo(2, within(1e-12));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> risk.zScore(Double.NaN))
                .withMessage("excess: NaN is not at least 0 and finite");
        // Above the rank and without noise there is no scatter.
        RiskReport certain = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, 20), Signal.constant(0.1)))
                .target(Training.samples(40))
                .predict();
        assertThat(certain.zScore(0)).hasValue(0);
        assertThat(certain.zScore(0.1)).hasValue(Double.POSITIVE_INFINITY);
    }

    @Test
    void theExpansionIsReliableWithEnoughSpareSamples() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 400), Signal.sourcePowerLaw(1.4))
                .withNoise(0.2);
        assertThat(Distillation.of(task).target(Training.samples(200)).predict().isExpansionReliable())
                .isTrue();
        assertThat(Distillation.of(task).target(Training.samples(20)).predict().isExpansionReliable())
                .isFalse();
        assertThat(Distillation.of(task).target(Training.samples(399)).predict().isExpansionReliable())
                .isFalse();
    }
}
