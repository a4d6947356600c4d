package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.equivalent.EstimatedEquivalent;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.nd4j.PrincipalComponents;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A weak teacher and its students on photographs of clothing. The students' test errors are predicted before they are trained, from other
 * labelled images and from the students' own images without labels.
 */
final class TaughtOnImages {

    private static final String TRUE_LABELS = "true labels";
    private static final int FEATURES = 400;
    private static final long WEIGHTS_SEED = 2;
    private static final int[] FOOTWEAR = {5, 7, 9};

    /** The number of images whose labels, and the covariance of whose features, are known to the prediction. */
    private static final int KNOWN = 4000;

    private static final int TEACHER = 200;

    /** Students are trained on some of the images from this index on, and tested on the others. */
    private static final int FIRST_OF_STUDENTS = KNOWN + TEACHER;

    private static final int[] SAMPLES = {50, 100, 200, 300};

    /** In units of the mean eigenvalue. */
    private static final double RIDGE = 0.1;

    private final int draws;
    private final long seed;

    /** In the eigenbasis of the known images, about their mean. */
    private final INDArray features;

    private final double[] labels;
    private final Spectrum spectrum;
    private final double ridge;

    private TaughtOnImages(FashionMnist data, int draws, long seed) {
        this.draws = draws;
        this.seed = seed;
        INDArray seen = randomFeatures(data.images());
        seen.subiRowVector(rows(seen, 0, KNOWN).mean(0));
        Covariance covariance = PrincipalComponents.of(rows(seen, 0, KNOWN)).covariance();
        this.features = covariance.toEigenbasis(seen);
        this.spectrum = covariance.spectrum();
        this.ridge = RIDGE * spectrum.measure().trace() / FEATURES;
        INDArray given = data.against(FOOTWEAR);
        this.labels = given.sub(given.get(NDArrayIndex.interval(0, KNOWN)).meanNumber())
                .toDoubleVector();
    }

    /** relu(x W) with Gaussian weights, as in a wide layer that stays as it was initialised. */
    private static INDArray randomFeatures(INDArray images) {
        long pixels = images.size(1);
        double[] weights = StandardNormal.sample(
                Math.toIntExact(pixels * FEATURES),
                RandomStreams.of(WEIGHTS_SEED).generator());
        try (INDArray layer = Nd4j.create(weights, new long[] {pixels, FEATURES}, 'c')) {
            return Transforms.relu(images.mmul(layer), false);
        }
    }

    private static INDArray rows(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    /** Predicts and trains students on three kinds of labels. */
    static Exhibit exhibit(FashionMnist data, int draws, long seed) {
        return new TaughtOnImages(data, draws, seed).exhibit();
    }

    /** The errors of students of one kind, as predicted and as measured. */
    private record Outcome(List<SampleMean> predicted, List<SampleMean> measured) {}

    private Exhibit exhibit() {
        double[] truth = fit(IntStream.range(0, KNOWN).toArray(), labels, 0);
        double noise = residualVariance(truth);
        double[] teacher = fit(IntStream.range(KNOWN, FIRST_OF_STUDENTS).toArray(), labels, ridge);
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (String name : List.of(TRUE_LABELS, "teacher's labels", "masked teacher's labels")) {
            outcomes.put(name, new Outcome(new ArrayList<>(), new ArrayList<>()));
        }
        for (int k = 0; k < SAMPLES.length; k++) {
            RandomGenerator random = RandomStreams.of(seed).at(k).generator();
            int[] own = draw(SAMPLES[k], random);
            // Uses the images alone: the student is not trained yet, and the images have no labels.
            Equivalent estimated =
                    EstimatedEquivalent.of(matrix(own).toDoubleMatrix(), ridge).equivalent();
            List<double[]> labellers = List.of(truth, teacher, masked(teacher, estimated));
            double[][] errors = errors(own, labellers.subList(1, 3), random);
            int j = 0;
            for (Map.Entry<String, Outcome> outcome : outcomes.entrySet()) {
                double ownNoise = outcome.getKey().equals(TRUE_LABELS) ? noise : 0;
                outcome.getValue().predicted.add(predicted(labellers.get(j), estimated, ownNoise));
                outcome.getValue().measured.add(SampleMean.of(errors[j]));
                j++;
            }
        }
        double[] ofTeacher = squares(
                teacher, IntStream.range(FIRST_OF_STUDENTS, labels.length).toArray());
        return new Exhibit(
                "taught-on-images",
                "Predicted before it is trained",
                List.of("""
                        Fashion-MNIST through 400 random ReLU features, footwear against the rest. The teacher is a ridge \
                        regression on %d labelled images. Its students see n other images, with the teacher's labels, the true \
                        ones, or those of the teacher without the principal directions that an estimated mask drops. Their mean \
                        squared errors on true labels are predicted before they are trained: κ and Ω are estimated from the n \
                        images alone, the error of the shrunk labeller is measured on %d labelled images, and the rest follows. \
                        Nothing is fitted to students.""".formatted(TEACHER, KNOWN), """
                        With few images a student does better on the teacher's labels than on true ones, as the teacher's labels \
                        have no noise; but it cannot do much better than the teacher, and with more images true labels win. Predictions \
                        for the teacher's labels hold within a few per cent, those for true labels only with many images: \
                        the part of the true class that is not linear in the features depends on the image, and is not independent \
                        noise as the theory assumes. The mask helps with few images."""),
                figure(outcomes, SampleMean.of(ofTeacher)),
                "Lines: predicted. Markers: measured on the images that a student has not seen, with standard errors over "
                        + draws + " draws of its images. In (b) they include those of the predictions.",
                table(outcomes));
    }

    /** Mean squared errors of students of the true labels and of students of some labellers, for every draw. */
    private double[][] errors(int[] first, List<double[]> labellers, RandomGenerator random) {
        double[][] errors = new double[labellers.size() + 1][draws];
        List<double[]> labelled = new ArrayList<>(List.of(labels));
        labellers.forEach(labeller -> labelled.add(LinearRegression.predict(features, labeller)));
        for (int t = 0; t < draws; t++) {
            int[] rows = t == 0 ? first : draw(first.length, random);
            int[] others = IntStream.range(FIRST_OF_STUDENTS, labels.length)
                    .filter(i -> Arrays.binarySearch(rows, i) < 0)
                    .toArray();
            for (int j = 0; j < errors.length; j++) {
                errors[j][t] = mean(squares(fit(rows, labelled.get(j), ridge), others));
            }
        }
        return errors;
    }

    /** Images of students, in ascending order. */
    private int[] draw(int samples, RandomGenerator random) {
        return random.ints(FIRST_OF_STUDENTS, labels.length)
                .distinct()
                .limit(samples)
                .sorted()
                .toArray();
    }

    private INDArray matrix(int[] rows) {
        return features.getRows(rows);
    }

    private double[] fit(int[] rows, double[] given, double withRidge) {
        try (FactoredRegression regression = FactoredRegression.of(matrix(rows), withRidge)) {
            return regression.solve(
                    Arrays.stream(rows).mapToDouble(i -> given[i]).toArray());
        }
    }

    /** Squared errors of a model on some images. */
    private double[] squares(double[] model, int[] rows) {
        double[] outputs = LinearRegression.predict(features, model);
        return Arrays.stream(rows)
                .mapToDouble(i -> (outputs[i] - labels[i]) * (outputs[i] - labels[i]))
                .toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** The residual variance of the least squares fit to the known images, per degree of freedom. */
    private double residualVariance(double[] fit) {
        double left = mean(squares(fit, IntStream.range(0, KNOWN).toArray()));
        return left * KNOWN / (KNOWN - 1.0 - FEATURES);
    }

    private double[] masked(double[] teacher, Equivalent student) {
        FeatureMask mask = FeatureMask.optimal(student, spectrum);
        double[] masked = teacher.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] = mask.keeps(i) ? masked[i] : 0;
        }
        return masked;
    }

    /**
     * The expected mean squared error of students: the error of their mean, which is the labeller shrunk to θ b, plus the variance
     * (Σ ζ²λb² + σ²) Ω/(1 − Ω).
     *
     * @param noise the noise of the labels; if it is not 0, the labeller was fitted to the known images, and its optimism on them is
     *     removed
     */
    private SampleMean predicted(double[] labeller, Equivalent student, double noise) {
        double[] shrunk = new double[FEATURES];
        double missed = noise;
        double optimism = 0;
        for (int i = 0; i < FEATURES; i++) {
            double lambda = spectrum.eigenvalue(i);
            double zeta = student.zetaOf(lambda);
            shrunk[i] = student.learnabilityOf(lambda) * labeller[i];
            missed += zeta * zeta * (lambda * labeller[i] * labeller[i] - noise / KNOWN);
            optimism += 2 * noise * student.learnabilityOf(lambda) / KNOWN;
        }
        SampleMean ofMean =
                SampleMean.of(squares(shrunk, IntStream.range(0, KNOWN).toArray()));
        double variance = missed * student.omega() / student.oneMinusOmega();
        return new SampleMean(ofMean.mean() + optimism + variance, ofMean.standardError());
    }

    private static Figure figure(Map<String, Outcome> outcomes, SampleMean ofTeacher) {
        double[] samples = Arrays.stream(SAMPLES).asDoubleStream().toArray();
        Panel errors = Panel.of(
                        "(a) test error of the student", Axis.linear("images n"), Axis.linear("mean squared error"))
                .with(Rule.horizontal(ofTeacher.mean(), "the teacher"));
        Panel ratios = Panel.of(
                        "(b) measured over predicted",
                        Axis.linear("images n"),
                        Axis.linear("measured / predicted").withRange(0.75, 1.15))
                .with(Rule.horizontal(1, ""));
        for (Map.Entry<String, Outcome> outcome : outcomes.entrySet()) {
            String name = outcome.getKey();
            Outcome both = outcome.getValue();
            double[] predicted =
                    both.predicted.stream().mapToDouble(SampleMean::mean).toArray();
            errors = errors.with(Line.of(name, samples, predicted), Markers.of(name, samples, both.measured));
            ratios = ratios.with(Markers.of(
                    name,
                    samples,
                    IntStream.range(0, samples.length)
                            .mapToObj(k -> ratio(both.measured.get(k), both.predicted.get(k)))
                            .toList()));
        }
        return Figure.of(errors.withNote("line: predicted, markers: measured"), ratios);
    }

    private static SampleMean ratio(SampleMean measured, SampleMean predicted) {
        double ratio = measured.mean() / predicted.mean();
        double error =
                Math.hypot(measured.standardError() / measured.mean(), predicted.standardError() / predicted.mean());
        return new SampleMean(ratio, ratio * error);
    }

    private static Table table(Map<String, Outcome> outcomes) {
        Table table = Table.of("n");
        for (String name : outcomes.keySet()) {
            table = table.withGroup(name, "predicted", "measured", "ratio");
        }
        for (int k = 0; k < SAMPLES.length; k++) {
            List<Object> row = new ArrayList<>(List.of(SAMPLES[k]));
            for (Outcome outcome : outcomes.values()) {
                SampleMean predicted = outcome.predicted.get(k);
                SampleMean measured = outcome.measured.get(k);
                row.addAll(List.of(predicted, measured, measured.mean() / predicted.mean()));
            }
            table = table.withRow(row.toArray());
        }
        return table;
    }
}
