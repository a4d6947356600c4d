package dev.retort.theory.scaling;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FlooredFitTest {

    private static final double[] X = {1, 2, 4, 8};

    /** A flat line fits exactly whatever the exponent is. */
    @Test
    void undeterminedParametersHaveUnboundedIntervals() {
        FlooredFit flat = FlooredFit.of(X, new double[] {3, 3, 3, 3});
        assertThat(flat.value(5)).isCloseTo(3, within(1e-12));
        assertThat(flat.exponentInterval(0.9)).isEqualTo(new Interval(0, Double.POSITIVE_INFINITY));
        assertThat(flat.floorInterval(0.9).low()).isCloseTo(3, within(1e-12));
        assertThat(flat.pValueOfNoFloor()).isBetween(0.0, 1.0);
        FlooredFit rising = FlooredFit.of(X, new double[] {1, 2, 3, 4});
        assertThat(rising.constant()).isZero();
        assertThat(rising.exponentInterval(0.9).high()).isInfinite();
        assertThat(rising.value(1e300)).isEqualTo(rising.floor());
    }

    @Test
    void unitsDoNotMatter() {
        double[] y = {2.1, 1.4, 1.3, 1.1, 1.02};
        double[] x = {1, 2, 4, 8, 16};
        FlooredFit expected = FlooredFit.of(x, y);
        for (double unit : new double[] {0x1p-1000, 0x1p-500, 0x1p500, 0x1p1000}) {
            FlooredFit fit =
                    FlooredFit.of(x, Arrays.stream(y).map(v -> v * unit).toArray());
            assertThat(fit.exponent()).isEqualTo(expected.exponent());
            assertThat(fit.floor()).isEqualTo(expected.floor() * unit);
            assertThat(fit.constant()).isEqualTo(expected.constant() * unit);
            assertThat(fit.exponentInterval(0.9)).isEqualTo(expected.exponentInterval(0.9));
            assertThat(fit.floorInterval(0.9).high())
                    .isEqualTo(expected.floorInterval(0.9).high() * unit);
        }
        // Shifted to the right by 1e200, the constant overflows, but the law does not.
        double[] far = Arrays.stream(x).map(v -> v * 0x1p1000).toArray();
        assertThat(FlooredFit.of(far, y).constant()).isPositive();
        assertThat(FlooredFit.of(far, y).value(0x1p1002)).isCloseTo(expected.value(4), within(1e-9));
        refuses(
                "y: values from 1.0E-300 to 1.0 differ by more than 1.0E70, too much to be fitted together: leave out the extreme ones",
                () -> FlooredFit.of(X, new double[] {1, 1, 1, 1e-300}));
    }

    @Test
    void isAValue() {
        FlooredFit fit = FlooredFit.of(X, new double[] {5, 3, 2, 1.6});
        assertThat(fit)
                .isEqualTo(FlooredFit.of(X, new double[] {5, 3, 2, 1.6}))
                .hasSameHashCodeAs(FlooredFit.of(X, new double[] {5, 3, 2, 1.6}))
                .isNotEqualTo(FlooredFit.of(X, new double[] {5, 3, 2, 1.7}));
    }
}
