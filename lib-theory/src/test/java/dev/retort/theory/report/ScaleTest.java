package dev.retort.theory.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {

    private static Scale linear(double low, double high) {
        return new Scale(false, low, high);
    }

    private static Scale log(double low, double high) {
        return new Scale(true, Math.log10(low), Math.log10(high));
    }

    private static List<String> names(Scale scale, double pixels) {
        return scale.ticks(pixels, true).stream()
                .map(Scale.Tick::name)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, 1",
        "false, -3, 17",
        "false, 1, 1.0000000000001",
        "false, 12345678, 12345679",
        "false, 1e-300, 3e-300",
        "false, -1e308, 1e308",
        "false, 0, 4.9e-324",
        "false, 0.1, 0.3",
        "true, 1, 10",
        "true, 20, 480",
        "true, 11, 340",
        "true, 0.97, 1.03",
        "true, 3, 4",
        "true, 1, 1e6",
        "true, 1e-300, 1",
        "true, 4.9e-324, 1.7e308",
        "true, 1e-300, 1.1e-300",
        "true, 2e300, 1e308",
    })
    void ticksAreInOrderInRangeNamedDifferentlyAndDoNotTouch(boolean log, double low, double high) {
        Scale scale = log ? log(low, high) : linear(low, high);
        for (double pixels : new double[] {150, 390, 800}) {
            for (boolean horizontal : new boolean[] {true, false}) {
                double end = Double.NEGATIVE_INFINITY;
                double before = Double.NEGATIVE_INFINITY;
                List<Scale.Tick> ticks = scale.ticks(pixels, horizontal);
                for (Scale.Tick tick : ticks) {
                    assertThat(tick.at()).isGreaterThan(before).isBetween(-1e-6, 1 + 1e-6);
                    before = tick.at();
                    if (!tick.name().isEmpty()) {
                        double size = horizontal ? Label.of(tick.name()).width(13) : 13;
                        assertThat(tick.at() * pixels - size / 2)
                                .as("%s after the name before it", tick)
                                .isGreaterThan(end);
                        end = tick.at() * pixels + size / 2;
                    }
                }
                List<String> names = ticks.stream()
                        .map(Scale.Tick::name)
                        .filter(name -> !name.isEmpty())
                        .toList();
                assertThat(names).doesNotHaveDuplicates().isNotEmpty();
                assertThat(names.size()).as("names in %s pixels", pixels).isGreaterThan(pixels < 200 ? 0 : 1);
            }
        }
    }

    @Test
    void linearTicksAreRoundAndExact() {
        assertThat(names(linear(0.1, 0.35), 390)).containsExactly("0.10", "0.15", "0.20", "0.25", "0.30", "0.35");
        assertThat(names(linear(-2, 2), 200)).containsExactly("−2", "−1", "0", "1", "2");
        assertThat(names(linear(0, 3e7), 390))
                .containsExactly(
                        "0", "0.5×10^{7}", "1.0×10^{7}", "1.5×10^{7}", "2.0×10^{7}", "2.5×10^{7}", "3.0×10^{7}");
        assertThat(names(linear(1, 1.0000000000001), 800)).contains("1.00000000000002");
    }

    @Test
    void logarithmicTicksNameDecadesOrDigits() {
        assertThat(names(log(1, 500), 390)).containsExactly("10^{0}", "10^{1}", "10^{2}");
        assertThat(names(log(1e-3, 1), 390)).containsExactly("10^{−3}", "10^{−2}", "10^{−1}", "10^{0}");
        assertThat(names(log(20, 480), 390)).containsExactly("20", "50", "100", "200");
        assertThat(names(log(1, 10), 390)).containsExactly("1", "2", "5", "10");
        assertThat(names(log(1e-300, 1), 390))
                .startsWith("10^{−300}", "10^{−250}")
                .endsWith("10^{0}");
        assertThat(log(1, 1000).ticks(390, true)).hasSize(28);
    }

    @Test
    void undrawableValuesHaveNoFraction() {
        assertThat(log(1, 100).fraction(10)).isCloseTo(0.5, within(1e-15));
        assertThat(linear(-1e308, 1e308).fraction(0)).isEqualTo(0.5);
        assertThat(log(1, 100).fraction(0)).isNaN();
        assertThat(log(1, 100).fraction(-1)).isNaN();
        assertThat(linear(0, 1).fraction(Double.POSITIVE_INFINITY)).isNaN();
    }

    @ParameterizedTest
    @CsvSource({"5, false", "0, false", "1e308, false", "-4.9e-324, false", "7, true", "4.9e-324, true"})
    void oneValueStillHasARange(double value, boolean log) {
        Axis.Extent extent = (log ? Axis.log("x") : Axis.linear("x")).extent();
        extent.add(value);
        Scale scale = extent.scale();
        assertThat(scale.low()).isLessThan(scale.high());
        assertThat(scale.fraction(value)).isBetween(0.0, 1.0);
    }

    @Test
    void errorBarsThatNearlyReachZeroCountForADecade() {
        Axis.Extent extent = Axis.log("x").extent();
        extent.add(1);
        extent.addBar(1, 1 - 1e-12);
        assertThat(extent.scale().low()).isBetween(-1.2, -1.0);
    }
}
