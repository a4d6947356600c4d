package dev.retort.theory.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.nd4j.Covariance;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares a mask over (student's, teacher's) features with the self-consistent equations of the Gaussian covariate
 * model.
 */
class GaussianCovariateModelTest {

    private static final int STUDENT = 6;
    private static final int TEACHER = 9;

    /** The joint covariance [[Ω, Φᵀ], [Φ, Ψ]] of the student's features, which come first, and the teacher's. */
    private static double[][] joint() {
        SplittableRandom random = new SplittableRandom(8);
        int p = STUDENT + TEACHER;
        double[][] factor = new double[p][p + 3];
        for (double[] row : factor) {
            for (int j = 0; j < row.length; j++) {
                row[j] = random.nextDouble(-1, 1) / (1 + j);
            }
        }
        RealMatrix f = new Array2DRowRealMatrix(factor, false);
        return f.multiply(f.transpose())
                .add(MatrixUtils.createRealIdentityMatrix(p).scalarMultiply(0.01))
                .getData();
    }

    private static double[] truth() {
        double[] truth = new double[STUDENT + TEACHER];
        for (int i = 0; i < TEACHER; i++) {
            truth[STUDENT + i] = 1 - 0.2 * i;
        }
        return truth;
    }

    @ParameterizedTest
    @CsvSource({"3, 0.1, 0.3", "12, 0.1, 0.3", "12, 0.01, 0", "6, 0.5, 1", "40, 0.002, 0.1"})
    void aMaskAgreesWithTheModel(double samples, double ridge, double noise) {
        double excess = MatrixDistillation.of(Covariance.of(Nd4j.create(joint())), Nd4j.create(truth()))
                .withNoise(noise)
                .target(Training.samples(samples)
                        .withRidge(ridge)
                        .withMask(FeatureMask.keepingFirst(STUDENT, STUDENT + TEACHER)))
                .predict()
                .excess();
        double expected = selfConsistent(samples, ridge, noise);
        assertThat(excess).isCloseTo(expected, within(1e-11 * expected));
    }

    /**
     * The equations of Loureiro et al. (2021) for ridge regression, with sums over samples in place of means: V̂ =
     * n/(1+V), q̂ = n(ρ+q−2m+σ²)/(1+V)², V = tr ΩR, m = V̂ φᵀRφ, q = tr (q̂Ω + V̂²φφᵀ)ΩR², where R = (nr + V̂Ω)⁻¹ and φ
     * = Φᵀθ; the excess is ρ + q − 2m.
     */
    private static double selfConsistent(double samples, double ridge, double noise) {
        RealMatrix all = new Array2DRowRealMatrix(joint(), false);
        int last = STUDENT - 1;
        RealMatrix omega = all.getSubMatrix(0, last, 0, last);
        RealVector theta = new ArrayRealVector(truth());
        RealVector phi = all.operate(theta).getSubVector(0, STUDENT);
        double power = theta.dotProduct(all.operate(theta));
        RealMatrix identity = MatrixUtils.createRealIdentityMatrix(STUDENT);
        double v = 1;
        double q = 0;
        double m = 0;
        for (int step = 0; step < 5000; step++) {
            double vHat = samples / (1 + v);
            double qHat = samples * (power + q - 2 * m + noise * noise) / ((1 + v) * (1 + v));
            RealMatrix resolvent =
                    MatrixUtils.inverse(identity.scalarMultiply(samples * ridge).add(omega.scalarMultiply(vHat)));
            RealVector seen = resolvent.operate(phi);
            v = omega.multiply(resolvent).getTrace();
            m = vHat * phi.dotProduct(seen);
            q = qHat * omega.multiply(resolvent).power(2).getTrace()
                    + vHat * vHat * seen.dotProduct(omega.operate(seen));
        }
        return power + q - 2 * m;
    }

    /** The example of the documentation. */
    @Test
    void theExampleHolds() {
        // One feature of the target, and two of the truth that are correlated with it.
        Covariance joint = Covariance.of(Nd4j.create(new double[][] {{1, 0.6, 0.3}, {0.6, 1, 0}, {0.3, 0, 1}}));
        double excess = MatrixDistillation.of(joint, Nd4j.create(new double[] {0, 1, 1}))
                .withNoise(0.5)
                .target(Training.samples(10).withMask(FeatureMask.keepingFirst(1, 3)))
                .predict()
                .excess();
        // The student cannot represent 2 − .9², and its one coefficient costs a ninth of that and of the noise.
        assertThat(excess).isCloseTo(1.19 + (1.19 + 0.25) / 9, within(1e-12));
    }
}
