package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The theory's own error bars, that is the corrected mean and the scatter of a single run, for a target and for its student: p = 2.5 n
 * features, λ = λβ² = i^-1.5, noise 0.5.
 */
final class ErrorBars {

    private static final int[] SAMPLES = {10, 20, 40, 80, 160};

    /** Sample sizes of the lines; even, so that the number of features is whole. */
    private static final double[] FINE = IntStream.rangeClosed(0, 24)
            .mapToDouble(k -> 2 * Math.rint(5 * Math.pow(16, k / 24.0)))
            .distinct()
            .toArray();

    private static final String[] STAGES = {"a target", "its student"};

    private static final int RUNS = 60;

    private ErrorBars() {}

    /**
     * @param seed the seed of all simulations
     * @param trials the number of trials with ten samples; with more samples fewer trials are needed
     */
    static Exhibit exhibit(long seed, int trials) {
        RandomStreams streams = RandomStreams.of(seed);
        RandomStreams ofRuns = RandomStreams.of(streams.at(0).seed());
        List<Simulation> means = IntStream.of(SAMPLES)
                .mapToObj(n -> chain(n).simulate(Trials.of(Math.max(40, trials * 100 / (n * n)))
                        .withSeed(streams.at(n).seed())
                        .controlled()))
                .toList();
        List<Simulation> runs = IntStream.of(SAMPLES)
                .mapToObj(n -> chain(n).simulate(
                                Trials.of(RUNS).withSeed(ofRuns.at(n).seed()).literal()))
                .toList();
        return new Exhibit(
                "error-bars",
                "How far is an experiment from the theory?",
                List.of("""
                        The closed forms are the limit of many samples and features. The correction of order 1/n that gives the mean \
                        of experiments of finite size is known too: from ten samples on, it accounts for nearly all of the difference \
                        (a).""", """
                        A single experiment scatters about this mean. The scatter is predicted as well (b): 19 of 20 runs lie between \
                        the dashed lines, with a few more above than below."""),
                Figure.of(means(means), scatter(runs)),
                "(a) Means: dashed the limit, solid the limit with its correction, markers the simulation. (b) Single runs of the "
                        + "student: each marker is one run, lines are the corrected mean and two standard deviations on either side.",
                table(means, runs));
    }

    private static Distillation chain(double samples) {
        int features = (int) (2.5 * samples);
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, features), Signal.sourcePowerLaw(1.5))
                .withNoise(0.5);
        return Distillation.of(task).surrogate(Training.samples(samples)).then(Training.samples(samples));
    }

    private static double[] predicted(int stage, ToDoubleFunction<RiskReport> number) {
        return Arrays.stream(FINE)
                .map(n -> number.applyAsDouble(chain(n).predictStages().get(stage)))
                .toArray();
    }

    private static double mean(RiskReport risk) {
        return risk.corrected().orElseThrow();
    }

    private static double scatter(RiskReport risk) {
        return risk.standardDeviation().orElseThrow();
    }

    private static Panel means(List<Simulation> simulations) {
        Panel panel = Panel.of("(a) means", Axis.log("samples n"), Axis.linear("excess risk"));
        for (int k = 0; k < STAGES.length; k++) {
            int stage = k;
            List<SampleMean> measured = simulations.stream()
                    .map(simulation -> simulation.stages().get(stage))
                    .map(simulation -> new SampleMean(simulation.mean(), simulation.standardError()))
                    .toList();
            panel = panel.with(
                    Line.of(STAGES[k], FINE, predicted(k, ErrorBars::mean)),
                    Line.of("", FINE, predicted(k, RiskReport::excess))
                            .withColourOf(STAGES[k])
                            .dashed(),
                    Markers.of(
                            STAGES[k], Arrays.stream(SAMPLES).asDoubleStream().toArray(), measured));
        }
        return panel.with(Line.key("limit").dashed());
    }

    private static Panel scatter(List<Simulation> simulations) {
        String name = STAGES[1];
        // Drawn side by side, as the markers would hide one another.
        double[] x = IntStream.of(SAMPLES)
                .boxed()
                .flatMapToDouble(n ->
                        IntStream.range(0, RUNS).mapToDouble(run -> n * Math.pow(1.3, (run + 0.5) / RUNS - 0.5)))
                .toArray();
        double[] y = simulations.stream()
                .flatMapToDouble(simulation -> DoubleStream.of(simulation.excess()))
                .toArray();
        return Panel.of("(b) single runs", Axis.log("samples n"), Axis.linear("excess risk"))
                .with(
                        Markers.of(name, x, y),
                        Line.of("mean", FINE, predicted(1, ErrorBars::mean)).black(),
                        Line.of("± 2 standard deviations", FINE, predicted(1, risk -> mean(risk) + 2 * scatter(risk)))
                                .black()
                                .dashed(),
                        Line.of("± 2 standard deviations", FINE, predicted(1, risk -> mean(risk) - 2 * scatter(risk)))
                                .black()
                                .dashed());
    }

    private static Table table(List<Simulation> means, List<Simulation> runs) {
        Table table = Table.of("n");
        for (String stage : STAGES) {
            table = table.withGroup(stage, "limit", "corrected", "simulated", "z");
        }
        table = table.withGroup("single runs of the student", "scatter", "measured", "within 2")
                .withFormat("limit", "%.4f")
                .withFormat("corrected", "%.4f")
                .withFormat("z", "%+.1f")
                .withFormat("scatter", "%.4f")
                .withFormat("measured", "%.4f")
                .withFormat("within 2", "%.2f");
        for (int i = 0; i < SAMPLES.length; i++) {
            List<Object> row = new ArrayList<>(List.of(SAMPLES[i]));
            List<RiskReport> predicted = chain(SAMPLES[i]).predictStages();
            for (int k = 0; k < STAGES.length; k++) {
                Simulation simulation = means.get(i).stages().get(k);
                row.add(predicted.get(k).excess());
                row.add(mean(predicted.get(k)));
                row.add(new SampleMean(simulation.mean(), simulation.standardError()));
                row.add(simulation.zScore(predicted.get(k)));
            }
            RiskReport risk = predicted.get(1);
            row.add(scatter(risk));
            row.add(runs.get(i).standardError() * Math.sqrt((double) RUNS));
            row.add(DoubleStream.of(runs.get(i).excess())
                            .filter(excess -> Math.abs(risk.zScore(excess).orElseThrow()) < 2)
                            .count()
                    / (double) RUNS);
            table = table.withRow(row.toArray());
        }
        return table;
    }
}
