package dev.retort.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

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
    void ofAnySizeTheBitsAreTheSame() {
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

    @Test
    void oneDrawHasNoError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampleMean.of(1))
                .withMessage("draws.length: 1 is not at least 2");
    }
}
