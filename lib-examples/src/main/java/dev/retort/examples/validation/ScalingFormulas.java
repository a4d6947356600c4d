package dev.retort.examples.validation;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.scaling.BestTeacher;
import dev.retort.theory.scaling.ComputeOptimal;
import dev.retort.theory.scaling.DistillationLaw;
import dev.retort.theory.scaling.ExponentFit;
import dev.retort.theory.scaling.FlooredFit;
import dev.retort.theory.scaling.Interval;
import dev.retort.theory.scaling.LawBootstrap;
import dev.retort.theory.scaling.LawFit;
import dev.retort.theory.scaling.RandomFeatureScaling;
import dev.retort.theory.scaling.RiskCurve;
import dev.retort.theory.scaling.RiskLaw;
import dev.retort.theory.scaling.RunTable;
import dev.retort.theory.scaling.ScalingLaw;
import dev.retort.theory.scaling.SupervisedLaw;
import dev.retort.theory.scaling.Truncation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Power laws, exact and empirical. */
final class ScalingFormulas {

    private static final String DOCUMENT = "lib-theory/docs/scaling.md";
    private static final String BUSBRIDGE = "Busbridge et al., arXiv 2502.08606";

    private ScalingFormulas() {}

    static List<Formula> all() {
        return List.of(
                law(),
                endless(),
                randomFeatures(),
                truncation(),
                exponents(),
                supervised(),
                distilled(),
                fits(),
                refits());
    }

    private static Formula law() {
        return Formula.of(
                        "scaling laws with constants",
                        "Ildiz et al., arXiv 2410.18837, exponents; constants derived, " + DOCUMENT,
                        ScalingLaw.class,
                        RiskLaw.class)
                .withDigits("scaling/laws.tsv", 1e-13, (row, worst) -> {
                    ScalingLaw law = ScalingLaw.powerLaw(row.number("alpha"), row.number("b"));
                    worst.compare(law.exponent(), row.number("exponent"));
                    worst.compare(law.standardConstant(), row.number("standard"));
                    worst.compare(law.optimalConstant(), row.number("optimal"));
                    worst.compare(law.maskConstant(), row.number("mask"));
                    worst.compare(law.optimal().ratio(), row.number("gainRatio"));
                    worst.compare(law.masked().ratio(), row.number("maskRatio"));
                })
                .withOrder("exact risks come closer to the law, α = 2, b = 3", 1, 0.05, (run, worst) -> {
                    RiskLaw standard = ScalingLaw.powerLaw(2, 3).standard();
                    worst.add(Math.log10(standard.deviation(1e5) / standard.deviation(1e7)) / 2);
                })
                .withLimit(
                        "α = 2, b = 3: ratio π/4",
                        1e-15,
                        worst -> worst.compare(
                                ScalingLaw.powerLaw(2, 3).optimal().ratio(), Math.PI / 4));
    }

    private static Formula endless() {
        return Formula.of("risks on infinite spectra", "derived, " + DOCUMENT, Distillation.class)
                .withDigits("scaling/power-law-risks.tsv", 2e-14, (row, worst) -> {
                    double features = row.number("p");
                    Spectrum spectrum = Double.isInfinite(features)
                            ? Spectrum.powerLaw(row.number("alpha"))
                            : Spectrum.powerLaw(row.number("alpha"), 1, 0, (long) features);
                    RegressionTask task = RegressionTask.of(spectrum, Signal.sourcePowerLaw(row.number("b")));
                    Training training = Training.samples(row.number("n"));
                    worst.compare(
                            Distillation.of(task).target(training).predict().excess(), row.number("standard"));
                    worst.compare(
                            Distillation.of(task)
                                    .surrogate(Surrogate.optimal())
                                    .target(training)
                                    .predict()
                                    .excess(),
                            row.number("optimal"));
                });
    }

    private static Formula randomFeatures() {
        return Formula.of(
                        "laws of random-feature students",
                        "Wu et al., arXiv 2603.05691, the question; Medvedev et al. (ICML 2025), the bound; "
                                + DOCUMENT,
                        RandomFeatureScaling.class)
                .withLimit("exponents are differences of logarithms; minimax (b − 1)/b", 1e-5, worst -> {
                    RandomFeatureScaling law = RandomFeatureScaling.of(1.5, 2.5)
                            .withNoise(1)
                            .withTeacher(RandomFeatureScaling.Growth.samples(1))
                            .withStudent(new RandomFeatureScaling.Growth(1.5, 0.8, 1.2));
                    double h = 1e-3;
                    double above = law.at(200 * Math.exp(h)).studentExcess();
                    double below = law.at(200 * Math.exp(-h)).studentExcess();
                    worst.compare(law.at(200).studentExponent(), -Math.log(above / below) / (2 * h));
                    worst.compare(law.minimaxExponent(), 0.6);
                });
    }

    private static Formula truncation() {
        return Formula.of("bounds for an unseen tail", "derived, " + DOCUMENT, Truncation.class, Interval.class)
                .withLimit("τ, Ω and the risk of the whole lie inside", 0, worst -> {
                    // λ = λβ² = i^-2: the tail beyond 3000 features.
                    double tail = 1 / 3000.0 - 1 / (2 * 9e6) + 1 / (6 * 27e9);
                    RegressionTask cut =
                            RegressionTask.of(Spectrum.powerLaw(2.0, 1, 0, 3000L), Signal.sourcePowerLaw(2.0));
                    RegressionTask whole = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(2.0));
                    for (double n : new double[] {20, 200, 1000}) {
                        Truncation.Bounds bounds =
                                Truncation.of(cut, tail, tail).bounds(n);
                        DeterministicEquivalent equivalent = DeterministicEquivalent.of(whole.spectrum(), n);
                        inside(worst, bounds.tau(), equivalent.tau());
                        inside(worst, bounds.omega(), equivalent.omega());
                        inside(
                                worst,
                                bounds.standard(),
                                Distillation.of(whole)
                                        .target(Training.samples(n))
                                        .predict()
                                        .excess());
                    }
                });
    }

    /** Adds how far a value is outside an interval, relative to its width. */
    private static void inside(Worst worst, Interval interval, double value) {
        double outside = Math.max(interval.low() - value, value - interval.high());
        worst.add(Math.max(0, outside) / interval.width());
    }

    private static Formula exponents() {
        double[] n = {100, 200, 400, 800, 1600, 3200};
        return Formula.of(
                        "fitted exponents and floors",
                        "least squares, " + DOCUMENT,
                        RiskCurve.class,
                        ExponentFit.class,
                        FlooredFit.class)
                .withLimit("exact powers are recovered", 1e-6, worst -> {
                    double[] pure =
                            Arrays.stream(n).map(x -> 3 * Math.pow(x, -0.7)).toArray();
                    ExponentFit fit = RiskCurve.of(1e6, n, pure).fit();
                    worst.compare(fit.exponent(), 0.7);
                    worst.compare(fit.constant(), 3);
                    double[] floored =
                            Arrays.stream(n).map(x -> 0.5 + 2 / Math.sqrt(x)).toArray();
                    FlooredFit above = RiskCurve.of(1e6, n, floored).fitWithFloor();
                    worst.compare(above.exponent(), 0.5);
                    worst.compare(above.floor(), 0.5);
                });
    }

    private static SupervisedLaw supervised(Row row) {
        return SupervisedLaw.of(
                row.number("E"),
                row.number("A"),
                row.number("alpha"),
                row.number("B"),
                row.number("beta"),
                row.number("gamma"));
    }

    private static Formula supervised() {
        return Formula.of(
                        "loss of models trained on data",
                        "Hoffmann et al., arXiv 2203.15556; " + BUSBRIDGE + "; lib-theory/docs/training-laws.md",
                        SupervisedLaw.class)
                .withDigits("scaling/training-laws.tsv", 1e-12, (row, worst) -> {
                    SupervisedLaw law = supervised(row);
                    double n = row.number("N");
                    double d = row.number("D");
                    worst.compare(law.loss(n, d), row.number("loss"));
                    worst.compare(law.lossByParameters(n, d), row.number("lossByN"));
                    worst.compare(law.lossByTokens(n, d), row.number("lossByD"));
                    worst.compare(law.optimalFor(row.number("flops")).parameters(), row.number("bestN"));
                })
                .withLimit("6 N D is the budget, and the least budget of a loss", 1e-9, worst -> {
                    SupervisedLaw law = SupervisedLaw.busbridge2025();
                    ComputeOptimal best = law.optimalFor(1e21);
                    worst.compare(6 * best.parameters() * best.tokens(), 1e21);
                    worst.compare(law.flopsFor(best.loss()), 1e21);
                });
    }

    private static Formula distilled() {
        return Formula.of(
                        "loss of distilled models",
                        BUSBRIDGE + ", the law of distillation; lib-theory/docs/training-laws.md",
                        DistillationLaw.class)
                .withDigits("scaling/training-laws.tsv", 1e-11, (row, worst) -> {
                    DistillationLaw law = DistillationLaw.of(
                            supervised(row),
                            row.number("A'"),
                            row.number("alpha'"),
                            row.number("B'"),
                            row.number("beta'"),
                            row.number("gamma'"),
                            row.number("c0"),
                            row.number("c1"),
                            row.number("d1"),
                            row.number("f1"));
                    double n = row.number("N");
                    double d = row.number("D");
                    double teacher = row.number("LT");
                    worst.compare(law.loss(n, d, teacher), row.number("student"));
                    worst.compare(law.lossByParameters(n, d, teacher), row.number("studentByN"));
                    worst.compare(law.lossByTokens(n, d, teacher), row.number("studentByD"));
                    BestTeacher best = law.bestTeacher(n, d);
                    worst.compare(best.teacherLoss(), row.number("bestTeacher"));
                    worst.compare(best.studentLoss(), row.number("bestStudent"));
                })
                .withLimit("on the tokens where they meet, no better than data", 1e-10, worst -> {
                    SupervisedLaw data = SupervisedLaw.busbridge2025();
                    DistillationLaw law = DistillationLaw.of(data, 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.1);
                    double tokens = law.meetingTokens(1e9, 2.2);
                    worst.compare(law.loss(1e9, tokens, 2.2), data.loss(1e9, tokens));
                });
    }

    private static Formula fits() {
        return Formula.of("laws fitted to runs", "Huber's loss of log residuals", LawFit.class, RunTable.class)
                .withLimit("exact runs are reproduced", 1e-4, worst -> {
                    SupervisedLaw truth = SupervisedLaw.of(1.7, 400, 0.34, 410, 0.28);
                    double[] n = new double[16];
                    double[] d = new double[16];
                    double[] losses = new double[16];
                    for (int i = 0; i < n.length; i++) {
                        n[i] = 1e8 * Math.pow(3, Math.floorDiv(i, 4));
                        d[i] = 2e9 * Math.pow(3, i % 4);
                        losses[i] = truth.loss(n[i], d[i]);
                    }
                    LawFit<SupervisedLaw> fit = SupervisedLaw.fit(RunTable.of(n, d, losses));
                    for (int i = 0; i < n.length; i++) {
                        worst.compare(fit.law().loss(n[i], d[i]), losses[i]);
                    }
                });
    }

    private static Formula refits() {
        return Formula.of(
                        "intervals of refitted laws",
                        "Davison and Hinkley, 1997; Hesterberg, The American Statistician 69, 2015",
                        LawBootstrap.class)
                .withLimit("many runs: quantiles of 1, …, 999, and of 1, …, 999 beside 11, …, 1009", 0, worst -> {
                    int many = 1_000_000_000;
                    LawBootstrap<Double> one = new LawBootstrap<>(List.of(numbers(many, 1)));
                    worst.compare(one.interval(law -> law, 0.95).low(), 25);
                    worst.compare(one.interval(law -> law, 0.95).high(), 975);
                    worst.compare(one.share(law -> law > 900), 99 / 999.0);
                    LawBootstrap<Double> both = new LawBootstrap<>(List.of(numbers(many, 1), numbers(many, 11)));
                    worst.compare(both.interval(law -> law, 0.95).low(), 25);
                    worst.compare(both.interval(law -> law, 0.95).high(), 985);
                })
                .withLimit("three runs more than constants: the quantile of Student's distribution", 0, worst -> {
                    // Φ(−3.18245) = .00073, which is outside of 999 laws: the least and the greatest.
                    LawBootstrap<Double> few = new LawBootstrap<>(List.of(numbers(3, 1)));
                    worst.compare(few.interval(law -> law, 0.95).low(), 1);
                    worst.compare(few.interval(law -> law, 0.95).high(), 999);
                });
    }

    /** 999 laws, which are consecutive numbers from the given first one on. */
    private static LawBootstrap.Refits<Double> numbers(int freedom, int first) {
        return new LawBootstrap.Refits<>(
                freedom,
                IntStream.range(first, first + 999).mapToObj(Double::valueOf).toList());
    }
}
