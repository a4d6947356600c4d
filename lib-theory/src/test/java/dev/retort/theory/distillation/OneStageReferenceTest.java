package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every risk of one stage with one-stage.tsv, which generate-one-stage.py computed with 400 digits. */
class OneStageReferenceTest {

    private static final double RELATIVE_ERROR = 1e-12;

    /** Applies where doubles are too coarse for a relative error; no value of a case is this small on purpose. */
    private static final double ABSOLUTE_ERROR = 1e-290;

    static Stream<Row> cases() {
        return ReferenceTable.rows(OneStageReferenceTest.class, "one-stage.tsv");
    }

    private static RegressionTask task(Row row) {
        return ReferenceText.task(row, "spectrum");
    }

    private static Training training(Row row) {
        return Training.samples(row.number("samples")).withRidge(row.number("ridge"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equivalentAgrees(Row row) {
        DeterministicEquivalent equivalent =
                (DeterministicEquivalent) training(row).equivalent(task(row));
        agrees(row, "tau", equivalent.tau());
        agrees(row, "df1", equivalent.df1());
        agrees(row, "df2", equivalent.df2());
        agrees(row, "omega", equivalent.omega());
        agrees(row, "zetaFirst", equivalent.zeta(0));
        agrees(row, "zetaLast", equivalent.zeta(task(row).dimension() - 1));
        agrees(row, "dTauDSamples", equivalent.dTauDSamples());
        agrees(row, "dTauDRidge", equivalent.dTauDRidge());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void standardTargetAgrees(Row row) {
        agrees(row, "standard", predict(row, Surrogate.groundTruth()).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void optimalSurrogateAgrees(Row row) {
        OptimalSurrogate best = OptimalSurrogate.of(task(row), training(row));
        agrees(row, "gainFirst", best.gain(0));
        agrees(row, "gainLast", best.gain(task(row).dimension() - 1));
        agrees(row, "optimal", best.risk().excess());
        agrees(
                row,
                "optimal",
                predict(row, Surrogate.given(best.coefficients())).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void optimalMaskAgrees(Row row) {
        FeatureMask mask = OptimalSurrogate.of(task(row), training(row)).mask();
        assertThat(mask.size()).isEqualTo((int) row.number("maskSize"));
        assertThat(OptimalSurrogate.of(task(row), training(row)).maskSize()).isEqualTo(mask.size());
        agrees(row, "masked", predict(row, Surrogate.masked(mask)).excess());
        agrees(row, "masked", predict(row, Surrogate.optimallyMasked()).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void halvedTruthAgreesPartByPart(Row row) {
        RegressionTask task = task(row);
        double[] halved = IntStream.range(0, task.dimension())
                .mapToDouble(i -> task.coefficient(i) / 2)
                .toArray();
        RiskReport risk = predict(row, Surrogate.given(halved));
        agrees(row, "halved", risk.excess());
        agrees(row, "halvedBias", risk.bias());
        agrees(row, "halvedLabelNoise", risk.labelNoiseVariance());
        agrees(row, "halvedDesign", risk.designVariance());
    }

    private static RiskReport predict(Row row, Surrogate surrogate) {
        return Distillation.of(task(row))
                .surrogate(surrogate)
                .target(training(row))
                .predict();
    }

    private static void agrees(Row row, String name, double actual) {
        double expected = row.number(name);
        assertThat(Math.abs(actual - expected))
                .as("%s: %s, expected %s", name, actual, expected)
                .isLessThanOrEqualTo(RELATIVE_ERROR * Math.abs(expected) + ABSOLUTE_ERROR);
    }

    /** τ, which has few digits there or none, is not what risks depend on. */
    @ParameterizedTest
    @ValueSource(doubles = {4.9e-324, 1e-323, 3e-320, 1e-310, 1e-300, 1})
    void risksDoNotLoseTheDigitsThatTauLoses(double eigenvalue) {
        double coefficient = eigenvalue < 1 ? 1e150 : 1;
        double signal = Math.pow(Math.sqrt(eigenvalue) * coefficient, 2);
        RegressionTask task = RegressionTask.of(Spectrum.of(eigenvalue), Signal.of(coefficient))
                .withNoise(Math.sqrt(signal));
        for (double samples : new double[] {0.05, 0.3, 0.67, 0.9, 1.5, 4}) {
            Distillation pipeline = Distillation.of(task).target(Training.samples(samples));
            double omega = Math.min(samples, 1 / samples);
            double missed = Math.max(1 - samples, 0);
            double excess = signal * (missed * missed + omega) / (1 - omega);
            assertThat(pipeline.predict().excess()).isCloseTo(excess, within(1e-14 * excess));
            double left = Math.max(1 - 1 / samples, 0);
            assertThat(pipeline.predict().trainingError()).isCloseTo(signal * left, within(1e-14 * signal * left));
            double best =
                    OptimalSurrogate.of(task, Training.samples(samples)).risk().excess();
            double learnt = Math.min(samples, 1);
            double cost = omega * missed * missed;
            double least = signal * (cost / ((1 - omega) * learnt * learnt + cost) + omega / (1 - omega));
            assertThat(best).isCloseTo(least, within(1e-14 * least));
        }
    }

    @Test
    void derivativesWithRespectToWhatHasNoDigitsAreRefused() {
        Distillation pipeline = Distillation.of(RegressionTask.of(Spectrum.of(4.9e-324), Signal.of(1e150)))
                .target(Training.samples(0.67));
        assertThatIllegalStateException()
                .isThrownBy(pipeline::sensitivities)
                .withMessage("No derivatives are known where τ, 0.0, is below 2.2e-308 and has few digits;"
                        + " take a smaller unit");
    }
}
