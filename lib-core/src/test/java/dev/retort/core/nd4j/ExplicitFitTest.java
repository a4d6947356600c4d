package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExplicitFitTest {

    private static final int P = 18;

    private static final int[] SOME =
            IntStream.range(0, P).filter(i -> i % 4 != 2).toArray();

    private static ExplicitFit explicit(FactoredRegression regression, INDArray features) {
        return ExplicitFit.of(
                features, regression.solve(Nd4j.eye(features.size(0)).castTo(DataType.DOUBLE)));
    }

    /** The matrix of a regression propagates moments along a chain like its factors, on either side of n = p. */
    @ParameterizedTest
    @CsvSource({"9, 12, 0.1, 1, 0.3", "30, 7, 0, 0.4, 0.2", "12, 40, 0.01, 1.5, 0", "25, 30, 0, 0, 0.7"})
    void teachesLikeTheRegression(int first, int second, double ridge, double share, double noise) {
        RandomGenerator random = generator(first);
        double[] truth = gaussian(P, random);
        double[] teacher = gaussian(P, random);
        INDArray x = Nd4j.create(gaussian(first, P, random));
        INDArray z = Nd4j.create(gaussian(second, P, random));
        Covariance evaluation =
                PrincipalComponents.of(Nd4j.create(gaussian(40, P, random))).covariance();
        try (FactoredRegression one = FactoredRegression.of(x, SOME, ridge);
                FactoredRegression two = FactoredRegression.of(z, ridge);
                ExplicitFit oneAgain = explicit(one, x);
                ExplicitFit twoAgain = explicit(two, z)) {
            assertThat(oneAgain.solve(gaussian(first, generator(5))))
                    .containsExactly(one.solve(gaussian(first, generator(5))), within(1e-11));
            INDArray aim = Nd4j.create(truth);
            AveragedModel fixed = AveragedModel.fixed(Nd4j.create(teacher));
            AveragedModel expected = fixed.teach(one, share, aim, noise).teach(two, share, aim, noise);
            AveragedModel actual = fixed.teach(oneAgain, share, aim, noise).teach(twoAgain, share, aim, noise);
            double risk = expected.excessRisk(evaluation, aim);
            assertThat(actual.excessRisk(evaluation, aim)).isCloseTo(risk, within(1e-11 * risk));
            double ofNoise = expected.noiseRisk(evaluation);
            assertThat(actual.noiseRisk(evaluation)).isCloseTo(ofNoise, within(1e-10 * ofNoise));

            SignAveragedModel start = SignAveragedModel.fixed(teacher);
            SignAveragedModel signs = start.teach(one, share, truth, noise).teach(two, share, truth, noise);
            SignAveragedModel same = start.teach(oneAgain, share, truth, noise).teach(twoAgain, share, truth, noise);
            for (int i = 0; i < P; i++) {
                assertThat(same.mean(i)).isCloseTo(signs.mean(i), within(1e-11));
                // The factored form computes a difference of squares, whose error is the root of the rounding.
                assertThat(same.deviation(i) * same.deviation(i))
                        .isCloseTo(signs.deviation(i) * signs.deviation(i), within(1e-10));
            }
            Spectrum flat = Spectrum.isotropic(1, P);
            double averaged = signs.excessRisk(flat, truth);
            assertThat(same.excessRisk(flat, truth)).isCloseTo(averaged, within(1e-11 * averaged));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsArraysThatDoNotFit() {
        INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExplicitFit.of(features, features))
                .withMessage("map: shape [2, 3] is not [features, samples], that of features transposed, shape [2, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExplicitFit.of(features, null))
                .withMessage("map: null is not an array");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ExplicitFit.of(features, Nd4j.create(new double[][] {{1, 0}, {0, Double.NaN}, {1, 1}})))
                .withMessage("map[1, 1]: NaN is not finite");
        try (ExplicitFit fit = ExplicitFit.of(features, features.transpose())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fit.solve(new double[] {1, 2, 3}))
                    .withMessage("labels.length: 3 is not the number of samples, 2");
            double[] four = new double[4];
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SignAveragedModel.fixed(four).teach(fit, 1, four, 0))
                    .withMessage("student.length: 3 is not the number of features of the teacher, 4");
        }
    }

    /** The labels of a model, for numbers of any size. */
    @ParameterizedTest
    @CsvSource({"0, 0", "600, -600", "-900, 300", "-600, -300", "500, 500", "-1060, 1000"})
    void predictsAtAnySize(int ofFeatures, int ofCoefficients) {
        double[][] x = gaussian(5, P, generator(2));
        double[] b = gaussian(P, generator(3));
        double[] expected = new double[5];
        for (int k = 0; k < expected.length; k++) {
            expected[k] = Math.scalb(KnownProblem.dot(x[k], b), ofFeatures + ofCoefficients);
            for (int i = 0; i < P; i++) {
                x[k][i] = Math.scalb(x[k][i], ofFeatures);
            }
        }
        for (int i = 0; i < P; i++) {
            b[i] = Math.scalb(b[i], ofCoefficients);
        }
        double[] predictions = LinearRegression.predict(Nd4j.create(x), b);
        for (int k = 0; k < expected.length; k++) {
            // Features at 2^-1060 are subnormal numbers of 14 bits.
            double accuracy = ofFeatures < -1000 ? 1e-3 : 1e-13;
            assertThat(predictions[k])
                    .isCloseTo(expected[k], within(accuracy * Math.scalb(10.0, ofFeatures + ofCoefficients)));
        }
    }

    @Test
    void predictionsEqualTheRegressionsBitForBit() {
        INDArray x = Nd4j.create(gaussian(7, P, generator(4)));
        double[] b = gaussian(P, generator(5));
        try (FactoredRegression regression = FactoredRegression.of(x, 0)) {
            assertThat(LinearRegression.predict(x, b)).containsExactly(regression.predict(b));
        }
        x.putScalar(3, 2, Double.NaN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LinearRegression.predict(x, b))
                .withMessage("features[3, 2]: NaN is not finite");
    }

    @Test
    void predictionsOfSeveralModelsAgreeWithSinglePredictions() {
        INDArray x = Nd4j.create(gaussian(7, P, generator(4)));
        double[][] models = gaussian(3, P, generator(5));
        INDArray predictions = LinearRegression.predict(x, Nd4j.create(models).transpose());
        assertThat(predictions.shape()).containsExactly(7, 3);
        for (int k = 0; k < 3; k++) {
            assertThat(predictions.getColumn(k).toDoubleVector())
                    .containsExactly(LinearRegression.predict(x, models[k]), within(1e-13));
        }
    }

    @Test
    void printsEvenWhenClosed() {
        ExplicitFit fit = ExplicitFit.of(Nd4j.ones(DataType.DOUBLE, 2, 3), Nd4j.ones(DataType.DOUBLE, 3, 2));
        fit.close();
        assertThat(fit).hasToString("ExplicitFit of 2 samples on 3 features");
    }
}
