package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Bands;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Panel;
import dev.retort.theory.scaling.RandomFeatureScaling;
import dev.retort.theory.scaling.RandomFeatureScaling.Growth;
import dev.retort.theory.scaling.RandomFeatureScaling.Point;
import dev.retort.theory.simulation.Trials;
import java.util.List;
import java.util.stream.IntStream;

/** A teacher on random features and its student: their risks as both grow, and where the student's risk falls faster. */
final class RandomFeatureLaws {

    private static final double ALPHA = 1.5;
    private static final double B = 2.5;
    private static final double NOISE = 0.5;

    /** The scale s of the map, at which the local exponents are close to their limits. */
    private static final double SCALE = 1e4;

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(ALPHA, 600), Signal.sourcePowerLaw(B))
            .withNoise(NOISE);

    private static final RandomFeatureScaling LAWS = RandomFeatureScaling.of(ALPHA, B)
            .withNoise(NOISE)
            .withTeacher(Growth.samples(1).withRidge(1.2))
            .withStudent(Growth.samples(2).withRidge(1.2));

    private RandomFeatureLaws() {}

    static Exhibit exhibit(Trials trials) {
        double[] scales = {8, 16, 32, 48};
        List<Curve> curves = Curve.ofStages(
                scales, RandomFeatureLaws::pair, trials, "teacher, n = s, q = s", "student, n = 4s, q = 2s");
        double[] fine = IntStream.rangeClosed(0, 30)
                .mapToDouble(k -> 8 * Math.pow(6, k / 30.0))
                .toArray();
        Panel risks = Panel.of("(a) both grow", Axis.log("scale s"), Axis.log("excess risk"));
        for (Curve curve : curves) {
            risks = risks.with(curve.layers(fine));
        }

        double[] widths =
                IntStream.rangeClosed(1, 13).mapToDouble(k -> k / 10.0).toArray();
        List<List<Point>> map = LAWS.map(widths, widths, SCALE);
        double[][] gained = map.stream()
                .map(row -> row.stream()
                        .mapToDouble(point -> point.studentExponent() - point.teacherExponent())
                        .toArray())
                .toArray(double[][]::new);
        Panel gains = Panel.of(
                        "(b) the student’s exponent less the teacher’s",
                        Axis.linear("teacher’s width s^{a}: a").withRange(0.1, 1.3),
                        Axis.linear("student’s width s^{a}: a").withRange(0.1, 1.3))
                .with(Bands.of("difference", 0, -0.2, -0.05, 0.05, 0.2).cells(widths, widths, gained));
        return new Exhibit(
                "random-feature-laws",
                "A student with a better scaling law than its teacher",
                List.of("""
                        Ridge regression on random features, λ = i^-1.5, λβ² = i^-2.5, noise 0.5 on the labels of the teacher. The \
                        student sees the teacher’s outputs on more samples (a).""", """
                        A teacher of s samples and a student of s², both with a ridge of s^-1.2, at s = 10⁴ (b). A teacher that is wide \
                        for its number of samples learns noise, and a student of intermediate width filters it, so that its risk \
                        falls faster. No estimator learns every such signal from s noisy samples at a better rate than s^-%.1f.""".formatted(LAWS.minimaxExponent())),
                Figure.of(risks, gains),
                "(a) Lines: theory. Markers: simulation, with one standard error. (b) Local exponents, by exact derivatives.",
                Curve.table("s", curves));
    }

    private static Distillation pair(double scale) {
        return Distillation.of(TASK)
                .surrogate(Training.samples(scale).withRandomFeatures(scale).withRidge(Math.pow(scale, -1.2)))
                .then(Training.samples(4 * scale)
                        .withRandomFeatures(2 * scale)
                        .withRidge(Math.pow(scale, -1.2))
                        .withNoise(0));
    }
}
