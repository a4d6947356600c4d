package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Generations;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Models that learn from models: collapse, and what stops it. 200 features, λ = i^-1.5, λβ² = i^-1.3. */
final class ModelCollapse {

    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.3));
    private static final int SIMULATED = 5;

    private ModelCollapse() {}

    /** The risk against the generation, for many noisy labels and for few without noise. */
    static Exhibit exhibit(Trials trials) {
        double[] thousands = IntStream.rangeClosed(0, 80)
                .mapToDouble(i -> Math.rint(Math.pow(10_000, i / 80.0)))
                .distinct()
                .toArray();
        double[] first = IntStream.rangeClosed(1, 8).asDoubleStream().toArray();
        RegressionTask noisy = TASK.withNoise(0.3);
        List<Curve> curves = new ArrayList<>();
        Panel collapse = panel(
                Panel.of("(a) n = 150, noise 0.3", Axis.log("generation"), Axis.log("excess risk"))
                        .with(Rule.horizontal(noisy.signalPower(), "predicting zero")),
                noisy,
                150,
                thousands,
                trials,
                curves);
        Panel improvement = panel(
                Panel.of(
                        "(b) n = 60, no noise", Axis.linear("generation").withRange(0.7, 8.3), Axis.log("excess risk")),
                TASK,
                60,
                first,
                trials,
                curves);
        return new Exhibit(
                "model-collapse",
                "Models that learn from models",
                List.of("""
                        The task of the trained teachers, in a chain: the first model learns from n true labels, and each \
                        later one from n labels of the model before. Every generation forgets a little more of the weak \
                        features and adds to the variance. After 17 generations without ridge the risk is higher than that of \
                        predicting zero (a). A ridge only delays this; true labels stop it: if each label is the mean of a true one \
                        and the model’s, the risk settles at once.""", """
                        With few samples and no noise such a mixture even lowers the risk (b): the second generation is \
                        better than the first, which had only true labels. The mean halves the contribution of the weak features \
                        to the labels, which few samples cannot learn and which acts as noise.""", """
                        The simulation is up to two per cent above the theory, which is the limit of infinitely many \
                        features."""),
                Figure.of(collapse, improvement),
                "Lines: theory. Dashed: its limit after infinitely many generations. Markers: simulated chains; their standard errors are "
                        + "about the size of the markers or smaller.",
                Curve.table("generation", curves));
    }

    private static Panel panel(
            Panel empty, RegressionTask task, double n, double[] drawn, Trials trials, List<Curve> curves) {
        Training plain = Training.samples(n);
        Map<String, Training> trainings = new LinkedHashMap<>();
        trainings.put("ridge 0", plain);
        trainings.put("ridge 0.001", plain.withRidge(1e-3));
        trainings.put("ridge 0, half true labels", plain.withTeacherShare(0.5));
        int followed = (int) drawn[drawn.length - 1];
        Panel panel = empty;
        for (Map.Entry<String, Training> entry : trainings.entrySet()) {
            String name = entry.getKey();
            Distillation.Draft truth = Distillation.of(task);
            double limit = Generations.of(truth, entry.getValue(), 1).limit();
            Curve curve = Curve.ofGenerations(name, truth, entry.getValue(), followed, SIMULATED, trials);
            panel = panel.with(Line.of("", new double[] {1, followed}, new double[] {limit, limit})
                            .dashed()
                            .withColourOf(name))
                    .with(curve.layers(drawn));
            curves.add(curve.named("n = %.0f, %s".formatted(n, name)));
        }
        return panel.with(Line.key("limit").dashed());
    }
}
