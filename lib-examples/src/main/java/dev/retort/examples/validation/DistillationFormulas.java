package dev.retort.examples.validation;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.Check.Run;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.distillation.BestRidge;
import dev.retort.theory.distillation.BestStopping;
import dev.retort.theory.distillation.CovarianceShift;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Generations;
import dev.retort.theory.distillation.LabelMixture;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.RidgeEnsemble;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.RowPool;
import dev.retort.theory.distillation.SelfDistillation;
import dev.retort.theory.distillation.Sensitivities;
import dev.retort.theory.distillation.SpectralFilter;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Sweep;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.distillation.WeakToStrong;
import dev.retort.theory.incontext.InContextPredictor;
import dev.retort.theory.incontext.IsotropicContext;
import dev.retort.theory.matrix.MatrixDistillation;
import dev.retort.theory.matrix.MatrixTeacher;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Risks of pipelines, and their optima. */
final class DistillationFormulas {

    private static final String PAPER = "Ildiz et al., arXiv 2410.18837";
    private static final String DOCUMENT = "lib-theory/docs/distillation.md";
    private static final String OWN_DATA_TWICE = "lib-theory/docs/self-distillation.md";
    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.2, 40), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);
    private static final Training TARGET = Training.samples(60).withRidge(0.05);
    private static final Distillation TAUGHT = Distillation.of(TASK)
            .surrogate(Training.samples(80).withRidge(0.02))
            .then(TARGET);

    private DistillationFormulas() {}

    static List<Formula> all() {
        return List.of(
                oneStage(),
                chains(),
                finiteSize(),
                optimalSurrogate(),
                sensitivities(),
                otherTrainings(),
                rowPools(),
                weakToStrong(),
                mixture(),
                shift(),
                generations(),
                bestRidge(),
                bestStopping(),
                selfDistillation(),
                ensemble(),
                sweep(),
                matrices());
    }

    private static Formula oneStage() {
        return Formula.of(
                        "risk of a target taught by fixed coefficients",
                        PAPER + ", the theorem on surrogate-to-target training under model shift; " + DOCUMENT,
                        Distillation.class,
                        Teacher.class,
                        Surrogate.class,
                        Training.class,
                        RiskReport.class)
                .withDigits("distillation/one-stage.tsv", 1e-12, (row, worst) -> {
                    compareOrVanish(worst, excess(row, Surrogate.groundTruth()), row.number("standard"));
                    RiskReport halved = predict(row, Surrogate.given(Tasks.scaled(Tasks.task(row, "spectrum"), 0.5)));
                    compareOrVanish(worst, halved.excess(), row.number("halved"));
                    compareOrVanish(worst, halved.bias(), row.number("halvedBias"));
                    compareOrVanish(worst, halved.labelNoiseVariance(), row.number("halvedLabelNoise"));
                    compareOrVanish(worst, halved.designVariance(), row.number("halvedDesign"));
                })
                .withSimulation("standard target and target of half the truth, n = 60", (run, worst) -> {
                    for (double factor : new double[] {1, 0.5}) {
                        Distillation pipeline = Distillation.of(TASK)
                                .surrogate(Surrogate.given(Tasks.scaled(TASK, factor)))
                                .target(TARGET);
                        simulate(run, worst, pipeline);
                    }
                })
                .withOrder(
                        "isotropic ridge regression, exact at every size",
                        1,
                        0.1,
                        (run, worst) -> worst.add(order(report -> report.excess())))
                .withLimit(
                        "least squares: σ²p/(n − p)",
                        1e-13,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(Training.samples(100))
                                        .predict()
                                        .excess(),
                                0.09 * 40 / 60));
    }

    /** Numbers below this are near the smallest doubles, which are too coarse for a relative error. */
    private static void compareOrVanish(Worst worst, double actual, double expected) {
        if (Math.abs(expected) > 1e-290) {
            worst.compare(actual, expected);
        }
    }

    private static RiskReport predict(Row row, Surrogate surrogate) {
        Training training = Training.samples(row.number("samples")).withRidge(row.number("ridge"));
        return Distillation.of(Tasks.task(row, "spectrum"))
                .surrogate(surrogate)
                .target(training)
                .predict();
    }

    private static double excess(Row row, Surrogate surrogate) {
        return predict(row, surrogate).excess();
    }

    private static void simulate(Run run, Worst worst, Distillation pipeline) {
        List<RiskReport> predictions = pipeline.predictStages();
        List<Simulation> stages =
                pipeline.simulate(Trials.of(run.trials(200)).withSeed(11)).stages();
        for (int k = 0; k < stages.size(); k++) {
            worst.measure(
                    stages.get(k),
                    predictions.get(k),
                    pipeline.trainings().get(k).samples());
        }
    }

    /** The order in 1/n of the difference between the limit and the exact risk, for ridge regression on n = 3d/2 isotropic samples. */
    private static double order(ToDoubleFunction<RiskReport> risk) {
        DoubleUnaryOperator departure = d -> {
            int p = (int) d;
            RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, p), Signal.constant(Math.sqrt(1 / d)))
                    .withNoise(0.5);
            int n = 3 * p / 2;
            double exact = IsotropicContext.of(p, n).withNoise(0.5).excess(InContextPredictor.ridge(0.2 * n));
            RiskReport report = Distillation.of(task)
                    .target(Training.samples(n).withRidge(0.2))
                    .predict();
            return Math.abs(risk.applyAsDouble(report) / exact - 1);
        };
        return Math.log(departure.applyAsDouble(100) / departure.applyAsDouble(400)) / Math.log(4);
    }

    private static Formula chains() {
        return Formula.of(
                        "risk of every stage of a chain",
                        PAPER + ", the two-stage theorem, for any number of stages; " + DOCUMENT,
                        Distillation.class,
                        FeatureMask.class)
                .withDigits("distillation/chains.tsv", 1e-12, (row, worst) -> {
                    Distillation chain =
                            Tasks.pipeline(row, Tasks.task(row, "evaluation"), row.text("surrogate (times the truth)"));
                    compareParts(
                            chain.predictStages(),
                            row.numbersFrom("excess, bias, label noise, design, inherited of each stage"),
                            5,
                            0,
                            worst);
                })
                .withSimulation(
                        "three stages, the second masked, n = 80, 60, 60",
                        (run, worst) -> simulate(
                                run,
                                worst,
                                Distillation.of(TASK)
                                        .surrogate(Training.samples(80).withRidge(0.02))
                                        .then(TARGET.withMask(FeatureMask.keepingFirst(20, 40)))
                                        .then(TARGET)))
                .withLimit(
                        "a teacher of infinitely many samples: the truth",
                        1e-9,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .surrogate(Training.samples(1e12))
                                        .then(TARGET)
                                        .predict()
                                        .excess(),
                                Distillation.of(TASK).target(TARGET).predict().excess()));
    }

    /** The risk of each stage and its four parts, the first of the given count of numbers per stage. */
    private static void compareParts(
            List<RiskReport> reports, double[] expected, int numbers, double rounding, Worst worst) {
        for (int stage = 0; stage < reports.size(); stage++) {
            RiskReport risk = reports.get(stage);
            double[] actual = {
                risk.excess(), risk.bias(), risk.labelNoiseVariance(), risk.designVariance(), risk.inheritedVariance()
            };
            for (int part = 0; part < actual.length; part++) {
                double value = expected[numbers * stage + part];
                worst.compare(actual[part], value, Math.max(value, rounding * risk.excess()));
            }
        }
    }

    private static Formula finiteSize() {
        return Formula.of(
                        "correction for finite size, and scatter",
                        "derived, lib-theory/docs/finite-size.md",
                        RiskReport.class)
                .withDigits("distillation/finite-size.tsv", 1e-11, (row, worst) -> {
                    RiskReport report = finite(row).predict();
                    worst.compare(report.excess(), row.number("excess"));
                    worst.compare(report.finiteSizeCorrection().orElse(Double.NaN), row.number("correction"));
                    worst.compare(Math.pow(report.standardDeviation().orElse(Double.NaN), 2), row.number("variance"));
                })
                .withOrder(
                        "isotropic ridge regression, corrected",
                        2,
                        0.1,
                        (run, worst) ->
                                worst.add(order(report -> report.corrected().orElse(Double.NaN))))
                .withSimulation("mean of two stages", (run, worst) -> simulate(run, worst, TAUGHT))
                .withLimit(
                        "least squares: σ²p/(n − p)² to order 1/n",
                        1e-13,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(Training.samples(100))
                                        .predict()
                                        .finiteSizeCorrection()
                                        .orElse(Double.NaN),
                                0.09 * 40 / 3600));
    }

    /** Stages "samples ridge noise share spectrum mask", on p features i^-lambda and coefficients i^-beta. */
    private static Distillation finite(Row row) {
        int p = row.whole("p");
        RegressionTask task = RegressionTask.of(
                        Spectrum.of(powers(row.text("lambda"), p)), Signal.of(powers(row.text("beta"), p)))
                .withNoise(row.number("noise"));
        Teacher teacher = Distillation.of(task);
        for (String stage : row.text("stages").split("; ", -1)) {
            String[] words = stage.split(" ", -1);
            Training training = Training.samples(Double.parseDouble(words[0]))
                    .withRidge(Double.parseDouble(words[1]))
                    .withNoise(Double.parseDouble(words[2]))
                    .withTeacherShare(Double.parseDouble(words[3]));
            training = words[4].equals("-") ? training : training.withSpectrum(Spectrum.of(powers(words[4], p)));
            boolean[] keeps = new boolean[p];
            IntStream.range(0, p).forEach(i -> keeps[i] = words[5].charAt(i) == '1');
            teacher = teacher.target(words[5].contains("0") ? training.withMask(FeatureMask.of(keeps)) : training);
        }
        return (Distillation) teacher;
    }

    private static double[] powers(String exponent, int p) {
        return IntStream.rangeClosed(1, p)
                .mapToDouble(i -> Math.pow(i, -Double.parseDouble(exponent)))
                .toArray();
    }

    private static Formula optimalSurrogate() {
        return Formula.of(
                        "optimal surrogate and optimal mask",
                        PAPER + ", the propositions on both for a given target; " + DOCUMENT,
                        OptimalSurrogate.class,
                        FeatureMask.class)
                .withDigits("distillation/one-stage.tsv", 1e-12, (row, worst) -> {
                    RegressionTask task = Tasks.task(row, "spectrum");
                    Training training = Training.samples(row.number("samples")).withRidge(row.number("ridge"));
                    OptimalSurrogate best = OptimalSurrogate.of(task, training);
                    compareOrVanish(worst, best.gain(0), row.number("gainFirst"));
                    compareOrVanish(worst, best.gain(task.dimension() - 1), row.number("gainLast"));
                    compareOrVanish(worst, best.risk().excess(), row.number("optimal"));
                    worst.compare((double) best.maskSize(), row.number("maskSize"));
                    compareOrVanish(worst, excess(row, Surrogate.optimallyMasked()), row.number("masked"));
                })
                .withSimulation("both, n = 60", (run, worst) -> {
                    for (Surrogate surrogate : List.of(Surrogate.optimal(), Surrogate.optimallyMasked())) {
                        simulate(
                                run,
                                worst,
                                Distillation.of(TASK).surrogate(surrogate).target(TARGET));
                    }
                })
                .withLimit("isotropic, without ridge: gain 1", 1e-14, worst -> {
                    RegressionTask task = RegressionTask.of(Spectrum.isotropic(2, 90), Signal.sourcePowerLaw(1.2));
                    worst.compare(
                            OptimalSurrogate.of(task, Training.samples(30)).gain(7), 1);
                });
    }

    private static Formula sensitivities() {
        String columns = "excess; of each stage d/dn, d/dr, d/dsigma, d/dlambda of the features;"
                + " of the task d/dsigma, d/dlambda";
        return Formula.of("derivatives of the risk", "derived, " + DOCUMENT, Sensitivities.class)
                .withDigits("distillation/sensitivities.tsv", 1e-10, (row, worst) -> {
                    RegressionTask task = Tasks.task(row, "evaluation");
                    Distillation pipeline = Tasks.pipeline(row, task, row.text("surrogate"));
                    double excess = pipeline.predict().excess();
                    Sensitivities found = pipeline.sensitivities();
                    double[] expected = row.numbersFrom(columns);
                    List<double[]> actual = new ArrayList<>(); // a derivative, and the parameter of which it is taken
                    for (int s = 0; s < pipeline.trainings().size(); s++) {
                        Training training = pipeline.trainings().get(s);
                        Sensitivities.OfTraining of = found.trainings().get(s);
                        actual.add(new double[] {of.samples(), training.samples()});
                        actual.add(new double[] {of.ridge(), training.ridge()});
                        actual.add(new double[] {of.noise(), training.noise(task)});
                        for (double i : row.numbers("features")) {
                            double eigenvalue = training.spectrum(task).eigenvalue((int) i);
                            actual.add(new double[] {of.eigenvalue((int) i), eigenvalue});
                        }
                    }
                    for (int k = 0; k < actual.size(); k++) {
                        double number = actual.get(k)[1];
                        // Terms may cancel, so the rounding error is relative to them and not to their sum.
                        double scale = Math.max(Math.abs(expected[k + 1]), number == 0 ? 0 : 1e-3 * excess / number);
                        worst.compare(actual.get(k)[0], expected[k + 1], scale);
                    }
                })
                .withDigits("scaling/local-exponents.tsv", 2e-14, DistillationFormulas::compareExponents)
                .withLimit(
                        "least squares: dE/dn = −σ²p/(n − p)²",
                        1e-12,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(Training.samples(100))
                                        .sensitivities()
                                        .target()
                                        .samples(),
                                -0.09 * 40 / 3600));
    }

    /** −d ln E/d ln n for labels of the truth, of the optimal surrogate and of the optimal mask. */
    private static void compareExponents(Row row, Worst worst) {
        double features = row.number("p");
        double samples = row.number("n");
        Spectrum spectrum = Double.isInfinite(features)
                ? Spectrum.powerLaw(row.number("alpha"))
                : Spectrum.powerLaw(row.number("alpha"), (int) features);
        RegressionTask task = RegressionTask.of(spectrum, Signal.sourcePowerLaw(row.number("b")))
                .withNoise(row.number("sigma"));
        Training training = Training.samples(samples).withRidge(row.number("ridge"));
        List<Surrogate> surrogates = List.of(Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked());
        double[] expected = row.numbersFrom("standard");
        for (int k = 0; k < expected.length; k++) {
            double exponent = Distillation.of(task)
                    .surrogate(surrogates.get(k))
                    .target(training)
                    .sensitivities()
                    .localExponent();
            // Near n = p the last bit of n counts p/(p − n) times.
            double scale = 1 + 0.05 * Math.abs(expected[k]) / Math.abs(1 - samples / features);
            worst.compare(exponent, expected[k], scale);
        }
    }

    private static Formula rowPools() {
        return Formula.of("pools of rows from several sources", "derived, " + DOCUMENT, RowPool.class)
                .withDigits("distillation/row-pools.tsv", 1e-12, DistillationFormulas::comparePool)
                .withSimulation("the truth and two teachers, n = 60", (run, worst) -> {
                    RowPool pool = RowPool.of(
                            TARGET,
                            List.of(
                                    Distillation.of(TASK),
                                    Distillation.of(TASK)
                                            .surrogate(Training.samples(80).withRidge(0.02)),
                                    Distillation.of(TASK).surrogate(Training.samples(50))));
                    simulate(run, worst, pool.pipeline(0.4, 0.4, 0.2));
                })
                .withLimit("the truth and one teacher: a share of the teacher's rows", 1e-13, worst -> {
                    Distillation teacher =
                            Distillation.of(TASK).surrogate(Training.samples(80).withRidge(0.02));
                    RowPool pool = RowPool.of(TARGET, List.of(teacher, Distillation.of(TASK)));
                    for (double share : new double[] {0, 0.3, 1}) {
                        worst.compare(
                                pool.excess(share, 1 - share),
                                teacher.then(TARGET.withTeacherRows(share))
                                        .predict()
                                        .excess());
                    }
                });
    }

    /** Sources "share | noise" or, with a teacher of such stages, "share | noise | stages", and plus signs between them. */
    private static void comparePool(Row row, Worst worst) {
        RegressionTask task = Tasks.task(row, "task");
        List<Teacher> teachers = new ArrayList<>();
        List<double[]> given = new ArrayList<>(); // share and noise
        for (String source : row.text("sources").split(" \\+ ", -1)) {
            String[] words = source.split(" \\| ", -1);
            given.add(new double[] {Double.parseDouble(words[0]), Double.parseDouble(words[1])});
            Teacher teacher = Distillation.of(task);
            for (int stage = 2; stage < words.length; stage++) {
                teacher = teacher.target(Tasks.training(words[stage].split("; ", -1), task.dimension()));
            }
            teachers.add(teacher);
        }
        RowPool pool = RowPool.of(Tasks.training(row.text("target").split("; ", -1), task.dimension()), teachers)
                .withNoise(given.stream().mapToDouble(source -> source[1]).toArray());
        double[] expected = row.numbersFrom("excess, bias, label noise, design, inherited, least excess, best shares");
        double[] shares = given.stream().mapToDouble(source -> source[0]).toArray();
        compareParts(List.of(pool.pipeline(shares).predict()), expected, 5, 0, worst);
        worst.compare(pool.best().predict().excess(), expected[5]);
        double[] best = pool.bestShares();
        for (int s = 0; s < best.length; s++) {
            worst.compare(best[s], expected[6 + s], 10); // flat at the best: rounding of the risk counts its root
        }
    }

    private static Formula otherTrainings() {
        return Formula.of(
                        "other trainings: filters, random features, SGD, classes, pools of rows",
                        "derived, lib-theory/docs/filters.md and " + DOCUMENT
                                + "; random features as Defilippis et al. (2024)",
                        SpectralFilter.class,
                        Estimator.class,
                        Labels.class,
                        Training.class)
                .withDigits("distillation/descents.tsv", 1e-12, (row, worst) -> {
                    SpectralFilter descent = SpectralFilter.gradientDescent(row.whole("steps"), row.number("rate"));
                    Training training = Training.samples(row.number("samples")).withFilter(descent);
                    RiskReport risk = Distillation.of(Tasks.task(row, "spectrum"))
                            .target(training)
                            .predict();
                    worst.compare(risk.excess(), row.number("excess"));
                })
                .withSimulation("each as the middle of three stages, n = 60", (run, worst) -> {
                    Training plain = Training.samples(60);
                    List<Training> kinds = List.of(
                            plain.stoppedAt(10),
                            plain.withFilter(SpectralFilter.gradientDescent(30, 0.3)),
                            plain.withFilter(
                                    SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0.02, 0.4})),
                            Training.stochastic(30, 2, 0.1),
                            TARGET.withRandomFeatures(50),
                            TARGET.withNoise(0).withLabels(Labels.hard()),
                            TARGET.withNoise(0.1).withLabels(Labels.soft(0.5)),
                            TARGET.withTeacherRows(0.5));
                    for (Training kind : run.quick() ? kinds.subList(0, 2) : kinds) {
                        simulate(
                                run,
                                worst,
                                Distillation.of(TASK)
                                        .surrogate(Training.samples(80).withRidge(0.02))
                                        .then(kind)
                                        .then(TARGET));
                    }
                })
                .withLimit(
                        "the filter r/(s + r): ridge regression",
                        1e-11,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(Training.samples(60).withFilter(SpectralFilter.ridge(0.05)))
                                        .predict()
                                        .excess(),
                                Distillation.of(TASK).target(TARGET).predict().excess()))
                .withLimit(
                        "infinitely long flow: the minimum-norm fit",
                        1e-6,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(Training.samples(80).stoppedAt(1e9))
                                        .predict()
                                        .excess(),
                                Distillation.of(TASK)
                                        .target(Training.samples(80))
                                        .predict()
                                        .excess()))
                .withLimit(
                        "classes of which half are wrong: accuracy ½",
                        1e-14,
                        worst -> worst.compare(
                                Distillation.of(TASK)
                                        .target(TARGET.withLabels(Labels.hard(0.5)))
                                        .predict()
                                        .accuracy(),
                                0.5));
    }

    private static Formula weakToStrong() {
        return Formula.of("weak against strong labels", PAPER + ", the section on weak-to-strong", WeakToStrong.class)
                .withLimit("two separate predictions", 1e-13, worst -> {
                    WeakToStrong verdict = TAUGHT.againstStrongLabels();
                    double strong =
                            Distillation.of(TASK).target(TARGET).predict().excess();
                    double weak = TAUGHT.predict().excess();
                    worst.compare(verdict.ratio(), weak / strong);
                    worst.compare(verdict.advantage(), strong - weak, strong + weak);
                });
    }

    /** The vertex of the parabola through three points. */
    private static double vertex(DoubleUnaryOperator parabola) {
        double below = parabola.applyAsDouble(-1);
        double at = parabola.applyAsDouble(0);
        double above = parabola.applyAsDouble(1);
        return (below - above) / (2 * (below + above - 2 * at));
    }

    private static Formula mixture() {
        return Formula.of("mixture of a teacher's labels with true ones", "derived, " + DOCUMENT, LabelMixture.class)
                .withLimit("the vertex of the parabola, and predictions", 1e-11, worst -> {
                    LabelMixture mixture = LabelMixture.of(
                            Distillation.of(TASK).surrogate(Training.samples(80).withRidge(0.02)), TARGET.withNoise(0));
                    worst.compare(mixture.bestShare(), vertex(mixture::excess));
                    worst.compare(
                            mixture.excess(0.4), mixture.pipeline(0.4).predict().excess());
                });
    }

    private static Formula shift() {
        return Formula.of(
                        "covariance shift as a surrogate",
                        PAPER + ", the remark on covariance shift",
                        CovarianceShift.class)
                .withLimit("λˢ = g²λ, and back", 1e-11, worst -> {
                    CovarianceShift best = CovarianceShift.optimal(TASK, TARGET);
                    double gain = OptimalSurrogate.of(TASK, TARGET).gain(7);
                    worst.compare(
                            best.source().eigenvalue(7),
                            gain * gain * TASK.spectrum().eigenvalue(7));
                    double excess = Distillation.of(TASK)
                            .surrogate(best.surrogate())
                            .target(TARGET)
                            .predict()
                            .excess();
                    worst.compare(
                            excess, OptimalSurrogate.of(TASK, TARGET).risk().excess());
                });
    }

    private static Formula generations() {
        return Formula.of("model collapse", PAPER + ", the two-stage theorem repeated; " + DOCUMENT, Generations.class)
                .withLimit("a separate chain, and 10,000 generations", 1e-9, worst -> {
                    Generations three = Generations.of(Distillation.of(TASK), TARGET, 3);
                    Distillation chain =
                            Distillation.of(TASK).surrogate(TARGET).then(TARGET).then(TARGET);
                    worst.compare(three.excess()[2], chain.predict().excess());
                    worst.compare(
                            Generations.of(Distillation.of(TASK), TARGET, 10_000)
                                    .excess()[9_999],
                            three.limit());
                });
    }

    private static Formula bestRidge() {
        return Formula.of("best ridge", "derived, " + OWN_DATA_TWICE, BestRidge.class)
                .withLimit("equal coefficients: σ²/(nβ²), whatever the spectrum", 1e-7, worst -> {
                    RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 80), Signal.constant(0.1))
                            .withNoise(0.3);
                    worst.compare(
                            BestRidge.of(Distillation.of(task), Training.samples(40))
                                    .ridge(),
                            0.09 / 40 / 0.01);
                });
    }

    private static Formula bestStopping() {
        return Formula.of("best stopping time", "derived, lib-theory/docs/filters.md", BestStopping.class)
                .withLimit("the exact derivative vanishes there (times t/E)", 1e-5, worst -> {
                    BestStopping best = BestStopping.of(Distillation.of(TASK), Training.samples(60));
                    Distillation pipeline =
                            Distillation.of(TASK).target(Training.samples(60).stoppedAt(best.time()));
                    worst.add(Math.abs(pipeline.sensitivities().target().time() * best.time() / best.excess()));
                    worst.compare(pipeline.predict().excess(), best.excess(), 1e-3 * best.excess());
                });
    }

    private static Formula selfDistillation() {
        return Formula.of(
                        "distillation on the teacher's own data",
                        "Dang, Patil and Rinaldo (ICML 2026), for the sign of ξ*; " + OWN_DATA_TWICE,
                        SelfDistillation.class)
                .withLimit("ridge regression at ξ = 0, and the vertex of the parabola", 1e-11, worst -> {
                    SelfDistillation own = SelfDistillation.of(TASK, TARGET);
                    worst.compare(
                            own.excess(0),
                            Distillation.of(TASK).target(TARGET).predict().excess());
                    worst.compare(own.bestMixing(), vertex(own::excess));
                    worst.compare(own.rounds(1).excess(), own.bestExcess());
                });
    }

    private static Formula ensemble() {
        return Formula.of("ensemble of ridges", "derived, " + OWN_DATA_TWICE, RidgeEnsemble.class)
                .withLimit("one member: ridge regression; its filter: the ensemble", 1e-10, worst -> {
                    RidgeEnsemble ensemble = RidgeEnsemble.of(TASK, Training.samples(60), 0.05, 0.5);
                    worst.compare(
                            ensemble.excess(1, 0),
                            Distillation.of(TASK).target(TARGET).predict().excess());
                    Distillation filtered =
                            Distillation.of(TASK).target(Training.samples(60).withFilter(ensemble.filter()));
                    worst.compare(filtered.predict().excess(), ensemble.excess());
                });
    }

    private static Formula sweep() {
        return Formula.of("grids of trainings", DOCUMENT, Sweep.class)
                .withLimit("each point by itself, gathered or not", 1e-12, worst -> {
                    RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 20_000), Signal.sourcePowerLaw(1.4))
                            .withNoise(0.1);
                    double[] grid = {30, 300, 3000};
                    double[] excess = Sweep.along(grid, Training::samples)
                            .predict(Distillation.of(task))
                            .excess(0);
                    for (int i = 0; i < grid.length; i++) {
                        worst.compare(
                                excess[i],
                                Distillation.of(task)
                                        .target(Training.samples(grid[i]))
                                        .predict()
                                        .excess());
                    }
                });
    }

    private static Formula matrices() {
        return Formula.of(
                        "pipelines of matrices that share no eigenvectors",
                        PAPER + ", the theorem under distribution shift; " + DOCUMENT,
                        MatrixDistillation.class,
                        MatrixTeacher.class)
                .withDigits("matrix/matrices.tsv", 1e-11, Matrices::compare)
                .withSimulation("two stages of different covariances, n = 30 and 20", (run, worst) -> {
                    MatrixDistillation pipeline = Matrices.twoStages();
                    Simulation simulation =
                            pipeline.simulate(Trials.of(run.trials(400)).withSeed(3));
                    worst.measure(simulation, pipeline.predict(), 20);
                })
                .withLimit("the same eigenvectors: pipelines of spectra", 1e-12, worst -> {
                    INDArray truth = Nd4j.createFromArray(Tasks.scaled(TASK, 1));
                    Covariance covariance =
                            Covariance.of(Nd4j.diag(Nd4j.createFromArray(DoubleStream.iterate(1, i -> i + 1)
                                    .limit(40)
                                    .map(i -> Math.pow(i, -1.2))
                                    .toArray())));
                    double excess = MatrixDistillation.of(covariance, truth)
                            .withNoise(0.3)
                            .target(TARGET)
                            .predict()
                            .excess();
                    worst.compare(
                            excess,
                            Distillation.of(TASK).target(TARGET).predict().excess());
                });
    }

    /** What the columns of matrices.tsv describe. */
    private static final class Matrices {

        private Matrices() {}

        static void compare(Row row, Worst worst) {
            int p = row.whole("features");
            Covariance evaluation = covariance(row.text("evaluation"), p);
            MatrixDistillation.Draft draft = MatrixDistillation.of(evaluation, vector(row.text("truth"), p))
                    .withNoise(row.number("noise"));
            String surrogate = row.text("surrogate");
            if (!surrogate.equals("truth")) {
                draft = surrogate.equals("optimal") ? draft.optimalSurrogate() : draft.surrogate(vector(surrogate, p));
            }
            MatrixTeacher chain = draft;
            for (String stage : row.text("stages").split(" \\| ", -1)) {
                String[] words = stage.split("; ", -1);
                // The same object as the task's covariance if the row names that one.
                Covariance own = words[0].equals("task") || words[0].equals(row.text("evaluation"))
                        ? evaluation
                        : covariance(words[0], p);
                chain = chain.target(training(words), own);
            }
            double[] numbers =
                    row.numbersFrom("excess, bias, label noise, design, inherited, correction, variance of each stage,"
                            + " then the surrogate");
            compareParts(((MatrixDistillation) chain).predictStages(), numbers, 7, 1e-3, worst);
        }

        static MatrixDistillation twoStages() {
            return MatrixDistillation.of(covariance("w 1 15 0", 12), vector("v 2", 12))
                    .withNoise(5)
                    .surrogate(Training.samples(30).withRidge(2), covariance("w 3 15 0", 12))
                    .then(Training.samples(20).withRidge(30));
        }

        private static Training training(String[] words) {
            Training training = Training.samples(Double.parseDouble(words[1]))
                    .withRidge(Double.parseDouble(words[2]))
                    .withTeacherShare(Double.parseDouble(words[5]));
            training = words[3].equals("task") ? training : training.withNoise(Double.parseDouble(words[3]));
            if (words[4].equals("all")) {
                return training;
            }
            boolean[] keeps = new boolean[words[4].length()];
            IntStream.range(0, keeps.length).forEach(i -> keeps[i] = words[4].charAt(i) == '1');
            return training.withMask(FeatureMask.of(keeps));
        }

        /** Whole numbers from −8 to 8, by the linear congruence of the script beside the table. */
        private static double[] numbers(String text, int count) {
            long seed = Long.parseLong(text.split(" ", -1)[1]);
            double[] numbers = new double[count];
            for (int i = 0; i < count; i++) {
                seed = (1103515245 * seed + 12345) & Integer.MAX_VALUE;
                numbers[i] = (seed >> 16) % 17 - 8;
            }
            return numbers;
        }

        /** The product of a matrix with its transpose, exact in doubles. */
        private static Covariance covariance(String text, int p) {
            String[] words = text.split(" ", -1);
            int columns = Integer.parseInt(words[2]);
            int step = Integer.parseInt(words[3]);
            double[] a = numbers(text, p * columns);
            double[][] square = new double[p][p];
            for (int i = 0; i < p; i++) {
                for (int j = 0; j < p; j++) {
                    for (int k = 0; k < columns; k++) {
                        square[i][j] += Math.scalb(a[i * columns + k] * a[j * columns + k], -2 * k * step);
                    }
                }
            }
            return Covariance.of(Nd4j.create(square));
        }

        private static INDArray vector(String text, int p) {
            return Nd4j.createFromArray(numbers(text, p));
        }
    }
}
