package dev.retort.theory.simulation;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;

/**
 * The closed form of a pipeline whose samples are drawn without replacement from N members, and whose risk is measured over all of
 * them. With d₁ = tr Σ(Σ+κ)⁻¹ and d₂ = tr Σ²(Σ+κ)⁻² it is the closed form for fresh samples with two changes, which vanish as N grows:
 *
 * <pre>  ridge · (1 − d₁/N) = κ (1 − d₁/n),      1/w = (n − d₁)(N − d₁)/(N − n) + d₁ − d₂</pre>
 *
 * in place of τ and of n(1 − Ω) = n − d₂. Noise other than the residuals of the drawn members is weighted by (N − d₁)²/(N(N − n)). Derived
 * in the module's documentation, {@code docs/simulation.md}.
 */
final class FinitePopulation {

    /** Limit on the steps to κ, each of which reduces the error at least by the factor (d₁ − d₂)(n − d₁)/((N − d₁)(n − d₂)). */
    private static final int MOST_STEPS = 1000;

    private final RegressionTask task;
    private final double size;

    /** The mean of the model's coefficients, times √λ. */
    private final double[] mean;

    /** The variance of the model's coefficients, times λ. */
    private final double[] variance;

    private FinitePopulation(RegressionTask task, double size, double[] mean) {
        this.task = task;
        this.size = size;
        this.mean = mean;
        this.variance = new double[mean.length];
    }

    /**
     * Whether the risk of a pipeline is known, that is, whether all its models are ridge regressions on unchanged labels of one teacher.
     */
    static boolean knows(Distillation pipeline) {
        return pipeline.surrogate().sources().isEmpty()
                && pipeline.trainings().stream()
                        .allMatch(training -> training.estimator() instanceof Estimator.Ridge
                                && training.ridge() >= 0
                                && training.labels().equals(Labels.logits())
                                && training.teacherRows() == 1);
    }

    /** The expected excess risk after the last stage of a pipeline, on a population of the given size. */
    static double excess(Distillation pipeline, int size) {
        RegressionTask task = pipeline.task();
        double[] mean = pipeline.surrogateCoefficients();
        Arrays.setAll(mean, i -> Math.sqrt(task.spectrum().eigenvalue(i)) * mean[i]);
        FinitePopulation model = new FinitePopulation(task, size, mean);
        pipeline.trainings().forEach(model::train);
        return model.excess();
    }

    private double excess() {
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < mean.length; i++) {
            double error = mean[i] - task.whitenedCoefficient(i);
            excess.add(error * error);
            excess.add(variance[i]);
        }
        return excess.value();
    }

    /** Replaces the model by its student. */
    private void train(Training training) {
        double share = training.teacherShare();
        for (int i = 0; i < mean.length; i++) {
            mean[i] = share * mean[i] + (1 - share) * task.whitenedCoefficient(i);
            variance[i] *= share * share;
        }
        DeterministicEquivalent equivalent = equivalent(training);
        double n = training.samples();
        double d1 = equivalent.df1();
        double spare = equivalent.tau() == 0 ? n - d1 : n * equivalent.ridge() / equivalent.tau(); // n − d₁
        double denominator = spare * (size - d1) + (size - n) * (d1 - equivalent.df2());
        double own = training.noise(task);
        double ofTruth = (1 - share) * task.noise();
        // The members' own residuals; or with mixed labels their own for the share of the truth, and other members'
        // for the share of the teacher.
        double residual = share == 1 ? own * own : ofTruth * ofTruth;
        double other = share == 1 ? 0 : share * own * (share * own);
        double missed = missed(equivalent);
        double scatter = quotient((size - n) * (missed + residual), denominator)
                + quotient((size - d1) * (size - d1) / size * other, denominator);
        for (int i = 0; i < mean.length; i++) {
            double learnt = equivalent.learnability(i);
            mean[i] *= learnt;
            variance[i] = learnt == 0 ? 0 : learnt * learnt * (variance[i] + scatter);
        }
    }

    /** 0/0 = 0, for samples without spare degrees of freedom. */
    private static double quotient(double numerator, double denominator) {
        return numerator == 0 ? 0 : numerator / denominator;
    }

    /** The power of the labels in features that the model does not see, and in the unlearnt part of the others. */
    private double missed(DeterministicEquivalent equivalent) {
        CompensatedSum missed = new CompensatedSum();
        for (int i = 0; i < mean.length; i++) {
            double zeta = equivalent.zeta(i);
            missed.add(zeta * zeta * (mean[i] * mean[i] + variance[i]));
        }
        return missed.value();
    }

    /** κ is the τ of fresh samples at the ridge times 1 − d₁/N; the iteration for it is a contraction. */
    private DeterministicEquivalent equivalent(Training training) {
        DeterministicEquivalent equivalent =
                DeterministicEquivalent.of(training.seenSpectrum(task), training.samples(), training.ridge());
        for (int step = 0; step < MOST_STEPS; step++) {
            double ridge = training.ridge() * (1 - equivalent.df1() / size);
            if (Math.abs(ridge - equivalent.ridge()) <= 4 * Math.ulp(ridge)) {
                return equivalent;
            }
            equivalent = equivalent.at(training.samples(), ridge);
        }
        return equivalent;
    }
}
