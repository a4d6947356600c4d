package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.incontext.AttentionDistillation;
import dev.retort.theory.incontext.DemonstrationSelection;
import dev.retort.theory.incontext.FinitePretraining;
import dev.retort.theory.incontext.GaussianContext;
import dev.retort.theory.incontext.GeneralisationBound;
import dev.retort.theory.incontext.InContextPredictor;
import dev.retort.theory.incontext.IsotropicContext;
import dev.retort.theory.incontext.Kernel;
import dev.retort.theory.incontext.Mmd;
import dev.retort.theory.incontext.PositiveRandomFeatures;
import dev.retort.theory.incontext.ReferenceWeights;
import dev.retort.theory.incontext.SampledContexts;
import dev.retort.theory.incontext.Selection;
import dev.retort.theory.incontext.TaskDiversity;
import dev.retort.theory.incontext.WeightBias;
import dev.retort.theory.incontext.WeightedSelection;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Predictors that learn from their context, and attention as a step of distillation. */
final class InContextFormulas {

    private static final String PREDICTORS = "lib-theory/docs/in-context-predictors.md";
    private static final String ATTENTION = "lib-theory/docs/in-context-distillation.md";

    private static final double[][] KEYS = {{1, 0}, {0, 1}, {-1, 0.5}};
    private static final double[][] VALUES = {{1, 2}, {2, -1}, {3, 0.5}};

    private InContextFormulas() {}

    static List<Formula> all() {
        return List.of(
                isotropic(),
                gaussian(),
                pretraining(),
                diversity(),
                discrepancy(),
                attention(),
                bias(),
                bounds(),
                randomFeatures(),
                selection());
    }

    private static RegressionTask task(int d) {
        return RegressionTask.of(Spectrum.isotropic(1, d), Signal.constant(Math.sqrt(1.0 / d)))
                .withNoise(0.5);
    }

    private static Formula isotropic() {
        return Formula.of(
                        "in-context predictors on isotropic features, exact at every size",
                        "von Oswald et al., arXiv 2212.07677, Akyürek et al., arXiv 2211.15661, Garg et al., arXiv 2208.01066,"
                                + " the predictors; risks derived, " + PREDICTORS,
                        IsotropicContext.class,
                        InContextPredictor.class,
                        SampledContexts.class)
                .withDigits("incontext/in-context.tsv", 2e-14, (row, worst) -> {
                    IsotropicContext context = IsotropicContext.of(row.whole("d"), row.whole("n"))
                            .withTaskPower(row.number("power"))
                            .withNoise(Math.sqrt(row.number("noiseVariance")));
                    worst.compare(context.excess(InContextPredictor.gradientStep(1 / 64.0)), row.number("step1"));
                    worst.compare(context.excess(InContextPredictor.gradientSteps(3, 1 / 64.0)), row.number("steps3"));
                    worst.compare(context.excess(InContextPredictor.gradientSteps(8, 1 / 128.0)), row.number("steps8"));
                    worst.compare(context.excess(InContextPredictor.ridge(1 / 16.0)), row.number("ridge"));
                    worst.compare(context.excess(context.bayes()), row.number("bayes"));
                    worst.compare(context.excess(InContextPredictor.ridge(0x1p-30)), row.number("tinyRidge"));
                })
                .withSimulation("12 features, sampled contexts of 5 and 30", (run, worst) -> {
                    for (int n : new int[] {5, 30}) {
                        IsotropicContext exact = IsotropicContext.of(12, n).withNoise(0.5);
                        SampledContexts sampled = SampledContexts.of(task(12), n, run.trials(3000), 5);
                        for (InContextPredictor predictor :
                                List.of(exact.bayes(), exact.bestGradientSteps(3), InContextPredictor.leastSquares())) {
                            worst.measure(sampled.excess(predictor), exact.excess(predictor));
                        }
                    }
                })
                .withLimit(
                        "least squares: σ²d/(n − d − 1)",
                        1e-13,
                        worst -> worst.compare(
                                IsotropicContext.of(12, 30).withNoise(0.5).excess(InContextPredictor.leastSquares()),
                                0.25 * 12 / 17));
    }

    private static Formula gaussian() {
        return Formula.of("in-context predictors on any covariance", "derived, " + PREDICTORS, GaussianContext.class)
                .withSimulation("one gradient step and least squares, 10 features", (run, worst) -> {
                    RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 10), Signal.constant(0.3))
                            .withNoise(0.2);
                    GaussianContext context = GaussianContext.of(task, 20);
                    SampledContexts sampled = SampledContexts.of(task, 20, run.trials(4000), 11);
                    double step = context.bestStep();
                    worst.measure(sampled.excess(InContextPredictor.gradientStep(step)), context.gradientStep(step));
                    worst.measure(sampled.excess(InContextPredictor.leastSquares()), context.leastSquares());
                })
                .withOrder("Bayes, an equivalent, from the exact risk on isotropic features", 1, 0.1, (run, worst) -> {
                    IntToDoubleFunction departure = d -> {
                        IsotropicContext exact =
                                IsotropicContext.of(d, 3 * d / 4).withNoise(0.5);
                        return Math.abs(
                                GaussianContext.of(task(d), 3 * d / 4).bayes() / exact.excess(exact.bayes()) - 1);
                    };
                    worst.add(Math.log(departure.applyAsDouble(80) / departure.applyAsDouble(320)) / Math.log(4));
                })
                .withLimit(
                        "a gradient step on isotropic features",
                        1e-13,
                        worst -> worst.compare(
                                GaussianContext.of(task(20), 30).gradientStep(0.02),
                                IsotropicContext.of(20, 30)
                                        .withNoise(0.5)
                                        .excess(InContextPredictor.gradientStep(0.02))));
    }

    private static Formula pretraining() {
        return Formula.of(
                        "attention pre-trained on finitely many prompts and tasks",
                        "Lu et al., arXiv 2405.11751; with ridge derived, " + PREDICTORS,
                        FinitePretraining.class)
                .withLimit("fresh tasks, no ridge, more prompts than d²: closed form", 1e-11, worst -> {
                    // ℓ = 2d, noise variance 0.3: with q = (1 + ρ)/α it is (ρ + q/(1 + q)) τ/(τ − 1) − ρ.
                    double rho = 0.3;
                    double q = 1.3 / 2;
                    IsotropicContext context = IsotropicContext.of(20, 40).withNoise(Math.sqrt(rho));
                    for (double tau : new double[] {1.1, 3, 50}) {
                        worst.compare(
                                FinitePretraining.of(context, 400 * tau).onNewTasks(),
                                (rho + q / (1 + q)) * tau / (tau - 1) - rho);
                    }
                });
    }

    private static Formula diversity() {
        return Formula.of(
                        "value of pre-training on M tasks",
                        "Raventós et al., arXiv 2306.15063, the predictors; Wurgaft et al., arXiv 2506.17859, the price;"
                                + " derived, " + PREDICTORS,
                        TaskDiversity.class)
                .withLimit("generalising: the Bayes predictor", 1e-12, worst -> {
                    IsotropicContext context = IsotropicContext.of(4, 4).withNoise(0.5);
                    worst.compare(TaskDiversity.of(context, 16, 4, 7).generalising(), context.excess(context.bayes()));
                })
                .withSimulation("one memorised task, on new tasks with an empty context: 2p", (run, worst) -> {
                    // With an empty context the memorising predictor is the task itself, at distance p + p from a new
                    // one.
                    IsotropicContext context = IsotropicContext.of(4, 1).withNoise(1e6);
                    TaskDiversity diversity = TaskDiversity.of(context, 4, run.trials(4000), 7);
                    worst.measure(diversity.memorisingOnNew(0), 2);
                });
    }

    private static Kernel kernel(Row row) {
        double parameter = row.number("parameter");
        String name = row.text("kernel");
        return switch (name) {
            case "gaussian" -> Kernel.gaussian(parameter);
            case "laplace" -> Kernel.laplace(parameter);
            case "energy" -> Kernel.energy();
            case "softmax" -> Kernel.softmax();
            case "linear-softmax" -> Kernel.linear().times(Kernel.softmax());
            case "linear" -> Kernel.linear();
            case "polynomial" -> Kernel.polynomial(2, parameter);
            default -> throw refusal("kernel", name, "is unknown");
        };
    }

    private static Formula discrepancy() {
        return Formula.of(
                        "maximum mean discrepancy",
                        "Gretton et al., JMLR 13 (2012); between Gaussians derived, " + ATTENTION,
                        Mmd.class,
                        Kernel.class)
                .withDigits(
                        "incontext/discrepancies.tsv",
                        1e-12,
                        (row, worst) -> worst.compare(
                                Mmd.of(kernel(row))
                                        .betweenGaussians(
                                                row.numbers("firstMean"),
                                                ReferenceTables.square(row.numbers("firstCovariance")),
                                                row.numbers("secondMean"),
                                                ReferenceTables.square(row.numbers("secondCovariance"))),
                                row.number("squared")))
                .withSimulation("unbiased estimate from normal points", (run, worst) -> {
                    RandomGenerator random = RandomStreams.of(17).generator();
                    double[][] first = points(run.trials(2000), 0, random);
                    double[][] second = points(run.trials(2000), 0.4, random);
                    double[][] one = {{1, 0}, {0, 1}};
                    for (Kernel kernel : List.of(Kernel.gaussian(1), Kernel.laplace(1))) {
                        Mmd mmd = Mmd.of(kernel);
                        worst.measure(
                                mmd.unbiased(first, second),
                                mmd.betweenGaussians(new double[2], one, new double[] {0.4, 0.4}, one));
                    }
                })
                .withLimit("far apart: both norms", 1e-12, worst -> {
                    double[][] far = {{1e6}};
                    worst.compare(
                            Mmd.of(Kernel.gaussian(1))
                                    .biased(new double[][] {{0}}, far)
                                    .mean(),
                            2);
                });
    }

    private static double[][] points(int count, double mean, RandomGenerator random) {
        return IntStream.range(0, count)
                .mapToObj(i -> Arrays.stream(StandardNormal.sample(2, random))
                        .map(x -> mean + x)
                        .toArray())
                .toArray(double[][]::new);
    }

    private static Formula attention() {
        return Formula.of(
                        "attention as a step of distillation",
                        "Li, Liu and Li, arXiv 2506.11516, the view; normaliser derived, " + ATTENTION,
                        AttentionDistillation.class,
                        ReferenceWeights.class)
                .withLimit("sums of the definition; the limit of steps interpolates", 1e-9, worst -> {
                    AttentionDistillation prompt = AttentionDistillation.of(KEYS, VALUES);
                    double[] query = {0.3, -0.7};
                    double total = 0;
                    double sum = 0;
                    for (int i = 0; i < KEYS.length; i++) {
                        double weight = Math.exp(KEYS[i][0] * query[0] + KEYS[i][1] * query[1]);
                        total += weight;
                        sum += weight * VALUES[i][0];
                    }
                    worst.compare(prompt.weights().predict(query)[0], sum / 3);
                    worst.compare(prompt.attention(query)[0], sum / total);
                    for (int i = 0; i < KEYS.length; i++) {
                        worst.compare(prompt.limit().predict(KEYS[i])[1], VALUES[i][1]);
                    }
                });
    }

    private static Formula bias() {
        return Formula.of("bias of a prompt's weights", "derived, " + ATTENTION, WeightBias.class)
                .withLimit("the discrepancy of pairs in the product kernel", 1e-9, worst -> {
                    double[][] otherKeys = {{0.5, 0.2}, {-0.3, 1}};
                    double[][] otherValues = {{0, 1}, {2, 2}};
                    WeightBias bias = WeightBias.between(
                            AttentionDistillation.of(KEYS, VALUES), AttentionDistillation.of(otherKeys, otherValues));
                    Kernel product =
                            Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 4));
                    worst.compare(
                            bias.value(),
                            Mmd.of(product).distance(joined(KEYS, VALUES), joined(otherKeys, otherValues)));
                });
    }

    private static double[][] joined(double[][] keys, double[][] values) {
        return IntStream.range(0, keys.length)
                .mapToObj(i -> new double[] {keys[i][0], keys[i][1], values[i][0], values[i][1]})
                .toArray(double[][]::new);
    }

    private static Formula bounds() {
        return Formula.of("generalisation of distilled weights", "derived, " + ATTENTION, GeneralisationBound.class)
                .withLimit("the terms of the definition, B = R = V = 1, n = 100", 1e-14, worst -> {
                    GeneralisationBound bound = GeneralisationBound.of(1, 1, 1);
                    worst.compare(bound.momentTerm(100), 0.15);
                    worst.compare(bound.rademacherTerm(100), 0.3);
                    worst.compare(bound.maurerTerm(100, 4), 2 * Math.sqrt(2) * 2 * 0.2);
                    worst.compare(bound.moment(100, 0.05), 0.15 + 2 * Math.sqrt(Math.log(20) / 200));
                });
    }

    private static Formula randomFeatures() {
        return Formula.of(
                        "positive random features",
                        "Choromanski et al., arXiv 2009.14794, lemma 1",
                        PositiveRandomFeatures.class)
                .withSimulation("mean over seeds: exp⟨x, y⟩", (run, worst) -> {
                    double[] x = {0.3, -0.4};
                    double[] y = {0.5, 0.2};
                    double[] estimates = IntStream.range(0, run.trials(1000))
                            .mapToDouble(seed -> PositiveRandomFeatures.of(2, 64)
                                    .withSeed(seed)
                                    .kernel()
                                    .value(x, y))
                            .toArray();
                    worst.measure(SampleMean.of(estimates), Math.exp(0.15 - 0.08));
                })
                .withLimit(
                        "variance (e^{‖x + y‖²} − 1) e^{2⟨x, y⟩}/r",
                        1e-13,
                        worst -> worst.compare(
                                PositiveRandomFeatures.of(2, 64)
                                        .variance(new double[] {0.3, -0.4}, new double[] {0.5, 0.2}),
                                (Math.exp(0.68) - 1) * Math.exp(0.14) / 64));
    }

    private static Formula selection() {
        double[][] pool = {{0, 0}, {1, 0}, {0, 1}, {3, 3}, {1, 1}};
        double[][] target = {{0.1, 0.5}, {1, 0.6}, {0.5, 0.2}, {0.4, 1}};
        return Formula.of(
                        "choice of demonstrations",
                        "derived, " + ATTENTION,
                        DemonstrationSelection.class,
                        Selection.class,
                        WeightedSelection.class)
                .withLimit("squared discrepancies; the mean over all pairs", 1e-12, worst -> {
                    Kernel kernel = Kernel.gaussian(1);
                    DemonstrationSelection selection = DemonstrationSelection.of(kernel, pool, target);
                    Selection greedy = selection.greedy(3);
                    worst.compare(greedy.objective(), selection.objective(greedy.indices()));
                    worst.compare(greedy.objective(), Math.pow(Mmd.of(kernel).distance(greedy.of(pool), target), 2));
                    double mean = 0;
                    for (int i = 0; i < 5; i++) {
                        for (int j = 0; j < i; j++) {
                            mean += selection.objective(i, j) / 10;
                        }
                    }
                    worst.compare(selection.meanOfRandom(2), mean);
                })
                .withLimit("no choice is better than the weights (by how much, at most)", 1e-6, worst -> {
                    DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), pool, target);
                    WeightedSelection weighted = selection.weights(1000);
                    worst.compare(Arrays.stream(weighted.weights()).sum(), 1);
                    worst.add(Math.max(
                            0, weighted.objective() / selection.greedy(3).objective() - 1));
                });
    }
}
