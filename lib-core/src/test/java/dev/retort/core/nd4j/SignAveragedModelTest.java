package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
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
import org.nd4j.linalg.factory.Nd4j;

class SignAveragedModelTest {

    private static final int P = 24;

    private static final int[] SOME =
            IntStream.range(0, P).filter(i -> i % 4 != 2).toArray();

    static List<DenseAlgebra> algebras() {
        return DenseAlgebraTest.algebras();
    }

    /** One training of a chain: its size, seen features, ridge, teacher's share and label noise. */
    private record Stage(int samples, boolean all, double ridge, double share, double noise, double alpha) {

        double[][] design(RandomGenerator random) {
            double[][] x = gaussian(samples, P, random);
            for (double[] row : x) {
                Arrays.setAll(row, i -> row[i] * Math.pow(i + 1, -alpha / 2));
            }
            return x;
        }

        FactoredRegression factor(DenseAlgebra algebra, double[][] x) {
            return FactoredRegression.of(algebra, Nd4j.create(x), all ? null : SOME, ridge);
        }
    }

    private static final List<List<Stage>> CHAINS = List.of(
            List.of(new Stage(10, true, 0, 1, 0.3, 1), new Stage(15, true, 0, 1, 0.2, 1)),
            List.of(new Stage(40, true, 0, 1, 0.3, 1), new Stage(15, true, 0.1, 0.4, 0.2, 1)),
            List.of(new Stage(15, false, 0.01, 1, 0.3, 1), new Stage(50, false, 0.1, 0.7, 0, 1)),
            List.of(new Stage(15, false, 0, 1, 0, 1), new Stage(50, true, 0, 1, 0.5, 1)),
            List.of(new Stage(50, false, 0, 1, 0, 1), new Stage(15, true, 0.2, -0.5, 0.5, 1)),
            List.of(new Stage(15, true, 0, 1, 0.3, 1), new Stage(15, true, 0, 0, 0, 1)),
            List.of(
                    new Stage(20, true, 0, 1, 0.1, 10), // steep enough that X itself is factored
                    new Stage(40, false, 0, 0.9, 0.1, 10),
                    new Stage(20, true, 1e-14, 0.5, 0.1, 10)));

    /** A, p x n. */
    private static double[][] map(FactoredRegression regression, int n) {
        return regression.solve(Nd4j.eye(n).castTo(DataType.DOUBLE)).toDoubleMatrix();
    }

    /** Uses every P_ij, and propagates mean and square along the chain by their definitions. */
    @ParameterizedTest
    @MethodSource("algebras")
    void momentsAndRiskAgreeWithTheFormulas(DenseAlgebra algebra) {
        double[] truth = gaussian(P, generator(98));
        for (int c = 0; c < CHAINS.size(); c++) {
            RandomGenerator random = generator(c);
            double[] mean = gaussian(P, random);
            double[] square = Arrays.stream(mean).map(m -> m * m).toArray();
            SignAveragedModel model = SignAveragedModel.fixed(mean);
            for (Stage stage : CHAINS.get(c)) {
                double[][] x = stage.design(random);
                double[] labelMean = new double[P];
                double[] labelSquare = new double[P];
                for (int i = 0; i < P; i++) {
                    double rest = (1 - stage.share) * truth[i];
                    labelMean[i] = rest + stage.share * mean[i];
                    labelSquare[i] =
                            rest * rest + 2 * rest * stage.share * mean[i] + stage.share * stage.share * square[i];
                }
                SignAverage average;
                SignAveragedModel mixed = model.mixed(stage.share, truth);
                try (FactoredRegression regression = stage.factor(algebra, x)) {
                    if (stage.alpha > 4 && stage.ridge == 0 && stage.all) {
                        assertThat(regression.method()).isEqualTo(Method.ORTHOGONAL);
                    }
                    model = model.teach(regression, stage.share, truth, stage.noise);
                    average = regression.signAverage(Spectrum.powerLaw(1, P));
                    double[][] a = map(regression, stage.samples);
                    mean = new double[P];
                    square = new double[P];
                    for (int i = 0; i < P; i++) {
                        square[i] = stage.noise * stage.noise * KnownProblem.dot(a[i], a[i]);
                        for (int j = 0; j < P; j++) {
                            double entry = 0;
                            for (int k = 0; k < stage.samples; k++) {
                                entry += a[i][k] * x[k][j];
                            }
                            square[i] += entry * entry * labelSquare[j];
                            mean[i] += i == j ? entry * labelMean[i] : 0;
                        }
                    }
                }
                double tolerance = stage.alpha > 4 ? 1e-8 : 1e-11;
                double largest = Arrays.stream(square).max().orElseThrow();
                double risk = 0;
                for (int i = 0; i < P; i++) {
                    assertThat(model.mean(i))
                            .as("chain %d, mean %d", c, i)
                            .isCloseTo(mean[i], within(tolerance * Math.sqrt(largest)));
                    double second = model.deviation(i) * model.deviation(i) + model.mean(i) * model.mean(i);
                    assertThat(second)
                            .as("chain %d, square %d", c, i)
                            .isCloseTo(square[i], within(tolerance * largest));
                    risk += (square[i] - 2 * mean[i] * truth[i] + truth[i] * truth[i]) / (i + 1);
                }
                assertThat(model.excessRisk(Spectrum.powerLaw(1, P), truth))
                        .as("chain %d", c)
                        .isCloseTo(risk, within(tolerance * (risk + largest)));
                assertThat(average.excess(mixed, truth, stage.noise))
                        .as("chain %d", c)
                        .isCloseTo(risk, within(tolerance * (risk + largest)));
            }
        }
    }

    /**
     * The spectrum is so steep that the rank is cut off. The omitted part of the features is tiny, but large
     * coefficients amplify it.
     */
    @ParameterizedTest
    @MethodSource("algebras")
    void featuresBeyondTheRankStillContributeToLabels(DenseAlgebra algebra) {
        double alpha = 40;
        double[] coefficients = IntStream.rangeClosed(1, P)
                .mapToDouble(i -> Math.pow(i, alpha / 2))
                .toArray();
        Spectrum evaluation = Spectrum.powerLaw(alpha, P);
        for (int samples : new int[] {12, 20, 30}) {
            for (boolean all : new boolean[] {true, false}) {
                Stage stage = new Stage(samples, all, 0, 1, 0.1, alpha);
                double[][] x = stage.design(generator(samples));
                try (FactoredRegression regression = stage.factor(algebra, x)) {
                    assertThat(regression.method()).isEqualTo(Method.ORTHOGONAL);
                    SignAveragedModel model =
                            SignAveragedModel.fixed(coefficients).teach(regression, 1, coefficients, stage.noise);
                    double[][] a = map(regression, samples);
                    double risk = 0;
                    for (int i = 0; i < P; i++) {
                        double mean = 0;
                        double square = stage.noise * stage.noise * KnownProblem.dot(a[i], a[i]);
                        for (int j = 0; j < P; j++) {
                            double entry = 0;
                            for (int k = 0; k < samples; k++) {
                                entry += a[i][k] * x[k][j];
                            }
                            square += Math.pow(entry * coefficients[j], 2);
                            mean += i == j ? entry * coefficients[j] : 0;
                        }
                        double second = model.deviation(i) * model.deviation(i) + model.mean(i) * model.mean(i);
                        assertThat(second)
                                .as("%d samples, feature %d", samples, i)
                                .isCloseTo(square, within(1e-6 * square));
                        double apart = square - 2 * mean * coefficients[i] + coefficients[i] * coefficients[i];
                        risk += apart * evaluation.eigenvalue(i);
                    }
                    assertThat(model.excessRisk(evaluation, coefficients)).isCloseTo(risk, within(1e-6 * risk));
                    assertThat(regression.signAverage(evaluation).excess(coefficients, coefficients, stage.noise))
                            .isCloseTo(risk, within(1e-6 * risk));
                }
            }
        }
    }

    @Test
    void hugeCoefficientsBesideTinyNoise() {
        double[] huge = {1e130, 1e130};
        try (FactoredRegression tall = FactoredRegression.of(Nd4j.create(new double[][] {{1, 0}, {0, 1}, {1, 1}}), 0)) {
            SignAveragedModel model = SignAveragedModel.fixed(huge).teach(tall, 1, huge, 1e-190);
            for (int i = 0; i < 2; i++) {
                assertThat(model.mean(i)).isEqualTo(1e130);
                // (XᵀX)⁻¹ has 2/3 on its diagonal.
                assertThat(model.deviation(i)).isCloseTo(Math.sqrt(2.0 / 3) * 1e-190, within(1e-203));
            }
        }
    }

    /** The risk when signs of features, and noise, are drawn. */
    @Test
    void isTheMeanOfLiteralDraws() {
        double[] truth = gaussian(P, generator(1));
        Spectrum evaluation = Spectrum.powerLaw(1, P);
        double real = 0.5; // noise of the true labels
        double own = 0.3; // noise of the teacher's labels
        double share = 0.4;
        double[][] first = CHAINS.get(1).get(0).design(generator(2));
        double[][] second = CHAINS.get(1).get(1).design(generator(3));
        SignAveragedModel model;
        try (FactoredRegression teacher = FactoredRegression.of(Nd4j.create(first), 0);
                FactoredRegression student = FactoredRegression.of(Nd4j.create(second), 0.1)) {
            model = SignAveragedModel.fixed(truth)
                    .teach(teacher, 1, truth, real)
                    .teach(student, share, truth, Math.hypot((1 - share) * real, share * own));
        }
        RandomGenerator random = generator(4);
        int draws = 3000;
        double[] risks = new double[draws];
        double[] coefficients = new double[draws];
        double[] squares = new double[draws];
        for (int k = 0; k < draws; k++) {
            try (FactoredRegression teacher = FactoredRegression.of(Nd4j.create(flipped(first, random)), 0);
                    FactoredRegression student = FactoredRegression.of(Nd4j.create(flipped(second, random)), 0.1)) {
                double[] b = teacher.solve(noisy(teacher.predict(truth), real, random));
                double[] labels = noisy(student.predict(truth), real, random);
                double[] taught = noisy(student.predict(b), own, random);
                Arrays.setAll(labels, i -> (1 - share) * labels[i] + share * taught[i]);
                double[] fitted = student.solve(labels);
                for (int i = 0; i < P; i++) {
                    risks[k] += (fitted[i] - truth[i]) * (fitted[i] - truth[i]) / (i + 1);
                }
                coefficients[k] = fitted[2];
                squares[k] = fitted[2] * fitted[2];
            }
        }
        assertThat(SampleMean.of(risks).zScore(model.excessRisk(evaluation, truth)))
                .isBetween(-4.0, 4.0);
        assertThat(SampleMean.of(coefficients).zScore(model.mean(2))).isBetween(-4.0, 4.0);
        double square = model.mean(2) * model.mean(2) + model.deviation(2) * model.deviation(2);
        assertThat(SampleMean.of(squares).zScore(square)).isBetween(-4.0, 4.0);
        assertThat(SampleMean.of(squares).standardError()).isLessThan(0.1 * square);
    }

    private static double[][] flipped(double[][] x, RandomGenerator random) {
        double[] signs = new double[P];
        Arrays.setAll(signs, i -> random.nextBoolean() ? 1 : -1);
        return Arrays.stream(x)
                .map(row -> IntStream.range(0, P)
                        .mapToDouble(i -> signs[i] * row[i])
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double[] noisy(double[] labels, double deviation, RandomGenerator random) {
        return Arrays.stream(labels)
                .map(label -> label + deviation * random.nextGaussian())
                .toArray();
    }

    @Test
    void leastSquaresWithoutNoiseKeepTheTeacher() {
        double[] truth = gaussian(P, generator(5));
        double[] surrogate = gaussian(P, generator(6));
        double[][] x = CHAINS.get(1).get(0).design(generator(7));
        try (FactoredRegression student = FactoredRegression.of(Nd4j.create(x), 0)) {
            SignAveragedModel model = SignAveragedModel.fixed(surrogate).teach(student, 1, truth, 0);
            for (int i = 0; i < P; i++) {
                assertThat(model.mean(i)).isEqualTo(surrogate[i]);
                assertThat(model.deviation(i)).isZero();
            }
            assertThat(SignAveragedModel.fixed(truth)
                            .teach(student, 1, truth, 0)
                            .excessRisk(Spectrum.powerLaw(1, P), truth))
                    .isZero();
        }
    }

    /**
     * Powers of two in features, coefficients, noise and ridge only scale the results, even where squares would
     * overflow.
     */
    @Test
    void theModelDoesNotDependOnTheScale() {
        double[][] x = CHAINS.get(0).get(0).design(generator(3));
        double[][] y = CHAINS.get(1).get(0).design(generator(4));
        double[] truth = gaussian(P, generator(5));
        for (boolean swapped : new boolean[] {false, true}) {
            for (double ridge : new double[] {0, 0.5, 1e70, 1e200}) {
                SignAveragedModel expected = chain(swapped ? y : x, swapped ? x : y, ridge, truth, 0.5);
                // After an enormous ridge the coefficients of a tall student are below the rounding of its teacher's.
                boolean known = swapped || ridge < 1;
                for (int i = 0; i < P; i++) {
                    boolean isSeen = i % 4 != 2;
                    assertThat(expected.deviation(i))
                            .as("feature %d, ridge %s, swapped: %s", i, ridge, swapped)
                            .isBetween(known && isSeen ? Double.MIN_VALUE : 0, isSeen ? Double.MAX_VALUE : 0);
                }
                for (int exponent : new int[] {-600, -520, -400, -130, 200, 400, 520, 600}) {
                    double scale = Math.scalb(1.0, exponent);
                    // Neither ridges nor coefficients, which are inversely proportional to large ones, may leave the
                    // range.
                    if (ridge > 0
                            && !(ridge * scale * scale > 0x1p-900
                                    && ridge * Math.max(scale * scale, 1 / scale) < 0x1p900)) {
                        continue;
                    }
                    double[] scaledTruth =
                            Arrays.stream(truth).map(b -> b / scale).toArray();
                    SignAveragedModel features = chain(
                            scaled(swapped ? y : x, scale),
                            scaled(swapped ? x : y, scale),
                            ridge * scale * scale,
                            scaledTruth,
                            0.5);
                    double[] largerTruth =
                            Arrays.stream(truth).map(b -> b * scale).toArray();
                    SignAveragedModel labels = chain(swapped ? y : x, swapped ? x : y, ridge, largerTruth, 0.5 * scale);
                    for (int i = 0; i < P; i++) {
                        assertThat(features.mean(i) * scale)
                                .as("2^%d, ridge %s", exponent, ridge)
                                .isCloseTo(expected.mean(i), within(1e-13 * Math.abs(expected.mean(i))));
                        assertThat(features.deviation(i) * scale)
                                .isCloseTo(expected.deviation(i), within(1e-6 * expected.deviation(i)));
                        assertThat(labels.mean(i) / scale)
                                .isCloseTo(expected.mean(i), within(1e-13 * Math.abs(expected.mean(i))));
                        assertThat(labels.deviation(i) / scale)
                                .isCloseTo(expected.deviation(i), within(1e-6 * expected.deviation(i)));
                    }
                }
            }
        }
    }

    private static double[][] scaled(double[][] x, double scale) {
        return Arrays.stream(x)
                .map(row -> Arrays.stream(row).map(entry -> entry * scale).toArray())
                .toArray(double[][]::new);
    }

    private static SignAveragedModel chain(double[][] x, double[][] y, double ridge, double[] truth, double noise) {
        try (FactoredRegression teacher = FactoredRegression.of(Nd4j.create(x), 0);
                FactoredRegression student = FactoredRegression.of(Nd4j.create(y), SOME, ridge)) {
            return SignAveragedModel.fixed(truth)
                    .teach(teacher, 1, truth, noise)
                    .teach(student, 0.75, truth, noise / 2);
        }
    }

    /** For a ridge far above the spectrum b = Xᵀ y / (n · ridge), whose moments are known. */
    @Test
    void anEnormousRidgeIsInverselyProportional() {
        double[][] x = CHAINS.get(0).get(0).design(generator(13)); // fewer samples than features
        double[] truth = gaussian(P, generator(14));
        int n = x.length;
        for (double ridge : new double[] {1e70, 1e150, 1e250, 1e300}) {
            try (FactoredRegression student = FactoredRegression.of(Nd4j.create(x), ridge)) {
                SignAveragedModel model = SignAveragedModel.fixed(truth).teach(student, 1, truth, 0.5);
                for (int i = 0; i < P; i++) {
                    double square = 0;
                    double variance = 0;
                    for (int j = 0; j < P; j++) {
                        double product = 0;
                        for (double[] row : x) {
                            product += row[i] * row[j];
                        }
                        square = i == j ? product : square;
                        variance += i == j ? 0 : product * product * truth[j] * truth[j];
                    }
                    variance += 0.25 * square;
                    assertThat(model.mean(i) * ridge * n)
                            .isCloseTo(square * truth[i], within(1e-12 * square * Math.abs(truth[i])));
                    assertThat(model.deviation(i) * ridge * n)
                            .isCloseTo(Math.sqrt(variance), within(1e-12 * Math.sqrt(variance)));
                }
            }
        }
    }

    @Test
    void sharesMayBeNegativeAndMustNotOverflow() {
        double[] truth = gaussian(P, generator(15));
        double[][] x = CHAINS.get(0).get(0).design(generator(16));
        try (FactoredRegression student = FactoredRegression.of(Nd4j.create(x), 0)) {
            SignAveragedModel model = SignAveragedModel.fixed(truth).teach(student, 1, truth, 0.5);
            SignAveragedModel opposite = model.mixed(-0.5, truth);
            for (int i = 0; i < P; i++) {
                assertThat(opposite.deviation(i)).isPositive().isEqualTo(0.5 * model.deviation(i));
                assertThat(opposite.mean(i)).isEqualTo(1.5 * truth[i] - 0.5 * model.mean(i));
                assertThat(model.mixed(0, truth).mean(i)).isEqualTo(truth[i]);
                assertThat(model.mixed(0, truth).deviation(i)).isZero();
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            SignAveragedModel.fixed(new double[] {1e10, 1}).mixed(1e305, new double[2]))
                    .withMessage("mixed[0]: Infinity is not finite");
        }
    }

    /** Wide enough for several stripes, the last of them narrower. */
    @Test
    void wideAndTallDesignsAgreeWithTheAverageOfTheRisk() {
        for (int[] shape : new int[][] {{300, 700}, {700, 300}}) {
            int p = shape[1];
            double[] truth = gaussian(p, generator(8));
            double[] surrogate = gaussian(p, generator(9));
            Spectrum evaluation = Spectrum.powerLaw(0.5, p);
            int[] seen = IntStream.range(0, p).filter(i -> i % 5 != 1).toArray();
            try (FactoredRegression some =
                            FactoredRegression.of(Nd4j.create(gaussian(shape[0], p, generator(10))), seen, 0.1);
                    FactoredRegression all =
                            FactoredRegression.of(Nd4j.create(gaussian(shape[0], p, generator(11))), 0.2)) {
                SignAveragedModel teacher = SignAveragedModel.fixed(surrogate).teach(some, 1, truth, 0.5);
                double expected = some.signAverage(evaluation).excess(surrogate, truth, 0.5);
                assertThat(teacher.excessRisk(evaluation, truth)).isCloseTo(expected, within(1e-12 * expected));
                SignAveragedModel student = teacher.teach(all, 1, truth, 0.5);
                expected = all.signAverage(evaluation).excess(teacher, truth, 0.5);
                assertThat(student.excessRisk(evaluation, truth)).isCloseTo(expected, within(1e-12 * expected));
            }
        }
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidArguments() {
        double[] truth = {1, 2};
        double[] three = {1, 2, 3};
        refuses("coefficients: null is not allowed", () -> SignAveragedModel.fixed(null));
        refuses("coefficients: [] has no entries", () -> SignAveragedModel.fixed(new double[0]));
        refuses("coefficients[1]: NaN is not finite", () -> SignAveragedModel.fixed(new double[] {1, Double.NaN}));
        try (FactoredRegression student = FactoredRegression.of(Nd4j.create(new double[][] {{1, 2}, {3, 4}}), 0)) {
            SignAveragedModel model = SignAveragedModel.fixed(truth);
            SignAveragedModel larger = SignAveragedModel.fixed(three);
            refuses("student: null is not allowed", () -> model.teach(null, 1, truth, 0));
            refuses("share: NaN is not finite", () -> model.teach(student, Double.NaN, truth, 0));
            refuses("truth.length: 3 is not the number of features, 2", () -> model.teach(student, 1, three, 0));
            refuses(
                    "student.length: 2 is not the number of features of the teacher, 3",
                    () -> larger.teach(student, 1, three, 0));
            refuses("noise: -1.0 is not at least 0 and finite", () -> model.teach(student, 1, truth, -1));
            refuses(
                    "evaluation.length: 3 is not the number of features, 2",
                    () -> model.excessRisk(Spectrum.isotropic(1, 3), truth));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.excessRisk(Spectrum.powerLaw(2.0), truth))
                    .withMessageContaining(
                            "has too many features for a list, more than 10000000; Spectrum.of(spectrum.first(");
            refuses(
                    "truth.length: 3 is not the number of features, 2",
                    () -> model.excessRisk(Spectrum.isotropic(1, 2), three));
            refuses(
                    "teacher.length: 3 is not the number of features, 2",
                    () -> student.signAverage(Spectrum.isotropic(1, 2)).excess(larger, truth, 0));
        }
    }

    @Test
    void isAValue() {
        double[] truth = {1, 2, 1};
        try (FactoredRegression regression =
                FactoredRegression.of(Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}}), 0)) {
            SignAveragedModel fixed = SignAveragedModel.fixed(truth);
            SignAveragedModel student = fixed.teach(regression, 1, truth, 0.5);
            SignAveragedModel again = SignAveragedModel.fixed(truth).teach(regression, 1, truth, 0.5);
            assertThat(student).isEqualTo(again).hasSameHashCodeAs(again).isNotEqualTo(fixed);
            assertThat(fixed)
                    .hasToString("SignAveragedModel of 3 features: means [1.0, 2.0, 1.0], deviations [0.0, 0.0, 0.0]");
        }
    }
}
