package dev.retort.core.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.Spectrum;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CovarianceTest {

    @Test
    void decomposesAMatrix() {
        Covariance covariance = Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}}));
        assertThat(covariance.spectrum().eigenvalue(0)).isCloseTo(3, within(1e-14));
        assertThat(covariance.spectrum().eigenvalue(1)).isCloseTo(1, within(1e-14));
        INDArray vectors = covariance.eigenvectors();
        assertThat(Math.abs(vectors.getDouble(0, 0))).isCloseTo(Math.sqrt(0.5), within(1e-14));
        assertThat(vectors.getDouble(0, 0)).isCloseTo(vectors.getDouble(1, 0), within(1e-14));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eigenvaluesAndEigenvectorsMakeUpTheMatrix(long seed) {
        double[][] matrix = randomCovariance(23, seed);
        Covariance covariance = Covariance.of(Nd4j.create(matrix));
        INDArray vectors = covariance.eigenvectors();
        for (int i = 0; i < 23; i++) {
            for (int j = 0; j < 23; j++) {
                double entry = 0;
                double inner = 0;
                for (int k = 0; k < 23; k++) {
                    double lambda = covariance.spectrum().eigenvalue(k);
                    entry += vectors.getDouble(i, k) * lambda * vectors.getDouble(j, k);
                    inner += vectors.getDouble(k, i) * vectors.getDouble(k, j);
                }
                assertThat(entry).isCloseTo(matrix[i][j], within(1e-12));
                assertThat(inner).isCloseTo(i == j ? 1 : 0, within(1e-13));
            }
        }
        for (int k = 1; k < 23; k++) {
            assertThat(covariance.spectrum().eigenvalue(k))
                    .isLessThanOrEqualTo(covariance.spectrum().eigenvalue(k - 1));
        }
    }

    @Test
    void thereAndBackAgain() {
        Covariance covariance = Covariance.of(Nd4j.create(randomCovariance(7, 4)));
        double[] vector = {1, -2, 3, 0.5, 0, 7, -1};
        INDArray rotated = covariance.toEigenbasis(Nd4j.createFromArray(vector));
        assertThat(covariance.fromEigenbasis(rotated).toDoubleVector()).containsExactly(vector, within(1e-13));
        INDArray rows = Nd4j.create(new double[][] {vector, vector});
        assertThat(covariance.toEigenbasis(rows).getRow(1).toDoubleVector())
                .containsExactly(rotated.toDoubleVector(), within(1e-15));
    }

    @Test
    void excessRiskIsTheQuadraticForm() {
        double[][] matrix = randomCovariance(9, 5);
        Covariance covariance = Covariance.of(Nd4j.create(matrix));
        Random random = new Random(6);
        double[] b = random.doubles(9).toArray();
        double[] beta = random.doubles(9).toArray();
        double expected = 0;
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                expected += (b[i] - beta[i]) * matrix[i][j] * (b[j] - beta[j]);
            }
        }
        INDArray estimate = Nd4j.createFromArray(b);
        INDArray truth = Nd4j.createFromArray(beta);
        assertThat(covariance.excessRisk(estimate, truth)).isCloseTo(expected, within(1e-12));
        assertThat(covariance.excessRisk(estimate.reshape(9, 1), truth)).isCloseTo(expected, within(1e-12));
        assertThat(covariance.excessRisk(truth, truth)).isZero();
    }

    @Test
    void aPopulationIsCentred() {
        INDArray features = Nd4j.create(new double[][] {{11, 0}, {9, 0}, {11, 4}, {9, 4}});
        Covariance covariance = Covariance.ofPopulation(features);
        assertThat(covariance.spectrum().eigenvalues()).containsExactly(new double[] {4, 1}, within(1e-13));
        assertThat(features.getDouble(0, 0)).isEqualTo(11);
    }

    @Test
    void singlePrecisionIsWelcome() {
        INDArray matrix = Nd4j.create(new double[][] {{2, 1}, {1, 2}}).castTo(DataType.FLOAT);
        assertThat(Covariance.of(matrix).spectrum().eigenvalue(0)).isCloseTo(3, within(1e-14));
    }

    @Test
    void diagonalKeepsTheOrderOfTheFeatures() {
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 3, 2));
        assertThat(covariance.spectrum().eigenvalues()).containsExactly(1, 3, 2);
        assertThat(covariance.eigenvectors().toDoubleMatrix())
                .isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    }

    @Test
    void refusesWhatIsNoCovariance() {
        refuses("matrix: shape [2, 3] is not square", () -> Covariance.of(Nd4j.zeros(DataType.DOUBLE, 2, 3)));
        refuses(
                "matrix[1, 0]: 0.5 is not matrix[0, 1], 1.0",
                () -> Covariance.of(Nd4j.create(new double[][] {{2, 1}, {0.5, 2}})));
        refuses(
                "matrix[0, 1]: NaN is not finite",
                () -> Covariance.of(Nd4j.create(new double[][] {{2, Double.NaN}, {1, 2}})));
        refuses(
                "eigenvalues[1]: -1.0 is not at least 0 and finite",
                () -> Covariance.of(Nd4j.create(new double[][] {{2, 0}, {0, -1}})));
        refuses(
                "eigenvalues: all 2 of them are zero, at least one must be positive",
                () -> Covariance.of(Nd4j.zeros(DataType.DOUBLE, 2, 2)));
        refuses(
                "features: shape [3] is not of rank 2, [samples, features]",
                () -> Covariance.ofPopulation(Nd4j.createFromArray(1.0, 2.0, 3.0)));
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 2));
        refuses(
                "vectors.length: 3 is not the number of features, 2",
                () -> covariance.toEigenbasis(Nd4j.zeros(DataType.DOUBLE, 3)));
        refuses(
                "truth.length: 1 is not the number of features, 2",
                () -> covariance.excessRisk(Nd4j.zeros(DataType.DOUBLE, 2), Nd4j.zeros(DataType.DOUBLE, 1)));
    }

    static double[][] randomCovariance(int p, long seed) {
        Random random = new Random(seed);
        double[][] factor = new double[p][p];
        double[][] matrix = new double[p][p];
        for (double[] row : factor) {
            for (int j = 0; j < p; j++) {
                row[j] = random.nextGaussian() / Math.sqrt(p);
            }
        }
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < p; j++) {
                for (int k = 0; k < p; k++) {
                    matrix[i][j] += factor[i][k] * factor[j][k];
                }
            }
        }
        return matrix;
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
