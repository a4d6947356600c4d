package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.incontext.GaussianContext;
import dev.retort.theory.incontext.InContextPredictor;
import dev.retort.theory.incontext.IsotropicContext;
import dev.retort.theory.incontext.SampledContexts;
import dev.retort.theory.incontext.TaskDiversity;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The predictors that in-context learning of linear regression is compared with: their excess risk against the length of the context, and,
 * after pre-training on few or many tasks, what it is worth to memorise these tasks.
 */
final class InContextLearning {

    private static final double NOISE = 0.5;

    private static final int DIMENSION = 20;
    private static final int LONGEST = 80;
    private static final int[] SAMPLED = {2, 5, 10, 15, 25, 30, 40, 60, 80};
    private static final int CONTEXTS = 400;
    private static final int STEPS = 5;

    private static final int TASK_DIMENSION = 8;
    private static final int MOST_TASKS = 1 << 13;
    private static final int DRAWS = 1000;
    private static final double NEW_SHARE = 0.4;
    private static final double PRICE = 1e-3;

    private static final String ONE_STEP = "one gradient step";
    private static final String MORE_STEPS = "five gradient steps";
    private static final String LEAST_SQUARES = "least squares";
    private static final String BAYES = "ridge (Bayes)";

    private static final String KNOWN = "memorising, known tasks";
    private static final String NEW = "memorising, new tasks";
    private static final String MIXED = "memorising, 40% new tasks";
    private static final String GENERALISING = "generalising, any task";

    private InContextLearning() {}

    /** A predictor for every length n of the context, and its excess risk in theory. */
    private record Contender(String name, IntFunction<InContextPredictor> predictor, IntToDoubleFunction theory) {

        Line line() {
            int[] lengths = IntStream.rangeClosed(1, LONGEST).toArray();
            return Line.of(
                    name,
                    Arrays.stream(lengths).asDoubleStream().toArray(),
                    Arrays.stream(lengths).mapToDouble(theory).toArray());
        }

        SampleMean sampled(SampledContexts contexts, int n) {
            return contexts.excess(predictor.apply(n));
        }

        Markers markers(List<SampledContexts> contexts) {
            List<SampleMean> means = IntStream.range(0, SAMPLED.length)
                    .mapToObj(k -> sampled(contexts.get(k), SAMPLED[k]))
                    .toList();
            return Markers.of(
                    name,
                    Arrays.stream(SAMPLED).asDoubleStream().toArray(),
                    means.stream().mapToDouble(SampleMean::mean).toArray(),
                    means.stream().mapToDouble(SampleMean::standardError).toArray());
        }
    }

    /** Excess risks against the length of the context, on isotropic features and on features of decaying variance. */
    static Exhibit predictors(long seed) {
        RegressionTask flat = task(Spectrum.isotropic(1, DIMENSION));
        RegressionTask steep = task(Spectrum.powerLaw(1, DIMENSION));
        List<SampledContexts> flatContexts =
                contexts(flat, RandomStreams.of(seed).at(0));
        List<Contender> onFlat = onFlat();
        return new Exhibit(
                "in-context-predictors",
                "What in-context learning is compared with",
                List.of("""
                        A task of 20 coefficients is given by n noisy examples; the noise is half the standard deviation of a noiseless \
                        label. One step of gradient descent from zero is what a layer of linear attention can learn; five are \
                        five layers; ridge regression of the right strength is the Bayes predictor for Gaussian tasks, which \
                        trained transformers come close to. Predicting zero has an excess risk of 1. That of least squares, \
                        which does not regularise, is infinite at n = 19, 20 and 21.""", """
                        On isotropic features all risks are exact at this size. On features of variance 1/i the risk of one step \
                        is exact, those of ridge and of least squares on few examples are deterministic equivalents, and that of \
                        five steps comes from sampled contexts, in which noise and query are integrated out. Columns z: the \
                        distance of the sample from the exact risk, in standard errors."""),
                Figure.of(
                        panel("(a) isotropic features", onFlat, flatContexts),
                        panel(
                                "(b) features of variance 1/i",
                                onSteep(steep),
                                contexts(steep, RandomStreams.of(seed).at(1)))),
                "Excess risk against the number of examples in the context. Lines from the theory, markers with standard "
                        + "errors from " + CONTEXTS + " contexts each." + Exhibit.BEYOND,
                table(onFlat, flatContexts));
    }

    /** A task of power 1. */
    private static RegressionTask task(Spectrum spectrum) {
        double power = RegressionTask.of(spectrum, Signal.constant(1)).signalPower();
        return RegressionTask.of(spectrum, Signal.constant(1 / Math.sqrt(power)))
                .withNoise(NOISE);
    }

    private static List<SampledContexts> contexts(RegressionTask task, RandomStreams streams) {
        return Arrays.stream(SAMPLED)
                .mapToObj(
                        n -> SampledContexts.of(task, n, CONTEXTS, streams.at(n).seed()))
                .toList();
    }

    private static List<Contender> onFlat() {
        return List.of(
                exact(ONE_STEP, context -> context.bestGradientSteps(1)),
                exact(MORE_STEPS, context -> context.bestGradientSteps(STEPS)),
                exact(LEAST_SQUARES, context -> InContextPredictor.leastSquares()),
                exact(BAYES, IsotropicContext::bayes));
    }

    /** How a predictor is fitted to the contexts that it will see. */
    private interface Fitted {
        InContextPredictor to(IsotropicContext context);
    }

    private static Contender exact(String name, Fitted fitted) {
        IntFunction<IsotropicContext> context =
                n -> IsotropicContext.of(DIMENSION, n).withNoise(NOISE);
        return new Contender(
                name, n -> fitted.to(context.apply(n)), n -> context.apply(n).excess(fitted.to(context.apply(n))));
    }

    private static List<Contender> onSteep(RegressionTask task) {
        IntFunction<GaussianContext> context = n -> GaussianContext.of(task, n);
        double rootOfTrace = Math.sqrt(task.spectrum().measure().trace());
        double strength = NOISE * NOISE / (task.coefficient(0) * task.coefficient(0));
        return List.of(
                new Contender(
                        ONE_STEP,
                        n -> InContextPredictor.gradientStep(context.apply(n).bestStep()),
                        n -> context.apply(n).gradientStep(context.apply(n).bestStep())),
                new Contender(
                        MORE_STEPS,
                        // The rate is the inverse of the typical largest eigenvalue of XᵀX.
                        n -> InContextPredictor.gradientSteps(STEPS, Math.pow(Math.sqrt(n) + rootOfTrace, -2)),
                        n -> Double.NaN),
                new Contender(
                        LEAST_SQUARES,
                        n -> InContextPredictor.leastSquares(),
                        n -> context.apply(n).leastSquares()),
                new Contender(
                        BAYES,
                        n -> InContextPredictor.ridge(strength),
                        n -> context.apply(n).bayes()));
    }

    private static Panel panel(String title, List<Contender> contenders, List<SampledContexts> contexts) {
        Panel panel = Panel.of(
                        title,
                        Axis.linear("examples n"),
                        Axis.log("excess risk").withRange(0.06, 6))
                .withNote("line: theory, markers: sampled contexts")
                .with(Rule.horizontal(1, "zero"));
        for (Contender contender : contenders) {
            panel = panel.with(contender.line(), contender.markers(contexts));
        }
        return panel;
    }

    private static Table table(List<Contender> contenders, List<SampledContexts> contexts) {
        Table table = Table.of("n");
        for (Contender contender : contenders) {
            table = table.withGroup(contender.name(), "theory", "sampled", "z");
        }
        table = table.withFormat("z", "%+.1f");
        for (int k = 0; k < SAMPLED.length; k++) {
            List<Object> row = new ArrayList<>(List.of(SAMPLED[k]));
            for (Contender contender : contenders) {
                double theory = contender.theory().applyAsDouble(SAMPLED[k]);
                SampleMean sampled = contender.sampled(contexts.get(k), SAMPLED[k]);
                row.addAll(List.of(theory, sampled, sampled.zScore(theory)));
            }
            table = table.withRow(row.toArray());
        }
        return table;
    }

    /** Excess risks against the number of tasks in pre-training, for a short and for a long context. */
    static Exhibit diversity(long seed) {
        int[] lengths = {6, 12};
        TaskDiversity[] diversities = Arrays.stream(lengths)
                .mapToObj(n -> TaskDiversity.of(
                        context(n),
                        MOST_TASKS,
                        DRAWS,
                        RandomStreams.of(seed).at(n).seed()))
                .toArray(TaskDiversity[]::new);
        return new Exhibit(
                "task-diversity",
                "Memorising the tasks",
                List.of("""
                        A model that was pre-trained on M tasks can memorise them and, given a context, weigh them by how well \
                        they explain it; or it can generalise to the Gaussian that the tasks were drawn from, which is ridge \
                        regression. Memorising is the best predictor for the tasks of pre-training, generalising for new ones, \
                        and neither curve crosses the other; as M grows the two become the same predictor, and the sooner \
                        the shorter the context.""", """
                        They cross for a mixture: if two of five future tasks are new, memorising is better from M = %s on at n = 6, \
                        and from M = %s on at n = 12. They also cross if memorising has a price: at %s of squared error per \
                        task, memorising pays up to M = %s at n = 6, and M = %s at n = 12.""".formatted(
                                mixedTie(diversities[0]),
                                mixedTie(diversities[1]),
                                PRICE,
                                worth(diversities[0]),
                                worth(diversities[1]))),
                Figure.of(
                        panel("(a) context of 6 examples", diversities[0], context(lengths[0])),
                        panel("(b) context of 12 examples", diversities[1], context(lengths[1]))),
                "Excess risk against the number of pre-training tasks, in 8 isotropic features with noise 0.5; memorising with "
                        + "standard errors from " + DRAWS
                        + " draws, the rest exact. Vertical rules: where memorising and generalising tie if 40% of future"
                        + " tasks are new.",
                table(lengths, diversities));
    }

    private static IsotropicContext context(int length) {
        return IsotropicContext.of(TASK_DIMENSION, length).withNoise(NOISE);
    }

    private static String mixedTie(TaskDiversity diversity) {
        return diversity.crossing(NEW_SHARE).map(InContextLearning::shown).orElse("more than " + MOST_TASKS);
    }

    private static String worth(TaskDiversity diversity) {
        return diversity.crossingAtPrice(PRICE).map(InContextLearning::shown).orElse("none");
    }

    private static String shown(TaskDiversity.Crossing crossing) {
        return String.format(Locale.ROOT, "%.0f ± %.0f", crossing.tasks(), crossing.standardError());
    }

    private static Panel panel(String title, TaskDiversity diversity, IsotropicContext context) {
        double[] tasks = Arrays.stream(diversity.tasks()).asDoubleStream().toArray();
        double[] flat = new double[tasks.length];
        Arrays.fill(flat, diversity.generalising());
        double[] oneStep = new double[tasks.length];
        Arrays.fill(oneStep, context.excess(context.bestGradientSteps(1)));
        Panel panel = Panel.of(title, Axis.log("pre-training tasks M"), Axis.linear("excess risk"))
                .with(
                        Line.of(GENERALISING, tasks, flat),
                        Line.of(ONE_STEP, tasks, oneStep).dashed());
        for (String name : List.of(KNOWN, NEW)) {
            SampleMean[] means = means(diversity, name);
            double[] values = Arrays.stream(means).mapToDouble(SampleMean::mean).toArray();
            double[] errors =
                    Arrays.stream(means).mapToDouble(SampleMean::standardError).toArray();
            panel = panel.with(Line.of(name, tasks, values), Markers.of(name, tasks, values, errors));
        }
        SampleMean[] known = means(diversity, KNOWN);
        SampleMean[] fresh = means(diversity, NEW);
        double[] mixed = IntStream.range(0, tasks.length)
                .mapToDouble(i -> (1 - NEW_SHARE) * known[i].mean() + NEW_SHARE * fresh[i].mean())
                .toArray();
        panel = panel.with(Line.of(MIXED, tasks, mixed));
        return diversity
                .crossing(NEW_SHARE)
                .map(crossing -> Rule.vertical(crossing.tasks(), "tie at 40% new tasks"))
                .map(panel::with)
                .orElse(panel);
    }

    private static SampleMean[] means(TaskDiversity diversity, String name) {
        return IntStream.range(0, diversity.tasks().length)
                .mapToObj(i -> name.equals(KNOWN) ? diversity.memorisingOnPretraining(i) : diversity.memorisingOnNew(i))
                .toArray(SampleMean[]::new);
    }

    private static Table table(int[] lengths, TaskDiversity[] diversities) {
        Table table = Table.of("M");
        for (int n : lengths) {
            table = table.withGroup("n = " + n, KNOWN, NEW, GENERALISING);
        }
        int[] tasks = diversities[0].tasks();
        for (int i = 0; i < tasks.length; i++) {
            List<Object> row = new ArrayList<>(List.of(tasks[i]));
            for (TaskDiversity diversity : diversities) {
                row.add(diversity.memorisingOnPretraining(i));
                row.add(diversity.memorisingOnNew(i));
                row.add(diversity.generalising());
            }
            table = table.withRow(row.toArray());
        }
        return table;
    }
}
