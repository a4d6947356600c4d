package dev.retort.examples.validation;

import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.ReferenceTables.Row;
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
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;

/** One gradient step of linear attention at test time. */
final class TestTimeFormulas {

    private static final String SOURCE =
            "Gozeten et al., arXiv 2503.11842, the setting; finite sizes derived, lib-theory/docs/test-time-training.md";

    private TestTimeFormulas() {}

    static List<Formula> all() {
        return List.of(steps(), limit(), budget());
    }

    private static Formula steps() {
        return Formula.of(
                        "loss before and after a step, exact at every size",
                        SOURCE,
                        TestTimeTraining.class,
                        ImprovementCurve.class,
                        GradientStep.class,
                        InContextTask.class,
                        LinearAttention.class,
                        TaskPrior.class)
                .withDigits("testtime/steps.tsv", 1e-12, (row, worst) -> {
                    TestTimeTraining training = training(row);
                    worst.compare(prior(row).leastLoss(row.whole("pretraining")), row.number("leastPretrainingLoss"));
                    compare(row, "fresh", training.predict(), worst);
                    if (row.has("sameB1") && !row.text("sameB1").equals("nan")) {
                        compare(row, "same", training.withSameContext().predict(), worst);
                    }
                })
                .withDigits("testtime/reference-steps.tsv", 1e-11, (row, worst) -> {
                    TestTimeTraining training = training(row);
                    comparePrinted(row, "fresh", training, worst);
                    if (row.has("same L0")) {
                        comparePrinted(row, "same", training.withSameContext(), worst);
                    }
                    if (row.has("leastPretrainingLoss")) {
                        double least = prior(row).leastLoss(row.whole("pretraining"));
                        worst.compare(least, row.number("leastPretrainingLoss"));
                    }
                })
                .withSimulation("60 features, context of 30, 40 examples", (run, worst) -> {
                    TestTimeTraining training = warm(60, 30);
                    Trials trials = Trials.of(run.trials(1000)).withSeed(11);
                    GradientStep exact = training.predict().after(40);
                    worst.add(Math.abs(
                            training.simulate(PromptTrials.of(40, trials)).zScore(exact)));
                    TestTimeTraining same = training.withSameContext();
                    GradientStep exactSame = same.predict().after(40);
                    worst.add(
                            Math.abs(same.simulate(PromptTrials.of(40, trials)).zScore(exactSame)));
                })
                .withLimit(
                        "no examples: nothing changes",
                        1e-14,
                        worst -> worst.compare(
                                warm(60, 30).predict().loss(0),
                                LinearAttention.pretrained(TaskPrior.isotropic(60, 1), 30)
                                        .loss(InContextTask.isotropic(60, 1), 30)));
    }

    private static void compare(Row row, String variant, ImprovementCurve curve, Worst worst) {
        double before = row.number("initialLoss");
        worst.compare(curve.initialLoss(), before);
        double b1 = row.number(variant + "B1");
        for (int k : new int[] {1, row.whole("examples"), 1_000_000}) {
            double b = k * b1;
            double a = k * ((k + 1) * row.number(variant + "A1") + row.number(variant + "A2"));
            worst.compare(curve.after(k).curvature(), a);
            worst.compare(curve.after(k).loss(), before - (b > 0 ? b / a * b : 0), before);
        }
    }

    /** Twelve figures of another program. */
    private static void comparePrinted(Row row, String variant, TestTimeTraining training, Worst worst) {
        ImprovementCurve curve = training.predict();
        GradientStep one = curve.after(1);
        int examples = row.whole("examples");
        GradientStep step = curve.after(examples);
        double stepSize = step.optimalStepSize().orElse(Double.NaN);
        worst.compare(step.initialLoss(), row.number(variant + " L0"));
        worst.compare(step.slope(), row.number(variant + " b"));
        worst.compare(step.curvature(), row.number(variant + " a"));
        worst.compare(one.slope(), row.number(variant + " b1"));
        worst.compare(stepSize, row.number(variant + " eta_star"));
        worst.compare(step.improvement(), row.number(variant + " improvement"));
        worst.compare(step.loss(), row.number(variant + " L_after"));
        worst.compare(step.loss(stepSize / 2), row.number(variant + " L_at_half_eta_star"));
        worst.compare(curve.halfwayExamples(), row.number(variant + " kappa"));
        worst.compare(curve.floor(), row.number(variant + " floor_k_inf"));
        if (row.has(variant + " leading L0")) {
            ImprovementCurve leading = training.leadingOrder();
            worst.compare(leading.initialLoss(), row.number(variant + " leading L0"));
            worst.compare(leading.after(examples).improvement(), row.number(variant + " leading improvement"));
        }
        if (row.has(variant + " cold")) {
            ImprovementCurve cold = training.withStart(LinearAttention.zero(row.whole("dimension")))
                    .predict();
            worst.compare(cold.loss(examples), row.number(variant + " cold"));
            double[] expected = row.numbers(variant + " crossovers");
            double[] crossovers = curve.crossovers(cold);
            worst.compare((double) crossovers.length, expected.length);
            for (int i = 0; i < Math.min(crossovers.length, expected.length); i++) {
                worst.compare(crossovers[i], expected[i]);
            }
        }
    }

    private static TestTimeTraining training(Row row) {
        String[] words = row.text("task").split(" ", -1);
        double[] coefficients = new double[row.whole("dimension")];
        if (words[0].equals("constant")) {
            Arrays.fill(coefficients, Double.parseDouble(words[1]));
        } else {
            coefficients = numbers(row.text("task"));
        }
        InContextTask task =
                InContextTask.of(matrix(row, "features"), coefficients).withNoise(row.number("noise"));
        LinearAttention start = switch (row.text("start")) {
            case "pretrained" -> LinearAttention.pretrained(prior(row), row.whole("pretraining"));
            case "zero" -> LinearAttention.zero(row.whole("dimension"));
            default -> LinearAttention.of(matrix(row, "start"));
        };
        return TestTimeTraining.of(task, start, row.whole("context")).withFreshContext(row.whole("evaluation"));
    }

    private static TaskPrior prior(Row row) {
        return TaskPrior.of(matrix(row, "features"), matrix(row, "prior")).withNoise(row.number("priorNoise"));
    }

    /** "isotropic 2", "diagonal 1 2 3" or "full 1 2;3 4". */
    private static double[][] matrix(Row row, String column) {
        String text = row.text(column);
        if (text.startsWith("full ")) {
            return Stream.of(text.substring(5).split(";", -1))
                    .map(line -> numbers("row " + line))
                    .toArray(double[][]::new);
        }
        int dimension = row.whole("dimension");
        double[] diagonal = text.startsWith("isotropic ")
                ? Spectrum.isotropic(numbers(text)[0], dimension).eigenvalues()
                : numbers(text);
        double[][] matrix = new double[dimension][dimension];
        for (int i = 0; i < dimension; i++) {
            matrix[i][i] = diagonal[i];
        }
        return matrix;
    }

    /** The numbers after the first word. */
    private static double[] numbers(String text) {
        return Stream.of(text.split(" ", -1))
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static TestTimeTraining warm(int d, int n) {
        LinearAttention start = LinearAttention.pretrained(TaskPrior.isotropic(d, 1), n);
        return TestTimeTraining.of(InContextTask.isotropic(d, 1), start, n);
    }

    private static Formula limit() {
        ProportionalLimit limit = ProportionalLimit.warm(0.5, 1, 0, 1, 0);
        return Formula.of(
                        "proportional limit of test-time training",
                        "Gozeten et al., arXiv 2503.11842, A²/(A + B); lib-theory/docs/test-time-training.md",
                        ProportionalLimit.class)
                .withOrder(
                        "distance from the exact loss, fresh context",
                        1,
                        0.05,
                        (run, worst) ->
                                worst.add(order(d -> warm(d, d / 2).predict().loss(d) - limit.lossOnFreshContexts(1))))
                .withOrder(
                        "distance from the exact loss, same context",
                        1,
                        0.05,
                        (run, worst) -> worst.add(order(
                                d -> warm(d, d / 2).withSameContext().predict().loss(d) - limit.lossOnSameContext(1))))
                .withLimit(
                        "half a context per feature: 1/3 on the same context",
                        1e-14,
                        worst -> worst.compare(limit.lossOnSameContext(1), 1.0 / 3));
    }

    private static Formula budget() {
        return Formula.of("split of labels between context and step", SOURCE, ContextBudget.class)
                .withLimit("the least loss of all splits, each with its own start", 1e-14, worst -> {
                    ContextBudget best = ContextBudget.best(60, n -> warm(40, n).withSameContext());
                    double least = Double.POSITIVE_INFINITY;
                    for (int n = 1; n <= 60; n++) {
                        least = Math.min(
                                least, warm(40, n).withSameContext().predict().loss(60 - n));
                    }
                    worst.compare(best.loss(), least);
                    worst.compare(
                            best.loss(),
                            warm(40, best.contextLength())
                                    .withSameContext()
                                    .predict()
                                    .loss(best.examples()));
                });
    }

    private static double order(IntToDoubleFunction departure) {
        return Math.log(departure.applyAsDouble(2000) / departure.applyAsDouble(16_000)) / Math.log(8);
    }
}
