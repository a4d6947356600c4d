package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import dev.retort.theory.scaling.DistillationLaw;
import dev.retort.theory.scaling.SupervisedLaw;
import dev.retort.theory.sharpening.BestOfN;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Teachers that are too good: the empirical law of large models, and an exactly solvable student that sees only some of the features; and a
 * model that trains on those of its own labels that a verifier accepts.
 */
final class CapacityGaps {

    /** Invented constants that give losses of a usual size; no published ones could be confirmed. */
    private static final DistillationLaw LAW =
            DistillationLaw.of(SupervisedLaw.busbridge2025(), 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.1);

    private static final double PARAMETERS = 1e9;
    private static final double[] TOKENS = {1e10, 3e10, 1e11};

    private static final int FEATURES = 500;
    private static final int KEPT = 100;
    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(1.5, FEATURES), Signal.sourcePowerLaw(1.5));
    private static final double[] SAMPLES = {60, 150, 300};

    private static final RegressionTask CLASSES =
            RegressionTask.of(Spectrum.powerLaw(1.2, 100), Signal.sourcePowerLaw(1.4));
    private static final Training LEARNER =
            Training.samples(150).withRidge(0.02).withNoise(0);
    private static final double[] ERRORS = {0.05, 0.2, 0.35, 0.5};
    private static final int GENERATIONS = 12;
    private static final double DRAWS = 16;

    private CapacityGaps() {}

    static Exhibit exhibit() {
        Table numbers =
                Table.of("panel", "curve", "x", "y").withFormat("x", "%.5g").withFormat("y", "%.5f");
        Panel law = Panel.of(
                "(a) an empirical law: 10^9 parameters", Axis.linear("teacher’s loss"), Axis.linear("student’s loss"));
        double[] teachers = IntStream.rangeClosed(0, 80)
                .mapToDouble(i -> 1.6 + i / 80.0 * 1.4)
                .toArray();
        for (double tokens : TOKENS) {
            String name = String.format(Locale.ROOT, "%.0e tokens", tokens);
            double[] losses = Arrays.stream(teachers)
                    .map(teacher -> LAW.loss(PARAMETERS, tokens, teacher))
                    .toArray();
            law = law.with(Line.of(name, teachers, losses));
            numbers = with(numbers, "(a)", name, teachers, losses);
        }
        law = law.with(Line.of("its teacher", teachers, teachers).dashed().black());

        Panel exact = Panel.of(
                "(b) exact: a student that sees 100 of 500 features",
                Axis.linear("teacher’s excess risk"),
                Axis.linear("student’s excess risk"));
        for (double samples : SAMPLES) {
            String name = String.format(Locale.ROOT, "%.0f samples", samples);
            double[][] both = chain(samples);
            exact = exact.with(Line.of(name, both[0], both[1]));
            numbers = with(numbers, "(b)", name, both[0], both[1]);
        }
        double[] ends = {0, 0.7};
        exact = exact.with(Line.of("its teacher", ends, ends).dashed().black());

        Panel verified = Panel.of(
                "(c) a model that trains on its own classes", Axis.linear("generation"), Axis.linear("accuracy"));
        double[] generations =
                IntStream.rangeClosed(0, GENERATIONS).asDoubleStream().toArray();
        for (double error : ERRORS) {
            String name =
                    error == 0.5 ? "no verifier" : String.format(Locale.ROOT, "verifier wrong on %.0f %%", 100 * error);
            double[] accuracies = generations(error);
            verified = verified.with(Line.of(name, generations, accuracies));
            numbers = with(numbers, "(c)", name, generations, accuracies);
        }
        return new Exhibit(
                "capacity-gap",
                "Teachers that are too good, and models that label for themselves",
                List.of(
                        "Large models follow an empirical law in which a better teacher makes a better student only up to a"
                                + " point (a); its constants here are invented. A model without constants to fit gives the"
                                + " same curve (b): the teacher is trained on more and more samples, and the student sees"
                                + " only some of the features. What a good teacher knows about the other features is noise"
                                + " to the student; a weaker teacher does not pass it on.",
                        "A model that is trained on its own classes gets worse with every generation. A verifier that is"
                                + " better than chance, and that chooses among " + (int) DRAWS
                                + " answers, turns the accuracy a into a(1 − e)/(a(1 − e) + (1 − a)e), or nearly so; the"
                                + " share of flipped labels in the next generation is one minus this (c). Flips are assumed"
                                + " independent of the features."),
                Figure.of(law, exact, verified),
                "(a) DistillationLaw with invented constants. (b) Distillation, with teachers of 20 to 500 samples from right to left."
                        + " (c) BestOfN.verified and Labels.hard; 150 new rows a generation.",
                numbers);
    }

    private static Table with(Table table, String panel, String curve, double[] x, double[] y) {
        Table more = table;
        for (int i = 0; i < x.length; i++) {
            more = more.withRow(panel, curve, x[i], y[i]);
        }
        return more;
    }

    /** The excess risks of teachers and of their students. */
    private static double[][] chain(double samples) {
        Training student = Training.samples(samples)
                .withMask(FeatureMask.keepingFirst(KEPT, FEATURES))
                .withNoise(0);
        int points = 49;
        double[][] both = new double[2][points];
        for (int i = 0; i < points; i++) {
            List<RiskReport> stages = Distillation.of(TASK)
                    .surrogate(Training.samples(20 + 10 * i))
                    .then(student)
                    .predictStages();
            both[0][i] = stages.get(0).excess();
            both[1][i] = stages.get(1).excess();
        }
        return both;
    }

    /** The accuracy by generation; each generation learns the classes that the one before gives to new rows and the verifier accepts. */
    static double[] generations(double error) {
        double[] accuracies = new double[GENERATIONS + 1];
        double correct = 1;
        for (int t = 0; t <= GENERATIONS; t++) {
            accuracies[t] = Distillation.of(CLASSES)
                    .target(LEARNER.withLabels(Labels.hard(1 - correct)))
                    .predict()
                    .accuracy();
            correct = BestOfN.verified(accuracies[t], error, DRAWS);
        }
        return accuracies;
    }
}
