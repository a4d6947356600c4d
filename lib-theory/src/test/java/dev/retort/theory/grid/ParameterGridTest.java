package dev.retort.theory.grid;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParameterGridTest {

    private static final ParameterGrid GRID =
            ParameterGrid.of("samples", 100, 200, 400).and("alpha", 1.5, 2).and("ridge", 0, 1e-3);

    @Test
    void cellsAreOrderedLikeTheDigitsOfANumber() {
        assertThat(GRID.size()).isEqualTo(12);
        int index = 0;
        for (double samples : new double[] {100, 200, 400}) {
            for (double alpha : new double[] {1.5, 2}) {
                for (double ridge : new double[] {0, 1e-3}) {
                    Cell cell = GRID.cell(index);
                    assertThat(cell.index()).isEqualTo(index);
                    assertThat(cell.get("samples")).isEqualTo(samples);
                    assertThat(cell.get("alpha")).isEqualTo(alpha);
                    assertThat(cell.get("ridge")).isEqualTo(ridge);
                    index++;
                }
            }
        }
        assertThat(GRID.cell(5)).hasToString("cell 5 (samples 200, alpha 1.5, ridge 0.001)");
    }

    @Test
    void rejectsCellsBeyondTheGrid() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> GRID.cell(12))
                .withMessage("index: 12 is not from 0 to 11");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> GRID.cell(-1))
                .withMessage("index: -1 is not from 0 to 11");
    }

    /** The outputs for this seed are common test vectors for implementations in all languages. */
    @Test
    void seedsAreTheOutputsOfSplitMix() {
        ParameterGrid grid = GRID.withSeed(1234567);
        assertThat(IntStream.range(0, 5)
                        .mapToObj(i -> Long.toUnsignedString(grid.cell(i).seed())))
                .containsExactly(
                        "6457827717110365317",
                        "3203168211198807973",
                        "9817491932198370423",
                        "4593380528125082431",
                        "16408922859458223821");
    }

    @Test
    void seedsAgreeWithAnotherImplementation() {
        for (long master : new long[] {0, 7, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            ParameterGrid grid = ParameterGrid.of(
                            "x", IntStream.range(0, 1000).asDoubleStream().toArray())
                    .withSeed(master);
            SplittableRandom random = new SplittableRandom(master);
            Set<Long> seeds = new HashSet<>();
            for (int i = 0; i < grid.size(); i++) {
                assertThat(grid.cell(i).seed()).isEqualTo(random.nextLong());
                seeds.add(grid.cell(i).seed());
            }
            assertThat(seeds).hasSize(1000);
        }
    }

    @Test
    void seedsDependOnlyOnTheGridsSeedAndTheIndex() {
        assertThat(GRID.cell(3).seed())
                .isEqualTo(ParameterGrid.of("other", 1, 2, 3, 4).cell(3).seed());
        assertThat(GRID.withSeed(1).cell(3).seed()).isNotEqualTo(GRID.cell(3).seed());
    }

    @Test
    void countsMustBeWhole() {
        ParameterGrid grid = ParameterGrid.of("n", 3, 0.5, Integer.MAX_VALUE, 0x1p31, Integer.MIN_VALUE);
        assertThat(grid.cell(0).whole("n")).isEqualTo(3);
        assertThat(grid.cell(2).whole("n")).isEqualTo(Integer.MAX_VALUE);
        assertThat(grid.cell(4).whole("n")).isEqualTo(Integer.MIN_VALUE);
        refuses(
                "n: 0.5 is not a whole number from -2^31 to 2^31 - 1",
                () -> grid.cell(1).whole("n"));
        refuses(
                "n: 2.147483648E9 is not a whole number from -2^31 to 2^31 - 1",
                () -> grid.cell(3).whole("n"));
    }

    @Test
    void rejectsInvalidAxes() {
        refuses(
                "name: \"1st\" is not a letter followed by letters, digits and underscores, or is \"index\"",
                () -> ParameterGrid.of("1st", 1));
        refuses(
                "name: \"a,b\" is not a letter followed by letters, digits and underscores, or is \"index\"",
                () -> ParameterGrid.of("a,b", 1));
        refuses(
                "name: \"\" is not a letter followed by letters, digits and underscores, or is \"index\"",
                () -> ParameterGrid.of("", 1));
        refuses(
                "name: \"index\" is not a letter followed by letters, digits and underscores, or is \"index\"",
                () -> GRID.and("index", 1));
        refuses("name: alpha is taken by another axis or column", () -> GRID.and("alpha", 1));
        refuses("values.length: 0 is not at least 1", () -> ParameterGrid.of("x"));
        refuses("values[1]: NaN is not finite", () -> ParameterGrid.of("x", 1, Double.NaN));
        refuses("values[0]: Infinity is not finite", () -> ParameterGrid.of("x", Double.POSITIVE_INFINITY));
        refuses("values[2]: 1.0 occurs twice", () -> ParameterGrid.of("x", 1, 2, 1));
        refuses("values[1]: -0.0 occurs twice", () -> ParameterGrid.of("x", 0.0, -0.0));
        refuses("name: beta is not one of [samples, alpha, ridge]", () -> GRID.values("beta"));
        refuses(
                "name: beta is not one of [samples, alpha, ridge]",
                () -> GRID.cell(0).get("beta"));
    }

    @Test
    void gridsHaveFewerThanTwoToThe31Cells() {
        double[] many = IntStream.range(0, 1 << 16).asDoubleStream().toArray();
        double[] fewer = IntStream.range(0, (1 << 15) - 1).asDoubleStream().toArray();
        ParameterGrid large = ParameterGrid.of("a", many).and("b", fewer);
        int last = large.size() - 1;
        assertThat(large.size()).isEqualTo((1 << 31) - (1 << 16));
        assertThat(large.cell(last).get("a")).isEqualTo((1 << 16) - 1);
        assertThat(large.cell(last).get("b")).isEqualTo((1 << 15) - 2);
        refuses(
                "values: a grid of at least 4294836224 cells does not have fewer than 2^31",
                () -> large.and("c", 1, 2).and("d", 1, 2, 3));
    }

    @Test
    void gridsAreValues() {
        ParameterGrid same =
                ParameterGrid.of("samples", 100, 200, 400).and("alpha", 1.5, 2).and("ridge", -0.0, 1e-3);
        assertThat(same).isEqualTo(GRID).hasSameHashCodeAs(GRID);
        assertThat(GRID.withSeed(1)).isNotEqualTo(GRID);
        assertThat(GRID.and("x", 1)).isNotEqualTo(GRID);
        double[] values = {1, 2};
        ParameterGrid grid = ParameterGrid.of("x", values);
        values[0] = 5;
        grid.values("x")[1] = 5;
        assertThat(grid.values("x")).containsExactly(1, 2);
        assertThat(GRID)
                .hasToString("ParameterGrid(samples: 100.0, 200.0, 400.0; alpha: 1.5, 2.0; ridge: 0.0, 0.001; seed 0)");
        assertThat(ParameterGrid.of("x", 9, 8, 7, 6, 5, 4, 3, 2, 1).withSeed(7))
                .hasToString("ParameterGrid(x: 9.0, 8.0, 7.0, ..., 1.0 (9 values); seed 7)");
        assertThat(same.cell(3)).isEqualTo(GRID.cell(3)).hasSameHashCodeAs(GRID.cell(3));
        assertThat(GRID.cell(3))
                .isNotEqualTo(GRID.cell(4))
                .isNotEqualTo(GRID.withSeed(1).cell(3));
    }
}
