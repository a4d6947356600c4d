package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.internal.Parallel;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.BestRidge;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.SelfDistillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Panel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Self-distillation: teacher and student trained on the same sample. */
final class OwnData {

    private static final int SAMPLES = 200;

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.2, 300), Signal.sourcePowerLaw(1.4))
            .withNoise(0.6);

    private static final double[] TRUTH =
            IntStream.range(0, TASK.dimension()).mapToDouble(TASK::coefficient).toArray();

    private static final int MOST_ROUNDS = 4;

    private OwnData() {}

    /**
     * The risk against the mixing of one round, and after rounds with their best mixings.
     *
     * @param trials how many samples are drawn
     */
    static Exhibit exhibit(int trials, long seed) {
        double best = BestRidge.of(Distillation.of(TASK), training(0)).ridge();
        double[] ridges = {best / 8, best, 8 * best};
        String[] names = {"an eighth of the best ridge", "the best ridge", "eight times the best ridge"};
        double[] mixings = {-2, -1, 0, 1, 2};
        double[] fine = IntStream.rangeClosed(0, 60)
                .mapToDouble(k -> -2.5 + 5.0 * k / 60)
                .toArray();
        Panel parabolas = Panel.of("(a) one round", Axis.linear("mixing ξ"), Axis.log("excess risk"));
        Panel rounds = Panel.of("(b) best rounds", Axis.linear("rounds"), Axis.log("excess risk"));
        List<Curve> all = new ArrayList<>();
        for (int i = 0; i < ridges.length; i++) {
            SelfDistillation own = SelfDistillation.of(TASK, training(ridges[i]));
            Curve one = new Curve(names[i], own::excess, points(own, ridges[i], mixings, trials, seed));
            Curve more = new Curve(names[i], k -> after(own, (int) k), rounds(own, ridges[i], trials, seed));
            parabolas = parabolas.with(one.layers(fine));
            rounds = rounds.with(more.layers());
            all.add(one.named("(a) " + names[i]));
            all.add(more.named("(b) " + names[i]));
        }
        return new Exhibit(
                "self-distillation",
                "A teacher and its student on the same data",
                List.of("""
                        A student that sees the teacher’s own sample again, with labels (1 − ξ)y + ξŷ, has a risk that is a parabola in ξ \
                        (a). With too small a ridge the best ξ is positive, with too large a ridge it is negative, and at the best ridge \
                        self-distillation does not help: it tunes the regularisation.""", """
                        Several rounds with their best mixings (b) achieve what no single ridge can, since together they are a \
                        polynomial filter; after three rounds the risk hardly falls any more."""),
                Figure.of(parabolas, rounds),
                "Lines: theory. Markers: simulation on samples of " + SAMPLES + ", with one standard error.",
                Curve.table("mixing or rounds", all));
    }

    private static Training training(double ridge) {
        return Training.samples(SAMPLES).withRidge(ridge);
    }

    private static double after(SelfDistillation own, int rounds) {
        return rounds == 0 ? own.excess(0) : own.rounds(rounds).excess();
    }

    private static List<Curve.Point> points(
            SelfDistillation own, double ridge, double[] mixings, int trials, long seed) {
        double[][] sequences =
                Arrays.stream(mixings).mapToObj(xi -> new double[] {xi}).toArray(double[][]::new);
        List<SampleMean> measured = measured(ridge, sequences, trials, seed);
        return IntStream.range(0, mixings.length)
                .mapToObj(i -> new Curve.Point(mixings[i], own.excess(mixings[i]), measured.get(i)))
                .toList();
    }

    private static List<Curve.Point> rounds(SelfDistillation own, double ridge, int trials, long seed) {
        double[][] sequences = IntStream.rangeClosed(0, MOST_ROUNDS)
                .mapToObj(k -> k == 0 ? new double[0] : own.rounds(k).mixings())
                .toArray(double[][]::new);
        List<SampleMean> measured = measured(ridge, sequences, trials, seed);
        return IntStream.rangeClosed(0, MOST_ROUNDS)
                .mapToObj(k -> new Curve.Point(k, after(own, k), measured.get(k)))
                .toList();
    }

    /** The risks after sequences of mixings, all on the same samples. */
    private static List<SampleMean> measured(double ridge, double[][] sequences, int trials, long seed) {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(TASK.spectrum()));
        RandomStreams streams = RandomStreams.of(seed);
        double[][] risks = new double[sequences.length][trials];
        Parallel.forEach(trials, trial -> {
            RandomGenerator random = streams.at(trial).generator();
            try (INDArray x = design.sample(SAMPLES, random);
                    FactoredRegression fit = FactoredRegression.of(x, ridge)) {
                double[] labels = fit.predict(TRUTH);
                for (int i = 0; i < SAMPLES; i++) {
                    labels[i] += TASK.noise() * StandardNormal.next(random);
                }
                double[] first = fit.solve(labels);
                for (int s = 0; s < sequences.length; s++) {
                    double[] model = first;
                    for (double mixing : sequences[s]) {
                        double[] again = fit.solve(fit.predict(model));
                        double[] mixed = new double[first.length];
                        for (int j = 0; j < mixed.length; j++) {
                            mixed[j] = (1 - mixing) * first[j] + mixing * again[j];
                        }
                        model = mixed;
                    }
                    risks[s][trial] = excess(model);
                }
            }
        });
        return Arrays.stream(risks).map(SampleMean::of).toList();
    }

    private static double excess(double[] model) {
        double excess = 0;
        for (int j = 0; j < TRUTH.length; j++) {
            excess += TASK.spectrum().eigenvalue(j) * (model[j] - TRUTH[j]) * (model[j] - TRUTH[j]);
        }
        return excess;
    }
}
