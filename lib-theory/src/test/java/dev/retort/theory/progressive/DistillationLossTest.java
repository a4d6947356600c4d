package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationLossTest {

    private static final double[] STUDENT = {1, -0.5, 0.25};
    private static final double[] TEACHER = {2, 0, -1};

    /** Values of the loss from mpmath 1.3.0 with 30 digits, by the definitions in the class comment. */
    @Test
    void agreesWithHighPrecision() {
        assertThat(DistillationLoss.of(1).value(STUDENT, TEACHER)).isCloseTo(0.20650947580507845, within(1e-15));
        DistillationLoss mixed = DistillationLoss.of(2).withTrueLabels(0.3);
        assertThat(mixed.value(STUDENT, TEACHER, 0)).isCloseTo(0.4103904332368029, within(1e-15));
        assertThat(mixed.gradient(STUDENT, TEACHER, 0)[0]).isCloseTo(-0.3547536690473113, within(1e-15));
        assertThat(LabelSmoothing.of(0.1).value(STUDENT, 0)).isCloseTo(0.6029757438553098, within(1e-15));
    }

    static List<DistillationLoss> losses() {
        return List.of(
                DistillationLoss.of(1),
                DistillationLoss.of(3.5).withTrueLabels(0.25),
                DistillationLoss.of(0.7).withoutFactor(),
                DistillationLoss.ofTeacher(2).withTrueLabels(0.6),
                DistillationLoss.ofTeacher(0).withTrueLabels(0.1),
                DistillationLoss.ofTeacher(1),
                DistillationLoss.of(2).withTrueLabels(1));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradientsAreDerivatives(DistillationLoss loss) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(2);
        for (int trial = 0; trial < 20; trial++) {
            double[] z = random.doubles(5, -3, 3).toArray();
            double[] teacher = random.doubles(5, -3, 3).toArray();
            int label = trial % 5;
            checkGradient(x -> loss.value(x, teacher, label), loss.gradient(z, teacher, label), z);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 1})
    void gradientsOfSmoothedLabelsAreDerivatives(double smoothing) {
        LabelSmoothing loss = LabelSmoothing.of(smoothing);
        double[] z = {0.3, -1.2, 2.2, 0};
        checkGradient(x -> loss.value(x, 3), loss.gradient(z, 3), z);
    }

    private static void checkGradient(ToDoubleFunction<double[]> value, double[] gradient, double[] z) {
        double step = 1e-5;
        for (int i = 0; i < z.length; i++) {
            double[] up = z.clone();
            double[] down = z.clone();
            up[i] += step;
            down[i] -= step;
            double slope = (value.applyAsDouble(up) - value.applyAsDouble(down)) / (2 * step);
            // Third derivatives times step²/6, and rounding over the step.
            assertThat(gradient[i]).isCloseTo(slope, within(1e-9));
        }
        assertThat(Arrays.stream(gradient).sum()).isCloseTo(0, within(1e-14));
    }

    @Test
    void crossEntropyWithTheTeacherDiffersByItsEntropy() {
        double[] q = DistillationLoss.ofTeacher(2).labels(TEACHER);
        double[] p = DistillationLoss.ofTeacher(1).labels(STUDENT);
        double cross = 0;
        double entropy = 0;
        for (int i = 0; i < 3; i++) {
            cross -= q[i] * Math.log(p[i]);
            entropy -= q[i] * Math.log(q[i]);
        }
        assertThat(DistillationLoss.ofTeacher(2).value(STUDENT, TEACHER)).isCloseTo(cross - entropy, within(1e-15));
    }

    @Test
    void smoothingIsDistillationFromAUniformTeacher() {
        for (double a : new double[] {0, 0.1, 0.5, 1}) {
            LabelSmoothing smoothing = LabelSmoothing.of(a);
            double[] indifferent = {7, 7, 7};
            assertThat(smoothing.value(STUDENT, 1))
                    .isCloseTo(
                            smoothing.asDistillation().value(STUDENT, indifferent, 1) + a * Math.log(3), within(1e-14));
            double[] expected = smoothing.asDistillation().gradient(STUDENT, indifferent, 1);
            double[] actual = smoothing.gradient(STUDENT, 1);
            for (int i = 0; i < 3; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-15));
            }
        }
    }

    @Test
    void highTemperaturesMatchLogits() {
        double limit = DistillationLoss.highTemperatureLimit(STUDENT, TEACHER);
        double last = Double.POSITIVE_INFINITY;
        for (double temperature = 10; temperature <= 1e12; temperature *= 100) {
            double off = Math.abs(DistillationLoss.of(temperature).value(STUDENT, TEACHER) / limit - 1);
            assertThat(off).isLessThan(Math.max(1e-14, Math.min(1 / temperature, last)));
            last = off;
            double[] gradient = DistillationLoss.of(temperature).gradient(STUDENT, TEACHER);
            // (z − z_T)/L, centred; the mean difference of these logits is −1/12.
            assertThat(gradient[0]).isCloseTo((-1 + 1 / 12.0) / 3, within(0.3 / temperature + 1e-14));
        }
    }

    @Test
    void equalLogitsLoseNothing() {
        double[] shifted = Arrays.stream(STUDENT).map(z -> z + 128).toArray();
        for (double temperature : new double[] {1e-3, 0.5, 1, 100, 1e9}) {
            assertThat(DistillationLoss.of(temperature).value(STUDENT, shifted)).isZero();
            assertThat(DistillationLoss.of(temperature).gradient(STUDENT, shifted))
                    .containsOnly(0);
        }
    }

    @Test
    void nearlyEqualLogitsKeepTheirDigits() {
        double[] near = {1 + 1e-9, -0.5, 0.25};
        double p = DistillationLoss.ofTeacher(1).labels(STUDENT)[0];
        // The first term of the Taylor series is p (1 − p) δ²/2; the next is smaller by δ.
        double exact = p * (1 - p) * Math.pow(near[0] - 1, 2) / 2;
        assertThat(DistillationLoss.of(1).value(near, STUDENT) / exact).isCloseTo(1, within(1e-8));
    }

    @Test
    void extremeLogitsStayFinite() {
        double[] high = {1000, 0, -1000};
        double[] low = {-1000, 1000, 0};
        assertThat(DistillationLoss.of(1).value(high, low)).isEqualTo(1000);
        assertThat(DistillationLoss.of(1).gradient(high, low)).containsExactly(1, -1, 0);
        assertThat(DistillationLoss.of(1e-3).withoutFactor().value(high, low)).isEqualTo(1e6);
        assertThat(DistillationLoss.ofTeacher(1e-300).labels(high)).containsExactly(1, 0, 0);
    }

    @Test
    void withoutTemperatureLabelsAreOneHot() {
        DistillationLoss oneHot = DistillationLoss.ofTeacher(0);
        assertThat(oneHot.labels(2, 0, -1)).containsExactly(1, 0, 0);
        assertThat(oneHot.labels(2, 2, -1)).containsExactly(0.5, 0.5, 0);
        assertThat(oneHot.value(STUDENT, TEACHER))
                .isEqualTo(LabelSmoothing.of(0).value(STUDENT, 0));
        // Small temperatures tend to this limit.
        assertThat(DistillationLoss.ofTeacher(0.01).value(STUDENT, TEACHER))
                .isCloseTo(oneHot.value(STUDENT, TEACHER), within(1e-15));
    }

    /** The mean square error of the mean over two inputs, by enumeration of all pairs. */
    @Test
    void meanSquareErrorIsExact() {
        double[] inputs = {0.5, 0.3, 0.2};
        double[][] truth = {{0.9, 0.1}, {0.4, 0.6}, {0, 1}};
        double[][] teacher = {{0.7, 0.3}, {0.5, 0.5}, {0.2, 0.8}};
        double[][] losses = {{0.1, 2}, {1.5, -0.4}, {3, 0.2}};
        SoftLabels labels = SoftLabels.of(inputs, truth, teacher, losses);
        double risk = 0;
        double soft = 0;
        double oneHot = 0;
        for (int x = 0; x < 3; x++) {
            risk += inputs[x] * (truth[x][0] * losses[x][0] + truth[x][1] * losses[x][1]);
        }
        for (int x = 0; x < 3; x++) {
            for (int y = 0; y < 3; y++) {
                double estimate = (teacher[x][0] * losses[x][0]
                                + teacher[x][1] * losses[x][1]
                                + teacher[y][0] * losses[y][0]
                                + teacher[y][1] * losses[y][1])
                        / 2;
                soft += inputs[x] * inputs[y] * Math.pow(estimate - risk, 2);
                for (int i = 0; i < 2; i++) {
                    for (int j = 0; j < 2; j++) {
                        double probability = inputs[x] * inputs[y] * truth[x][i] * truth[y][j];
                        oneHot += probability * Math.pow((losses[x][i] + losses[y][j]) / 2 - risk, 2);
                    }
                }
            }
        }
        assertThat(labels.risk()).isCloseTo(risk, within(1e-15));
        assertThat(labels.meanSquareError(2)).isCloseTo(soft, within(1e-15));
        assertThat(labels.oneHotMeanSquareError(2)).isCloseTo(oneHot, within(1e-15));
        double even = labels.samplesUntilTrueLabelsWin();
        assertThat(labels.meanSquareError(even)).isCloseTo(labels.oneHotMeanSquareError(even), within(1e-15));
    }

    /** Tests 500 random populations; 10,000 were drawn once, without a violation. */
    @Test
    void softLabelsOfTheTruthHaveLessVarianceAndBiasIsBounded() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(9);
        for (int draw = 0; draw < 500; draw++) {
            int size = 1 + random.nextInt(6);
            int classes = 2 + random.nextInt(4);
            double[] inputs = law(size, random);
            double[][] truth = new double[size][];
            double[][] teacher = new double[size][];
            double[][] losses = new double[size][];
            for (int x = 0; x < size; x++) {
                truth[x] = law(classes, random);
                teacher[x] = law(classes, random);
                losses[x] = random.doubles(classes, -1, 4).toArray();
            }
            SoftLabels own = SoftLabels.of(inputs, truth, truth, losses);
            assertThat(own.bias()).isZero();
            assertThat(own.meanSquareError(1)).isLessThanOrEqualTo(own.oneHotMeanSquareError(1));
            assertThat(own.samplesUntilTrueLabelsWin()).isInfinite();
            SoftLabels other = SoftLabels.of(inputs, truth, teacher, losses);
            assertThat(Math.abs(other.bias())).isLessThanOrEqualTo(other.biasBound());
        }
    }

    private static double[] law(int size, RandomGenerator random) {
        double[] weights = random.doubles(size).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    @Test
    void meanSquareErrorAgreesWithDraws() {
        double[][] truth = {{0.9, 0.1}, {0.3, 0.7}};
        double[][] teacher = {{0.8, 0.2}, {0.4, 0.6}};
        double[][] losses = {{0.1, 2.0}, {1.2, 0.4}};
        SoftLabels labels = SoftLabels.of(new double[] {0.5, 0.5}, truth, teacher, losses);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(12);
        double[] squares = new double[4000];
        for (int draw = 0; draw < squares.length; draw++) {
            double mean = 0;
            for (int t = 0; t < 10; t++) {
                int x = random.nextInt(2);
                mean += (teacher[x][0] * losses[x][0] + teacher[x][1] * losses[x][1]) / 10;
            }
            squares[draw] = Math.pow(mean - labels.risk(), 2);
        }
        assertThat(Math.abs(SampleMean.of(squares).zScore(labels.meanSquareError(10))))
                .isLessThan(4);
    }

    /** Values from mpmath with 800 digits. */
    @Test
    void squaresOfTemperaturesMayOverflow() {
        double[] student = {0.5, -1, 2};
        double[] teacher = {1, 1, 0};
        for (double temperature : new double[] {1e9, 1e100, 1.4e154, 1e180, 1e300, Double.MAX_VALUE}) {
            DistillationLoss loss = DistillationLoss.of(temperature);
            assertThat(loss.value(student, teacher)).isCloseTo(49 / 36.0, within(1e-8));
            assertThat(loss.gradient(student, teacher))
                    .containsExactly(new double[] {-1 / 9.0, -11 / 18.0, 13 / 18.0}, within(1e-8));
        }
        assertThat(DistillationLoss.of(1.4e154).value(new double[] {1, 2}, new double[] {2, 1}))
                .isCloseTo(0.5, within(1e-15));
        assertThat(DistillationLoss.of(1e3).value(student, teacher)).isCloseTo(1.3610029087734525, within(1e-14));
        for (double temperature : new double[] {1e-162, 1e-300, Double.MIN_VALUE}) {
            assertThat(DistillationLoss.of(temperature).value(new double[] {1, 2}, new double[] {2, 1}))
                    .isEqualTo(temperature);
        }
        DistillationLoss plain = DistillationLoss.of(1e-162).withoutFactor();
        assertThat(plain.value(new double[] {1, 2}, new double[] {2, 1}) * 1e-162)
                .isCloseTo(1, within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-162, 0.3, 1e180, Double.MAX_VALUE})
    void equalLogitsLoseNothingAtAnyTemperature(double temperature) {
        for (DistillationLoss loss : List.of(
                DistillationLoss.of(temperature),
                DistillationLoss.of(temperature).withoutFactor())) {
            assertThat(loss.value(STUDENT, STUDENT)).isZero();
            assertThat(loss.gradient(STUDENT, STUDENT)).containsOnly(0);
            assertThat(loss.withTrueLabels(1).gradient(STUDENT, TEACHER, 0))
                    .isEqualTo(DistillationLoss.of(1).withTrueLabels(1).gradient(STUDENT, TEACHER, 0));
        }
    }

    @Test
    void capacityGaps() {
        assertThat(CapacityGap.of(new double[] {0.7, 0.9, 0.99}, new double[] {0.6, 0.8, 0.75}))
                .isEqualTo(new CapacityGap(0.8 - 0.75, 2, 1));
        assertThat(CapacityGap.of(new double[] {0.99, 0.7}, new double[] {0.9, 0.5})
                        .gap())
                .isZero();
        assertThat(CapacityGap.of(new double[] {0.5}, new double[] {0.5})).isEqualTo(new CapacityGap(0, 0, 0));
        assertThat(new CapacityGap(0.05, 2, 1))
                .hasToString("capacity gap 0.05000: teacher 1 has the best student, teacher 2 is the most accurate");
    }

    @Test
    void refusesBadInput() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException().isThrownBy(() -> DistillationLoss.of(bad));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DistillationLoss.ofTeacher(-1))
                .withMessage("temperature: -1.0 is not at least 0 and finite");
        DistillationLoss loss = DistillationLoss.of(1);
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> loss.withTrueLabels(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> LabelSmoothing.of(bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CapacityGap.of(new double[] {bad}, new double[] {0.5}));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loss.value(new double[] {1}, new double[] {1}))
                .withMessage("student.length: 1 is not at least 2, the least number of classes");
        assertThatIllegalArgumentException().isThrownBy(() -> loss.value(STUDENT, new double[] {1, 2}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loss.gradient(STUDENT, new double[] {1, 2, Double.NaN}))
                .withMessage("teacher[2]: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loss.withTrueLabels(0.5).value(STUDENT, TEACHER, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loss.value(STUDENT, TEACHER, 3))
                .withMessage("label: 3 is not a class, from 0 to 2");
        assertThatIllegalArgumentException().isThrownBy(() -> loss.gradient(STUDENT, TEACHER, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CapacityGap(-1, -5, 3))
                .withMessage("gap: -1.0 is not from 0 to 1");
        assertThatIllegalArgumentException().isThrownBy(() -> new CapacityGap(0.1, -5, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new CapacityGap(0.1, 5, -3));
        assertThatIllegalArgumentException().isThrownBy(() -> new CapacityGap(0.1, 2, 2));
        assertThatIllegalStateException()
                .isThrownBy(() -> loss.withTrueLabels(0.5).value(STUDENT, TEACHER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelSmoothing.of(0).value(STUDENT, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelSmoothing.of(0).labels(1, 0));
        double[][] rows = {{0.5, 0.5}};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftLabels.of(new double[] {0.9}, rows, rows, rows))
                .withMessage("inputs: [0.9] does not add up to 1 within 1e-9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftLabels.of(new double[] {1}, rows, new double[][] {{1.5, -0.5}}, rows))
                .withMessage("teacher[0][1]: -0.5 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftLabels.of(new double[] {1}, rows, rows, new double[][] {{1, 2, 3}}));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> SoftLabels.of(new double[] {1}, rows, rows, rows).meanSquareError(0));
    }

    @Test
    void areValues() {
        assertThat(DistillationLoss.of(2).withTrueLabels(0.5))
                .isEqualTo(DistillationLoss.of(2).withTrueLabels(0.5))
                .hasSameHashCodeAs(DistillationLoss.of(2).withTrueLabels(0.5))
                .isNotEqualTo(DistillationLoss.of(2))
                .hasToString("distillation loss, temperature 2.0, share 0.5 of true labels");
        assertThat(DistillationLoss.ofTeacher(0).withoutFactor()).isEqualTo(DistillationLoss.ofTeacher(0));
        assertThat(LabelSmoothing.of(0.1)).isEqualTo(LabelSmoothing.of(0.1)).isNotEqualTo(LabelSmoothing.of(0.2));
    }
}
