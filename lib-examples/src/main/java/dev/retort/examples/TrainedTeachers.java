package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.planning.SurrogateMask;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Surrogates that are trained themselves: how many samples they should have, and how many features they should see. 200
 * features, λ = i^-1.5, λβ² = i^-1.3.
 */
final class TrainedTeachers {

    private static final int DIMENSION = 200;
    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(1.5, DIMENSION), Signal.sourcePowerLaw(1.3));

    private TrainedTeachers() {}

    /** The target's risk against the surrogate's samples. */
    static Exhibit samples(Trials trials) {
        RegressionTask task = TASK.withNoise(0.1);
        double[] simulated = {12, 18, 27, 40, 60, 90, 130, 300};
        // Close to m = 200 the risks rise to infinity, which no even grid shows.
        double[] drawn = DoubleStream.concat(
                        IntStream.rangeClosed(0, 200).mapToDouble(i -> 10 * Math.pow(40, i / 200.0)),
                        DoubleStream.of(199.5, 199.8, 199.9, 199.95, DIMENSION, 200.05, 200.1, 200.2, 200.5))
                .sorted()
                .toArray();
        Panel risks = Panel.of(
                "(a) excess risk of the target",
                Axis.log("samples m of the surrogate"),
                Axis.log("excess risk").withRange(0.007, 4));
        Panel ratios = Panel.of(
                        "(b) relative to true labels",
                        Axis.log("samples m of the surrogate"),
                        Axis.linear("excess risk, true labels = 1").withRange(0.88, 1.5))
                .with(Rule.horizontal(1, ""));
        List<Curve> curves = new ArrayList<>();
        for (double n : new double[] {20, 40, 100}) {
            String name = "n = %.0f".formatted(n);
            List<Curve> stages = Curve.ofStages(
                    simulated,
                    m -> Distillation.of(task).surrogate(Training.samples(m)).target(Training.samples(n)),
                    trials,
                    "surrogate",
                    name);
            Curve target = stages.get(1);
            double strong = strong(task, n);
            risks = risks.with(level("", drawn, strong).withColourOf(name)).with(target.layers(drawn));
            ratios = ratios.with(target.relativeTo(m -> strong).layers(drawn));
            curves.addAll(curves.isEmpty() ? stages : List.of(target));
        }
        Line surrogate = curves.get(0).named("the surrogate itself").line(drawn).black();
        risks = risks.with(Line.key("on true labels").dashed(), surrogate);
        return new Exhibit(
                "trained-teachers",
                "A teacher that is trained itself",
                List.of("""
                        200 features, λᵢ = i⁻¹·⁵, λᵢβᵢ² = i⁻¹·³, noise 0.1. A surrogate learns from m true labels, and \
                        labels n other samples for the target. With few samples it knows too little to teach; with many it is \
                        as good as the truth. In between it can be better: the weak features, which it has not learnt, would act as \
                        noise on a target of few samples. At n = 20 even a surrogate with an excess risk of 0.6 teaches better than \
                        the truth; a target of 100 samples can use everything that the surrogate could \
                        learn, and does worse with every one of these surrogates.""", """
                        At m = 200, the number of features, the surrogate just manages to interpolate its noisy labels, with a risk that \
                        is infinite, and every target inherits this peak of double descent. Near it, a teacher of 50 samples is better \
                        than one of 200."""),
                Figure.of(risks, ratios),
                "(a) The excess risks of the targets, on the surrogate’s labels and on true ones, and of the surrogate. (b) The"
                        + " targets’, divided by the theory's risk on true labels: below 1 the weak teacher wins. Lines: theory."
                        + " Markers: simulation." + Exhibit.BEYOND + " At m = 200 all are infinite.",
                Curve.table("m", curves));
    }

    /** The target's risk against the number of features that the surrogate sees. */
    static Exhibit masks(Trials trials) {
        List<Curve> curves = new ArrayList<>();
        Figure figure = Figure.of(
                masks("(a) target of 30 samples", 30, trials, curves),
                masks("(b) target of 100 samples", 100, trials, curves));
        return new Exhibit(
                "masked-teachers",
                "What a teacher that learns should not see",
                List.of("""
                        The same task with noise 0.2. The surrogate sees only the k strongest features. Every feature that it \
                        sees has to be learnt, and every other one acts as noise on its labels; at k = m it interpolates \
                        that noise, and its risk is infinite. The less it can learn, the less it should see: the best k for a target \
                        of 30 samples is 27, 31 and 34 for surrogates of 100, 180 and 400 samples.""", """
                        With the right mask, each of them teaches this target better than the truth; without a mask, the \
                        surrogate of 180 samples is worse than the truth by a fifth. For a target of 100 samples masks help as well, \
                        except for the smallest surrogate, but no surrogate is better than the truth."""),
                figure,
                "The target’s excess risk. Lines: theory. Markers: simulation; their standard errors are smaller than the markers. Diamonds: "
                        + "the best of all k." + Exhibit.BEYOND + " At k = m it is infinite.",
                Curve.table("k", curves));
    }

    private static Panel masks(String title, double n, Trials trials, List<Curve> curves) {
        RegressionTask task = TASK.withNoise(0.2);
        double[] simulated = {5, 10, 20, 45, 65, 130, 155};
        Panel panel = Panel.of(
                title,
                Axis.linear("features k that the surrogate sees").withRange(0, DIMENSION + 4),
                Axis.log("excess risk").withRange(0.33, 3));
        List<SurrogateMask> searches = new ArrayList<>();
        for (double m : new double[] {100, 180, 400}) {
            SurrogateMask search = SurrogateMask.of(task, Training.samples(m), Training.samples(n));
            Curve curve = Curve.of(
                    "surrogate of %.0f samples".formatted(m),
                    simulated,
                    k -> Distillation.of(task)
                            .surrogate(Training.samples(m).withMask(FeatureMask.keepingFirst((int) k, DIMENSION)))
                            .target(Training.samples(n)),
                    trials);
            panel = panel.with(
                    curve.layers(Arrays.stream(search.counts()).asDoubleStream().toArray()));
            curves.add(curve.named("n = %.0f, m = %.0f".formatted(n, m)));
            searches.add(search);
        }
        Markers best = Markers.of(
                "best k",
                searches.stream().mapToDouble(SurrogateMask::bestCount).toArray(),
                searches.stream()
                        .mapToDouble(
                                search -> Arrays.stream(search.excess()).min().orElseThrow())
                        .toArray(),
                searches.stream().mapToDouble(search -> Double.NaN).toArray());
        return panel.with(
                best,
                level("true labels", new double[] {0, 2 * DIMENSION}, strong(task, n))
                        .black());
    }

    private static double strong(RegressionTask task, double n) {
        return Distillation.of(task).target(Training.samples(n)).predict().excess();
    }

    private static Line level(String name, double[] x, double value) {
        return Line.of(name, x, Arrays.stream(x).map(any -> value).toArray()).dashed();
    }
}
