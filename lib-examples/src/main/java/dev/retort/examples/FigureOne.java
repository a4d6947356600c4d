package dev.retort.examples;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.simulation.Trials;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Figure 1 of "High-dimensional Analysis of Knowledge Distillation" (arXiv 2410.18837): 500 features, λ = i^-2, λβ² =
 * i^-1.5, no noise. Which teacher is best for a target of 200 samples, and how much it saves at 20 to 480.
 */
final class FigureOne {

    private static final int DIMENSION = 500;
    private static final int TARGET_SAMPLES = 200;
    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(2.0, DIMENSION), Signal.sourcePowerLaw(1.5));

    private static final String STANDARD = "standard target";
    private static final String OPTIMAL = "optimal surrogate";
    private static final String MASKED = "optimal mask";

    private FigureOne() {}

    /** The sample sizes of the figure. */
    static double[] sizes() {
        return IntStream.rangeClosed(1, 24).mapToDouble(k -> 20.0 * k).toArray();
    }

    /** Computes and simulates the figure at these sample sizes. */
    static Exhibit exhibit(Trials trials, double... samples) {
        List<Curve> curves = List.of(
                curve(STANDARD, Surrogate.groundTruth(), samples, trials),
                curve(OPTIMAL, Surrogate.optimal(), samples, trials),
                curve(MASKED, Surrogate.optimallyMasked(), samples, trials));

        return new Exhibit(
                "figure-1",
                "The optimal teacher, and what it saves",
                List.of("""
                        500 features with covariance eigenvalues λᵢ = i⁻² and a ground truth of power λᵢβᵢ² = i⁻¹·⁵. A target \
                        trained on n noiseless labels learns the strong features and misses the weak ones. Its best teacher \
                        is not the truth: it amplifies what the target learns well, up to ζᵢ = 1 − Ω, and shrinks the rest. \
                        A teacher that just ignores the weakest features, those with 1 − ζᵢ² ≤ Ω, comes close.""", """
                        Every prediction is a closed form; the simulation draws Gaussian features, labels them with the \
                        teacher, and fits the minimum-norm interpolator. Averaged over the signs of all coordinates, a few \
                        designs give the risk to 0.2 %: precise enough to show the error of the theory, which is the limit of infinitely \
                        many features."""),
                Figure.of(teachers(), risks(curves)),
                "(a) The coefficients of the best teachers for a target of 200 samples; under the mask, up to feature 203, they are "
                        + "the truth's. (b) The target's excess risk: lines from the theory, markers from the simulation, with "
                        + "standard errors smaller than the markers.",
                Curve.table("n", curves));
    }

    private static Curve curve(String name, Surrogate surrogate, double[] samples, Trials trials) {
        return Curve.of(
                name, samples, n -> Distillation.of(TASK).surrogate(surrogate).target(Training.samples(n)), trials);
    }

    private static Panel teachers() {
        OptimalSurrogate best = OptimalSurrogate.of(TASK, Training.samples(TARGET_SAMPLES));
        FeatureMask mask = best.mask();
        double[] index = IntStream.rangeClosed(1, DIMENSION).asDoubleStream().toArray();
        double[] truth =
                IntStream.range(0, DIMENSION).mapToDouble(TASK::coefficient).toArray();
        double[] masked = IntStream.range(0, DIMENSION)
                .mapToDouble(i -> mask.keeps(i) ? truth[i] : 0)
                .toArray();
        DeterministicEquivalent target = DeterministicEquivalent.of(TASK.spectrum(), TARGET_SAMPLES);
        long amplified = IntStream.range(0, DIMENSION)
                .filter(i -> target.zeta(i) < best.turningPoint())
                .count();
        return Panel.of("(a) best teachers at n = 200", Axis.linear("feature i"), Axis.linear("coefficient"))
                .with(
                        Line.of("ground truth", index, truth).black(),
                        Line.of(OPTIMAL, index, best.coefficients()),
                        Line.of(MASKED, index, masked).dashed(),
                        Rule.vertical(amplified + 0.5, "ζ_{i} = 1 − Ω"),
                        Rule.vertical(mask.size() + 0.5, "1 − ζ_{i}² = Ω"));
    }

    private static Panel risks(List<Curve> curves) {
        Panel panel = Panel.of("(b) excess risk of the target", Axis.linear("samples n"), Axis.log("excess risk"))
                .withNote("line: theory, markers: simulation");
        for (Curve curve : curves) {
            panel = panel.with(curve.layers());
        }
        return panel;
    }
}
