package dev.retort.examples.validation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.planning.Comparison;
import dev.retort.theory.planning.ExperimentPlan;
import dev.retort.theory.planning.LabelBudget;
import dev.retort.theory.planning.MatchingSamples;
import dev.retort.theory.planning.PhaseDiagram;
import dev.retort.theory.planning.SurrogateMask;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.List;

/** Questions before an experiment, answered by predictions. */
final class PlanningFormulas {

    private static final String FINITE_SIZE = "derived, lib-theory/docs/finite-size.md";
    private static final String SEARCH = "searches the predictions of Ildiz et al., arXiv 2410.18837";
    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4))
            .withNoise(0.5);
    private static final Distillation STRONG = Distillation.of(TASK).target(Training.samples(80));
    private static final Distillation WEAK = Distillation.of(TASK)
            .surrogate(Training.samples(800))
            .then(Training.samples(80).withNoise(0));

    private PlanningFormulas() {}

    static List<Formula> all() {
        return List.of(plan(), comparison(), matching(), budget(), mask(), phases());
    }

    private static Formula plan() {
        return Formula.of("precision of an experiment", FINITE_SIZE, ExperimentPlan.class)
                .withSimulation(
                        "scatter of single trials, 10 % allowed for skewed risks",
                        (run, worst) -> {
                            int trials = run.trials(1000);
                            Simulation simulation = STRONG.simulate(
                                    Trials.of(trials).withSeed(9).literal());
                            double predicted = ExperimentPlan.of(STRONG).standardError(trials);
                            // The standard error is itself known to a relative √((κ − 1)/4N), with a kurtosis κ of 5.
                            double known = predicted / Math.sqrt(trials);
                            double off = Math.abs(simulation.literal().standardError() - predicted);
                            worst.add(Math.max(0, off - 0.1 * predicted) / known);
                        })
                .withLimit(
                        "sd/√N",
                        1e-14,
                        worst -> worst.compare(
                                ExperimentPlan.of(STRONG).standardError(100),
                                STRONG.predict().standardDeviation().orElse(Double.NaN) / 10));
    }

    private static Formula comparison() {
        return Formula.of("two pipelines in one experiment", FINITE_SIZE, Comparison.class)
                .withLimit("difference and scatter of the two reports; chances add up to 1", 1e-13, worst -> {
                    RiskReport weak = WEAK.predict();
                    RiskReport strong = STRONG.predict();
                    Comparison comparison = Comparison.of(WEAK, STRONG);
                    worst.compare(
                            comparison.difference(),
                            strong.corrected().orElse(Double.NaN)
                                    - weak.corrected().orElse(Double.NaN));
                    worst.compare(
                            comparison.scatter(),
                            Math.hypot(
                                    weak.standardDeviation().orElse(Double.NaN),
                                    strong.standardDeviation().orElse(Double.NaN)));
                    worst.compare(
                            comparison.chanceThatFirstWins()
                                    + Comparison.of(STRONG, WEAK).chanceThatFirstWins(),
                            1);
                });
    }

    private static Formula matching() {
        return Formula.of("samples that match true labels", SEARCH, MatchingSamples.class)
                .withLimit("the two risks agree; the truth matches itself", 1e-9, worst -> {
                    RegressionTask noiseless =
                            RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
                    MatchingSamples matching = MatchingSamples.of(
                            Distillation.of(noiseless).surrogate(Surrogate.optimal()), Training.samples(200));
                    worst.compare(
                            Distillation.of(noiseless)
                                    .surrogate(Surrogate.optimal())
                                    .target(Training.samples(matching.samples()))
                                    .predict()
                                    .excess(),
                            Distillation.of(noiseless)
                                    .target(Training.samples(200))
                                    .predict()
                                    .excess());
                    worst.compare(
                            MatchingSamples.of(Distillation.of(noiseless), Training.samples(200))
                                    .factor(),
                            1);
                });
    }

    private static Formula budget() {
        return Formula.of("split of a budget of labels", SEARCH, LabelBudget.class)
                .withLimit("no split of a fine grid is better (by how much, at most)", 1e-9, worst -> {
                    Training target = Training.samples(1).withNoise(0).withRidge(1e-3);
                    Training surrogate = Training.samples(1).withRidge(1e-3);
                    LabelBudget split = LabelBudget.of(TASK, 250, surrogate, target);
                    worst.compare(split.surrogateSamples() + split.targetSamples(), 250);
                    double least = Double.POSITIVE_INFINITY;
                    for (double m = 1; m < 250; m += 0.5) {
                        Distillation pipeline = Distillation.of(TASK)
                                .surrogate(surrogate.withSamples(m))
                                .then(target.withSamples(250 - m));
                        least = Math.min(least, pipeline.predict().excess());
                    }
                    worst.add(Math.max(0, split.risk().excess() / least - 1));
                });
    }

    private static Formula mask() {
        return Formula.of("best mask of a trained surrogate", SEARCH, SurrogateMask.class)
                .withLimit("a separate prediction; no other number of features is better", 1e-12, worst -> {
                    RegressionTask small = RegressionTask.of(Spectrum.powerLaw(1.5, 60), Signal.sourcePowerLaw(1.3))
                            .withNoise(0.2);
                    Training surrogate = Training.samples(50);
                    Training target = Training.samples(20);
                    SurrogateMask search = SurrogateMask.of(small, surrogate, target);
                    int count = search.bestCount();
                    double least = Double.POSITIVE_INFINITY;
                    for (int k = 1; k <= 60; k++) {
                        Distillation masked = Distillation.of(small)
                                .surrogate(surrogate.withMask(FeatureMask.keepingFirst(k, 60)))
                                .then(target);
                        double excess = masked.predict().excess();
                        least = Math.min(least, excess);
                        if (k == count) {
                            worst.compare(search.excess()[count - 1], excess);
                        }
                    }
                    worst.compare(search.excess()[count - 1], least);
                    worst.add(Math.max(0, search.risk().excess() / least - 1));
                });
    }

    private static Formula phases() {
        return Formula.of("phase diagram", "Ildiz et al., arXiv 2410.18837, weak-to-strong", PhaseDiagram.class)
                .withLimit("the verdict of each pipeline; ratio 1 on the boundary", 0.01, worst -> {
                    // The truth times x: a parabola in x, which is 1 at x = 1.
                    PhaseDiagram.Family family = (x, n) -> Distillation.of(TASK)
                            .surrogate(Surrogate.given(Tasks.scaled(TASK, x)))
                            .target(Training.samples(n));
                    PhaseDiagram diagram =
                            PhaseDiagram.of(new double[] {0.3, 0.6, 0.95, 1.3}, new double[] {20, 30, 50, 80}, family);
                    worst.compare(
                            diagram.ratio(3, 0),
                            family.at(1.3, 20).againstStrongLabels().ratio());
                    for (double[] point : diagram.boundary()) {
                        worst.compare(
                                family.at(point[0], point[1])
                                        .againstStrongLabels()
                                        .ratio(),
                                1);
                    }
                });
    }
}
