package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingLawTest {

    private static final double RELATIVE_ERROR = 1e-13;

    static Stream<Row> laws() {
        return ReferenceTable.rows(ScalingLawTest.class, "laws.tsv");
    }

    @ParameterizedTest
    @MethodSource("laws")
    void constantsAgreeWithHighPrecision(Row row) {
        constantsAgreeWithTheReference(
                row.number("alpha"),
                row.number("b"),
                row.number("exponent"),
                row.number("standard"),
                row.number("optimal"),
                row.number("mask"),
                row.number("gainRatio"));
        ScalingLaw law = ScalingLaw.powerLaw(row.number("alpha"), row.number("b"));
        agrees(law.masked().ratio(), row.number("maskRatio"));
    }

    private static void agrees(double actual, double expected) {
        assertThat(Math.abs(actual - expected) / expected)
                .as("%s, expected %s", actual, expected)
                .isLessThanOrEqualTo(RELATIVE_ERROR);
    }

    /** The cases "scaling" of the project's reference for distillation. */
    @ParameterizedTest
    @CsvSource({
        "2.0, 1.5, 0.5, 4.176245997623780883963613, 2.572232133291194042710147, 2.664764421381048138403402, 0.6159196883408578374187888",
        "2.0, 3.0, 2.0, 2.467401100272339654708623, 1.93789229251873876096727, 2.255731549683269939724469, 0.7853981633974483096156608",
        "1.5, 1.7, 0.699999999999999955591079, 3.126107000673666952843844, 2.470284525434322453634029, 2.702216288388573955476575, 0.7902111235802176105643326",
        "3.0, 5.0, 4.0, 2.585174904627075203865933, 2.051854681563404463237023, 2.377309968590854910723959, 0.7937005259840997373758528",
        "2.0, 6.0, 4.0, 20.02894153281884243812957, 10.014470766409421, 20.02894153281884243812957, 0.5"
    })
    void constantsAgreeWithTheReference(
            double alpha, double b, double exponent, double standard, double optimal, double mask, double ratio) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
        agrees(law.exponent(), exponent);
        agrees(law.standardConstant(), standard);
        agrees(law.optimalConstant(), optimal);
        agrees(law.maskConstant(), mask);
        agrees(law.optimal().ratio(), ratio);
        agrees(law.masked().ratio(), mask / standard);
        assertThat(law.regime()).isEqualTo(b < 2 * alpha + 1 ? Regime.UNLEARNT_FEATURES : Regime.SHRINKAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "1.01, 1.5",
        "1.2, 1.3",
        "1.5, 2",
        "2, 1.5",
        "2, 3",
        "2, 4.5",
        "3, 5",
        "3, 2.5",
        "10, 8",
        "1.5, 6",
        "3, 9",
        "10, 22"
    })
    void exactRisksApproachTheLaw(double alpha, double b) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
        double leastPower = Math.min(1, Math.abs(b - 1 - 2 * alpha));
        for (RiskLaw risk : List.of(law.standard(), law.optimal(), law.masked())) {
            double before = Math.abs(risk.deviation(1e6));
            double after = Math.abs(risk.deviation(1e8));
            // The next term of the expansion is smaller by 1/n or by n^-|b-1-2α|.
            assertThat(after).as(risk.toString()).isLessThan(30 * Math.pow(1e8, -leastPower) + 1e-12);
            assertThat(after).isLessThan(before * 3 * Math.pow(100, -leastPower) + 1e-12);
        }
        double ratio = excess(law, law.optimal(), 1e8) / excess(law, law.standard(), 1e8);
        assertThat(ratio).isCloseTo(law.optimal().ratio(), within(30 * Math.pow(1e8, -leastPower) + 1e-12));
    }

    private static double excess(ScalingLaw law, RiskLaw risk, double samples) {
        return Distillation.of(law.task(samples))
                .surrogate(risk.surrogate())
                .target(Training.samples(samples))
                .predict()
                .excess();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.25, 1.5, 2, 3, 7})
    void atTheBoundaryThereIsALogarithm(double alpha) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, 2 * alpha + 1);
        assertThat(law.regime()).isEqualTo(Regime.LOGARITHMIC);
        assertThat(law.exponent()).isEqualTo(2 * alpha);
        assertThat(law.standardConstant()).isInfinite();
        assertThat(law.optimal().ratio()).isEqualTo((alpha - 1) / alpha);
        for (RiskLaw risk : List.of(law.standard(), law.optimal(), law.masked())) {
            // The offset of the logarithm is exact, so the error falls like 1/n.
            assertThat(risk.deviation(1e4)).isCloseTo(0, within(2e-3));
            assertThat(risk.deviation(1e8)).isCloseTo(0, within(2e-7));
            assertThat(risk.excess(0.1)).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.01, 1.5, 2, 3, 9})
    void constantsDivergeTowardsTheBoundary(double alpha) {
        double boundary = 2 * alpha + 1;
        double below = ScalingLaw.powerLaw(alpha, Math.nextDown(boundary)).standardConstant();
        double above = ScalingLaw.powerLaw(alpha, Math.nextUp(boundary)).standardConstant();
        double scale = Math.pow(Math.PI / alpha / Math.sin(Math.PI / alpha), 2 * alpha);
        // B(2−c, c) ~ 1/(2−c), ζ(b−2α) ~ 1/(b−2α−1)
        assertThat(below).isCloseTo(scale * alpha / (boundary - Math.nextDown(boundary)), withinPercentage(1e-8));
        assertThat(above).isCloseTo(scale * alpha / (Math.nextUp(boundary) - boundary), withinPercentage(1e-8));
    }

    @Test
    void thePublishedSpecialCaseIsPiOverFour() {
        // c = 1: G = √(α−1) π/(2α)
        assertThat(ScalingLaw.powerLaw(2, 3).optimal().ratio()).isCloseTo(Math.PI / 4, within(1e-16));
    }

    @ParameterizedTest
    @CsvSource({"1.5, 1.7", "2, 1.5", "2, 3", "3, 5", "2, 7"})
    void theOptimalSurrogateSavesLabels(double alpha, double b) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
        for (RiskLaw risk : List.of(law.optimal(), law.masked())) {
            double samples = 1e6;
            double same = excess(law, risk, samples / risk.labelSaving());
            assertThat(same).isCloseTo(excess(law, law.standard(), samples), withinPercentage(0.05));
        }
        assertThat(law.standard().labelSaving()).isOne();
        assertThat(law.optimal().labelSaving())
                .isCloseTo(Math.pow(law.optimal().ratio(), -1 / law.exponent()), within(1e-12))
                .isGreaterThan(1);
        assertThat(law.masked().labelSaving()).isBetween(1.0, law.optimal().labelSaving());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.2, 1.5, 2, 2.5, 4, 6})
    void tauOfTheLawIsClose(double alpha) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, 2);
        for (double samples : new double[] {20, 1e3, 1e6}) {
            DeterministicEquivalent exact = DeterministicEquivalent.of(Spectrum.powerLaw(alpha), samples);
            // The next term is α τ ζ(−α)/n.
            assertThat(law.tau(samples) / exact.tau() - 1)
                    .isCloseTo(0, within(alpha * alpha * exact.tau() / samples + 3e-14));
            assertThat(law.textbookTau(samples) / exact.tau() - 1)
                    .isCloseTo(
                            alpha / (2 * samples), within(alpha * alpha / (samples * samples) + alpha * exact.tau()));
            assertThat(law.omega()).isCloseTo(exact.omega(), within(1 / samples));
        }
    }

    @Test
    void atAnInverseSquareOnlyTheShiftRemains() {
        DeterministicEquivalent exact = DeterministicEquivalent.of(Spectrum.powerLaw(2), 200);
        assertThat(ScalingLaw.powerLaw(2, 2).tau(200)).isCloseTo(exact.tau(), withinPercentage(3e-13));
    }

    @ParameterizedTest
    @CsvSource({"1.2, 1.3", "2, 1.5", "3, 5", "8, 3"})
    void gainsAndMasksHaveTheirSharesOfFeatures(double alpha, double b) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
        double samples = 1e5;
        OptimalSurrogate best = OptimalSurrogate.of(law.task(samples), Training.samples(samples));
        int amplified = (int) Math.round(law.amplifiedPerSample() * samples);
        int margin = amplified / 1000 + 2;
        assertThat(best.gain(amplified - margin)).isGreaterThan(1);
        assertThat(best.gain(amplified + margin)).isLessThan(1);
        assertThat(best.maskSize() / samples).isCloseTo(law.keptPerSample(), withinPercentage(0.1));
    }

    @ParameterizedTest
    @CsvSource({"2, 3, 1.5", "2, 1.5, 0", "3, 5, 2", "1.5, 6, 1"})
    void slowlyDecayingNoiseDominates(double alpha, double b, double gamma) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b).withNoise(0.3, gamma);
        assertThat(law.regime()).isEqualTo(Regime.NOISE);
        assertThat(law.exponent()).isEqualTo(gamma);
        assertThat(law.optimal().ratio()).isOne();
        assertThat(law.optimal().labelSaving()).isOne();
        for (RiskLaw risk : List.of(law.standard(), law.optimal(), law.masked())) {
            assertThat(risk.constant()).isCloseTo(0.09 * (alpha - 1), within(1e-15));
            assertThat(risk.deviation(1e8)).isCloseTo(0, within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 3, 2.5", "2, 1.5, 0.75", "3, 5, 5", "1.5, 6, 4"})
    void fastDecayingNoiseVanishes(double alpha, double b, double gamma) {
        ScalingLaw clean = ScalingLaw.powerLaw(alpha, b);
        ScalingLaw law = clean.withNoise(0.3, gamma);
        assertThat(law.regime()).isEqualTo(clean.regime());
        assertThat(law.exponent()).isEqualTo(clean.exponent());
        assertThat(law.optimalConstant()).isEqualTo(clean.optimalConstant());
        assertThat(law.optimal().deviation(1e8)).isCloseTo(0, within(1e-6));
    }

    @Test
    void noiseAsFastAsTheLawAddsToItsConstant() {
        ScalingLaw clean = ScalingLaw.powerLaw(3, 5);
        ScalingLaw law = clean.withNoise(0.5, 4);
        assertThat(law.regime()).isEqualTo(Regime.NOISE_AND_SIGNAL);
        assertThat(law.optimalConstant()).isCloseTo(clean.optimalConstant() + 0.25 * 2, within(1e-14));
        assertThat(law.optimal().ratio()).isEqualTo(law.optimalConstant() / law.standardConstant());
        assertThat(law.optimal().deviation(1e8)).isCloseTo(0, within(1e-6));
        assertThat(law.optimal().crossover()).isEmpty();
        assertThat(clean.optimal().crossover()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, 3, 1.5, 0.1",
        "2, 3, 2.5, 10",
        "1.5, 6, 1, 1e-3",
        "2, 5, 3, 1e-3",
        "2, 5, 3.5, 1e-3",
        "2, 5, 4, 0.1",
        "2, 5, 6, 3"
    })
    void partsAreEqualAtTheCrossover(double alpha, double b, double gamma, double scale) {
        ScalingLaw clean = ScalingLaw.powerLaw(alpha, b);
        ScalingLaw law = clean.withNoise(scale, gamma);
        for (RiskLaw[] pair : new RiskLaw[][] {
            {clean.standard(), law.standard()}, {clean.optimal(), law.optimal()}, {clean.masked(), law.masked()}
        }) {
            double crossover = pair[1].crossover().orElseThrow();
            assertThat(pair[1].excess(crossover)).isCloseTo(2 * pair[0].excess(crossover), withinPercentage(1e-9));
            // Beyond the crossover the part with the smaller exponent dominates.
            double share = pair[0].excess(2 * crossover) / pair[1].excess(2 * crossover);
            assertThat(share > 0.5).isEqualTo(law.regime() != Regime.NOISE);
        }
    }

    @Test
    void aLogarithmMayNeverExceedTheNoise() {
        assertThat(ScalingLaw.powerLaw(2, 5).withNoise(1e3, 3.9).standard().crossover())
                .isEmpty();
    }

    @Test
    void theLineBendsWhereFeaturesRunOut() {
        RiskLaw law = ScalingLaw.powerLaw(2, 1.5).standard();
        assertThat(law.deviation(1000, 1_000_000_000_000_000L)).isCloseTo(law.deviation(1000), within(1e-5));
        assertThat(law.deviation(1000, 100_000)).isBetween(-0.2, -0.05);
        assertThat(law.deviation(1000, 2_000)).isLessThan(-0.5);
    }

    /** Tests sizes where both, only the law, or only the exact risk underflows. */
    @Test
    void deviationsAreNumbersAtAnySize() {
        RiskLaw noiseless = ScalingLaw.powerLaw(2, 5).standard();
        assertThat(noiseless.excess(1e160)).isZero();
        assertThat(noiseless.deviation(1e160, 1)).isEqualTo(-1);
        assertThat(ScalingLaw.powerLaw(3, 9).optimal().deviation(1e300, 1_000_000))
                .isEqualTo(-1);
        // Noise alone gives σ²p/(n − p) over (α − 1)σ².
        RiskLaw prevailing = ScalingLaw.powerLaw(40, 90).withNoise(2, 70).standard();
        assertThat(prevailing.excess(1e5)).isZero();
        assertThat(prevailing.deviation(1e5, 9_000)).isCloseTo(9_000 / (91_000 * 39.0) - 1, within(1e-15));
        assertThat(prevailing.deviation(9_000.5, 9_000)).isCloseTo(18_000 / 39.0 - 1, withinPercentage(1e-9));
        assertThat(prevailing.deviation(9_000, 9_000)).isInfinite().isPositive();
        // n^-80 of the signal over n^-70 (α − 1) 4 of the noise is about 1e-30; where the signal dominates, the noise
        // is smaller.
        RiskLaw forgotten = ScalingLaw.powerLaw(40, 90).withNoise(2, 81).standard();
        assertThat(forgotten.excess(1e5)).isZero();
        double share = ScalingLaw.powerLaw(40, 90).standardConstant() / (39 * 4) * 1e5;
        assertThat(forgotten.deviation(1e5, 9_000) + 1)
                .isCloseTo(9_000 / (91_000 * 39.0) / (1 + share), withinPercentage(1e-8));
        RiskLaw logarithmic = ScalingLaw.powerLaw(2, 5).optimal();
        for (double samples : new double[] {1e-300, 1e-160, 1e160, 1e308}) {
            assertThat(logarithmic.excess(samples)).isNotNaN().isNotNegative();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScalingLaw.powerLaw(20, 60).standard().deviation(1e10))
                .withMessage("samples: 1.0E10 is so large that the risk, n^-40.0, underflows; take fewer");
    }

    @Test
    void lawsAreValues() {
        ScalingLaw law = ScalingLaw.powerLaw(2, 1.5).withNoise(0.1, 0.25);
        ScalingLaw same = ScalingLaw.powerLaw(2, 1.5).withNoise(0.1, 0.25);
        assertThat(law).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(ScalingLaw.powerLaw(2, 1.5));
        assertThat(law.masked())
                .isEqualTo(same.masked())
                .hasSameHashCodeAs(same.masked())
                .isNotEqualTo(law.optimal());
        assertThat(law)
                .hasToString(
                        "ScalingLaw of alpha 2.0, b 1.5, noise variance 0.010000000000000002 n^-0.25: exponent 0.25"
                                + " (NOISE)");
    }

    @Test
    void rejectsExponentsWithoutALaw() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScalingLaw.powerLaw(1, 2))
                .withMessage("alpha: 1.0 is not greater than 1, so the eigenvalues have no finite sum");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScalingLaw.powerLaw(2, 1))
                .withMessage("b: 1.0 is not greater than 1, so the labels have no finite variance");
        assertThatIllegalArgumentException().isThrownBy(() -> ScalingLaw.powerLaw(Double.NaN, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScalingLaw.powerLaw(1e101, 2))
                .withMessage("alpha: 1.0E101 is above 1.0E100");
        assertThatIllegalArgumentException().isThrownBy(() -> ScalingLaw.powerLaw(2, Double.POSITIVE_INFINITY));
        ScalingLaw law = ScalingLaw.powerLaw(2, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> law.withNoise(0, 1))
                .withMessage("scale: 0.0 is not greater than 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> law.withNoise(1, -1))
                .withMessage("gamma: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException().isThrownBy(() -> law.tau(0));
        assertThatIllegalArgumentException().isThrownBy(() -> law.standard().excess(Double.NaN));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1 + 0x1p-52, 1 + 1e-10, 1.5, 10, 1e3, 1e100})
    void noLawIsNaN(double alpha) {
        for (double b : new double[] {1 + 0x1p-52, 1.1, 2, 2 * alpha + 1, 1e3, 1e300}) {
            if (Double.isFinite(b)) {
                ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
                for (double number : new double[] {
                    law.standardConstant(),
                    law.optimalConstant(),
                    law.maskConstant(),
                    law.optimal().ratio(),
                    law.tau(3)
                }) {
                    assertThat(number).as("alpha %s, b %s", alpha, b).isNotNaN().isNotNegative();
                }
            }
        }
    }

    @Test
    void decimalsOnTheBoundaryCountAsOnIt() {
        ScalingLaw law = ScalingLaw.powerLaw(1.7, 4.4);
        assertThat(law.regime()).isEqualTo(Regime.LOGARITHMIC);
        assertThat(law.standard().deviation(1e5)).isCloseTo(0, within(0.01));
        ScalingLaw noisy = ScalingLaw.powerLaw(1.5, 1.3).withNoise(0.2, 0.3);
        assertThat(noisy.regime()).isEqualTo(Regime.NOISE_AND_SIGNAL);
        assertThat(noisy.optimal().constant())
                .isCloseTo(noisy.optimal().excess(1e6) * Math.pow(1e6, 0.3), within(1e-9));
    }

    @Test
    void noiseWhoseVarianceOverflowsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScalingLaw.powerLaw(2, 3).withNoise(1e200, 2))
                .withMessageStartingWith("scale: 1.0E200 ");
    }
}
