package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every risk of one stage against one-stage.tsv, which generate-one-stage.py computed with 400 digits. */
class OneStageReferenceTest {

    private static final double RELATIVE_ERROR = 1e-12;

    /** Where the smallest double is too coarse for a relative error; no quantity of a case is meant to be this small. */
    private static final double ABSOLUTE_ERROR = 1e-290;

    record ReferenceCase(Map<String, String> fields) {

        String text(String name) {
            return Objects.requireNonNull(fields.get(name), name);
        }

        double number(String name) {
            return Double.parseDouble(text(name));
        }

        RegressionTask task() {
            return RegressionTask.of(ReferenceText.spectrum(text("spectrum")), ReferenceText.signal(text("signal")))
                    .withNoise(number("noise"));
        }

        Training training() {
            return Training.samples(number("samples")).withRidge(number("ridge"));
        }

        @Override
        public String toString() {
            return text("name");
        }
    }

    static Stream<ReferenceCase> cases() {
        List<String> lines = ReferenceText.lines("one-stage.tsv");
        String[] header = lines.get(0).substring(2).split("\t", -1);
        return lines.stream().skip(1).map(line -> line.split("\t", -1)).map(row -> {
            Map<String, String> fields = new HashMap<>();
            IntStream.range(0, header.length).forEach(k -> fields.put(header[k], row[k]));
            return new ReferenceCase(fields);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equivalentAgrees(ReferenceCase reference) {
        DeterministicEquivalent equivalent =
                (DeterministicEquivalent) reference.training().equivalent(reference.task());
        agrees(reference, "tau", equivalent.tau());
        agrees(reference, "df1", equivalent.df1());
        agrees(reference, "df2", equivalent.df2());
        agrees(reference, "omega", equivalent.omega());
        agrees(reference, "zetaFirst", equivalent.zeta(0));
        agrees(reference, "zetaLast", equivalent.zeta(reference.task().dimension() - 1));
        agrees(reference, "dTauDSamples", equivalent.dTauDSamples());
        agrees(reference, "dTauDRidge", equivalent.dTauDRidge());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void standardTargetAgrees(ReferenceCase reference) {
        agrees(
                reference,
                "standard",
                predict(reference, Surrogate.groundTruth()).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void optimalSurrogateAgrees(ReferenceCase reference) {
        OptimalSurrogate best = OptimalSurrogate.of(reference.task(), reference.training());
        agrees(reference, "gainFirst", best.gain(0));
        agrees(reference, "gainLast", best.gain(reference.task().dimension() - 1));
        agrees(reference, "optimal", best.risk().excess());
        agrees(
                reference,
                "optimal",
                predict(reference, Surrogate.given(best.coefficients())).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void optimalMaskAgrees(ReferenceCase reference) {
        FeatureMask mask =
                OptimalSurrogate.of(reference.task(), reference.training()).mask();
        assertThat(mask.size()).isEqualTo((int) reference.number("maskSize"));
        assertThat(OptimalSurrogate.of(reference.task(), reference.training()).maskSize())
                .isEqualTo(mask.size());
        agrees(reference, "masked", predict(reference, Surrogate.masked(mask)).excess());
        agrees(
                reference,
                "masked",
                predict(reference, Surrogate.optimallyMasked()).excess());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void halvedTruthAgreesPartByPart(ReferenceCase reference) {
        RegressionTask task = reference.task();
        double[] halved = IntStream.range(0, task.dimension())
                .mapToDouble(i -> task.coefficient(i) / 2)
                .toArray();
        RiskReport risk = predict(reference, Surrogate.given(halved));
        agrees(reference, "halved", risk.excess());
        agrees(reference, "halvedBias", risk.bias());
        agrees(reference, "halvedLabelNoise", risk.labelNoiseVariance());
        agrees(reference, "halvedDesign", risk.designVariance());
    }

    private static RiskReport predict(ReferenceCase reference, Surrogate surrogate) {
        return Distillation.of(reference.task())
                .surrogate(surrogate)
                .target(reference.training())
                .predict();
    }

    private static void agrees(ReferenceCase reference, String name, double actual) {
        double expected = reference.number(name);
        assertThat(Math.abs(actual - expected))
                .as("%s: %s, expected %s", name, actual, expected)
                .isLessThanOrEqualTo(RELATIVE_ERROR * Math.abs(expected) + ABSOLUTE_ERROR);
    }
}
