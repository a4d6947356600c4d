package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pipeline run once on the user's own arrays, of any distribution: the first training fits the surrogate to the teacher's
 * features and labels, the surrogate labels the student's features, the next training fits the target to these, and all
 * models are tested on a set of their own. A pipeline of more stages takes the features of a further student for each.
 *
 * <p>Ridge, mask, noise and teacher's share of each training are applied to the arrays. A training of n samples takes the first n rows. The
 * teacher's labels, and any that are given for a student, are used unchanged; labels that a model gives have Gaussian {@linkplain
 * Training#noise(RegressionTask) noise of the training} added, drawn from the seed; it is the task's noise unless the training has its own:
 * {@code withNoise(0)} passes on the model's predictions unchanged. A share of the teacher other than 1 mixes a model's labels with the
 * labels given for that student. Spectra and signal serve the theory only and are ignored here: the user must know which covariance the
 * arrays of each stage have. Masks apply to columns, which are the features of the task only in the eigenbasis of its covariance; {@link
 * Covariance#toEigenbasis(INDArray)} transforms arrays to it. Without a mask the basis does not matter.
 *
 * <p>There is no intercept and nothing is centred: for the theory to apply, features and labels must have mean zero; {@link
 * dev.retort.core.nd4j.Centring} subtracts means. Then {@link dev.retort.theory.distillation.RiskReport#test()} predicts the errors on
 * average over arrays like these. One run is a single draw, so its errors differ from the prediction by more than the standard error over
 * the test points.
 *
 * <p>The arrays are copied, which takes 8 bytes for every number. Needs an ND4J backend on the class path. Immutable.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0}, {0, 2}, {1, 1}}); // of the teacher
 * INDArray labels = Nd4j.create(new double[] {3, 4, 5});
 * INDArray unlabelled = Nd4j.create(new double[][] {{1, 1}, {1, -1}}); // of the student
 * INDArray testFeatures = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {1, 1}});
 * INDArray testLabels = Nd4j.create(new double[] {2, 2, 7});
 *
 * Distillation pipeline = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, 2), Signal.constant(1)))
 *         .surrogate(Training.samples(3))
 *         .then(Training.samples(2).withRidge(0.1));
 * TestReport report = pipeline.simulate(
 *         OwnArrays.teacher(features, labels).student(unlabelled).test(testFeatures, testLabels));
 * double surrogate = report.surrogate().mean(); // 5/3: the mean of three squared errors
 * double target = report.target().mean(); // 2.1956
 * }</pre>
 */
public final class OwnArrays implements Experiment<Distillation, TestReport> {

    /** One per training, the teacher's first. */
    private final List<SampleSet> sets;

    private final SampleSet test;
    private final long seed;

    private OwnArrays(List<SampleSet> sets, SampleSet test, long seed) {
        this.sets = sets;
        this.test = test;
        this.seed = seed;
    }

    /**
     * Begins with the samples that the surrogate is trained on.
     *
     * @param features the teacher's features, shape {@code [N, p]}
     * @param labels their labels, shape {@code [N]} or {@code [N, 1]}
     * @return arrays that lack a test set
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN or
     *     infinite
     */
    public static Draft teacher(INDArray features, INDArray labels) {
        return new Draft(List.of(SampleSet.labelled("teacher", features, labels)));
    }

    /** Arrays to train on, which lack those to test on. Immutable. */
    public static final class Draft {

        private final List<SampleSet> sets;

        private Draft(List<SampleSet> sets) {
            this.sets = sets;
        }

        /**
         * Adds the features of a student, which are labelled by the model trained before it.
         *
         * @param features the student's features, shape {@code [N, p]} with as many features as the teacher's
         * @return a new draft
         * @throws IllegalArgumentException if the array is null, empty, not numeric or of another shape, or if an entry is NaN
         *     or infinite
         */
        public Draft student(INDArray features) {
            return with(SampleSet.unlabelled("student", features));
        }

        /**
         * Adds the features of a student and their true labels. The last student's are what {@link TestReport#strong()} is
         * trained on; any student's are mixed with those of the teacher if the training says so.
         *
         * @param features the student's features, shape {@code [N, p]} with as many features as the teacher's
         * @param labels their true labels, shape {@code [N]} or {@code [N, 1]}
         * @return a new draft
         * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN
         *     or infinite
         */
        public Draft student(INDArray features, INDArray labels) {
            return with(SampleSet.labelled("student", features, labels));
        }

        private Draft with(SampleSet student) {
            List<SampleSet> longer = new ArrayList<>(sets);
            longer.add(student.beside("student", "teacher", sets.get(0)));
            return new Draft(List.copyOf(longer));
        }

        /**
         * Adds the samples that all models are tested on.
         *
         * @param features the test features, shape {@code [N, p]} with as many features as the teacher's and N at least 2
         * @param labels their labels, shape {@code [N]} or {@code [N, 1]}
         * @return the experiment, with seed 0
         * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN
         *     or infinite
         */
        public OwnArrays test(INDArray features, INDArray labels) {
            SampleSet test = SampleSet.labelled("test", features, labels).beside("test", "teacher", sets.get(0));
            if (test.rows() < 2) {
                throw refusal("test features", test.rows() + " row", "is not at least 2");
            }
            return new OwnArrays(sets, test, 0);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Draft that && sets.equals(that.sets);
        }

        @Override
        public int hashCode() {
            return sets.hashCode();
        }

        @Override
        public String toString() {
            return "OwnArrays of " + sets + " without a test set";
        }
    }

    /**
     * The same arrays with other noise on the labels that models give.
     *
     * @param seed the seed, any number
     * @return a new experiment
     */
    public OwnArrays withSeed(long seed) {
        return new OwnArrays(sets, test, seed);
    }

    /**
     * Runs the pipeline; usually called as {@code pipeline.simulate(arrays)}.
     *
     * @param distillation the pipeline to run; it must begin with the training of its surrogate on true labels
     * @return the errors on the test set
     * @throws IllegalArgumentException if the pipeline is null, if it begins with a fixed surrogate other than the ground truth, if it has
     *     another number of trainings than there are sets to train on, or a task of another number of features, if a number
     *     of samples is not a whole one or more than there are rows, or if a teacher's share needs true labels that are not
     *     given
     * @throws IllegalStateException if there is no ND4J backend, or if the task's spectrum is not {@linkplain
     *     dev.retort.core.spectrum.Spectrum#isListed() listed}
     */
    @Override
    public TestReport run(Distillation distillation) {
        List<Training> trainings = notNull("distillation", distillation).trainings();
        checkFits(distillation);
        RandomGenerator random = RandomStreams.of(seed).generator();
        List<TestError> errors = new ArrayList<>();
        double[] model = trained(trainings.get(0), sets.get(0), random);
        errors.add(test.error(model));
        for (int k = 1; k < sets.size(); k++) {
            Training training = trainings.get(k);
            model = taught(training, sets.get(k), model, training.noise(distillation.task()), random);
            errors.add(test.error(model));
        }
        int last = sets.size() - 1;
        boolean strong = last > 0 && sets.get(last).hasLabels();
        return new TestReport(errors, strong ? test.error(trained(trainings.get(last), sets.get(last), random)) : null);
    }

    /** The model trained on true labels. */
    private static double[] trained(Training training, SampleSet set, RandomGenerator random) {
        int n = (int) training.samples();
        try (INDArray features = set.features(n)) {
            return fitted(training, features, set.labels(n), random);
        }
    }

    /** The model trained on another model's predictions, mixed with true labels if the training says so. */
    private static double[] taught(
            Training training, SampleSet set, double[] teacher, double noise, RandomGenerator random) {
        int n = (int) training.samples();
        double share = training.teacherShare();
        try (INDArray features = set.features(n)) {
            double[] taught = Labelling.withNoise(
                    LinearRegression.predict(features, teacher), StandardNormal.sample(n, random), noise);
            double[] labels = share == 1 ? taught : Labelling.mixed(share, taught, set.labels(n));
            return fitted(training, features, labels, random);
        }
    }

    private static double[] fitted(Training training, INDArray features, double[] labels, RandomGenerator random) {
        int[] seen = Fitter.seen(training, Math.toIntExact(features.size(1)), i -> true);
        try (Fit fit = Fitter.of(training).fit(features, seen, random)) {
            return fit.solve(labels);
        }
    }

    private void checkFits(Distillation distillation) {
        List<Training> trainings = distillation.trainings();
        // There is one ground truth.
        if (distillation.surrogate() != Surrogate.groundTruth()) {
            throw refusal(
                    "surrogate", distillation.surrogate(), "is not the ground truth, whose labels the teacher has");
        }
        if (trainings.size() != sets.size()) {
            throw refusal("trainings", trainings.size(), "are not as many as the sets to train on, " + sets.size());
        }
        int columns = test.columns();
        if (distillation.task().dimension() != columns) {
            throw refusal("task", distillation.task(), "does not have the " + columns + " features of the arrays");
        }
        for (int k = 0; k < sets.size(); k++) {
            double samples = trainings.get(k).samples();
            if (samples != Math.rint(samples) || samples > sets.get(k).rows()) {
                throw refusal(
                        "samples",
                        samples,
                        "is not a whole number of at most the rows of set " + (k + 1) + ", "
                                + sets.get(k).rows());
            }
            Training training = trainings.get(k);
            if (!training.labels().equals(Labels.logits()) || training.teacherRows() != 1) {
                throw refusal(
                        "training",
                        training,
                        "does not use unchanged labels of a single teacher; label the" + " arrays yourself");
            }
            double share = training.teacherShare();
            if (share != 1 && k == 0) {
                throw refusal("share", share, "is not 1 in the first training, which has the teacher's labels alone");
            }
            if (share != 1 && !sets.get(k).hasLabels()) {
                throw refusal("share", share, "is not 1 although set " + (k + 1) + " has no labels to mix in");
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OwnArrays that && sets.equals(that.sets) && test.equals(that.test) && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(sets, test, seed);
    }

    @Override
    public String toString() {
        return "OwnArrays of " + sets + ", tested on " + test + ", seed " + seed;
    }
}
