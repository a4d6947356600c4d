package dev.retort.core.nd4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MatrixProductTest {

    private static final INDArray A = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, -1}});
    private static final INDArray B = Nd4j.create(new double[][] {{1, 2}, {3, 4}, {5, 6}});

    @Test
    void multipliesMatricesAndVectors() {
        assertThat(MatrixProduct.of(A, B).toDoubleMatrix()).isDeepEqualTo(new double[][] {{6, 8}, {1, 2}});
        assertThat(MatrixProduct.ofTransposed(A, A).toDoubleMatrix())
                .isDeepEqualTo(new double[][] {{1, 0, 1}, {0, 4, -2}, {1, -2, 2}});
        assertThat(MatrixProduct.ofTransposed(B, Nd4j.createFromArray(1.0, 0.0, 2.0))
                        .toDoubleVector())
                .containsExactly(11, 14);
        INDArray vector = MatrixProduct.of(A, Nd4j.createFromArray(3.0, 1.0, 2.0));
        assertThat(vector.shape()).containsExactly(2);
        assertThat(vector.toDoubleVector()).containsExactly(5, 0);
        INDArray outer = MatrixProduct.of(
                Nd4j.createFromArray(1.0, 2.0).reshape(2, 1),
                Nd4j.createFromArray(3.0, 4.0, 5.0).reshape(1, 3));
        assertThat(outer.toDoubleMatrix()).isDeepEqualTo(new double[][] {{3, 4, 5}, {6, 8, 10}});
    }

    @Test
    void takesArraysOfAnyOrderAndType() {
        double[][] expected = {{6, 8}, {1, 2}};
        assertThat(MatrixProduct.of(A.dup('f'), B.castTo(DataType.INT32)).toDoubleMatrix())
                .isDeepEqualTo(expected);
        assertThat(MatrixProduct.of(A.transpose().dup().transpose(), B.castTo(DataType.FLOAT))
                        .toDoubleMatrix())
                .isDeepEqualTo(expected);
        INDArray rows = Nd4j.vstack(B, B).get(NDArrayIndex.interval(3, 6));
        INDArray product = MatrixProduct.of(A, rows);
        assertThat(product.toDoubleMatrix()).isDeepEqualTo(expected);
        assertThat(product.dataType()).isEqualTo(DataType.DOUBLE);
    }

    @Test
    void agreesWithTheDefinition() {
        int n = 37;
        int p = 53;
        int k = 21;
        RandomGenerator random = RandomStreams.of(4).generator();
        double[] a = random.doubles((long) n * p, -1, 1).toArray();
        double[] b = random.doubles((long) p * k, -1, 1).toArray();
        double[][] product = MatrixProduct.of(
                        Nd4j.create(a, new long[] {n, p}, 'c'), Nd4j.create(b, new long[] {p, k}, 'c'))
                .toDoubleMatrix();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < k; j++) {
                double sum = 0;
                for (int l = 0; l < p; l++) {
                    sum += a[i * p + l] * b[l * k + j];
                }
                assertThat(product[i][j]).isCloseTo(sum, within(1e-13));
            }
        }
    }

    @Test
    void addsProductsInPlace() {
        INDArray sum = Nd4j.create(new double[][] {{100, 200}, {300, 400}});
        MatrixProduct.add(2, A, false, B, false, sum);
        assertThat(sum.toDoubleMatrix()).isDeepEqualTo(new double[][] {{112, 216}, {302, 404}});
        INDArray square = Nd4j.zeros(DataType.DOUBLE, 3, 3);
        MatrixProduct.add(1, A, true, A, false, square);
        assertThat(square.toDoubleMatrix()).isDeepEqualTo(new double[][] {{1, 0, 1}, {0, 4, -2}, {1, -2, 2}});
        INDArray both = Nd4j.zeros(DataType.DOUBLE, 3, 3);
        MatrixProduct.add(
                -1, A, true, B.transpose().dup('c').reshape(2, 3).transpose().dup('c'), true, both);
        assertThat(both.toDoubleMatrix()).isDeepEqualTo(new double[][] {{-1, -3, -5}, {-4, -8, -12}, {1, 1, 1}});
        INDArray row = Nd4j.create(new double[][] {{3, 4}});
        INDArray column = Nd4j.create(new double[][] {{5}, {6}});
        INDArray outer = Nd4j.zeros(DataType.DOUBLE, 2, 2);
        MatrixProduct.add(1, column, false, row, false, outer);
        assertThat(outer.toDoubleMatrix()).isDeepEqualTo(new double[][] {{15, 20}, {18, 24}});
    }

    @Test
    void refusesArraysThatAreNotDenseWhereItAddsInPlace() {
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, 2, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.add(1, A, false, B, true, sum))
                .withMessage(
                        "sum: shape [2, 2] is not that of the product of shape [2, 3] and shape [3, 2] transposed");
        for (INDArray other : new INDArray[] {B.castTo(DataType.FLOAT), B.dup('f'), A.transpose()}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MatrixProduct.add(1, A, false, other, false, sum))
                    .withMessage("right: shape [3, 2] is not a dense array of doubles in order c");
        }
        INDArray view = Nd4j.zeros(DataType.DOUBLE, 2, 3).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.add(1, A, false, B, false, view))
                .withMessageStartingWith("sum: shape [2, 2] is not a dense array");
        assertThat(sum.sumNumber().doubleValue()).isZero();
    }

    @Test
    void rejectsShapesThatCannotBeMultiplied() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.of(A, A))
                .withMessage("right: shape [2, 3] does not have one row per column of the left, shape [2, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.ofTransposed(A, B))
                .withMessage("right: shape [3, 2] does not have one row per row of the left, shape [2, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.of(A, B.reshape(3, 2, 1)))
                .withMessageContaining("right: shape [3, 2, 1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.of(Nd4j.createFromArray(1.0), B))
                .withMessage("left: shape [1] is not of rank 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.of(A, Nd4j.createFromArray(1.0, Double.NaN, 2.0)))
                .withMessage("right[1]: NaN is not finite");
    }
}
