package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Parallel;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Sweep;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Layer;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the explorer: spectrum, signal, noise, the student's training and its teacher; with the figures, the verdict and the Java
 * code for them.
 */
record Exploration(
        Eigenvalues eigenvalues,
        double alpha,
        Coefficients coefficients,
        double source,
        int features,
        double noise,
        double samples,
        double ridge,
        Kind kind,
        double amount,
        Labeller teacher,
        double teacherSamples,
        double teacherRidge) {

    private static final int POINTS = 48;

    /** How the student is trained; the amount is a stopping time or a number of random features. */
    enum Kind {
        RIDGE(""),
        FLOW(".stoppedAt(%s)"),
        FEATURES(".withRandomFeatures(%s)"),
        HARD(".withLabels(Labels.hard()).withNoise(0)");

        private final String code;

        Kind(String code) {
            this.code = code;
        }
    }

    /** The laws of the spectrum; a spike stands in the first tenth of the features. */
    enum Eigenvalues {
        POWER("Spectrum.powerLaw(%s, %d)"),
        EQUAL("Spectrum.isotropic(1, %2$d)"),
        SPIKED("Spectrum.spiked(100, %3$d, %2$d)");

        private final String code;

        Eigenvalues(String code) {
            this.code = code;
        }
    }

    /** The laws of the signal. */
    enum Coefficients {
        POWER("Signal.sourcePowerLaw(%s)"),
        EQUAL("Signal.constant(0.1)");

        private final String code;

        Coefficients(String code) {
            this.code = code;
        }
    }

    /** Who labels the student's data. */
    enum Labeller {
        TRUTH,
        TRAINED,
        OPTIMAL,
        MASKED
    }

    /** Reads the settings from the parameters of a request; missing ones have defaults. */
    static Exploration of(Map<String, String> given) {
        return new Exploration(
                choice(given, "eigenvalues", Eigenvalues.class, Eigenvalues.POWER),
                number(given, "alpha", 1.5, 0.05, 8),
                choice(given, "coefficients", Coefficients.class, Coefficients.POWER),
                number(given, "source", 1.5, 0.05, 8),
                (int) number(given, "features", 300, 1, 2000),
                number(given, "noise", 0.2, 0, 1000),
                number(given, "samples", 100, 1, 1e6),
                number(given, "ridge", 0, 0, 1e6),
                choice(given, "kind", Kind.class, Kind.RIDGE),
                number(given, "amount", 50, 1, 1e6),
                choice(given, "teacher", Labeller.class, Labeller.OPTIMAL),
                number(given, "teacherSamples", 100, 1, 1e6),
                number(given, "teacherRidge", 0, 0, 1e6));
    }

    private static double number(Map<String, String> given, String name, double usual, double least, double most) {
        String text = given.get(name);
        if (text == null) {
            return usual;
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like any other text.
        }
        throw refusal(name, shortened(text), "is not a number from " + literal(least) + " to " + literal(most));
    }

    private static <E extends Enum<E>> E choice(Map<String, String> given, String name, Class<E> type, E usual) {
        String text = given.get(name);
        if (text == null) {
            return usual;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> refusal(
                        name,
                        shortened(text),
                        "is not one of "
                                + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)));
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private RegressionTask task() {
        Spectrum spectrum = switch (eigenvalues) {
            case POWER -> Spectrum.powerLaw(alpha, features);
            case EQUAL -> Spectrum.isotropic(1, features);
            case SPIKED -> Spectrum.spiked(100, spikes(), features);
        };
        Signal signal = switch (coefficients) {
            case POWER -> Signal.sourcePowerLaw(source);
            case EQUAL -> Signal.constant(0.1);
        };
        return RegressionTask.of(spectrum, signal).withNoise(noise);
    }

    private int spikes() {
        return Math.max(1, features / 10);
    }

    private Training training(double n) {
        Training plain = Training.samples(n);
        Training ridged = ridge == 0 ? plain : plain.withRidge(ridge);
        return switch (kind) {
            case RIDGE -> ridged;
            case FLOW -> ridged.stoppedAt(amount);
            case FEATURES -> ridged.withRandomFeatures(amount);
            case HARD -> ridged.withLabels(Labels.hard()).withNoise(0);
        };
    }

    private Teacher teacher(Labeller labeller) {
        Distillation.Draft draft = Distillation.of(task());
        return switch (labeller) {
            case TRUTH -> draft;
            case TRAINED -> trained();
            case OPTIMAL -> draft.surrogate(Surrogate.optimal());
            case MASKED -> draft.surrogate(Surrogate.optimallyMasked());
        };
    }

    private Distillation trained() {
        return Distillation.of(task())
                .surrogate(Training.samples(teacherSamples).withRidge(teacherRidge));
    }

    private RiskReport risk(Labeller labeller) {
        return Sweep.along(new double[] {samples}, this::training)
                .predict(teacher(labeller))
                .risk(0, 0);
    }

    /** The page for these settings, without controls. */
    String html() {
        RiskReport chosen = risk(teacher);
        RiskReport truth = risk(Labeller.TRUTH);
        Page page = Page.of("Explorer").withParagraph(verdict(chosen, truth));
        Panel risks = risks();
        @Nullable OptimalSurrogate best = bestTeacher();
        if (teacher == Labeller.TRAINED && noise > 0 && kind != Kind.HARD) {
            page = page.withParagraph("The noise is added to the teacher’s labels as well, as it is to true ones.");
        }
        page = best == null
                ? page.withFigure(Figure.of(risks), "")
                        .withParagraph("No best teacher is known for this kind of training.")
                : page.withFigure(Figure.of(risks, gains(best)), "");
        return page.withTable(parts(chosen, truth)).html();
    }

    private @Nullable OptimalSurrogate bestTeacher() {
        return kind == Kind.HARD ? null : OptimalSurrogate.of(task(), training(samples));
    }

    private String verdict(RiskReport chosen, RiskReport truth) {
        String risk = "The student’s excess risk is " + shown(chosen.excess()) + scatter(chosen) + ". ";
        if (kind == Kind.HARD) {
            risk += String.format(Locale.ROOT, "It finds %.1f %% of the classes. ", 100 * chosen.accuracy());
        }
        if (teacher == Labeller.TRUTH) {
            return risk + "These are true labels, so there is no other risk to compare it with.";
        }
        if (!Double.isFinite(chosen.excess()) || !Double.isFinite(truth.excess())) {
            return risk + "On true labels it is " + shown(truth.excess()) + ".";
        }
        double ratio = chosen.excess() == truth.excess() ? 1 : chosen.excess() / truth.excess(); // both may be 0
        String against = String.format(Locale.ROOT, "%.1f %% ", 100 * Math.abs(1 - ratio));
        if (against.equals("0.0 % ")) {
            return risk + "This teacher is as good as true labels.";
        }
        return risk
                + (ratio < 1
                        ? "This teacher beats true labels: " + against + "less risk than " + shown(truth.excess()) + "."
                        : "True labels are better: " + shown(truth.excess()) + "; this teacher’s risk is " + against
                                + "higher.");
    }

    private static String scatter(RiskReport report) {
        return report.standardDeviation().isPresent()
                ? String.format(
                        Locale.ROOT,
                        " ± %.2g from one experiment to the next",
                        report.standardDeviation().getAsDouble())
                : "";
    }

    private Panel risks() {
        double to = Math.max(10.0 * features, 2 * samples);
        double from = Math.min(Math.max(1, features / 50.0), samples / 2);
        double[] n = IntStream.range(0, POINTS)
                .mapToDouble(i -> from * Math.pow(to / from, i / (POINTS - 1.0)))
                .toArray();
        List<Layer> layers = new ArrayList<>();
        // Both curves share the equivalents of the training, which do not depend on the teacher.
        Sweep.Curves curves = Sweep.along(n, this::training).predict(teacher(teacher), teacher(Labeller.TRUTH));
        String name = name();
        // The corrections take most of the time, and curves of early stopping bend little: fewer points suffice.
        int[] corrected = IntStream.range(0, POINTS)
                .filter(i -> kind != Kind.FLOW || i % 5 == 0 || i == POINTS - 1)
                .toArray();
        double[][] edges = Parallel.values(corrected.length, k -> meanAndScatter(curves.risk(0, corrected[k])))
                .toArray(double[][]::new);
        if (Arrays.stream(edges).anyMatch(edge -> Double.isFinite(edge[0]))) {
            layers.add(Line.of(
                            "its mean ± scatter at this size",
                            Arrays.stream(corrected).mapToDouble(i -> n[i]).toArray(),
                            each(edges, edge -> edge[0]))
                    .withBand(each(edges, edge -> edge[0] - edge[1]), each(edges, edge -> edge[0] + edge[1]))
                    .dashed()
                    .withColourOf(name));
        }
        layers.add(Line.of(name, n, curves.excess(0)));
        if (teacher != Labeller.TRUTH) {
            layers.add(Line.of("true labels", n, curves.excess(1)));
        }
        if (teacher == Labeller.TRAINED) {
            layers.add(Rule.horizontal(trained().predict().excess(), "the teacher itself"));
        }
        layers.add(Rule.vertical(samples, "n"));
        return Panel.of("(a) risk of the student", Axis.log("samples n"), Axis.log("excess risk"))
                .with(layers.toArray(Layer[]::new));
    }

    /** NaN where they are not known. */
    private static double[] meanAndScatter(RiskReport report) {
        return new double[] {
            report.corrected().orElse(Double.NaN), report.standardDeviation().orElse(Double.NaN)
        };
    }

    private static double[] each(double[][] rows, ToDoubleFunction<double[]> value) {
        return Arrays.stream(rows).mapToDouble(value).toArray();
    }

    private String name() {
        return switch (teacher) {
            case TRUTH -> "true labels";
            case TRAINED -> "labels of a trained teacher";
            case OPTIMAL -> "labels of the best teacher";
            case MASKED -> "labels of the best mask";
        };
    }

    private Panel gains(OptimalSurrogate best) {
        int[] shown = spread(features);
        double[] i = Arrays.stream(shown).mapToDouble(k -> k + 1.0).toArray();
        double[] gain = Arrays.stream(shown).mapToDouble(best::gain).toArray();
        FeatureMask mask = best.mask();
        double[] kept =
                Arrays.stream(shown).mapToDouble(k -> mask.keeps(k) ? 1 : 0).toArray();
        return Panel.of("(b) the best teacher", Axis.log("feature i"), Axis.linear("gain"))
                .with(
                        Line.of("gain", i, gain),
                        Line.of("kept by the best mask", i, kept).dashed(),
                        Rule.horizontal(1, "truth"));
    }

    /** Indices from 0 on: all of the first ones, and fewer of the later ones. */
    private static int[] spread(int count) {
        return IntStream.rangeClosed(0, 120)
                .map(k -> (int) Math.round(Math.pow(count, k / 120.0)) - 1)
                .distinct()
                .toArray();
    }

    private static Table parts(RiskReport chosen, RiskReport truth) {
        Table table = Table.of("part of the risk", "this teacher", "true labels");
        Map<String, Function<RiskReport, Object>> parts = new LinkedHashMap<>();
        parts.put("bias", RiskReport::bias);
        parts.put("variance of the labels’ noise", RiskReport::labelNoiseVariance);
        parts.put("variance of the design", RiskReport::designVariance);
        parts.put("variance inherited from the teacher", RiskReport::inheritedVariance);
        parts.put("excess risk", RiskReport::excess);
        parts.put("mean excess risk at this size", report -> known(report.corrected()));
        parts.put("standard deviation of one experiment", report -> known(report.standardDeviation()));
        parts.put("test risk", RiskReport::test);
        for (Map.Entry<String, Function<RiskReport, Object>> part : parts.entrySet()) {
            table = table.withRow(
                    part.getKey(),
                    part.getValue().apply(chosen),
                    part.getValue().apply(truth));
        }
        return table;
    }

    private static Object known(OptionalDouble value) {
        return value.isPresent() ? (Object) value.getAsDouble() : "unknown";
    }

    private static String shown(double value) {
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.4g", value);
    }

    /** The Java code that computes the same number. */
    String code() {
        String student = "Training.samples(" + literal(samples) + ")"
                + (ridge == 0 ? "" : ".withRidge(" + literal(ridge) + ")")
                + String.format(Locale.ROOT, kind.code, literal(amount));
        String end = switch (teacher) {
            case TRUTH -> "        .target(" + student + ");";
            case TRAINED ->
                "        .surrogate(Training.samples(" + literal(teacherSamples) + ").withRidge("
                        + literal(teacherRidge) + "))\n        .then(" + student + ");";
            case OPTIMAL -> "        .surrogate(Surrogate.optimal())\n        .target(" + student + ");";
            case MASKED -> "        .surrogate(Surrogate.optimallyMasked())\n        .target(" + student + ");";
        };
        return """
                import dev.retort.core.spectrum.*;
                import dev.retort.theory.distillation.*;

                RegressionTask task = RegressionTask.of(%s, %s).withNoise(%s);
                Distillation pipeline = Distillation.of(task)
                %s
                double excess = pipeline.predict().excess();
                """.formatted(
                        String.format(Locale.ROOT, eigenvalues.code, literal(alpha), features, spikes()),
                        String.format(Locale.ROOT, coefficients.code, literal(source)),
                        literal(noise),
                        end);
    }

    private static String literal(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
