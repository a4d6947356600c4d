package dev.retort.core.nd4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class OffHeapMatrixTest {

    private static INDArray dense() {
        return Nd4j.create(new double[] {1, 2, 3, 4, 5, 6}, new long[] {2, 3}, 'c');
    }

    /** Arrays that all contain 1 2 3 / 4 5 6, each with another layout. */
    static List<INDArray> sameArrays() {
        INDArray larger = Nd4j.create(new double[][] {
            {9, 9, 9, 9, 9, 9},
            {9, 1, 9, 2, 9, 3},
            {9, 9, 9, 9, 9, 9},
            {9, 4, 9, 5, 9, 6},
        });
        INDArray strided = larger.get(NDArrayIndex.interval(1, 2, 4), NDArrayIndex.interval(1, 2, 6));
        return List.of(
                dense(),
                dense().dup('f'),
                dense().transpose().dup('c').transpose(),
                dense().transpose().dup('f').transpose(),
                strided,
                dense().castTo(DataType.FLOAT),
                dense().dup('f').castTo(DataType.FLOAT),
                dense().castTo(DataType.FLOAT).transpose().dup('c').transpose(),
                strided.castTo(DataType.FLOAT),
                dense().castTo(DataType.INT32),
                dense().castTo(DataType.BFLOAT16),
                dense().castTo(DataType.INT64).dup('f'));
    }

    @ParameterizedTest
    @MethodSource("sameArrays")
    void copiesAnyLayoutAndType(INDArray array) {
        INDArray before = array.dup();
        try (OffHeapMatrix matrix = OffHeapMatrix.copyOf(array)) {
            assertThat(matrix.rows()).isEqualTo(2);
            assertThat(matrix.columns()).isEqualTo(3);
            assertThat(matrix.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
            matrix.set(new double[6]);
        }
        assertThat(array.wasClosed()).isFalse();
        assertThat(array.equalsWithEps(before, 0)).isTrue();
    }

    @Test
    void readsAVectorAsOneRow() {
        INDArray column = Nd4j.create(new double[][] {{1, 2}, {3, 4}, {5, 6}}).getColumn(1);
        try (OffHeapMatrix matrix = OffHeapMatrix.copyOf(column)) {
            assertThat(matrix.rows()).isEqualTo(1);
            assertThat(matrix.toArray()).containsExactly(2, 4, 6);
        }
    }

    @Test
    void returnsToNd4jInTheOrderItHas() {
        try (OffHeapMatrix matrix = OffHeapMatrix.of(2, 3, 1, 2, 3, 4, 5, 6)) {
            INDArray array = matrix.toNd4j(2, 3);
            assertThat(array.dataType()).isEqualTo(DataType.DOUBLE);
            assertThat(array.toDoubleMatrix()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
            assertThat(matrix.toNd4j(6).shape()).containsExactly(6);
        }
    }

    @Test
    void worksInsideAWorkspace() {
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace("OffHeapMatrixTest")) {
            for (int round = 0; round < 3; round++) {
                INDArray inside =
                        Nd4j.createUninitialized(DataType.DOUBLE, 2, 3).assign(dense());
                assertThat(inside.isAttached()).as("test set-up").isTrue();
                try (OffHeapMatrix matrix = OffHeapMatrix.copyOf(inside.castTo(DataType.FLOAT));
                        OffHeapMatrix transposed = matrix.transposed()) {
                    assertThat(transposed.toNd4j(3, 2).toDoubleMatrix())
                            .isDeepEqualTo(new double[][] {{1, 4}, {2, 5}, {3, 6}});
                }
            }
            assertThat(workspace.isScopeActive()).isTrue();
        }
    }

    @Test
    void transposesMirrorsAndCopies() {
        int n = 77; // not a multiple of any block
        double[] entries = new double[n * n];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = i;
        }
        try (OffHeapMatrix matrix = OffHeapMatrix.of(n, n, entries);
                OffHeapMatrix transposed = matrix.transposed();
                OffHeapMatrix copy = matrix.copy()) {
            copy.mirrorLower();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    assertThat(transposed.row(i)[j]).isEqualTo(j * n + i);
                    assertThat(copy.row(i)[j]).isEqualTo(Math.max(i, j) * n + Math.min(i, j));
                }
            }
            assertThat(matrix.toArray()).as("the original").containsExactly(entries);
        }
    }

    @Test
    void refusesTheWrongNumberOfEntries() {
        try (OffHeapMatrix matrix = OffHeapMatrix.zeros(2, 3)) {
            assertThat(matrix.toArray()).containsOnly(0);
            assertThatIllegalStateException()
                    .isThrownBy(() -> matrix.set(new double[5]))
                    .withMessage("5 entries for a matrix of 2 x 3");
        }
    }

    /** Stripes of at least 256 columns: three of them, the last one narrower, and a single one. */
    @Test
    void stripesAreCopiesOfAllColumns() {
        for (int[] shape : new int[][] {{300, 700}, {3, 700}, {4, 1}, {1, 70_000}}) {
            int rows = shape[0];
            int columns = shape[1];
            double[] entries =
                    IntStream.range(0, rows * columns).mapToDouble(k -> k).toArray();
            double[] seen = new double[entries.length];
            double[] factors =
                    IntStream.range(0, columns).mapToDouble(j -> 1 + j % 3).toArray();
            List<Integer> begins = new ArrayList<>();
            try (OffHeapMatrix matrix = OffHeapMatrix.of(rows, columns, entries)) {
                matrix.inStripes((stripe, from) -> {
                    begins.add(from);
                    stripe.scaleColumns(factors, from);
                    for (int i = 0; i < rows; i++) {
                        System.arraycopy(stripe.row(i), 0, seen, i * columns + from, stripe.columns());
                    }
                });
                assertThat(Arrays.equals(matrix.toArray(), entries)).isTrue();
                double[] part = new double[columns];
                matrix.readRow(rows - 1, columns / 2, columns - columns / 2, part);
                assertThat(part[0]).isEqualTo(entries[(rows - 1) * columns + columns / 2]);
            }
            for (int k = 0; k < seen.length; k++) {
                seen[k] /= factors[k % columns];
            }
            assertThat(Arrays.equals(seen, entries)).isTrue();
            assertThat(begins).hasSize(rows == 300 ? 3 : rows == 1 ? 2 : 1);
        }
    }
}
