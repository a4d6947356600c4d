package dev.retort.core.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GaussianDesignTest {

    private static final int SAMPLES = 40_000;

    @Test
    void hasTheRequestedCovariance() {
        double[][] matrix = CovarianceTest.randomCovariance(5, 11);
        INDArray features =
                GaussianDesign.of(Covariance.of(Nd4j.create(matrix))).sample(SAMPLES, generator(1));
        assertThat(features.dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(features.shape()).containsExactly(SAMPLES, 5);
        double[] x = features.data().asDouble();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j <= i; j++) {
                double moment = 0;
                for (int k = 0; k < SAMPLES; k++) {
                    moment += x[k * 5 + i] * x[k * 5 + j] / SAMPLES;
                }
                double standardError = Math.sqrt((matrix[i][i] * matrix[j][j] + matrix[i][j] * matrix[i][j]) / SAMPLES);
                assertThat(Math.abs(moment - matrix[i][j])).isLessThan(4 * standardError);
            }
        }
    }

    /** The moments above leave 2 % to chance; the very numbers drawn leave nothing. */
    @Test
    void scalesStandardNormalNumbers() {
        double[] z = StandardNormal.sample(20, generator(6));
        double[] independent = GaussianDesign.of(Covariance.diagonal(Spectrum.of(4, 0.25)))
                .sample(10, generator(6))
                .data()
                .asDouble();
        double[] correlated = GaussianDesign.of(Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}})))
                .sample(10, generator(6))
                .data()
                .asDouble();
        for (int k = 0; k < 20; k += 2) {
            assertThat(independent[k]).isEqualTo(2 * z[k]);
            assertThat(independent[k + 1]).isEqualTo(0.5 * z[k + 1]);
            // In units of the covariance a row is as long as the numbers it is made of.
            double x = correlated[k];
            double y = correlated[k + 1];
            assertThat((2 * x * x - 2 * x * y + 2 * y * y) / 3)
                    .isCloseTo(z[k] * z[k] + z[k + 1] * z[k + 1], within(1e-12));
        }
    }

    @Test
    void isGaussianInItsTails() {
        double[] z = GaussianDesign.of(Covariance.diagonal(Spectrum.of(4)))
                .sample(SAMPLES, generator(2))
                .data()
                .asDouble();
        double fourth = 0;
        for (double value : z) {
            fourth += Math.pow(value / 2, 4) / SAMPLES;
        }
        // E z⁴ = 3 and Var z⁴ = 96 for a standard normal.
        assertThat(Math.abs(fourth - 3)).isLessThan(4 * Math.sqrt(96.0 / SAMPLES));
    }

    @Test
    void theSameGeneratorGivesTheSameSamples() {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(Spectrum.powerLaw(1, 6)));
        double[] first = design.sample(9, generator(3)).data().asDouble();
        assertThat(design.sample(9, generator(3)).data().asDouble()).containsExactly(first);
        assertThat(design.sample(9, generator(4)).data().asDouble()).isNotEqualTo(first);
    }

    @Test
    void rejectsZeroSamples() {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(Spectrum.of(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> design.sample(0, generator(5)))
                .withMessage("samples: 0 is not at least 1");
        GaussianDesign wide = GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, 50)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> wide.sample(100_000_000, generator(5)))
                .withMessage("samples: 100000000 times 50 features is not below 2^31 - 8");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(Spectrum.of(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GaussianDesign.of(null))
                .withMessage("covariance: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> design.sample(3, null))
                .withMessage("random: null is not allowed");
    }

    private static RandomGenerator generator(long seed) {
        return RandomStreams.of(seed).generator();
    }

    @Test
    void isItsCovariance() {
        Covariance covariance = Covariance.diagonal(Spectrum.of(2, 1));
        GaussianDesign same = GaussianDesign.of(Covariance.diagonal(Spectrum.of(2, 1)));
        assertThat(GaussianDesign.of(covariance))
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(GaussianDesign.of(Covariance.diagonal(Spectrum.of(1, 2))))
                .hasToString("GaussianDesign of " + covariance);
    }
}
