package dev.retort.core.nd4j;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.Spectrum;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
    void eigenvaluesAndEigenvectorsReproduceTheMatrix(long seed) {
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
    void toEigenbasisAndBackIsTheIdentity() {
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
    void meanSquaresAreNotCentred() {
        INDArray features = Nd4j.create(new double[][] {{1, 0}, {3, 0}, {5, 6}});
        assertThat(Covariance.meanSquares(features, 2)).containsExactly(5, 0);
        assertThat(Covariance.meanSquares(features.castTo(DataType.FLOAT), 3))
                .containsExactly(new double[] {35 / 3.0, 12}, within(1e-14));
        refuses("rows: 4 is not from 1 to the number of samples, 3", () -> Covariance.meanSquares(features, 4));
        refuses("rows: 0 is not from 1 to the number of samples, 3", () -> Covariance.meanSquares(features, 0));
    }

    @Test
    void acceptsSinglePrecision() {
        INDArray matrix = Nd4j.create(new double[][] {{2, 1}, {1, 2}}).castTo(DataType.FLOAT);
        assertThat(Covariance.of(matrix).spectrum().eigenvalue(0)).isCloseTo(3, within(1e-14));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void roundingOfASingularCovarianceIsZero(long seed) {
        double[][] x = gaussian(20, 40, seed);
        double[][] gram = new double[40][40];
        for (int i = 0; i < 40; i++) {
            for (int j = 0; j < 40; j++) {
                for (double[] row : x) {
                    gram[i][j] += row[i] * row[j];
                }
            }
        }
        assertThat(Covariance.of(Nd4j.create(gram)).spectrum().rank()).isEqualTo(20);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "HALF", "BFLOAT16"})
    void roundingOfANarrowTypeIsZeroToo(DataType type) {
        for (long seed = 1; seed <= 4; seed++) {
            INDArray x = Nd4j.create(gaussian(20, 40, seed)).castTo(DataType.FLOAT);
            Spectrum spectrum =
                    Covariance.of(x.transpose().mmul(x).castTo(type)).spectrum();
            assertThat(spectrum.rank()).isLessThanOrEqualTo(20).isGreaterThan(type == DataType.FLOAT ? 19 : 8);
            assertThat(spectrum.eigenvalue(39)).isZero();
        }
    }

    @Test
    void aLongTailOfSinglePrecisionIsKept() {
        INDArray matrix = Nd4j.zeros(DataType.FLOAT, 300, 300);
        for (int i = 0; i < 300; i++) {
            matrix.putScalar(i, i, Math.pow(i + 1.0, -2));
        }
        assertThat(Covariance.of(matrix).spectrum().rank()).isEqualTo(300);
    }

    @Test
    void anySize() {
        INDArray matrix = Nd4j.create(new double[][] {{2, 1}, {1, 2}});
        for (double scale : new double[] {0x1p-1000, 0x1p-600, 0x1p600, 0x1p1000}) {
            assertThat(Covariance.of(matrix.mul(scale)).spectrum().eigenvalue(0) / scale)
                    .isCloseTo(3, within(1e-14));
        }
    }

    @Test
    void keepsSmallVariancesNextToLargeOnes() {
        Spectrum two = Covariance.of(Nd4j.create(new double[][] {{1e14, 5e6}, {5e6, 1}}))
                .spectrum();
        assertThat(two.eigenvalue(0)).isCloseTo(1e14, withinPercentage(1e-10));
        assertThat(two.eigenvalue(1)).isCloseTo(0.75, withinPercentage(1e-10));
        // D H D: Hilbert's matrix with its diagonal scaled to 1, then scaled by columns and rows.
        double[] scales = {1, 1e-6, 1e6, 1e-3};
        double[][] graded = new double[4][4];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                graded[i][j] = scales[i] * Math.sqrt((2 * i + 1) * (2 * j + 1)) / (i + j + 1) * scales[j];
            }
        }
        Covariance covariance = Covariance.of(Nd4j.create(graded));
        // mpmath, 60 digits, from the entries in double precision
        double[] expected = {1000000000000.5555, 0.44444445659702253, 1.5625012697754524e-08, 2.4999979000011312e-15};
        for (int i = 0; i < 4; i++) {
            assertThat(covariance.spectrum().eigenvalue(i)).isCloseTo(expected[i], withinPercentage(1e-10));
        }
        INDArray vectors = covariance.eigenvectors();
        for (int k = 0; k < 4; k++) {
            for (int l = 0; l < 4; l++) {
                double inner = 0;
                for (int i = 0; i < 4; i++) {
                    inner += vectors.getDouble(i, k) * vectors.getDouble(i, l);
                }
                assertThat(inner).isCloseTo(k == l ? 1 : 0, within(1e-14));
            }
        }
    }

    @Test
    void aGradedMatrixMayBeSingular() {
        double[][] twice = {{1e14, 1e7, 0, 0}, {1e7, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 1e-3}};
        Covariance covariance = Covariance.of(Nd4j.create(twice));
        assertThat(covariance.spectrum().rank()).isEqualTo(2);
        assertThat(covariance.spectrum().eigenvalues())
                .containsExactly(new double[] {1e14 + 1, 1e-3, 0, 0}, within(1.0));
        assertThat(covariance.spectrum().eigenvalue(1)).isCloseTo(1e-3, withinPercentage(1e-12));
        assertThat(covariance.excessRisk(Nd4j.createFromArray(1.0, -1e7, 5.0, 1.0), Nd4j.zeros(DataType.DOUBLE, 4)))
                .isCloseTo(1e-3, withinPercentage(1e-6));
    }

    /**
     * Correlations beyond 1, to which rounding in the largest unit may turn a 0, as in a product of eigenvectors and
     * eigenvalues.
     */
    @Test
    void roundingInUnitsOfTheLargestVarianceIsZero() {
        double[][] matrix = {{1e14, 0, 3e-3}, {0, 1, 2e-3}, {3e-3, 2e-3, 1e-6}};
        Spectrum spectrum = Covariance.of(Nd4j.create(matrix)).spectrum();
        assertThat(spectrum.eigenvalues()).containsExactly(new double[] {1e14, 1, 0}, within(1.0));
        assertThat(spectrum.eigenvalue(2)).isZero();
        refuses(
                "eigenvalues[1]: -1.0 is not at least 0 and finite",
                () -> Covariance.of(Nd4j.create(new double[][] {{1e9, 0}, {0, -1}})));
    }

    @Test
    void diagonalKeepsTheOrderOfTheFeatures() {
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 3, 2));
        assertThat(covariance.spectrum().eigenvalues()).containsExactly(1, 3, 2);
        assertThat(covariance.eigenvectors().toDoubleMatrix())
                .isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    }

    @Test
    void rejectsInvalidCovariances() {
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
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 2));
        refuses(
                "vectors.length: 3 is not the number of features, 2",
                () -> covariance.toEigenbasis(Nd4j.zeros(DataType.DOUBLE, 3)));
        refuses(
                "truth.length: 1 is not the number of features, 2",
                () -> covariance.excessRisk(Nd4j.zeros(DataType.DOUBLE, 2), Nd4j.zeros(DataType.DOUBLE, 1)));
    }

    @Test
    void rejectsVectorsThatAreNotFinite() {
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 2));
        INDArray good = Nd4j.createFromArray(1.0, 2.0);
        INDArray bad = Nd4j.createFromArray(1.0, Double.NaN);
        INDArray infinite = Nd4j.create(new double[][] {{1, 2}, {Double.POSITIVE_INFINITY, 4}});
        INDArray empty = Nd4j.create(DataType.DOUBLE, 0, 2);
        refuses("vectors[1]: NaN is not finite", () -> covariance.toEigenbasis(bad));
        refuses("vectors[1, 0]: Infinity is not finite", () -> covariance.fromEigenbasis(infinite));
        refuses("vectors: shape [0, 2] has no entries", () -> covariance.toEigenbasis(empty));
        refuses("estimate[1]: NaN is not finite", () -> covariance.excessRisk(bad, good));
        refuses("truth[1]: NaN is not finite", () -> covariance.excessRisk(good, bad));
        refuses("truth: shape [0, 2] has no entries", () -> covariance.excessRisk(good, empty));
        refuses(
                "estimate: shape [1, 2] is not [features] or [features, 1]",
                () -> covariance.excessRisk(good.reshape(1, 2), good));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        Covariance covariance = Covariance.diagonal(Spectrum.of(1, 2));
        INDArray good = Nd4j.createFromArray(1.0, 2.0);
        refuses("matrix: null is not an array", () -> Covariance.of(null));
        refuses("spectrum: null is not allowed", () -> Covariance.diagonal(null));
        refuses("vectors: null is not an array", () -> covariance.toEigenbasis(null));
        refuses("truth: null is not an array", () -> covariance.excessRisk(good, null));
    }

    private static double[][] gaussian(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[][] x = new double[rows][columns];
        for (double[] row : x) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return x;
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

    @Test
    void rejectsEigenvectorsTooLargeForAnArray() {
        Covariance wide = Covariance.diagonal(Spectrum.isotropic(1, 46_341));
        assertThatIllegalStateException()
                .isThrownBy(wide::eigenvectors)
                .withMessage("eigenvectors: 46341 x 46341 numbers are more than an array can hold;"
                        + " those of a diagonal covariance are the features themselves");
    }

    @Test
    void isAValue() {
        Covariance covariance = Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}}));
        Covariance same = Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}}));
        assertThat(covariance)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(Covariance.of(Nd4j.create(new double[][] {{2, -1}, {-1, 2}})))
                .isNotEqualTo(Covariance.diagonal(covariance.spectrum()));
        assertThat(Covariance.diagonal(Spectrum.of(2, 1)))
                .isEqualTo(Covariance.diagonal(Spectrum.of(2, 1)))
                .isNotEqualTo(Covariance.diagonal(Spectrum.of(1, 2)));
    }
}
