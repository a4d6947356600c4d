package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MatrixTest {

    private static final Matrix RUNS = DiagonalMatrix.of(2, 2, -3, 5);
    private static final Matrix OTHER_RUNS = DiagonalMatrix.of(7, 1, 1, 1);
    private static final Matrix FULL =
            DenseMatrix.of(new double[][] {{1, 2, 0, 4}, {-5, 6, 7, 8}, {9, 1, 2, 3}, {4, -5, 6, 7}});

    static Stream<List<Matrix>> pairs() {
        List<Matrix> all = List.of(RUNS, OTHER_RUNS, FULL);
        return all.stream().flatMap(left -> all.stream().map(right -> List.of(left, right)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void agreesWithSumsOverEntriesForAnyStorage(List<Matrix> pair) {
        double[][] a = pair.get(0).toArray();
        double[][] b = pair.get(1).toArray();
        double[][] product = new double[4][4];
        double[][] sum = new double[4][4];
        double[][] difference = new double[4][4];
        double inner = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                for (int k = 0; k < 4; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
                sum[i][j] = a[i][j] + b[i][j];
                difference[i][j] = a[i][j] - b[i][j];
                inner += a[i][j] * b[i][j];
            }
        }
        assertThat(pair.get(0).times(pair.get(1)).toArray()).isDeepEqualTo(product);
        assertThat(pair.get(0).plus(pair.get(1)).toArray()).isDeepEqualTo(sum);
        assertThat(pair.get(0).minus(pair.get(1)).toArray()).isDeepEqualTo(difference);
        assertThat(pair.get(0).inner(pair.get(1))).isEqualTo(inner);
    }

    @Test
    void returnsItsEntries() {
        for (Matrix matrix : List.of(RUNS, FULL)) {
            double[][] a = matrix.toArray();
            double[] diagonal = IntStream.range(0, 4).mapToDouble(i -> a[i][i]).toArray();
            assertThat(matrix.diagonal()).isEqualTo(diagonal);
            assertThat(matrix.trace())
                    .isEqualTo(
                            IntStream.range(0, 4).mapToDouble(i -> diagonal[i]).sum());
            assertThat(matrix.dense().toArray()).isDeepEqualTo(a);
            assertThat(matrix.scaled(-0.5).entry(3, 3)).isEqualTo(-0.5 * a[3][3]);
            assertThat(matrix.entry(1, 0)).isEqualTo(a[1][0]);
        }
        assertThat(RUNS.largest()).isEqualTo(5);
        assertThat(FULL.largest()).isEqualTo(9);
    }

    @Test
    void multipliesColumnsFromTheLeftAndTheirTransposesFromTheRight() {
        double[] x = {1, -2, 3, 0.5};
        double[] product = FULL.times(DenseMatrix.ofEntries(4, 1, x)).dense().entries();
        assertThat(FULL.times(x)).isEqualTo(product);
        assertThat(FULL.transposeTimes(x))
                .isEqualTo(((DenseMatrix) FULL).transposed().times(x));
        assertThat(((DiagonalMatrix) RUNS).cutEverywhere().times(x))
                .isEqualTo(RUNS.dense().times(x));
    }

    @Test
    void takesVectorsInTheCoordinatesOfItsRuns() {
        DiagonalMatrix runs = (DiagonalMatrix) RUNS;
        assertThat(runs.times(new double[] {1, 2, 3})).isEqualTo(new double[] {2, -6, 15});
        assertThat(runs.sumsOverRuns(new double[] {1, 2, 3, 4})).isEqualTo(new double[] {3, 3, 4});
        assertThat(runs.cutLike((DiagonalMatrix) OTHER_RUNS)).isEqualTo(runs);
    }

    @Test
    void differencesFromAnOuterProductStayExactWhereTheyAreSmall() {
        double[] a = {1, 2, 3, 4};
        double[] b = {4, 3, 2, 1};
        double[] c = {1, 0, -1, 2};
        DiagonalMatrix runs = ((DiagonalMatrix) RUNS).cutEverywhere();
        assertThat(runs.innerOfDifferences(a, 0.3, c, 0.7, b))
                .isCloseTo(runs.dense().innerOfDifferences(a, 0.3, c, 0.7, b), within(1e-12));
        // The matrix a bᵀ, except for one entry.
        double[] entries = DenseMatrix.ofEntries(4, 1, a)
                .times(DenseMatrix.of(b))
                .entries()
                .clone();
        entries[5] += 1e-9;
        double missed = entries[5] - a[1] * b[1];
        assertThat(DenseMatrix.ofEntries(4, 4, entries).innerOfDifferences(a, 1, a, 1, b))
                .isEqualTo(missed * missed);
    }

    @Test
    void areValues() {
        assertThat(DiagonalMatrix.of(1, 1, 2))
                .isEqualTo(DiagonalMatrix.of(1, 1, 2).cutEverywhere());
        assertThat(DiagonalMatrix.of(1, 1, 2))
                .hasSameHashCodeAs(DiagonalMatrix.of(1, 1, 2).cutEverywhere())
                .isNotEqualTo(DiagonalMatrix.of(1, 2, 2));
        assertThat(DenseMatrix.of(new double[][] {{1, 2}}))
                .isNotEqualTo(DenseMatrix.ofEntries(2, 1, new double[] {1, 2}));
    }

    @Test
    void rejectsMatricesThatAreNotSquareOrNotSymmetric() {
        assertThat(Matrix.square("a", new double[][] {{1, 0}, {0, 2}})).isEqualTo(DiagonalMatrix.of(1, 2));
        assertThat(Matrix.symmetric("a", new double[][] {{1, 2}, {2 + 4e-13, 1}})
                        .entry(0, 1))
                .isEqualTo(2 + 2e-13, within(1e-15));
        assertThatThrownBy(() -> Matrix.square("a", new double[][] {{1, 2}, {3}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a[1]");
        assertThatThrownBy(() -> Matrix.symmetric("a", new double[][] {{1, 2}, {2.1, 1}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a[1][0]");
        assertThatThrownBy(() -> RUNS.entry(4, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
