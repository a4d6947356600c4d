package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.distance;
import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static dev.retort.core.nd4j.KnownProblem.norm;
import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.nd4j.FactoredRegression.Method;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.DenseAlgebraTest;
import dev.retort.core.nd4j.internal.JavaAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.nd4j.internal.RowFactors;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Compares with the formulas written out: A column by column, P = A X and sums of their entries. */
class FactoredRegressionTest {

    private static final double[] RIDGES = {0, 1e-8, 0.01, 3, 1e9};

    /** Rounding of sums of a few thousand products, with a condition number of up to a hundred. */
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
    void averagesAgreeWithTheFormulas(DenseAlgebra algebra, int n, int p) {
        double[][] x = design(n, p, 0.5, 100 * n + p);
        double[] eigenvalues = Spectrum.powerLaw(0.7, p).eigenvalues(); // not that of the design
        for (int[] seen : Arrays.asList(null, mask(p))) {
            for (double ridge : RIDGES) {
                try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(x), seen, ridge)) {
                    SignAverage average = regression.signAverage(Spectrum.of(eigenvalues));
                    // A square design has a condition number in the thousands, which its Gram matrix squares.
                    boolean steep = regression.reciprocalCondition() < 1e-3;
                    assertAverages(regression, average, x, eigenvalues, steep ? 1e-8 : ROUNDING);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void labelsAndCoefficientsMayBeJavaArrays(DenseAlgebra algebra) {
        for (double scale : new double[] {1, 0x1p-300, 0x1p300}) {
            for (int[] seen : Arrays.asList(null, mask(30))) {
                INDArray x = Nd4j.create(design(20, 30, 0.5, 4)).muli(scale);
                double[] model = gaussian(30, generator(5));
                try (FactoredRegression regression = FactoredRegression.of(algebra, x, seen, 0.1 * scale * scale)) {
                    double[] labels = regression.predict(model);
                    double[] expected =
                            LinearRegression.predict(x, Nd4j.create(model)).toDoubleVector();
                    assertThat(distance(labels, expected) / scale).isLessThan(1e-14 * norm(expected) / scale);
                    assertThat(regression.solve(labels))
                            .containsExactly(
                                    regression.solve(Nd4j.create(labels)).toDoubleVector());
                    try (FactoredRegression part = regression.beginning(7)) {
                        assertThat(part.predict(model)).hasSize(7);
                        assertThat(distance(part.predict(model), Arrays.copyOf(expected, 7)) / scale)
                                .isLessThan(1e-14 * norm(expected) / scale);
                    }
                }
            }
        }
    }

    /** The leading blocks of one factorisation, or new factorisations, give the regressions on fewer samples. */
    @ParameterizedTest
    @MethodSource("algebras")
    void theFirstSamplesGiveTheRegressionOnThem(DenseAlgebra algebra) {
        int p = 40;
        int[] counts = {30, 1, 17, 29};
        for (int n : new int[] {30, 40, 60}) {
            double[][] x = design(n, p, 0.5, n);
            Spectrum evaluation = Spectrum.powerLaw(0.7, p);
            double[] labels = gaussian(n, generator(n));
            for (int[] seen : Arrays.asList(null, mask(p))) {
                for (double ridge : new double[] {0, 0.01}) {
                    try (FactoredRegression whole = FactoredRegression.of(algebra, Nd4j.create(x), seen, ridge)) {
                        List<SignAverage> curve = whole.signAverages(evaluation, counts);
                        assertThat(curve).hasSize(counts.length);
                        assertThat(whole.signAverages(evaluation)).isEmpty();
                        for (int k = 0; k < counts.length; k++) {
                            double[][] first = Arrays.copyOf(x, counts[k]);
                            INDArray firstLabels = Nd4j.create(Arrays.copyOf(labels, counts[k]));
                            try (FactoredRegression part = whole.beginning(counts[k]);
                                    FactoredRegression alone =
                                            FactoredRegression.of(algebra, Nd4j.create(first), seen, ridge)) {
                                double[] expected = alone.solve(firstLabels).toDoubleVector();
                                double[] actual = part.solve(firstLabels).toDoubleVector();
                                assertThat(distance(actual, expected)).isLessThan(1e-10 * norm(expected));
                                double tolerance = alone.reciprocalCondition() < 1e-3 ? 1e-8 : ROUNDING;
                                assertAverages(alone, curve.get(k), first, evaluation.eigenvalues(), tolerance);
                                assertAverages(
                                        alone,
                                        part.signAverage(evaluation),
                                        first,
                                        evaluation.eigenvalues(),
                                        tolerance);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Measured: 1e-18 times the condition number of the Gram matrix, up to 1e9. */
    @ParameterizedTest
    @MethodSource("algebras")
    void choleskyLosesDigitsWithTheCondition(DenseAlgebra algebra) {
        for (double alpha : new double[] {2, 3, 4}) {
            for (int[] shape : new int[][] {{60, 150}, {150, 60}}) {
                double[][] x = design(shape[0], shape[1], alpha, 3);
                double[] eigenvalues = Spectrum.powerLaw(alpha, shape[1]).eigenvalues();
                try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(x), null, 0)) {
                    assertThat(regression.method()).isEqualTo(Method.CHOLESKY);
                    double tolerance = 1e-12 + 1e-17 / regression.reciprocalCondition();
                    assertAverages(
                            regression, regression.signAverage(Spectrum.of(eigenvalues)), x, eigenvalues, tolerance);
                }
            }
        }
    }

    /** The condition number of the Gram matrix is far beyond 1e10, where Cholesky loses all digits. */
    @ParameterizedTest
    @MethodSource("algebras")
    void steepSpectraAreFactoredOrthogonally(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{25, 50}, {50, 25}}) {
            int n = shape[0];
            int p = shape[1];
            double[][] x = design(n, p, 8, n);
            double[] eigenvalues = Spectrum.powerLaw(8, p).eigenvalues();
            for (int[] seen : Arrays.asList(null, mask(p))) {
                for (double ridge : new double[] {0, 1e-18}) {
                    try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(x), seen, ridge)) {
                        assertThat(regression.method()).isEqualTo(Method.ORTHOGONAL);
                        assertThat(regression.reciprocalCondition()).isBetween(0.0, 1e-10);
                        assertAverages(
                                regression, regression.signAverage(Spectrum.of(eigenvalues)), x, eigenvalues, ROUNDING);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void repeatedSamplesAndFeaturesThatDoNotVary(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{12, 30}, {30, 12}}) {
            int n = shape[0];
            int p = shape[1];
            double[][] x = design(n, p, 0.5, n);
            x[n - 1] = x[0].clone();
            for (double[] row : x) {
                row[1] = 0;
                row[p - 1] = row[0];
            }
            double[] eigenvalues = Spectrum.powerLaw(0.7, p).eigenvalues();
            for (double ridge : new double[] {0, 0.1}) {
                try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(x), null, ridge)) {
                    assertThat(regression.method()).isEqualTo(ridge == 0 ? Method.ORTHOGONAL : Method.CHOLESKY);
                    if (ridge == 0) {
                        assertThat(regression.reciprocalCondition()).isZero();
                    }
                    assertAverages(regression, regression.signAverage(Spectrum.of(eigenvalues)), x, eigenvalues, 1e-10);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void fromZeroFeaturesNothingIsLearnt(DenseAlgebra algebra) {
        try (FactoredRegression regression = FactoredRegression.of(algebra, Nd4j.create(new double[3][5]), null, 0)) {
            SignAverage average = regression.signAverage(Spectrum.isotropic(2, 5));
            assertThat(average.labelNoise()).isZero();
            double[] ones = everyOther(5, 1, 1);
            assertThat(average.excess(ones, ones, 3)).isEqualTo(10);
            assertThat(regression.solve(Nd4j.create(new double[] {1, 2, 3})).toDoubleVector())
                    .containsOnly(0);
        }
    }

    @Test
    void withoutARidgeAndWithEnoughSamplesNothingIsMissed() {
        double[][] x = design(50, 20, 1, 3);
        try (FactoredRegression regression = FactoredRegression.of(Nd4j.create(x), 0)) {
            SignAverage average = regression.signAverage(Spectrum.powerLaw(1, 20));
            double[] ones = everyOther(20, 1, 1);
            assertThat(average.excess(ones, ones, 0)).isZero();
            assertThat(average.overlap(19)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void averagesDoNotDependOnTheScale(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            int p = shape[1];
            INDArray x = Nd4j.create(design(shape[0], p, 1, 5));
            double[] eigenvalues = Spectrum.powerLaw(1, p).eigenvalues();
            double[] truth = everyOther(p, 1, -2);
            for (int[] seen : Arrays.asList(null, mask(p))) {
                for (double ridge : new double[] {0, 0.25}) {
                    try (FactoredRegression unscaled = FactoredRegression.of(algebra, x, seen, ridge)) {
                        SignAverage expected = unscaled.signAverage(Spectrum.of(eigenvalues));
                        for (int exponent : new int[] {-400, -120, 90, 130, 400}) {
                            double scale = Math.scalb(1.0, exponent);
                            double[] variances = Arrays.stream(eigenvalues)
                                    .map(l -> l * scale)
                                    .toArray();
                            try (FactoredRegression regression =
                                    FactoredRegression.of(algebra, x.mul(scale), seen, ridge * scale * scale)) {
                                SignAverage average = regression.signAverage(Spectrum.of(variances));
                                assertThat(average.excess(truth, truth, 0) / scale)
                                        .isEqualTo(expected.excess(truth, truth, 0));
                                assertThat(average.labelNoise() * scale).isEqualTo(expected.labelNoise());
                            }
                        }
                    }
                }
            }
        }
    }

    /** Noise and its factor may differ by many orders of magnitude, as long as their product is in range. */
    @Test
    void noiseCountsWhereItsVarianceOverflows() {
        INDArray tiny = Nd4j.create(new double[][] {{1e-100, 0}, {0, 1e-100}});
        double[] teacher = {1, 1};
        double[] truth = {1, 0.5};
        try (FactoredRegression regression = FactoredRegression.of(tiny, 0)) {
            SignAverage average = regression.signAverage(Spectrum.isotropic(1e150, 2));
            assertThat(average.labelNoise()).isEqualTo(Double.POSITIVE_INFINITY); // 2e350
            assertThat(average.excess(teacher, truth, 0)).isCloseTo(2.5e149, within(1e136));
            assertThat(average.excess(teacher, truth, 1e-99)).isCloseTo(2.5e149 + 2e152, within(1e139));
        }
    }

    @Test
    void anEnormousRidgeLearnsNothing() {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            int p = shape[1];
            double[] truth = everyOther(p, 1, 1);
            for (double ridge : new double[] {1e60, 1e100, 1e300, Double.MAX_VALUE}) {
                try (FactoredRegression regression =
                        FactoredRegression.of(Nd4j.create(design(shape[0], p, 1, 6)), mask(p), ridge)) {
                    SignAverage average = regression.signAverage(Spectrum.isotropic(1, p));
                    assertThat(average.excess(truth, truth, 1)).isCloseTo(p, within(1e-13));
                    assertThat(average.labelNoise()).isBetween(0.0, 1e-100);
                }
            }
        }
    }

    /** The product with the eigenvalue is in range, although the coefficient's square is not. */
    @Test
    void coefficientsWhoseSquaresOverflow() {
        try (FactoredRegression regression = FactoredRegression.of(Nd4j.create(new double[][] {{1, 0, 0}}), 0)) {
            SignAverage average = regression.signAverage(Spectrum.of(1, 1, 1e-300));
            double[] truth = {1, 2, 1e151};
            assertThat(average.excess(truth, truth, 0)).isCloseTo(4 + 100, within(1e-12));
            assertThat(average.excess(new double[] {1, 2, 1e200}, new double[] {1, 2, 1e200}, 0))
                    .isCloseTo(1e100, within(1e87));
        }
    }

    @Test
    void featuresAreReadInPlaceAndNotChanged() {
        double[][] x = design(7, 11, 1, 8);
        INDArray dense = Nd4j.create(x);
        double[] expected;
        INDArray labels = Nd4j.create(gaussian(7, generator(9)));
        try (FactoredRegression regression = FactoredRegression.of(dense, 0.1)) {
            expected = regression.solve(labels).toDoubleVector();
        }
        assertThat(dense.toDoubleMatrix()).isDeepEqualTo(x);
        assertThat(dense.wasClosed()).isFalse();
        INDArray rows = Nd4j.create(design(20, 11, 1, 8));
        INDArray view = rows.get(NDArrayIndex.interval(5, 12), NDArrayIndex.all());
        view.assign(dense);
        for (INDArray same : List.of(dense.dup('f'), dense.transpose().dup('c').transpose(), view)) {
            try (FactoredRegression regression = FactoredRegression.of(same, 0.1)) {
                assertThat(regression.solve(labels).toDoubleVector()).containsExactly(expected);
            }
        }
        // A transpose of a dense array is dense too, in the other order.
        try (FactoredRegression regression = FactoredRegression.of(dense.transpose(), 0.1)) {
            assertThat(regression.solve(Nd4j.create(gaussian(11, generator(9)))).shape())
                    .containsExactly(7);
        }
    }

    /** The average over flips of signs, of literal fits on features with flipped signs and noisy labels. */
    @Test
    void averagesAgreeWithLiteralDraws() {
        int n = 12;
        int p = 30;
        double[][] x = design(n, p, 1, 21);
        Spectrum spectrum = Spectrum.powerLaw(1, p);
        double[] teacher = everyOther(p, 1.5, 0.5);
        double[] truth = everyOther(p, 1, -1);
        double noise = 0.7;
        RandomGenerator random = generator(22);
        for (double ridge : new double[] {0, 0.05}) {
            try (FactoredRegression regression = FactoredRegression.of(Nd4j.create(x), mask(p), ridge)) {
                int draws = 4000;
                double[] risks = new double[draws];
                for (int draw = 0; draw < draws; draw++) {
                    double[] signs =
                            random.ints(p, 0, 2).mapToDouble(b -> 2 * b - 1).toArray();
                    double[] labels = new double[n];
                    for (int k = 0; k < n; k++) {
                        labels[k] = noise * random.nextGaussian();
                        for (int i = 0; i < p; i++) {
                            labels[k] += x[k][i] * signs[i] * teacher[i];
                        }
                    }
                    double[] b = regression.solve(Nd4j.create(labels)).toDoubleVector();
                    for (int i = 0; i < p; i++) {
                        double error = b[i] - signs[i] * truth[i];
                        risks[draw] += spectrum.eigenvalue(i) * error * error;
                    }
                }
                double mean = Arrays.stream(risks).average().orElseThrow();
                double variance =
                        Arrays.stream(risks).map(r -> (r - mean) * (r - mean)).sum() / draws / (draws - 1.0);
                double z =
                        (mean - regression.signAverage(spectrum).excess(teacher, truth, noise)) / Math.sqrt(variance);
                assertThat(Math.abs(z)).as("z, ridge %s", ridge).isLessThan(4);
            }
        }
    }

    /** Measures the native memory at every operation. */
    private static final class Counting extends JavaAlgebra {

        private final long before = Pointer.totalBytes();
        private long most;

        private void count() {
            most = Math.max(most, Pointer.totalBytes() - before);
        }

        @Override
        public void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c) {
            count();
            super.addGramOfRows(x, c);
        }

        @Override
        public OffHeapMatrix gramOfColumns(OffHeapMatrix x) {
            OffHeapMatrix gram = super.gramOfColumns(x);
            count();
            return gram;
        }

        @Override
        public void addProduct(
                double factor,
                OffHeapMatrix a,
                boolean transposeA,
                OffHeapMatrix b,
                boolean transposeB,
                OffHeapMatrix c) {
            count();
            super.addProduct(factor, a, transposeA, b, transposeB, c);
        }

        @Override
        public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
            count();
            super.multiplyFromLeft(lower, b);
        }

        @Override
        public void invertTriangular(OffHeapMatrix lower) {
            count();
            super.invertTriangular(lower);
        }

        @Override
        public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
            count();
            super.solveTriangular(lower, transposed, vectors);
        }

        @Override
        public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
            count();
            super.rotate(factors, transposed, vectors);
        }
    }

    @Test
    void nativeMemoryIsBounded() {
        double worst = 0;
        for (int[] shape : new int[][] {{5, 200}, {40, 120}, {80, 81}, {80, 80}, {120, 40}, {200, 5}, {2000, 3}}) {
            int n = shape[0];
            int p = shape[1];
            for (double alpha : new double[] {0.5, 12, 40}) {
                // Scaled features are copied, so they need the most memory. On the steepest spectrum rounding decides
                // which
                // factorisation is used, so that unscaled features may need more.
                double[] scales = alpha == 40 ? new double[] {1, 0x1p200} : new double[] {0x1p200};
                int[] allButOne = IntStream.range(0, p - 1).toArray();
                for (int[] seen : Arrays.asList(null, mask(p), allButOne)) {
                    for (double ridge : new double[] {0, 1e-20, 0.1}) {
                        for (double scale : scales) {
                            INDArray x = Nd4j.create(design(n, p, alpha, 1)).muli(scale);
                            INDArray truth = Nd4j.create(everyOther(p, 1, 1));
                            INDArray labels = Nd4j.create(everyOther(n, 1, 1));
                            Counting algebra = new Counting();
                            try (FactoredRegression regression =
                                            FactoredRegression.of(algebra, x, seen, ridge * scale * scale);
                                    AveragedModel model = AveragedModel.fixed(truth)) {
                                regression.solve(labels).close();
                                regression.signAverages(Spectrum.isotropic(1, p), n / 2, n - 1, n);
                                AveragedModel first = model.teach(regression, 1, truth, 1);
                                first.teach(regression, 1, truth, 1).close();
                                first.close();
                                double[] ones = everyOther(p, 1, 1);
                                SignAveragedModel.fixed(ones).teach(regression, 1, ones, 1);
                            }
                            worst = Math.max(worst, algebra.most / (double) FactoredRegression.memory(n, p));
                        }
                    }
                }
            }
        }
        assertThat(worst).isBetween(0.4, 1.0);
    }

    @Test
    void instancesOnTheSameFeaturesGiveTheSameBitsInEveryThread() throws Exception {
        INDArray features = Nd4j.create(design(60, 150, 1, 12));
        Spectrum evaluation = Spectrum.powerLaw(1, 150);
        double[] truth = everyOther(150, 1, 2);
        double[] expected;
        try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
            expected = excesses(regression, evaluation, truth);
        }
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<double[]>> results = new ArrayList<>();
            for (int call = 0; call < 40; call++) {
                results.add(executor.submit(() -> {
                    try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
                        return excesses(regression, evaluation, truth);
                    }
                }));
            }
            for (Future<double[]> result : results) {
                assertThat(result.get()).containsExactly(expected);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static double[] excesses(FactoredRegression regression, Spectrum evaluation, double[] truth) {
        return regression.signAverages(evaluation, 10, 33, 60).stream()
                .mapToDouble(average -> average.excess(truth, truth, 0.5))
                .toArray();
    }

    /** XXᵀ/n and XᵀX/n have the eigenvalues 4.5 and 0.5; a ridge of −0.25 subtracts 0.25 from each. */
    @Test
    void negativeRidgesAreSubtractedFromTheEigenvalues() {
        double[][] wide = {{3, 0, 0}, {0, 1, 0}};
        double[] labels = {17, 1};
        for (double unit : new double[] {1, 0x1p150}) {
            INDArray x = Nd4j.create(wide).mul(unit);
            double ridge = -0.25 * unit * unit;
            double[] expected = {6 / unit, 2 / unit, 0};
            assertSolves(x, labels, ridge, expected);
            try (FactoredRegression seen = FactoredRegression.of(x, new int[] {0, 1}, ridge)) {
                assertThat(distance(seen.solve(labels), expected)).isLessThan(1e-14 * norm(expected));
            }
        }
        assertSolves(
                Nd4j.create(new double[][] {{3, 0}, {0, 1}, {0, 0}, {0, 0}}),
                new double[] {16, 1, 5, 5},
                -0.125,
                new double[] {48 / 8.5, 2});
    }

    private static void assertSolves(INDArray x, double[] labels, double ridge, double[] expected) {
        try (FactoredRegression regression = FactoredRegression.of(x, ridge)) {
            assertThat(distance(regression.solve(labels), expected)).isLessThan(1e-14 * norm(expected));
        }
    }

    @Test
    void averagesForANegativeRidgeAgreeWithItsMap() {
        for (int n : new int[] {6, 25}) {
            double[][] x = design(n, 10, 1, 4);
            Spectrum evaluation = Spectrum.powerLaw(1.0, 10);
            try (FactoredRegression regression = FactoredRegression.of(Nd4j.create(x), -0.01)) {
                double[][] a = map(regression, n, 10);
                double[] teacher = everyOther(10, 1, -2);
                double[] truth = everyOther(10, 1, 0.5);
                double expected = excess(product(a, x), evaluation.eigenvalues(), teacher, truth)
                        + 0.09 * labelNoise(a, evaluation.eigenvalues());
                assertThat(regression.signAverage(evaluation).excess(teacher, truth, 0.3))
                        .isCloseTo(expected, within(1e-11 * expected));
            }
        }
    }

    @Test
    void refusesRidgesAtTheSmallestEigenvalueWithBothNumbers() {
        INDArray x = Nd4j.create(new double[][] {{3, 0, 0}, {0, 1, 0}});
        for (double ridge : new double[] {-0.5, -0.5 + 1e-12, -1, -7}) {
            refuses(
                    "ridge: " + ridge
                            + " is not well above -0.5, minus the smallest non-zero eigenvalue of the covariance of"
                            + " these samples, at which the fit is singular",
                    () -> FactoredRegression.of(x, ridge));
        }
        INDArray repeated = Nd4j.create(new double[][] {{1, 2, 3}, {1, 2, 3}});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LinearRegression.ridge(repeated, Nd4j.create(new double[] {1, 2}), -1e-3))
                .withMessageContaining("at which the fit is singular");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidArguments() {
        INDArray features = Nd4j.create(design(3, 5, 1, 1));
        refuses("features: null is not an array", () -> FactoredRegression.of(null, 0));
        refuses("ridge: NaN is not finite", () -> FactoredRegression.of(features, Double.NaN));
        refuses("seen: null is not allowed", () -> FactoredRegression.of(features, null, 0));
        refuses("seen: [] has no entries", () -> FactoredRegression.of(features, new int[0], 0));
        refuses(
                "seen[1]: 5 is not the index of one of 5 features",
                () -> FactoredRegression.of(features, new int[] {0, 5}, 0));
        refuses(
                "seen[0]: -1 is not the index of one of 5 features",
                () -> FactoredRegression.of(features, new int[] {-1}, 0));
        refuses(
                "seen[1]: 2 is not greater than the one before, 2",
                () -> FactoredRegression.of(features, new int[] {2, 2}, 0));
        refuses(
                "features[1, 4]: NaN is not finite",
                () -> FactoredRegression.of(features.dup().putScalar(1, 4, Double.NaN), 0));
        refuses("samples: 0 is not at least 1", () -> FactoredRegression.memory(0, 5));
        try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
            Spectrum evaluation = Spectrum.isotropic(1, 5);
            refuses("labels: null is not an array", () -> regression.solve((INDArray) null));
            refuses(
                    "labels: shape [4] does not have as many rows as features, shape [3, 5]",
                    () -> regression.solve(Nd4j.create(new double[4])));
            refuses("labels: null is not allowed", () -> regression.solve((double[]) null));
            refuses("labels.length: 4 is not the number of samples, 3", () -> regression.solve(new double[4]));
            refuses("labels[2]: NaN is not finite", () -> regression.solve(new double[] {1, 2, Double.NaN}));
            refuses("coefficients: null is not allowed", () -> regression.predict(null));
            refuses("coefficients.length: 3 is not the number of features, 5", () -> regression.predict(new double[3]));
            refuses("samples: 0 is not between 1 and the number of samples, 3", () -> regression.beginning(0));
            refuses(
                    "samples[1]: 4 is not between 1 and the number of samples, 3",
                    () -> regression.signAverages(evaluation, 2, 4));
            refuses("evaluation: null is not allowed", () -> regression.signAverage(null));
            refuses(
                    "evaluation.length: 4 is not the number of features, 5",
                    () -> regression.signAverage(Spectrum.isotropic(1, 4)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> regression.signAverage(Spectrum.powerLaw(2.0)))
                    .withMessageContaining(
                            "has too many features for a list, more than 10000000; Spectrum.of(spectrum.first(");
            SignAverage average = regression.signAverage(evaluation);
            double[] ones = everyOther(5, 1, 1);
            refuses("teacher.length: 4 is not the number of features, 5", () -> average.excess(new double[4], ones, 0));
            refuses("truth.length: 6 is not the number of features, 5", () -> average.excess(ones, new double[6], 0));
            refuses("truth[1]: NaN is not finite", () -> average.excess(ones, everyOther(5, 1, Double.NaN), 0));
            refuses("noise: -1.0 is not at least 0 and finite", () -> average.excess(ones, ones, -1));
        }
    }

    @Test
    void printsEvenWhenClosed() {
        INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
        FactoredRegression all = FactoredRegression.of(features, 0.1);
        FactoredRegression some = FactoredRegression.of(features, new int[] {0, 2}, 0);
        all.close();
        some.close();
        assertThat(all).hasToString("FactoredRegression of 2 samples on 3 features, ridge 0.1");
        assertThat(some).hasToString("FactoredRegression of 2 samples on 3 features, 2 of them seen, ridge 0.0");
    }

    @Test
    void averagesAreValuesInAListThatCannotChange() {
        INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
        for (double ridge : new double[] {0, 0.1}) {
            try (FactoredRegression regression = FactoredRegression.of(features, ridge)) {
                List<SignAverage> averages = regression.signAverages(Spectrum.of(3, 2, 1), 1, 2);
                assertThat(averages)
                        .isUnmodifiable()
                        .hasSameHashCodeAs(regression.signAverages(Spectrum.of(3, 2, 1), 1, 2))
                        .isEqualTo(regression.signAverages(Spectrum.of(3, 2, 1), 1, 2));
                assertThat(averages.get(1))
                        .isNotEqualTo(averages.get(0))
                        .isNotEqualTo(regression.signAverage(Spectrum.of(3, 2, 2)));
                assertThat(averages.get(1).toString())
                        .startsWith("SignAverage over 3 features: missed parts [")
                        .endsWith("label noise " + averages.get(1).labelNoise());
            }
        }
    }
}
