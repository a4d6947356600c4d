package dev.retort.core.nd4j;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PrincipalComponentsTest {

    private final RandomGenerator random = RandomStreams.of(3).generator();

    private double[][] gaussian(int rows, int columns) {
        double[][] x = new double[rows][];
        Arrays.setAll(x, i -> StandardNormal.sample(columns, random));
        return x;
    }

    @Test
    void thoseOfACross() {
        INDArray features = Nd4j.create(new double[][] {{11, 0}, {9, 0}, {11, 4}, {9, 4}});
        PrincipalComponents components = PrincipalComponents.of(features);
        assertThat(components.covariance().spectrum().eigenvalues())
                .containsExactly(new double[] {4, 1}, within(1e-13));
        assertThat(components.rank()).isEqualTo(2);
        INDArray scores = components.scores();
        assertThat(scores.shape()).containsExactly(4, 2);
        assertThat(Math.abs(scores.getDouble(2, 0))).isCloseTo(2, within(1e-13));
        assertThat(Math.abs(scores.getDouble(2, 1))).isCloseTo(1, within(1e-13));
        assertThat(features.getDouble(0, 0)).isEqualTo(11);
    }

    /**
     * Tests both algorithms, with more and with fewer members than features, of full and of lower rank, with constant
     * columns.
     */
    @Test
    void scoresAreCoordinatesAndEigenvectorsABasis() {
        double[][] steep = gaussian(30, 5);
        double[][] constant = gaussian(30, 5);
        double[][] twice = gaussian(30, 5);
        for (int i = 0; i < 30; i++) {
            steep[i][1] *= 1e-6;
            constant[i][2] = 0.1;
            twice[i][4] = twice[i][0] - twice[i][3];
        }
        int[] ranks = {5, 5, 4, 4, 8};
        double[][][] cases = {gaussian(30, 5), steep, constant, twice, gaussian(9, 12)};
        for (int c = 0; c < cases.length; c++) {
            INDArray features = Nd4j.create(cases[c]);
            PrincipalComponents components = PrincipalComponents.of(features);
            assertThat(components.rank()).as("case %d", c).isEqualTo(ranks[c]);
            INDArray vectors = components.covariance().eigenvectors();
            INDArray unit = vectors.transpose()
                    .mmul(vectors)
                    .subi(Nd4j.eye(vectors.rows()).castTo(DataType.DOUBLE));
            assertThat(unit.norm2Number().doubleValue()).as("case %d", c).isLessThan(1e-13);
            INDArray scores = components.scores();
            INDArray expected = components.covariance().toEigenbasis(Centring.centred("features", features));
            assertThat(scores.sub(expected).norm2Number().doubleValue())
                    .as("case %d", c)
                    .isLessThan(1e-12);
            for (int i = 0; i < features.columns(); i++) {
                assertThat(scores.getColumn(i)
                                .mul(scores.getColumn(i))
                                .meanNumber()
                                .doubleValue())
                        .as("case %d, direction %d", c, i)
                        .isCloseTo(components.covariance().spectrum().eigenvalue(i), within(1e-14));
            }
        }
    }

    @Test
    void keepsSmallDirections() {
        double[][] features = {{1e7, 1}, {-2e7, 0}, {3e7, 2}, {0, -1}, {-1e7, 3}, {2e7, -2}};
        PrincipalComponents components = PrincipalComponents.of(Nd4j.create(features));
        // mpmath, 50 digits
        assertThat(components.covariance().spectrum().eigenvalue(0))
                .isCloseTo(291666666666666.7, withinPercentage(1e-12));
        assertThat(components.covariance().spectrum().eigenvalue(1))
                .isCloseTo(2.895238095238095, withinPercentage(1e-12));
        // The scores of one direction are accurate relative to themselves, not to those of the other.
        INDArray second = components.scores().getColumn(1);
        assertThat(components.scores().getColumn(0).mul(second).sumNumber().doubleValue())
                .isCloseTo(0, within(1e-7));
    }

    @Test
    void rejectsUnitsThatLoseADirection() {
        double[][] features = gaussian(40, 3);
        for (double[] row : features) {
            row[0] *= 1e9;
            row[2] *= 1e-9;
        }
        assertThat(PrincipalComponents.of(Nd4j.create(features).getColumns(0, 1))
                        .rank())
                .isEqualTo(2);
        refuses(
                "features: columns whose standard deviations differ by 18 decades have a rank of 2 in double precision, and of"
                        + " 3 with each divided by its own: divide them",
                () -> PrincipalComponents.of(Nd4j.create(features)));
        for (double[] row : features) {
            row[2] = 1e-18 * row[0]; // a rank of 2 in any unit
        }
        assertThat(PrincipalComponents.of(Nd4j.create(features)).rank()).isEqualTo(2);
    }

    @Test
    void constantsUpToRoundingDoNotVary() {
        refuses(
                "features: shape [7, 2] has no feature that varies",
                () -> PrincipalComponents.of(Nd4j.ones(7, 2).muli(0.1)));
        refuses(
                "features: shape [7, 2] has no feature that varies",
                () -> PrincipalComponents.of(Nd4j.ones(DataType.DOUBLE, 7, 2).muli(0.1)));
        double[][] jitter = {{0.3}, {0.1 + 0.2}, {0.3}};
        refuses("features: shape [3, 1] has no feature that varies", () -> PrincipalComponents.of(Nd4j.create(jitter)));
        double[][] one = {{0.1 * 3, 1e9}, {0.3, 1e9 + 1}, {0.3, 1e9 + 2}};
        assertThat(PrincipalComponents.of(Nd4j.create(one))
                        .covariance()
                        .spectrum()
                        .eigenvalues())
                .containsExactly(new double[] {2 / 3.0, 0}, within(1e-15));
    }

    @Test
    void anySize() {
        INDArray members = Nd4j.create(new double[][] {{11, 0}, {9, 0}, {11, 4}, {9, 4}});
        for (double scale : new double[] {0x1p-490, 0x1p-300, 0x1p300, 0x1p490}) {
            PrincipalComponents components = PrincipalComponents.of(members.mul(scale));
            assertThat(components.covariance().spectrum().eigenvalue(1) / scale / scale)
                    .isCloseTo(1, within(1e-13));
            assertThat(Math.abs(components.scores().getDouble(1, 0)) / scale).isCloseTo(2, within(1e-13));
        }
        refuses(
                "features: their largest variance, about 2^1330, is out of range",
                () -> PrincipalComponents.of(members.mul(1e200)));
        refuses(
                "features: their largest variance, about 2^-1328, is out of range",
                () -> PrincipalComponents.of(members.mul(1e-200)));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidMatrices() {
        refuses("features: null is not an array", () -> PrincipalComponents.of(null));
        refuses(
                "features: shape [3] is not of rank 2, [samples, features]",
                () -> PrincipalComponents.of(Nd4j.createFromArray(1.0, 2.0, 3.0)));
        refuses(
                "features[1, 0]: NaN is not finite",
                () -> PrincipalComponents.of(Nd4j.create(new double[][] {{1, 2}, {Double.NaN, 4}})));
    }

    /** By the product, with more members than features, and by singular values, with fewer. */
    @Test
    void areValues() {
        for (double[][] x : new double[][][] {gaussian(9, 3), gaussian(3, 9)}) {
            PrincipalComponents components = PrincipalComponents.of(Nd4j.create(x));
            PrincipalComponents same = PrincipalComponents.of(Nd4j.create(x));
            assertThat(components).isEqualTo(same).hasSameHashCodeAs(same);
            double[] first = x[0];
            x[0] = x[1];
            x[1] = first;
            assertThat(components).isNotEqualTo(PrincipalComponents.of(Nd4j.create(x)));
        }
    }
}
