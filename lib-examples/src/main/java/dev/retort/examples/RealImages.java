package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.simulation.Population;
import dev.retort.theory.simulation.Trials;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The theory of Gaussian features on photographs of clothing: students trained on Fashion-MNIST, where the theory holds and where it fails.
 */
final class RealImages {

    private static final int FEATURES = 1000;
    private static final long WEIGHTS_SEED = 1;
    private static final int[] FOOTWEAR = {5, 7, 9};
    private static final int[] FIRST_HALF = {0, 1, 2, 3, 4};

    private static final String UNSEEN = "images not seen: 1 − n/10,000";

    private final FashionMnist data;
    private final INDArray randomFeatures;
    private final Trials trials;

    RealImages(FashionMnist data, Trials trials) {
        this.data = data;
        this.randomFeatures = randomFeatures(data.images());
        this.trials = trials;
    }

    /** relu(x W) with Gaussian weights: a wide layer that stays as it was initialised. */
    private static INDArray randomFeatures(INDArray images) {
        long pixels = images.size(1);
        double[] weights = StandardNormal.sample(
                Math.toIntExact(pixels * FEATURES),
                RandomStreams.of(WEIGHTS_SEED).generator());
        try (INDArray layer = Nd4j.create(weights, new long[] {pixels, FEATURES}, 'c')) {
            return Transforms.relu(images.mmul(layer), false);
        }
    }

    /** Footwear against the rest: four kinds of labels, each with its prediction. */
    Exhibit whereTheoryHolds() {
        Population shoes = Population.of(randomFeatures, data.against(FOOTWEAR));
        double noise = shoes.task().noise();
        double[] samples =
                IntStream.rangeClosed(1, 8).mapToDouble(k -> 100.0 * k).toArray();
        List<Curve> curves = List.of(
                curve("true labels", shoes, Surrogate.groundTruth(), noise, samples),
                curve("linear teacher", shoes, Surrogate.groundTruth(), 0, samples),
                curve("optimal surrogate", shoes, Surrogate.optimal(), 0, samples),
                curve("masked teacher", shoes, Surrogate.optimallyMasked(), 0, samples));

        return new Exhibit(
                "real-images",
                "The theory on real images",
                List.of("""
                        10,000 images of Fashion-MNIST, seen through 1,000 random ReLU features, are the population: their \
                        covariance gives the spectrum, the least squares fit of the label “footwear or not” the ground \
                        truth, and its residual the noise. Students interpolate n of the images, labelled by the truth, by \
                        the linear teacher, by the optimal surrogate, or by the teacher under the optimal mask; their excess \
                        risk is measured over the population. None of this is Gaussian, and nothing is fitted: the lines use only \
                        the covariance, the teacher and n.""", """
                        The linear teacher's students do a little better than predicted as n grows, by about n/10,000, the part of \
                        the population that they have seen (sloping line in b), on which they repeat their teacher, here the truth, \
                        without error. With Gaussian features a larger error on the other images would offset this exactly; with \
                        these features it does not."""),
                figure(curves, 0.85, 1.2),
                "Lines: the theory of Gaussian features. Markers: measured, with standard errors over " + trials.count()
                        + " draws of the training images.",
                Curve.table("n", curves));
    }

    /** The same images with harder questions: labels whose residual is not noise, and features with outliers. */
    Exhibit whereTheoryStops() {
        Population halves = Population.of(randomFeatures, data.against(FIRST_HALF));
        Population pixels = Population.of(data.images(), data.against(FOOTWEAR));
        double[] samples =
                IntStream.rangeClosed(1, 8).mapToDouble(k -> 100.0 * k).toArray();
        double[] pixelSamples = IntStream.rangeClosed(1, 8)
                .mapToDouble(k -> Math.rint(0.1 * k * data.images().size(1)))
                .toArray();
        List<Curve> curves = List.of(
                curve(
                        "half the classes, true labels",
                        halves,
                        Surrogate.groundTruth(),
                        halves.task().noise(),
                        samples),
                curve("half the classes, linear teacher", halves, Surrogate.groundTruth(), 0, samples),
                curve(
                        "raw pixels, true labels",
                        pixels,
                        Surrogate.groundTruth(),
                        pixels.task().noise(),
                        pixelSamples),
                curve("raw pixels, linear teacher", pixels, Surrogate.groundTruth(), 0, pixelSamples));

        return new Exhibit(
                "real-images-limits",
                "Where the theory stops",
                List.of("""
                        With classes 0 to 4 against 5 to 9 the labels are no longer nearly linear in the features. What the \
                        linear teacher leaves unexplained depends on the image: it is large for whole groups of similar \
                        images, not independent noise as the theory assumes. So students of true labels do worse than predicted, \
                        the more so the closer n is to the number of features. On the linear teacher's labels, which have no \
                        residual, the same features nearly follow the theory.""", """
                        Raw pixels have a covariance of a few large and many tiny eigenvalues, and pixels at the border that \
                        are dark in nearly all images and bright in a few. Such tails are heavier than Gaussian: as n approaches the \
                        number of pixels, and interpolation depends on the weakest directions, prediction and measurement \
                        diverge."""),
                figure(curves, 0.6, 1.8),
                "Two cases in which features or residuals are too far from Gaussian.",
                Curve.table("n", curves));
    }

    private Curve curve(String name, Population population, Surrogate surrogate, double noise, double[] samples) {
        RegressionTask task = population.task();
        return Curve.of(
                name,
                samples,
                n -> Distillation.of(task)
                        .surrogate(surrogate)
                        .target(Training.samples(n).withNoise(noise)),
                trials.drawingFrom(population));
    }

    private Figure figure(List<Curve> curves, double leastRatio, double greatestRatio) {
        Panel risks = Panel.of("(a) excess risk of the student", Axis.linear("images n"), Axis.log("excess risk"))
                .withNote("line: theory, markers: measured");
        Axis ratio = Axis.linear("measured / predicted").withRange(leastRatio, greatestRatio);
        Panel ratios = Panel.of("(b) measured over predicted", Axis.linear("images n"), ratio)
                .with(Rule.horizontal(1, ""), unseen(curves.get(1)));
        for (Curve curve : curves) {
            risks = risks.with(curve.layers());
            ratios = ratios.with(curve.relativeTo(curve.theory()).markers());
        }
        Line key = Line.key(UNSEEN).dashed().withColourOf(curves.get(1).name());
        return Figure.of(risks.with(key), ratios);
    }

    /** The part of the population that a student has not seen. */
    private Line unseen(Curve linearTeacher) {
        double size = data.images().size(0);
        double[] samples = {100, 800};
        return Line.of(UNSEEN, samples, new double[] {1 - samples[0] / size, 1 - samples[1] / size})
                .dashed()
                .withColourOf(linearTeacher.name());
    }
}
