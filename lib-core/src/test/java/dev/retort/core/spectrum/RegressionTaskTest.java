package dev.retort.core.spectrum;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RegressionTaskTest {

    @Test
    void joinsSpectrumAndSignal() {
        RegressionTask task =
                RegressionTask.of(Spectrum.of(4, 0.25, 0), Signal.of(3, -2, 5)).withNoise(0.5);
        assertThat(task.coefficient(1)).isEqualTo(-2);
        assertThat(task.whitenedCoefficient(0)).isEqualTo(6);
        assertThat(task.whitenedCoefficient(2)).isZero();
        assertThat(task.signalPower()).isEqualTo(37);
        assertThat(task.noise()).isEqualTo(0.5);
        assertThat(task.dimension()).isEqualTo(3);
    }

    @Test
    void sourcePowerLawSetsTheContributionOfEachFeature() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.sourcePowerLaw(1.5));
        double beta = task.coefficient(9);
        assertThat(task.spectrum().eigenvalue(9) * beta * beta).isCloseTo(Math.pow(10, -1.5), within(1e-16));
        assertThat(task.whitenedCoefficient(9)).isCloseTo(Math.pow(10, -0.75), within(1e-16));
    }

    @Test
    void staysFiniteWhereSquaredCoefficientsOverflow() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 1e-300), Signal.of(0, 1e155));
        assertThat(task.signalPower()).isCloseTo(1e10, within(1e-4));
    }

    @Test
    void rejectsPartsThatDoNotFit() {
        Spectrum spectrum = Spectrum.of(2, 1, 0);
        refuses(
                "coefficients.length: 2 is not the dimension of the spectrum, 3",
                () -> RegressionTask.of(spectrum, Signal.of(1, 1)));
        refuses("coefficients[1]: NaN is not finite", () -> Signal.of(1, Double.NaN));
        refuses("value: Infinity is not finite", () -> Signal.constant(Double.POSITIVE_INFINITY));
        refuses("b: NaN is not finite", () -> Signal.sourcePowerLaw(Double.NaN));
        refuses(
                "spectrum: 1 zero eigenvalues leave λβ² = i^-b without a solution β",
                () -> RegressionTask.of(spectrum, Signal.sourcePowerLaw(2)));
        refuses(
                "signal: variance of the labels Σ λβ² = Infinity is not finite",
                () -> RegressionTask.of(spectrum, Signal.constant(1e200)));
        RegressionTask task = RegressionTask.of(spectrum, Signal.constant(1));
        refuses("noise: -0.1 is not at least 0 and finite", () -> task.withNoise(-0.1));
        refuses("noise: NaN is not at least 0 and finite", () -> task.withNoise(Double.NaN));
    }

    @Test
    void joinsALawToALaw() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(4));
        assertThat(task.signalPower()).isCloseTo(Math.pow(Math.PI, 4) / 90, within(1e-15));
        assertThat(task.whitenedCoefficient(9)).isCloseTo(0.01, within(1e-17));
        assertThat(task.coefficient(9)).isCloseTo(0.1, within(1e-16));
        refuses(
                "coefficients.length: 2 is not the dimension of the spectrum, Infinity; list as many features,"
                        + " Spectrum.of(spectrum.first(2).eigenvalues())",
                () -> RegressionTask.of(Spectrum.powerLaw(2), Signal.of(1, 1)));
        Spectrum law = Spectrum.powerLaw(2, 1, 0, 5000);
        double[] coefficients = law.eigenvalues();
        RegressionTask listed = RegressionTask.of(law, Signal.of(coefficients));
        assertThat(law.isListed()).isFalse();
        assertThat(listed).isEqualTo(RegressionTask.of(Spectrum.of(law.eigenvalues()), Signal.of(coefficients)));
        assertThat(RegressionTask.of(law, Signal.withMultiplicities(new double[] {2, 1}, new double[] {1, 4999}))
                        .signalPower())
                .isCloseTo(law.measure().trace() + 3, within(1e-14));
        refuses(
                "b: 1.0 is not greater than 1, so Σ i^-b has no finite value",
                () -> RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(1)));
        assertThat(RegressionTask.of(Spectrum.powerLaw(2, 1, 0, 1_000_000_000_000L), Signal.sourcePowerLaw(0))
                        .signalPower())
                .isCloseTo(1e12, within(1e-2));
    }
}
