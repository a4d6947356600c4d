package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Sweep;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import dev.retort.theory.scaling.RiskLaw;
import dev.retort.theory.scaling.ScalingLaw;
import dev.retort.theory.simulation.Trials;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Scaling laws: one exponent with several constants, and where the power laws end. */
final class ScalingFigures {

    private static final double ALPHA = 3;
    private static final double B = 2;
    private static final ScalingLaw LAW = ScalingLaw.powerLaw(ALPHA, B);

    /** The number of features in the simulation. */
    private static final int FEATURES = 1000;

    private static final double MANY = 1e6;

    private ScalingFigures() {}

    private record Teacher(String name, Surrogate surrogate, RiskLaw law) {}

    private static final List<Teacher> TEACHERS = List.of(
            new Teacher("standard target", Surrogate.groundTruth(), LAW.standard()),
            new Teacher("optimal surrogate", Surrogate.optimal(), LAW.optimal()),
            new Teacher("optimal mask", Surrogate.optimallyMasked(), LAW.masked()));

    /** Risks against their laws, and ratios against their limits. */
    static Exhibit constants(Trials trials) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(ALPHA, FEATURES), Signal.sourcePowerLaw(B));
        List<Curve> curves = TEACHERS.stream()
                .map(teacher -> Curve.of(
                        teacher.name(),
                        new double[] {10, 20, 40, 80, 160, 320},
                        n -> Distillation.of(task)
                                .surrogate(teacher.surrogate())
                                .target(Training.samples(n)),
                        trials))
                .toList();
        return new Exhibit(
                "scaling",
                "One exponent, three constants",
                List.of("""
                        Power laws, λᵢ = i⁻ᵅ and λᵢβᵢ² = i⁻ᵇ: the excess risk falls like n to the power −min(b − 1, 2α), \
                        for every teacher. A teacher only changes the constant in front, which is known in closed form: at α = 3, b = 2 \
                        the best teacher lowers the risk to 0.486 of that on true labels, or makes half of the labels \
                        suffice.""", """
                        The laws are limits for 1 ≪ n ≪ p. With 1,000 features the exact risk departs from them early, on its way \
                        to zero at n = p, and so does the simulation. With infinitely many features the ratio converges \
                        to its limit."""),
                Figure.of(laws(task, curves), ratios()),
                "(a) Dashed: the laws. Solid: exact risks with 1,000 features. Markers: simulation. (b) The optimal "
                        + "surrogate's risk over the standard target's, with infinitely many features; dashed: the limit G."
                        + Exhibit.BEYOND,
                Curve.table("n", curves));
    }

    private static Panel laws(RegressionTask task, List<Curve> curves) {
        double[] samples = grid(2, FEATURES - 10, 120);
        Panel panel = Panel.of(
                        "(a) excess risk, α = 3, b = 2",
                        Axis.log("samples n"),
                        Axis.log("excess risk").withRange(2e-4, 2))
                .with(Line.key("law").dashed())
                .withNote("solid: exact, markers: simulation");
        for (int k = 0; k < curves.size(); k++) {
            Teacher teacher = TEACHERS.get(k);
            panel = panel.with(
                    Line.of(teacher.name(), samples, excess(task, teacher.surrogate(), samples)),
                    Line.of("", samples, each(samples, teacher.law()::excess))
                            .withColourOf(teacher.name())
                            .dashed(),
                    curves.get(k).markers());
        }
        return panel;
    }

    private static Panel ratios() {
        double[] samples = grid(0.5, MANY, 120);
        Panel panel = Panel.of(
                        "(b) optimal over standard",
                        Axis.log("samples n"),
                        Axis.linear("ratio of risks").withRange(0.4, 1.1))
                .with(Line.key("limit G").dashed());
        for (double[] decays : new double[][] {{1.2, 1.3}, {1.5, 2.5}, {2, 1.5}, {2, 6}}) {
            RegressionTask task = RegressionTask.of(Spectrum.powerLaw(decays[0]), Signal.sourcePowerLaw(decays[1]));
            double[] standard = excess(task, Surrogate.groundTruth(), samples);
            double[] optimal = excess(task, Surrogate.optimal(), samples);
            double limit = ScalingLaw.powerLaw(decays[0], decays[1]).optimal().ratio();
            String name = String.format(Locale.ROOT, "α = %s, b = %s: G = %.3f", decays[0], decays[1], limit);
            double[] ratio = new double[samples.length];
            Arrays.setAll(ratio, k -> optimal[k] / standard[k]);
            panel = panel.with(
                    Line.of(name, samples, ratio),
                    Line.of("", samples, each(samples, n -> limit))
                            .withColourOf(name)
                            .dashed());
        }
        return panel;
    }

    /** Finitely many features, and noise. */
    static Exhibit limits() {
        return new Exhibit(
                "scaling-limits",
                "Where the power laws end",
                List.of("""
                        A fitted exponent measures the slope where its points lie. The local exponent, −d ln E/d ln n, \
                        comes from the derivative of the closed form: it is b − 1 where the law holds, smaller before, \
                        and grows without bound towards n = p. With 10⁴ features the law holds for little more than a \
                        decade.""", """
                        Noise on the labels, σ² = n⁻ᵞ/10, adds (α − 1)σ² to the risk. The law of the signal survives if and \
                        only if γ is at least min(b − 1, 2α), here 1, where its constant is larger. With a smaller γ it holds only up to \
                        the crossover, and for large n no teacher is better than the truth."""),
                Figure.of(bends(), ablation()),
                "(a) The local exponent of the optimal surrogate's risk, α = 3, b = 2, with p features. (b) The risk under "
                        + "noise of variance 0.1 n^{−γ}, as a multiple of the noiseless law; markers: the crossover."
                        + Exhibit.BEYOND,
                noiseTable());
    }

    private static Panel bends() {
        Panel panel = Panel.of(
                        "(a) local exponent",
                        Axis.log("samples n").withRange(0.5, MANY),
                        Axis.linear("−d ln E / d ln n").withRange(0, 2.5))
                .with(Rule.horizontal(LAW.exponent(), "b − 1"));
        for (int power = 2; power <= 6; power += 2) {
            long features = Math.round(Math.pow(10, power));
            Distillation.Draft draft = Distillation.of(
                            RegressionTask.of(Spectrum.powerLaw(ALPHA, 1, 0, features), Signal.sourcePowerLaw(B)))
                    .surrogate(Surrogate.optimal());
            double[] samples = grid(0.5, 0.98 * features, 120);
            panel = panel.with(Line.of(
                    "p = 10^{" + power + "}",
                    samples,
                    each(
                            samples,
                            n -> draft.target(Training.samples(n))
                                    .sensitivities()
                                    .localExponent())));
        }
        return panel;
    }

    private static final double NOISE = Math.sqrt(0.1);

    private static final double[] GAMMAS = {0.5, 0.75, 1, 1.5};

    private static Panel ablation() {
        double[] samples = grid(1, MANY, 80);
        Panel panel = Panel.of(
                "(b) risk under noise σ^{2} = n^{−γ}/10",
                Axis.log("samples n"), Axis.log("risk / law").withRange(0.5, 100));
        Distillation.Draft draft = Distillation.of(
                        RegressionTask.of(Spectrum.powerLaw(ALPHA), Signal.sourcePowerLaw(B)))
                .surrogate(Surrogate.optimal());
        for (double gamma : GAMMAS) {
            String name = "γ = " + gamma;
            double[] risk = Sweep.along(samples, n -> Training.samples(n).withNoise(NOISE * Math.pow(n, -gamma / 2)))
                    .predict(draft)
                    .excess(0);
            RiskLaw noisy = LAW.withNoise(NOISE, gamma).optimal();
            double[] crossover = noisy.crossover().stream().filter(n -> n >= 1).toArray();
            panel = panel.with(Line.of(name, samples, relative(samples, risk)));
            if (crossover.length > 0) {
                double[] noError = {Double.NaN};
                panel = panel.with(
                        Markers.of(name, crossover, relative(crossover, each(crossover, noisy::excess)), noError));
            }
        }
        return panel;
    }

    /** The risk as a multiple of the optimal surrogate's noiseless law. */
    private static double[] relative(double[] samples, double[] risk) {
        double[] relative = new double[risk.length];
        Arrays.setAll(relative, k -> risk[k] / LAW.optimal().excess(samples[k]));
        return relative;
    }

    private static Table noiseTable() {
        Table table = Table.of("γ", "exponent", "constant", "G", "what decides", "crossover n");
        for (double gamma : GAMMAS) {
            ScalingLaw law = LAW.withNoise(NOISE, gamma);
            OptionalDouble crossover = law.optimal().crossover();
            table = table.withRow(
                    gamma,
                    law.exponent(),
                    law.optimalConstant(),
                    law.optimal().ratio(),
                    law.regime().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                    crossover.isEmpty() ? "" : crossover.getAsDouble() < 1 ? "below 1" : crossover.getAsDouble());
        }
        return table;
    }

    private static double[] excess(RegressionTask task, Surrogate surrogate, double[] samples) {
        return Sweep.along(samples, Training::samples)
                .predict(Distillation.of(task).surrogate(surrogate))
                .excess(0);
    }

    private static double[] each(double[] samples, DoubleUnaryOperator value) {
        return Arrays.stream(samples).map(value).toArray();
    }

    /** Evenly spaced logarithms. */
    private static double[] grid(double from, double to, int points) {
        return IntStream.range(0, points)
                .mapToDouble(k -> from * Math.pow(to / from, k / (points - 1.0)))
                .toArray();
    }
}
