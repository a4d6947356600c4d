package dev.retort.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleMeanTest {

    @Test
    void ofAHandCase() {
        SampleMean mean = SampleMean.of(1, 2, 3, 6);
        assertThat(mean.mean()).isEqualTo(3);
        assertThat(mean.standardError()).isCloseTo(Math.sqrt(14.0 / 3 / 4), within(1e-15));
        assertThat(mean.zScore(2)).isCloseTo(1 / Math.sqrt(14.0 / 12), within(1e-15));
        assertThat(mean.zScore(3)).isZero();
    }

    @Test
    void equalDrawsDoNotScatter() {
        SampleMean mean = SampleMean.of(0.1, 0.1, 0.1);
        assertThat(mean).isEqualTo(new SampleMean(0.1, 0));
        assertThat(mean.zScore(0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(SampleMean.of(0, 0)).isEqualTo(new SampleMean(0, 0));
    }

    @Test
    void bitsDoNotDependOnTheScale() {
        double[] draws = {0.3, -0.7, 1.9, 0.11};
        SampleMean expected = SampleMean.of(draws);
        for (int exponent : new int[] {-1000, -600, 600, 1022}) {
            double unit = Math.scalb(1.0, exponent);
            SampleMean mean =
                    SampleMean.of(Arrays.stream(draws).map(x -> x * unit).toArray());
            assertThat(mean.mean() / unit).isEqualTo(expected.mean());
            assertThat(mean.standardError() / unit).isEqualTo(expected.standardError());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.12345, 0.00123, 0.1235 ± 0.0012",
        "1.5, 0.0996, 1.50 ± 0.10",
        "123.456, 45, 123 ± 45",
        "1.5, 0, 1.50000 ± 0.0",
        "1.5, NaN, 1.50000 ± unknown",
        "1.234567e-9, 2.5e-11, 1.235e-09 ± 2.5e-11",
        "123456, 2345, 1.235e+05 ± 2.3e+03",
        "4, 0.5, 4.00 ± 0.50",
        "Infinity, 1, Infinity ± 1.0",
    })
    void textShowsTwoFiguresOfTheError(double mean, double error, String text) {
        assertThat(new SampleMean(mean, error)).hasToString(text);
    }

    @Test
    void noErrorIsNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SampleMean(1, -1))
                .withMessage("standardError: -1.0 is not at least 0");
    }

    @Test
    void oneDrawHasNoError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampleMean.of(1))
                .withMessage("draws.length: 1 is not at least 2");
    }

    @Test
    void scoresOfInfiniteAndUnknownErrors() {
        double infinite = Double.POSITIVE_INFINITY;
        assertThat(new SampleMean(infinite, infinite).zScore(5)).isEqualTo(infinite);
        assertThat(new SampleMean(5, infinite).zScore(infinite)).isEqualTo(-infinite);
        assertThat(new SampleMean(infinite, infinite).zScore(infinite)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new SampleMean(1, 1).zScore(Double.NaN));
        SampleMean unknown = new SampleMean(1, Double.NaN);
        assertThatIllegalStateException()
                .isThrownBy(() -> unknown.zScore(1))
                .withMessage("The standard error of 1.0 is not known; take more draws");
    }
}
