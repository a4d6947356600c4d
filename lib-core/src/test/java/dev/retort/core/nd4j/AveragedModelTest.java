package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.distance;
import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static dev.retort.core.nd4j.KnownProblem.norm;
import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.FactoredRegression.Method;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.DenseAlgebraTest;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AveragedModelTest {

    private static final int P = 24;

    static List<DenseAlgebra> algebras() {
        return DenseAlgebraTest.algebras();
    }

    private static final List<Integer> ALL = IntStream.range(0, P).boxed().toList();
    private static final List<Integer> SOME =
            ALL.stream().filter(i -> i % 4 != 2).toList();

    /** One training of a chain: its size, seen features, ridge, teacher's share and label noise. */
    private record Stage(int samples, List<Integer> features, double ridge, double share, double noise, double alpha) {
        int[] seen() {
            return features.stream().mapToInt(i -> i).toArray();
        }
    }

    private static final List<List<Stage>> CHAINS = List.of(
            List.of(new Stage(10, ALL, 0, 1, 0.3, 1), new Stage(15, ALL, 0, 1, 0.2, 1)),
            List.of(new Stage(40, ALL, 0, 1, 0.3, 1), new Stage(15, ALL, 0.1, 0.4, 0.2, 1)),
            List.of(new Stage(15, SOME, 0.01, 1, 0.3, 1), new Stage(50, SOME, 0.1, 0.7, 0, 1)),
            List.of(new Stage(15, SOME, 0, 1, 0, 1), new Stage(50, ALL, 0, 1, 0.5, 1)),
            List.of(new Stage(15, ALL, 0, 1, 0.3, 1), new Stage(15, ALL, 0, 0, 0, 1)),
            List.of(
                    new Stage(20, ALL, 0, 1, 0.1, 10), // steep enough that X itself is factored
                    new Stage(40, SOME, 0, 0.9, 0.1, 10),
                    new Stage(20, ALL, 1e-14, 0.5, 0.1, 10)));

    private static INDArray design(Stage stage, RandomGenerator random) {
        double[][] x = gaussian(stage.samples, P, random);
        for (double[] row : x) {
            Arrays.setAll(row, i -> row[i] * Math.pow(i + 1, -stage.alpha / 2));
        }
        return Nd4j.create(x);
    }

    private static double[][] rows(INDArray matrix) {
        return matrix.toDoubleMatrix();
    }

    /** A, p x n. */
    private static double[][] map(FactoredRegression regression, int n) {
        return rows(regression.solve(Nd4j.eye(n).castTo(DataType.DOUBLE)));
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

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < t.length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    /** Mean and covariance of all coefficients, propagated along the chain by their definitions. */
    @ParameterizedTest
    @MethodSource("algebras")
    void meanAndRiskAgreeWithTheFormulas(DenseAlgebra algebra) {
        double[][] root = gaussian(P, P, generator(99));
        double[][] matrix = product(root, transposed(root));
        for (int i = 0; i < P; i++) {
            for (int j = 0; j < i; j++) {
                matrix[i][j] = matrix[j][i];
            }
        }
        INDArray truth = Nd4j.create(gaussian(P, generator(98)));
        for (int c = 0; c < CHAINS.size(); c++) {
            RandomGenerator random = generator(c);
            double[] mean = gaussian(P, random);
            double[][] covariance = new double[P][P];
            AveragedModel model = AveragedModel.fixed(Nd4j.create(mean));
            for (Stage stage : CHAINS.get(c)) {
                INDArray features = design(stage, random);
                try (FactoredRegression regression =
                                FactoredRegression.of(algebra, features, stage.seen(), stage.ridge);
                        AveragedModel teacher = model) {
                    model = teacher.teach(regression, stage.share, truth, stage.noise);
                    if (stage.alpha > 4 && stage.ridge == 0) {
                        assertThat(regression.method()).isEqualTo(Method.ORTHOGONAL);
                    }
                    double[] before = mean;
                    double[] mixed = IntStream.range(0, P)
                            .mapToDouble(i -> (1 - stage.share) * truth.getDouble(i) + stage.share * before[i])
                            .toArray();
                    double[][] a = map(regression, stage.samples);
                    double[][] hat = product(a, rows(features));
                    mean = Arrays.stream(hat)
                            .mapToDouble(row -> KnownProblem.dot(row, mixed))
                            .toArray();
                    double[][] carried = product(product(hat, covariance), transposed(hat));
                    double[][] added = product(a, transposed(a));
                    for (int i = 0; i < P; i++) {
                        for (int j = 0; j < P; j++) {
                            covariance[i][j] =
                                    stage.share * stage.share * carried[i][j] + stage.noise * stage.noise * added[i][j];
                        }
                    }
                }
                double tolerance = stage.alpha > 4 ? 1e-9 : 1e-11;
                assertThat(distance(model.mean().toDoubleVector(), mean)).isLessThan(tolerance * norm(mean));
                for (Covariance evaluation :
                        List.of(Covariance.of(Nd4j.create(matrix)), Covariance.diagonal(Spectrum.powerLaw(1, P)))) {
                    double[][] sigma = matrix;
                    if (evaluation.isDiagonal()) {
                        sigma = new double[P][P];
                        for (int i = 0; i < P; i++) {
                            sigma[i][i] = 1.0 / (i + 1);
                        }
                    }
                    double expected = evaluation.excessRisk(Nd4j.create(mean), truth);
                    for (int i = 0; i < P; i++) {
                        expected += KnownProblem.dot(covariance[i], sigma[i]);
                    }
                    assertThat(model.excessRisk(evaluation, truth))
                            .as("chain %d", c)
                            .isCloseTo(expected, within(tolerance * expected));
                }
            }
            model.close();
        }
    }

    @Test
    void riskAgreesWithTheMeanOfLiteralDraws() {
        INDArray truth = Nd4j.create(gaussian(P, generator(1)));
        Covariance evaluation = Covariance.diagonal(Spectrum.powerLaw(1, P));
        List<Stage> chain = CHAINS.get(1);
        RandomGenerator random = generator(2);
        INDArray first = design(chain.get(0), random);
        INDArray second = design(chain.get(1), random);
        double real = 0.5; // noise of the true labels
        double own = 0.3; // noise of the teacher's labels
        double share = 0.4;
        try (FactoredRegression teacher = FactoredRegression.of(first, 0);
                FactoredRegression student = FactoredRegression.of(second, 0.1);
                AveragedModel fixed = AveragedModel.fixed(truth);
                AveragedModel taught = fixed.teach(teacher, 1, truth, real);
                AveragedModel model =
                        taught.teach(student, share, truth, Math.hypot((1 - share) * real, share * own))) {
            int draws = 4000;
            double[] risks = new double[draws];
            INDArray ofTeacher = LinearRegression.predict(first, truth);
            INDArray ofStudent = LinearRegression.predict(second, truth);
            for (int k = 0; k < draws; k++) {
                INDArray b = teacher.solve(noisy(ofTeacher, real, random));
                INDArray mixed = noisy(ofStudent, real, random)
                        .muli(1 - share)
                        .addi(noisy(LinearRegression.predict(second, b), own, random)
                                .muli(share));
                risks[k] = evaluation.excessRisk(student.solve(mixed), truth);
            }
            double mean = Arrays.stream(risks).average().orElseThrow();
            double variance =
                    Arrays.stream(risks).map(r -> (r - mean) * (r - mean)).sum() / draws / (draws - 1.0);
            assertThat(Math.abs(mean - model.excessRisk(evaluation, truth)) / Math.sqrt(variance))
                    .isLessThan(4);
        }
    }

    private static INDArray noisy(INDArray labels, double deviation, RandomGenerator random) {
        return Nd4j.create(gaussian((int) labels.length(), random))
                .muli(deviation)
                .addi(labels);
    }

    @Test
    void riskDoesNotDependOnTheScale() {
        INDArray x = design(CHAINS.get(0).get(0), generator(3));
        INDArray y = design(CHAINS.get(1).get(0), generator(4));
        INDArray truth = Nd4j.create(gaussian(P, generator(5)));
        double expected = Double.NaN;
        for (int exponent : new int[] {0, -400, -130, 200, 400}) {
            double scale = Math.scalb(1.0, exponent);
            INDArray scaledTruth = truth.div(scale);
            double[] eigenvalues = Spectrum.powerLaw(1, P).eigenvalues();
            PowerOfTwo.scale(eigenvalues, 2 * exponent);
            try (FactoredRegression teacher = FactoredRegression.of(x.mul(scale), 0);
                    FactoredRegression student = FactoredRegression.of(y.mul(scale), 0.5 * scale * scale);
                    AveragedModel fixed = AveragedModel.fixed(scaledTruth);
                    AveragedModel taught = fixed.teach(teacher, 1, scaledTruth, 0.5);
                    AveragedModel model = taught.teach(student, 0.75, scaledTruth, 0.25)) {
                double risk = model.excessRisk(Covariance.diagonal(Spectrum.of(eigenvalues)), scaledTruth);
                if (exponent == 0) {
                    expected = risk;
                }
                assertThat(risk).as("2^%d", exponent).isCloseTo(expected, within(1e-13 * expected));
            }
        }
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidArguments() {
        INDArray truth = Nd4j.create(new double[] {1, 2});
        INDArray three = Nd4j.create(new double[] {1, 2, 3});
        refuses("coefficients: null is not an array", () -> AveragedModel.fixed(null));
        refuses(
                "coefficients: shape [2, 2] is not [features] or [features, 1]",
                () -> AveragedModel.fixed(Nd4j.create(new double[2][2])));
        refuses(
                "coefficients[1]: NaN is not finite",
                () -> AveragedModel.fixed(Nd4j.create(new double[] {1, Double.NaN})));
        try (FactoredRegression student = FactoredRegression.of(Nd4j.create(new double[][] {{1, 2}, {3, 4}}), 0);
                AveragedModel model = AveragedModel.fixed(truth);
                AveragedModel larger = AveragedModel.fixed(three)) {
            refuses("student: null is not allowed", () -> model.teach(null, 1, truth, 0));
            refuses("share: NaN is not finite", () -> model.teach(student, Double.NaN, truth, 0));
            refuses(
                    "truth.length: 3 is not the number of features of the teacher, 2",
                    () -> model.teach(student, 1, three, 0));
            refuses(
                    "student.length: 2 is not the number of features of the teacher, 3",
                    () -> larger.teach(student, 1, three, 0));
            refuses("noise: -1.0 is not at least 0 and finite", () -> model.teach(student, 1, truth, -1));
            refuses(
                    "evaluation.length: 3 is not the number of features, 2",
                    () -> model.excessRisk(Covariance.diagonal(Spectrum.isotropic(1, 3)), truth));
            refuses(
                    "truth.length: 3 is not the number of features, 2",
                    () -> model.excessRisk(Covariance.diagonal(Spectrum.isotropic(1, 2)), three));
        }
    }

    @Test
    void printsEvenWhenClosed() {
        INDArray truth = Nd4j.create(new double[] {1, 1, 1});
        AveragedModel fixed = AveragedModel.fixed(truth);
        try (FactoredRegression regression =
                FactoredRegression.of(Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}}), 0)) {
            AveragedModel student = fixed.teach(regression, 1, truth, 0.5);
            student.close();
            assertThat(student).hasToString("AveragedModel of 3 features, averaged over label noise");
        }
        assertThat(fixed).hasToString("AveragedModel of 3 features, with fixed coefficients");
    }
}
