package dev.retort.examples.site;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Generations;
import dev.retort.theory.distillation.LabelMixture;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.planning.Comparison;
import dev.retort.theory.planning.SurrogateMask;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Layer;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;

/** The pictures of {@code questions.md}, by the names of their files. */
final class Pictures {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4))
            .withNoise(0.5);
    private static final Training TARGET = Training.samples(80);
    private static final Training STUDENT = TARGET.withNoise(0);
    private static final double TRUE_LABELS = excess(TARGET);

    private Pictures() {}

    static Map<String, Figure> all() {
        Map<String, Figure> pictures = new LinkedHashMap<>();
        OptimalSurrogate best = OptimalSurrogate.of(TASK, TARGET);
        pictures.put(
                "best-teacher",
                figure(
                        Axis.log("feature"),
                        Axis.linear("the best teacher's gain"),
                        line("", counts(200), i -> best.gain((int) i - 1)),
                        Rule.horizontal(1, "the truth")));
        pictures.put(
                "weak-teacher",
                figure(
                        Axis.linear("features that the teacher sees"),
                        Axis.linear("risk / risk on true labels"),
                        line("", between(20, 200, 90), Pictures::ratioOfMask),
                        Rule.horizontal(1, "true labels")));
        RegressionTask clean = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
        double[] samples = {10, 15, 20, 30, 45, 70, 100, 150, 200, 250, 300};
        pictures.put(
                "label-saving",
                figure(
                        Axis.log("samples"),
                        Axis.log("excess risk"),
                        line("true labels", samples, n -> excess(clean, Surrogate.groundTruth(), n)),
                        line("the best teacher's", samples, n -> excess(clean, Surrogate.optimal(), n))));
        LabelMixture mixture = LabelMixture.of(Distillation.of(TASK).surrogate(Training.samples(300)), STUDENT);
        pictures.put(
                "mixture",
                figure(
                        Axis.linear("the teacher's share"),
                        Axis.linear("excess risk"),
                        line("", between(-0.2, 1.2, 70), mixture::excess),
                        Rule.vertical(mixture.bestShare(), "best")));
        double[] times = powers(10, 1e5, 60);
        pictures.put(
                "stopping",
                figure(
                        Axis.log("time at which the teacher stops"),
                        Axis.linear("excess risk"),
                        line("teacher", times, t -> stopped(t).predict().excess()),
                        line(
                                "student",
                                times,
                                t -> stopped(t).then(STUDENT).predict().excess())));
        double[] excess = SurrogateMask.of(TASK, Training.samples(160), STUDENT).excess();
        pictures.put(
                "features",
                figure(
                        Axis.linear("features that the teacher sees"),
                        Axis.log("excess risk of its student"),
                        line("", counts(200), k -> excess[(int) k - 1]),
                        Rule.horizontal(TRUE_LABELS, "true labels")));
        Comparison comparison = Comparison.of(
                Distillation.of(TASK).surrogate(Training.samples(300)).then(STUDENT),
                Distillation.of(TASK).target(TARGET.withRidge(0.02)));
        pictures.put(
                "runs",
                figure(
                        Axis.linear("runs of each"),
                        Axis.linear("chance that the difference shows"),
                        line("", counts(60), n -> power(comparison, n)),
                        Rule.horizontal(0.9, "nine in ten")));
        pictures.put(
                "ridge",
                figure(
                        Axis.log("ridge"),
                        Axis.linear("excess risk"),
                        line("", powers(1e-6, 10, 80), r -> excess(TARGET.withRidge(r)))));
        Training each = Training.samples(150).withRidge(0.02);
        Generations alone = Generations.of(Distillation.of(TASK), each, 30);
        double[] climbing = alone.excess();
        double[] mixed = Generations.of(Distillation.of(TASK), each.withTeacherRows(0.5), 30)
                .excess();
        pictures.put(
                "generations",
                figure(
                        Axis.linear("generation"),
                        Axis.linear("excess risk"),
                        line("the predecessor's labels", counts(30), k -> climbing[(int) k - 1]),
                        line("half of the rows true", counts(30), k -> mixed[(int) k - 1]),
                        Rule.horizontal(alone.limit(), "limit on the predecessor's labels")));
        pictures.put(
                "budget",
                figure(
                        Axis.linear("labels of 250 that the teacher gets"),
                        Axis.linear("excess risk of the student"),
                        line(
                                "",
                                between(20, 240, 110),
                                m -> Distillation.of(TASK)
                                        .surrogate(Training.samples(m).withRidge(0.02))
                                        .then(Training.samples(250 - m).withNoise(0))
                                        .predict()
                                        .excess()),
                        Rule.horizontal(excess(TARGET.withSamples(250).withRidge(0.02)), "all 250 to the student")));
        return pictures;
    }

    /** The excess risk of a student that learns from true labels. */
    private static double excess(Training student) {
        return Distillation.of(TASK).target(student).predict().excess();
    }

    private static double ratioOfMask(double features) {
        return Distillation.of(TASK)
                .surrogate(Surrogate.masked(FeatureMask.keepingFirst((int) features, 200)))
                .target(TARGET)
                .againstStrongLabels()
                .ratio();
    }

    private static double excess(RegressionTask task, Surrogate surrogate, double n) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(n))
                .predict()
                .excess();
    }

    private static Distillation stopped(double time) {
        return Distillation.of(TASK).surrogate(Training.samples(150).stoppedAt(time));
    }

    /** The power of a two-sided test at a level of 0.05. */
    private static double power(Comparison comparison, double runs) {
        double z = Math.abs(comparison.difference()) / comparison.scatter() * Math.sqrt(runs);
        return new NormalDistribution().cumulativeProbability(z - 1.959963984540054);
    }

    private static Figure figure(Axis x, Axis y, Layer... layers) {
        return Figure.of(Panel.of("", x, y).with(layers));
    }

    private static Line line(String name, double[] x, DoubleUnaryOperator y) {
        return Line.of(name, x, Arrays.stream(x).map(y).toArray());
    }

    private static double[] counts(int last) {
        return IntStream.rangeClosed(1, last).asDoubleStream().toArray();
    }

    private static double[] between(double from, double to, int steps) {
        return IntStream.rangeClosed(0, steps)
                .mapToDouble(i -> from + (to - from) * i / steps)
                .toArray();
    }

    private static double[] powers(double from, double to, int steps) {
        return Arrays.stream(between(Math.log(from), Math.log(to), steps))
                .map(Math::exp)
                .toArray();
    }
}
