package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against the formulas written out: A column by column, P = A X and sums of their entries. */
class FactoredRegressionTest {

    private static final double[] RIDGES = {0, 1e-8, 0.01, 3, 1e9};

    /** Rounding of sums of a few thousand products, and a condition of up to a hundred. */
    private static final double ROUNDING = 1e-11;

    static List<DenseAlgebra> algebras() {
        return DenseAlgebraTest.algebras();
    }

    static Stream<Arguments> shapes() {
        int[][] shapes = {{1, 1}, {1, 6}, {6, 1}, {12, 30}, {30, 12}, {20, 21}, {20, 20}, {21, 20}, {40, 60}, {60, 40}};
        return algebras().stream()
                .flatMap(algebra -> Arrays.stream(shapes).map(s -> Arguments.of(algebra, s[0], s[1])));
    }

    /** Independent Gaussians with variances i^-alpha. */
    private static double[][] design(int n, int p, double alpha, long seed) {
        double[][] x = gaussian(n, p, generator(seed));
        for (double[] row : x) {
            Arrays.setAll(row, i -> row[i] * Math.pow(i + 1, -alpha / 2));
        }
        return x;
    }

    private static double[] everyOther(int count, double even, double odd) {
        return IntStream.range(0, count)
                .mapToDouble(i -> i % 2 == 0 ? even : odd)
                .toArray();
    }

    private static int[] mask(int p) {
        return IntStream.range(0, p).filter(i -> i % 3 != 1 || p == 1).toArray();
    }

    /** A, p x n, one column per unit label. */
    private static double[][] map(FactoredRegression regression, int n, int p) {
        double[][] identity = new double[n][n];
        for (int i = 0; i < n; i++) {
            identity[i][i] = 1;
        }
        double[] columns;
        try (INDArray solved = regression.solve(Nd4j.create(identity))) {
            columns = solved.data().asDouble();
        }
        double[][] a = new double[p][];
        Arrays.setAll(a, i -> Arrays.copyOfRange(columns, i * n, (i + 1) * n));
        return a;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < c[i].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    /** The mean over signs as a sum over features of |Σ^½ (βˢ_i P e_i − β⋆_i e_i)|². */
    private static double excess(double[][] p, double[] eigenvalues, double[] teacher, double[] truth) {
        double sum = 0;
        for (int i = 0; i < teacher.length; i++) {
            for (int j = 0; j < teacher.length; j++) {
                double error = teacher[i] * p[j][i] - (i == j ? truth[i] : 0);
                sum += eigenvalues[j] * error * error;
            }
        }
        return sum;
    }

    private static double labelNoise(double[][] a, double[] eigenvalues) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> eigenvalues[i] * KnownProblem.dot(a[i], a[i]))
                .sum();
    }

    private static void assertAverages(
            FactoredRegression regression, SignAverage average, double[][] x, double[] eigenvalues, double tolerance) {
        int n = x.length;
        int p = x[0].length;
        double[][] a = map(regression, n, p);
        double[][] hat = product(a, x);
        for (double[] teacher : List.of(everyOther(p, 1, 1), everyOther(p, 1, 0), everyOther(p, 2, -0.5))) {
            double[] truth = everyOther(p, 1, 1);
            double size = Arrays.stream(eigenvalues).sum();
            assertThat(average.excess(teacher, truth, 0))
                    .isCloseTo(excess(hat, eigenvalues, teacher, truth), within(tolerance * size));
        }
        double expected = labelNoise(a, eigenvalues);
        assertThat(average.labelNoise()).isCloseTo(expected, within(tolerance * expected));
        for (int i = 0; i < p; i++) {
            assertThat(average.overlap(i)).isCloseTo(hat[i][i], within(tolerance));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void averagesAreTheFormulasWrittenOut(DenseAlgebra algebra, int n, int p) {
        double[][] x = design(n, p, 0.5, 100 * n + p);
        double[] eigenvalues = Spectrum.powerLaw(0.7, p).eigenvalues(); // not that of the design
        for (int[] seen : Arrays.asList(null, mask(p))) {
            for (double ridge : RIDGES) {
                try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(x), seen, ridge)) {
                    SignAverage average = regression.signAverage(Spectrum.of(eigenvalues));
                    // A square design has a condition of thousands, squared in its Gram matrix.
                    boolean steep = regression.reciprocalCondition() < 1e-3;
                    assertAverages(regression, average, x, eigenvalues, steep ? 1e-8 : ROUNDING);
                }
            }
        }
    }
}
