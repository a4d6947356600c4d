package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Sweep;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.junit.jupiter.api.Test;

class ExponentFitTest {

    private static final double[] SAMPLES = {20, 50, 100, 300, 1000, 2000, 5000};
    private static final double ENDLESS = Double.POSITIVE_INFINITY;

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }

    private static double[] law(double constant, double exponent) {
        return Arrays.stream(SAMPLES)
                .map(n -> constant * Math.pow(n, -exponent))
                .toArray();
    }

    private static double[] withNoise(double[] values, double[] relative, RandomGenerator random) {
        return IntStream.range(0, values.length)
                .mapToDouble(k -> values[k] * Math.exp(relative[k] * random.nextGaussian()))
                .toArray();
    }

    @Test
    void recoversAPowerLaw() {
        ExponentFit fit = RiskCurve.of(ENDLESS, SAMPLES, law(3, 1.25)).fit();
        assertThat(fit.exponent()).isCloseTo(1.25, within(1e-14));
        assertThat(fit.constant()).isCloseTo(3, within(1e-13));
        assertThat(fit.excess(70)).isCloseTo(3 * Math.pow(70, -1.25), withinPercentage(1e-11));
        assertThat(fit.exponentStandardError()).isLessThan(1e-14);
        assertThat(fit.pValueOf(1.3)).isLessThan(1e-10);
    }

    @Test
    void curvesAndFitsAreValues() {
        double[] excess = law(3, 1.25);
        double[] errors = {1, 1, 1, 1, 1, 1, 1};
        RiskCurve curve = RiskCurve.of(ENDLESS, SAMPLES, excess);
        assertThat(curve)
                .isEqualTo(RiskCurve.of(1e6, SAMPLES, excess))
                .hasSameHashCodeAs(RiskCurve.of(1e6, SAMPLES, excess))
                .isNotEqualTo(curve.withErrors(errors))
                .isNotEqualTo(RiskCurve.of(ENDLESS, SAMPLES, law(3, 1.3)));
        assertThat(curve.withErrors(errors)).isEqualTo(curve.withErrors(errors.clone()));
        assertThat(curve.toString()).startsWith("RiskCurve of excess [").contains("] at n = [20.0, 50.0, ");
        assertThat(curve.fit())
                .isEqualTo(curve.fit())
                .hasSameHashCodeAs(curve.fit())
                .isNotEqualTo(curve.withErrors(errors).fit());
        assertThat(curve.fit().toString()).startsWith("excess = 3.00000 n^-1.25000, exponent ± ");
    }

    @Test
    void withoutErrorsItIsSimpleRegression() {
        double[] relative = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
        double[] excess = withNoise(law(0.2, 0.5), relative, random(1));
        SimpleRegression expected = new SimpleRegression();
        for (int k = 0; k < SAMPLES.length; k++) {
            expected.addData(Math.log(SAMPLES[k]), Math.log(excess[k]));
        }
        ExponentFit fit = RiskCurve.of(ENDLESS, SAMPLES, excess).fit();
        assertThat(fit.exponent()).isCloseTo(-expected.getSlope(), within(1e-14));
        assertThat(fit.exponentStandardError()).isCloseTo(expected.getSlopeStdErr(), within(1e-14));
        assertThat(fit.exponentInterval(0.95).width() / 2)
                .isCloseTo(expected.getSlopeConfidenceInterval(0.05), within(1e-12));
        assertThat(Math.log(fit.constant())).isCloseTo(expected.getIntercept(), within(1e-13));
        // At n = 1 the band is the interval of the intercept; 2.570582 is Student's quantile for 5 degrees of freedom.
        assertThat(Math.log(fit.band(1, 0.95).high() / fit.constant()))
                .isCloseTo(2.5705818366147395 * expected.getInterceptStdErr(), within(1e-10));
        assertThat(fit.pValueOf(0)).isCloseTo(expected.getSignificance(), within(1e-14));
        assertThat(fit.degreesOfFreedom()).isEqualTo(5);
        assertThat(fit.fitPValue()).isEmpty();
    }

    /** Two groups of points, by hand: with weights 1 and 4 the line goes through the weighted means. */
    @Test
    void errorsAreWeights() {
        double[] samples = {10, 10, 1000};
        double[] excess = {Math.E, 1, 1};
        ExponentFit fit = RiskCurve.of(ENDLESS, samples, excess)
                .withErrors(0.1 * Math.E, 0.05, 0.05)
                .fit();
        // At n = 10 the mean of ln excess is 1/5, with variance 1/500; at n = 1000 it is 0, with variance 1/400.
        double distance = Math.log(100);
        assertThat(fit.exponent()).isCloseTo(0.2 / distance, within(1e-14));
        assertThat(fit.exponentStandardError()).isCloseTo(Math.sqrt(1 / 500.0 + 1 / 400.0) / distance, within(1e-15));
        // Residuals 0.8/0.1 and 0.2/0.05: χ² = 80 with one degree of freedom.
        assertThat(fit.fitPValue().orElseThrow()).isCloseTo(3.7440973842e-19, withinPercentage(1e-6));
        assertThat(fit.exponentInterval(0.95).width())
                .isCloseTo(2 * 1.959963984540054 * fit.exponentStandardError(), within(1e-12));
    }

    @Test
    void intervalsAndBandsHaveTheirNominalCoverage() {
        double[] equal = new double[SAMPLES.length];
        Arrays.fill(equal, 0.05);
        double[] unequal = {0.02, 0.2, 0.1, 0.03, 0.05, 0.3, 0.01};
        for (double[] relative : new double[][] {equal, unequal}) {
            RandomGenerator random = random(7);
            int trials = 4000;
            int exponent = 0;
            int band = 0;
            int misfit = 0;
            double[] truth = law(2, 0.75);
            for (int trial = 0; trial < trials; trial++) {
                double[] excess = withNoise(truth, relative, random);
                double[] errors = IntStream.range(0, truth.length)
                        .mapToDouble(k -> relative[k] * excess[k])
                        .toArray();
                RiskCurve curve = RiskCurve.of(ENDLESS, SAMPLES, excess);
                ExponentFit fit = relative == equal
                        ? curve.fit()
                        : curve.withErrors(errors).fit();
                exponent += fit.exponentInterval(0.9).contains(0.75) ? 1 : 0;
                band += fit.band(40, 0.9).contains(2 * Math.pow(40, -0.75)) ? 1 : 0;
                misfit += fit.fitPValue().orElse(0) < 0.1 ? 1 : 0;
            }
            double error = 4 * Math.sqrt(0.09 / trials);
            assertThat(exponent / (double) trials).isCloseTo(0.9, within(error));
            assertThat(band / (double) trials).isCloseTo(0.9, within(error));
            assertThat(misfit / (double) trials).isCloseTo(relative == equal ? 1 : 0.1, within(error));
        }
    }

    @Test
    void differentExponentsAreDetectedAtTheRateOfTheTest() {
        RandomGenerator random = random(11);
        double[] relative = {0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05};
        int trials = 3000;
        int same = 0;
        int different = 0;
        for (int trial = 0; trial < trials; trial++) {
            ExponentFit one = RiskCurve.of(ENDLESS, SAMPLES, withNoise(law(2, 0.75), relative, random))
                    .fit();
            ExponentFit two = RiskCurve.of(ENDLESS, SAMPLES, withNoise(law(0.3, 0.75), relative, random))
                    .fit();
            ExponentFit three = RiskCurve.of(ENDLESS, SAMPLES, withNoise(law(0.3, 0.9), relative, random))
                    .fit();
            same += one.pValueOfSameExponent(two) < 0.1 ? 1 : 0;
            different += one.pValueOfSameExponent(three) < 0.1 ? 1 : 0;
            assertThat(two.pValueOfSameExponent(one)).isEqualTo(one.pValueOfSameExponent(two));
        }
        assertThat(same / (double) trials).isCloseTo(0.1, within(4 * Math.sqrt(0.09 / trials)));
        assertThat(different / (double) trials).isGreaterThan(0.95);
    }

    @Test
    void standardAndOptimalShareAnExponentAndAnotherSignalDoesNot() {
        Spectrum spectrum = Spectrum.powerLaw(2);
        RegressionTask task = RegressionTask.of(spectrum, Signal.sourcePowerLaw(1.5));
        RegressionTask other = RegressionTask.of(spectrum, Signal.sourcePowerLaw(1.7));
        double[] n = {100, 200, 500, 1000, 2000, 5000, 10_000};
        Sweep.Curves curves = Sweep.along(n, Training::samples)
                .predict(
                        Distillation.of(task),
                        Distillation.of(task).surrogate(Surrogate.optimal()),
                        Distillation.of(other));
        ExponentFit standard = RiskCurve.of(ENDLESS, n, curves.excess(0)).fit();
        ExponentFit optimal = RiskCurve.of(ENDLESS, n, curves.excess(1)).fit();
        ExponentFit steeper = RiskCurve.of(ENDLESS, n, curves.excess(2)).fit();
        assertThat(standard.exponent()).isCloseTo(0.5, within(0.003));
        assertThat(standard.exponent() - optimal.exponent()).isCloseTo(0, within(0.003));
        assertThat(standard.pValueOfSameExponent(steeper)).isLessThan(1e-12);
    }

    @Test
    void identicalPointsGiveNoNaN() {
        ExponentFit flat = RiskCurve.of(ENDLESS, new double[] {10, 20, 40}, new double[] {1, 1, 1})
                .fit();
        assertThat(flat.exponent()).isZero();
        assertThat(flat.exponentInterval(0.95)).isEqualTo(new Interval(0, 0));
        assertThat(flat.pValueOfSameExponent(flat)).isOne();
        assertThat(flat.pValueOf(0.1)).isZero();
        ExponentFit tiny = RiskCurve.of(ENDLESS, new double[] {10, 20}, new double[] {1, 1})
                .withErrors(1e-300, 1e-200)
                .fit();
        assertThat(tiny.exponentStandardError()).isNotNaN();
        assertThat(tiny.fitPValue()).isEmpty();
    }

    @Test
    void rejectsPointsWhereNoLawHolds() {
        double[] risks = {1, 0.5, 0.3};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(1000, new double[] {10, 50, 101}, risks))
                .withMessage(
                        "samples[2]: 101.0 is not from 10.0 to a tenth of the features, 100.0; outside that range no scaling law holds");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(ENDLESS, new double[] {9.5, 50, 100}, risks))
                .withMessageStartingWith("samples[0]: 9.5 is not from 10.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(ENDLESS, new double[] {10, Double.NaN, 100}, risks))
                .withMessageStartingWith("samples[1]: NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(ENDLESS, new double[] {10, ENDLESS, 100}, risks))
                .withMessageStartingWith("samples[1]: Infinity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(0, new double[] {10}, new double[] {1}))
                .withMessage("features: 0.0 is not greater than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(1000, new double[] {10, 20, 30}, new double[] {1, 0, 1}))
                .withMessage("excess[1]: 0.0 is not greater than 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(1000, new double[] {10, 20}, risks))
                .withMessage("excess.length: 3 is not samples.length, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskCurve.of(1000, new double[] {10, 20}, new double[] {1, 1})
                        .fit())
                .withMessage("points: 2 is not at least 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        RiskCurve.of(1000, new double[] {20, 20, 20}, risks).fit())
                .withMessage("samples: 20.0 is the number of samples of every point, so that no line is determined");
        RiskCurve curve = RiskCurve.of(1000, new double[] {10, 20, 40}, risks);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curve.withErrors(0.1, 0, 0.1))
                .withMessageContaining("standardErrors[1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curve.fit().exponentInterval(1))
                .withMessage("level: 1.0 is not between 0 and 1");
    }
}
