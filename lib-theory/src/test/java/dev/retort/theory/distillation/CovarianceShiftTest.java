package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CovarianceShiftTest {

    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(1.5, 100), Signal.sourcePowerLaw(1.4));

    @Test
    void theSurrogateLabelsRescaledFeaturesLikeTheTruthLabelsTheSource() {
        Spectrum source = Spectrum.exponential(0.05, 100);
        CovarianceShift shift = CovarianceShift.of(TASK, source);
        double[] surrogate = Distillation.of(TASK)
                .surrogate(shift.surrogate())
                .target(Training.samples(30))
                .surrogateCoefficients();
        SplittableRandom random = new SplittableRandom(1);
        double label = 0;
        double relabelled = 0;
        for (int i = 0; i < 100; i++) {
            double whitened = random.nextGaussian();
            label += whitened * Math.sqrt(source.eigenvalue(i)) * TASK.coefficient(i);
            relabelled += whitened * Math.sqrt(TASK.spectrum().eigenvalue(i)) * surrogate[i];
        }
        assertThat(relabelled).isCloseTo(label, within(1e-13));
    }

    @Test
    void conversionsAreInverses() {
        Spectrum source = Spectrum.exponential(0.05, 100);
        CovarianceShift shift = CovarianceShift.of(TASK, source);
        double[] coefficients = Distillation.of(TASK)
                .surrogate(shift.surrogate())
                .target(Training.samples(30))
                .surrogateCoefficients();
        Spectrum back = CovarianceShift.equivalentTo(TASK, coefficients).source();
        for (int i = 0; i < 100; i++) {
            assertThat(back.eigenvalue(i)).isCloseTo(source.eigenvalue(i), withinPercentage(1e-12));
        }
    }

    @Test
    void theBestSourceIsTheGainSquaredAndGivesTheOptimalRisk() {
        Training target = Training.samples(40);
        CovarianceShift best = CovarianceShift.optimal(TASK, target);
        OptimalSurrogate surrogate = OptimalSurrogate.of(TASK, target);
        double gain = surrogate.gain(7);
        assertThat(best.source().eigenvalue(7))
                .isCloseTo(gain * gain * TASK.spectrum().eigenvalue(7), withinPercentage(1e-12));
        assertThat(Distillation.of(TASK)
                        .surrogate(best.surrogate())
                        .target(target)
                        .predict()
                        .excess())
                .isCloseTo(surrogate.risk().excess(), withinPercentage(1e-11));
    }

    @Test
    void equalCovariancesGiveTheTruth() {
        double[] truth = new double[100];
        Arrays.setAll(truth, TASK::coefficient);
        assertThat(CovarianceShift.equivalentTo(TASK, truth).source()).isEqualTo(TASK.spectrum());
    }

    @Test
    void rejectsSurrogatesThatNoCovarianceProduces() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 0.5, 0), Signal.of(1, 0, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.equivalentTo(task, -1, 0, 2))
                .withMessage("coefficients[0]: -1.0 does not have the sign of the truth, 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.equivalentTo(task, 1, 0.1, 2))
                .withMessageStartingWith("coefficients[1]: 0.1 does not have the sign of the truth");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.of(task, Spectrum.of(1, 1, 1)))
                .withMessage("source[2]: 1.0 is positive where the task has no variance");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.of(task, Spectrum.of(1, 1)))
                .withMessage("source.length: 2 is not the dimension of the task, 3");
    }

    @Test
    void theBestShiftOfContraryLabelsHasNoVarianceWhereTheTeacherWouldContradict() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.sourcePowerLaw(1.3));
        Training mixed = Training.samples(10).withTeacherShare(0.2);
        OptimalSurrogate best = OptimalSurrogate.of(task, mixed);
        CovarianceShift shift = CovarianceShift.optimal(task, mixed);
        assertThat(best.gain(29)).isNegative();
        assertThat(shift.source().eigenvalue(29)).isZero();
        double least = excess(task, shift.surrogate(), mixed);
        for (int i = 0; i < 30; i++) {
            double[] source = shift.source().eigenvalues();
            source[i] = source[i] * 1.1 + 1e-4;
            Surrogate other = CovarianceShift.of(task, Spectrum.of(source)).surrogate();
            assertThat(excess(task, other, mixed)).isGreaterThan(least);
        }
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training target) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(target)
                .predict()
                .excess();
    }

    @Test
    @SuppressWarnings("NullAway")
    void argumentsMustNotBeNull() {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, 2), Signal.constant(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.of(null, task.spectrum()))
                .withMessage("task: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.equivalentTo(null, 1, 2))
                .withMessage("task: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.equivalentTo(task, (double[]) null))
                .withMessage("coefficients: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.equivalentTo(task, 1, Double.NaN))
                .withMessage("coefficients[1]: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptimalSurrogate.of(task, null))
                .withMessage("target: null is not allowed");
    }
}
