package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.PromptTrials;
import dev.retort.theory.simulation.Trials;
import dev.retort.theory.testtime.ContextBudget;
import dev.retort.theory.testtime.GradientStep;
import dev.retort.theory.testtime.ImprovementCurve;
import dev.retort.theory.testtime.InContextTask;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.ProportionalLimit;
import dev.retort.theory.testtime.TaskPrior;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Test-time training of linear attention by one gradient step (arXiv 2503.11842): when it helps, from which weights to start,
 * and what labels are worth in the context and in training.
 */
final class TrainingAtTestTime {

    private static final int DIMENSION = 60;
    private static final InContextTask TASK = InContextTask.isotropic(DIMENSION, 1);
    private static final TaskPrior PRIOR = TaskPrior.isotropic(DIMENSION, 1);

    /** The longest context of the first figure, and the steps between simulations. */
    private static final int LONGEST = 3 * DIMENSION;

    private static final int[] SIMULATED = {5, 15, 30, 60, 90, 120, 150, 180};
    private static final double[] RATIOS = {0.5, 1, 4};

    private static final int START_CONTEXT = 30;
    private static final int MOST_EXAMPLES = 240;

    private static final int PRIOR_DIMENSION = 40;
    private static final int ANGLES = 24;

    private static final int LARGE = 200;

    private TrainingAtTestTime() {}

    private static TestTimeTraining warm(InContextTask task, TaskPrior prior, int n) {
        return TestTimeTraining.of(task, LinearAttention.pretrained(prior, n), n);
    }

    private static TestTimeTraining warm(int n) {
        return warm(TASK, PRIOR, n);
    }

    private static TestTimeTraining cold(int n) {
        return warm(n).withStart(LinearAttention.zero(DIMENSION));
    }

    private static double[] each(int from, int to, int step) {
        return IntStream.rangeClosed(0, (to - from) / step)
                .mapToDouble(i -> from + i * step)
                .toArray();
    }

    private static double[] at(double[] x, DoubleUnaryOperator y) {
        return Arrays.stream(x).map(y).toArray();
    }

    /** A point of a curve, exact and measured. */
    private record Point(double x, GradientStep exact, SampleMean measured) {

        static Point of(double x, TestTimeTraining training, int examples, Trials trials) {
            GradientStep exact = training.predict().after(examples);
            Trials own = trials.withSeed(RandomStreams.of(trials.seed()).at(x).seed());
            SampleMean measured = training.simulate(PromptTrials.of(examples, own))
                    .loss(exact.optimalStepSize().orElse(0));
            return new Point(x, exact, measured);
        }

        static Markers markers(String name, List<Point> points) {
            return Markers.of(
                    name,
                    points.stream().mapToDouble(Point::x).toArray(),
                    points.stream()
                            .mapToDouble(point -> point.measured().mean())
                            .toArray(),
                    points.stream()
                            .mapToDouble(point -> point.measured().standardError())
                            .toArray());
        }

        List<Object> cells() {
            return List.of(exact.loss(), measured, measured.zScore(exact.loss()));
        }
    }

    /** The loss against the length of the context, and from which weights to start. */
    static Exhibit gains(Trials trials) {
        List<String> names = Arrays.stream(RATIOS)
                .mapToObj(gamma -> "k = " + Math.round(gamma * DIMENSION))
                .toList();
        List<List<Point>> curves = Arrays.stream(RATIOS)
                .mapToObj(gamma -> Arrays.stream(SIMULATED)
                        .mapToObj(n -> Point.of((double) n / DIMENSION, warm(n), examples(gamma), trials))
                        .toList())
                .toList();
        Table table = Table.of("n/d");
        for (String name : names) {
            table = table.withGroup(name, "limit", "exact", "simulated", "z");
        }
        table = table.withFormat("limit", "%.4f").withFormat("exact", "%.4f").withFormat("z", "%+.1f");
        for (int i = 0; i < SIMULATED.length; i++) {
            Object[] cells = new Object[1 + 4 * RATIOS.length];
            double alpha = (double) SIMULATED[i] / DIMENSION;
            cells[0] = String.format(Locale.ROOT, "%.3g", alpha);
            for (int j = 0; j < RATIOS.length; j++) {
                cells[1 + 4 * j] = limit(alpha).lossOnFreshContexts(RATIOS[j]);
                List<Object> rest = curves.get(j).get(i).cells();
                for (int l = 0; l < 3; l++) {
                    cells[2 + 4 * j + l] = rest.get(l);
                }
            }
            table = table.withRow(cells);
        }
        return new Exhibit(
                "test-time-training",
                "One gradient step at test time",
                List.of("""
                        A layer of linear attention, pre-trained on tasks of 60 features, is given one of these tasks. It answers from \
                        a context of n examples; before that, it may make one gradient step on k more examples, all seen \
                        with the same context. It is evaluated on fresh contexts. Without the step the loss falls with n as \
                        (d+1)/(n+d+1). The step helps most with a short context; since the step then does most of the learning, \
                        the limit of many features (dashed) rises with n at first. At 60 features the loss does not rise: the exact loss \
                        (solid) agrees with the simulation, and the limit is too optimistic.""", """
                        Pre-trained weights contain the law of the tasks, which is a disadvantage with many examples: beyond k = \
                        76 it is better to start from zero. This holds only on fresh contexts. Evaluated on the context of the \
                        step itself, as a deployed model is, the warm start stays ahead."""),
                Figure.of(losses(names, curves), starts(trials)),
                "(a) The loss after the best step against the length of the context, all per feature. (b) Warm and cold start at n = "
                        + START_CONTEXT
                        + ". Solid: exact; dashed: the limit of many features in (a), the same context in (b); "
                        + "markers: simulation with standard errors, " + trials.count() + " trials each.",
                table);
    }

    private static int examples(double gamma) {
        return (int) Math.round(gamma * DIMENSION);
    }

    private static ProportionalLimit limit(double alpha) {
        return ProportionalLimit.warm(alpha, 1, 0, 1, 0);
    }

    private static Panel losses(List<String> names, List<List<Point>> curves) {
        double[] alpha = at(each(1, LONGEST, 1), n -> n / DIMENSION);
        Panel panel = Panel.of(
                        "(a) d = 60, pre-trained", Axis.linear("context n/d"), Axis.linear("loss after the step"))
                .with(Line.of(
                        "no step",
                        alpha,
                        at(
                                alpha,
                                a -> warm((int) Math.round(a * DIMENSION))
                                        .predict()
                                        .initialLoss())))
                .with(Line.key("limit of many features").dashed())
                .withNote("markers: simulation");
        for (int j = 0; j < RATIOS.length; j++) {
            double gamma = RATIOS[j];
            panel = panel.with(
                    Line.of(
                            names.get(j),
                            alpha,
                            at(
                                    alpha,
                                    a -> warm((int) Math.round(a * DIMENSION))
                                            .predict()
                                            .loss(examples(gamma)))),
                    Line.of("", alpha, at(alpha, a -> limit(a).lossOnFreshContexts(gamma)))
                            .withColourOf(names.get(j))
                            .dashed(),
                    Point.markers(names.get(j), curves.get(j)));
        }
        return panel;
    }

    private static Panel starts(Trials trials) {
        double[] k = each(0, MOST_EXAMPLES, 4);
        ImprovementCurve warm = warm(START_CONTEXT).predict();
        ImprovementCurve cold = cold(START_CONTEXT).predict();
        return Panel.of(
                        "(b) warm and cold start",
                        Axis.linear("training examples k"),
                        Axis.linear("loss after the step"))
                .with(
                        line("warm", k, warm),
                        line("cold", k, cold),
                        line("", k, warm(START_CONTEXT).withSameContext().predict())
                                .withColourOf("warm")
                                .dashed(),
                        line("", k, cold(START_CONTEXT).withSameContext().predict())
                                .withColourOf("cold")
                                .dashed(),
                        Point.markers("warm", points(warm(START_CONTEXT), trials)),
                        Point.markers("cold", points(cold(START_CONTEXT), trials)),
                        Line.key("on the same context").dashed(),
                        Rule.vertical(warm.crossovers(cold)[0], "cold is better"));
    }

    private static Line line(String name, double[] k, ImprovementCurve curve) {
        return Line.of(name, k, at(k, examples -> curve.loss((long) examples)));
    }

    private static List<Point> points(TestTimeTraining training, Trials trials) {
        return IntStream.of(10, 40, 80, 160, 240)
                .mapToObj(k -> Point.of(k, training, k, trials))
                .toList();
    }

    /** How much a step lowers the loss on tasks that pre-training did not expect, and what labels are worth. */
    static Exhibit uses() {
        double[] degrees = at(each(0, ANGLES, 1), i -> 90 * i / ANGLES);
        double[] losses = DoubleStream.iterate(0.5, loss -> loss > 0.018, loss -> loss * 0.8)
                .toArray();
        Table table = Table.of("target loss")
                .withGroup("in context", "n")
                .withGroup("cold start, fresh context", "n", "k")
                .withGroup("warm start, same context", "n", "k");
        for (double loss : new double[] {0.5, 0.3, 0.2, 0.1, 0.05, 0.02}) {
            ContextBudget cold = coldFresh(loss);
            ContextBudget warm = warmSame(loss);
            table = table.withRow(
                    loss,
                    inContext(loss),
                    cold.contextLength(),
                    cold.examples(),
                    warm.contextLength(),
                    warm.examples());
        }
        return new Exhibit(
                "test-time-training-uses",
                "What a step is good for",
                List.of("""
                        Pre-training on 40 coefficients of decaying variance i^{−1.5} expects some tasks more than others. The further \
                        a task is from the expected ones, the larger the loss of the pre-trained weights, and the more one \
                        gradient step on 30 examples lowers it. The step helps most where the task is least \
                        expected.""", """
                        Labels are worth more in training than in the context. With 200 features and only a \
                        context, a loss ε takes about d(1 − ε)/ε labels, all of them at inference. A cold start that trains \
                        on twice as many needs far fewer in the context, of the order of √(d/ε) + 1/ε. A warm start on its \
                        own context uses half of the labels for each, and takes about 2d(ε^{−1/2} − 1) in total."""),
                Figure.of(misalignment(degrees), complexity(losses)),
                "(a) A task turned from the direction that pre-training expects most to the one that it expects least: d ="
                        + " 40, n = 20, k = 30, noise 0.3. (b) The labels n + k that reach a loss, the fewest possible"
                        + " except for the cold start; d = 200, no noise. All exact.",
                table);
    }

    private static Panel misalignment(double[] degrees) {
        TaskPrior prior = TaskPrior.of(Spectrum.isotropic(1, PRIOR_DIMENSION), Spectrum.powerLaw(1.5, PRIOR_DIMENSION))
                .withNoise(0.3);
        double[] first = new double[PRIOR_DIMENSION];
        double[] last = new double[PRIOR_DIMENSION];
        first[0] = Math.sqrt(prior.signalPower());
        last[PRIOR_DIMENSION - 1] = 1;
        InContextTask expected =
                InContextTask.isotropic(PRIOR_DIMENSION, 1).withNoise(0.3).withCoefficients(first);
        Function<Double, TestTimeTraining> turned =
                angle -> warm(expected.turnedTowards(last, Math.toRadians(angle)), prior, 20);
        return Panel.of("(a) misaligned tasks", Axis.linear("angle from the expected task"), Axis.linear("loss"))
                .with(
                        Line.of(
                                "no step",
                                degrees,
                                at(degrees, a -> turned.apply(a).predict().initialLoss())),
                        Line.of(
                                "after a step, fresh context",
                                degrees,
                                at(
                                        degrees,
                                        a -> turned.apply(a).predict().after(30).loss())),
                        Line.of(
                                "after a step, same context",
                                degrees,
                                at(
                                        degrees,
                                        a -> turned.apply(a)
                                                .withSameContext()
                                                .predict()
                                                .after(30)
                                                .loss())));
    }

    private static Panel complexity(double[] losses) {
        List<ContextBudget> cold =
                Arrays.stream(losses).mapToObj(TrainingAtTestTime::coldFresh).toList();
        List<ContextBudget> warm =
                Arrays.stream(losses).mapToObj(TrainingAtTestTime::warmSame).toList();
        return Panel.of("(b) labels for a loss", Axis.log("loss"), Axis.log("labels"))
                .with(
                        Line.of("in context", losses, at(losses, TrainingAtTestTime::inContext)),
                        line("cold, fresh context", losses, cold, ContextBudget::labels),
                        line("warm, same context", losses, warm, ContextBudget::labels),
                        line("", losses, cold, ContextBudget::contextLength)
                                .withColourOf("cold, fresh context")
                                .dashed(),
                        line("", losses, warm, ContextBudget::contextLength)
                                .withColourOf("warm, same context")
                                .dashed(),
                        Line.key("of these, in the context").dashed());
    }

    private static Line line(
            String name, double[] losses, List<ContextBudget> budgets, ToDoubleFunction<ContextBudget> labels) {
        return Line.of(name, losses, budgets.stream().mapToDouble(labels).toArray());
    }

    private static int inContext(double loss) {
        InContextTask task = InContextTask.isotropic(LARGE, 1);
        TaskPrior prior = TaskPrior.isotropic(LARGE, 1);
        return ContextBudget.leastContext(
                        loss,
                        100 * LARGE,
                        n -> LinearAttention.pretrained(prior, n).loss(task, n))
                .orElseThrow();
    }

    /** The shortest context with which a cold start reaches a loss, on twice the labels that attention needs without a step. */
    private static ContextBudget coldFresh(double loss) {
        InContextTask task = InContextTask.isotropic(LARGE, 1);
        IntFunction<ImprovementCurve> cold =
                n -> TestTimeTraining.of(task, LinearAttention.zero(LARGE), n).predict();
        int examples = 2 * inContext(loss);
        int context = ContextBudget.leastContext(
                        loss, 10 * LARGE, n -> cold.apply(n).loss(examples))
                .orElseThrow();
        return new ContextBudget(context, examples, cold.apply(context).loss(examples));
    }

    private static ContextBudget warmSame(double loss) {
        InContextTask task = InContextTask.isotropic(LARGE, 1);
        TaskPrior prior = TaskPrior.isotropic(LARGE, 1);
        return ContextBudget.least(loss, 10 * LARGE, n -> warm(task, prior, n).withSameContext())
                .orElseThrow();
    }
}
