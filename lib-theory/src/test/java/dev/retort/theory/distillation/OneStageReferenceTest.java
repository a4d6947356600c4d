package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
}
