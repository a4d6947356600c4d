package dev.retort.theory.scaling;

import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.TaskNodes;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.function.DoublePredicate;
import java.util.function.IntToDoubleFunction;

/**
 * The local exponent of a risk curve, −d ln E/d ln n: the exponent that a power law would need to follow the curve at n. It is
 * constant where a {@link ScalingLaw} holds, and shows where the line bends. Exact, from the derivative of the closed form;
 * derived in the module's documentation, {@code docs/scaling.md}.
 *
 * <p>For one stage on the task's features, with the ground truth, the optimal surrogate or the optimal mask for a teacher, any
 * ridge, and tasks of any kind: listed, gathered or without end. Noise is held while n varies.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 100_000), Signal.sourcePowerLaw(1.5));
 * Distillation.Draft best = Distillation.of(task).surrogate(Surrogate.optimal());
 * double straight = LocalExponent.of(best.target(Training.samples(100))); // 0.509
 * double bent = LocalExponent.of(best.target(Training.samples(50_000))); // 1.444
 * }</pre>
 */
public final class LocalExponent {

    private final RegressionTask task;
    private final Training training;
    private final DeterministicEquivalent equivalent;
    /** 1 − Ω */
    private final double spare;
    /** −d ln τ/d ln n */
    private final double tauFall;
    /** d ln Ω/d ln n */
    private final double omegaRise;

    private LocalExponent(RegressionTask task, Training training) {
        this.task = task;
        this.training = training;
        this.equivalent = training.equivalent(task);
        this.spare = equivalent.oneMinusOmega();
        this.tauFall = equivalent.df1() / equivalent.samples() / spare;
        TaskNodes nodes = task.nodes();
        double turning = sum(nodes, lambda -> true, k -> {
            // Where a large ridge makes Σ θ² underflow, relative to Ω it does not.
            double relative = equivalent.learnabilityOf(nodes.eigenvalue(k)) / equivalent.rootOmega();
            return nodes.weight(k) * relative * relative * equivalent.zetaOf(nodes.eigenvalue(k));
        });
        this.omegaRise = 2 * tauFall * turning / equivalent.samples() - 1;
    }

    /**
     * The local exponent of a pipeline at its number of samples.
     *
     * @param pipeline one stage; its teacher is the ground truth, the optimal surrogate or the optimal mask
     * @return −d ln E/d ln n of its excess risk E
     * @throws IllegalArgumentException if the pipeline is of another kind, or its excess risk is zero or infinite
     */
    public static double of(Distillation pipeline) {
        Training target = notNull("pipeline", pipeline).target();
        RegressionTask task = pipeline.task();
        if (pipeline.trainings().size() != 1
                || target.mask().isPresent()
                || target.teacherShare() != 1
                || !target.spectrum(task).equals(task.spectrum())) {
            throw refusal("pipeline", pipeline, "is not one stage on the task's features and one teacher's labels");
        }
        double excess = pipeline.predict().excess();
        if (!(excess > 0 && excess < Double.POSITIVE_INFINITY)) {
            throw refusal("pipeline", "its excess risk, " + excess + ",", "has no logarithm");
        }
        return new LocalExponent(task, target).fall(pipeline.surrogate()) / excess;
    }

    /** −dE/d ln n. How the teacher changes with n does not matter: the risk is least where it stands. */
    private double fall(Surrogate teacher) {
        double noise = training.noise(task);
        double ofNoise = equivalent.omega() / spare * omegaRise / spare * noise * noise;
        if (teacher.equals(Surrogate.groundTruth())) {
            return signalFall(task.nodes(), 0) - ofNoise;
        }
        if (teacher.equals(Surrogate.optimallyMasked())) {
            double zeta = Math.sqrt(spare);
            double edge = equivalent.tau() * equivalent.omega() / (zeta * (1 + zeta));
            return signalFall(task.nodes().splitAt(edge), edge) - ofNoise;
        }
        if (teacher.equals(Surrogate.optimal())) {
            return optimalFall(task.nodes()) - ofNoise;
        }
        throw refusal("pipeline", teacher, "is not a teacher whose risk is differentiated here");
    }

    /** Of Σ λβ²ζ²/(1−Ω) over the features above an edge. */
    private double signalFall(TaskNodes nodes, double edge) {
        double rise = equivalent.omega() / spare * omegaRise;
        return sum(nodes, lambda -> lambda > edge, k -> {
            double zeta = equivalent.zetaOf(nodes.eigenvalue(k));
            double theta = equivalent.learnabilityOf(nodes.eigenvalue(k));
            return power(nodes, k) * zeta * zeta / spare * (2 * tauFall * theta - rise);
        });
    }

    /** Of Σ λβ²/(1 + q), q = (1−Ω)/Ω (λ/τ)². */
    private double optimalFall(TaskNodes nodes) {
        double fallOfRatio = 2 * tauFall - omegaRise / spare;
        return sum(nodes, lambda -> lambda > 0, k -> {
            double root = nodes.eigenvalue(k) / equivalent.tau() / equivalent.rootOmega();
            double ratio = spare * root * root;
            return power(nodes, k) * fallOfRatio / (1 + ratio) / (1 + 1 / ratio);
        });
    }

    private static double power(TaskNodes nodes, int k) {
        return nodes.power(k) * nodes.truth(k) * nodes.truth(k);
    }

    private static double sum(TaskNodes nodes, DoublePredicate among, IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            if (among.test(nodes.eigenvalue(k))) {
                sum.add(term.applyAsDouble(k));
            }
        }
        return sum.value();
    }
}
