package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.nd4j.Centring;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.PrincipalComponents;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's own data, treated as the whole population: N members with p features and a label each. The covariance about the mean gives the
 * spectrum, the least squares fit gives the ground truth, and its residuals give the label noise. A pipeline on {@link #task()} then
 * predicts the result of training on a random part of the data, and {@link Trials#drawingFrom(Population)} measures it.
 *
 * <p>A trial draws members without replacement. A member's label is the surrogate's prediction for it, plus its residual of the fit scaled
 * to the noise of the training: with the ground truth as surrogate and the task's own noise these are the data's true labels, with noise 0
 * the labels of a linear teacher. Features and labels are centred over the population, and the excess risk is measured over all members.
 *
 * <p>In a chain every stage draws its members anew from the whole population: on average n/N of the members that a teacher learnt from are
 * among those that it labels for the student, whereas the theory assumes fresh samples. No stage can have its own spectrum, as the
 * population has only one. Masks are of features in the eigenbasis of the task. In mixed labels the truth's part is the member's own label,
 * and the teacher's noise is the residual of another member drawn at random, so that the two are independent.
 *
 * <p>Samples that are a large part of the population are worth more than fresh ones: with 500 members and 80 features, least squares on 150
 * members has an excess risk 16 % below the prediction, and on 250 members 40 % below. {@link #excess} computes this in closed form, {@link
 * Simulation#expected} corrects predictions by it, and trials log a warning where it differs from the limit by more than 5 %.
 *
 * <p>A residual whose root mean square is at most 64 · 2<sup>−52</sup> · p<sup>1/2</sup> times that of the labels, or ulp(1) of their type
 * times it, is treated as the rounding of labels that are exactly linear in the features, as they always are with fewer members than
 * features: the noise is then exactly 0. Directions of features that do not vary, up to rounding, have eigenvalue 0, as {@link
 * PrincipalComponents} says, and do not count for the {@linkplain Spectrum#rank() rank}, which decides where the risk without a ridge is
 * infinite: a rank below p and N − 1 is logged as a warning. A copy of a column adds no direction: predictions are those without it, with
 * the column √2 times as large, and so is what students do. Features in units that differ so widely that double precision loses a
 * direction are refused.
 *
 * <p>The theory assumes more of the data than a covariance: that features behave like Gaussian ones, and residuals like independent noise.
 * The comparison shows how well the data meet these assumptions. Memory: 8 N p bytes, and six times that temporarily during construction.
 * Immutable.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0}, {0, 2}, {-1, 1}, {3, 1}, {0, 0}, {2, 2}});
 * INDArray labels = Nd4j.create(new double[] {1, 2, 0, 3, -1, 4});
 * Population population = Population.of(features, labels);
 * Distillation pipeline = Distillation.of(population.task()).target(Training.samples(4));
 * Simulation simulation = pipeline.simulate(Trials.of(20).drawingFrom(population));
 * }</pre>
 */
public final class Population {

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.theory.simulation");

    private final RegressionTask task;
    private final Covariance covariance;

    /** Times ulp(1) and √p: the rounding of labels that are sums of p products, relative to the labels. */
    private static final double ROUNDING = 64;

    /** The features in the eigenbasis, row by row. */
    private final double[] basis;

    /** The residual of least squares at each member, in units of the task's noise. */
    private final double[] residuals;

    private Population(RegressionTask task, Covariance covariance, double[] basis, double[] residuals) {
        this.task = task;
        this.covariance = covariance;
        this.basis = basis;
        this.residuals = residuals;
    }

    /**
     * The population of the given members.
     *
     * @param features one member per row, shape {@code [N, p]}; not modified
     * @param labels one label per member, shape {@code [N]} or {@code [N, 1]}; not modified
     * @return the population
     * @throws IllegalArgumentException if an array is null, empty or not numeric, if the shapes do not fit, if an entry is
     *     NaN or infinite, if no feature varies, if a variance overflows, or if columns differ so widely in scale that one has to be
     *     rescaled
     * @throws ArithmeticException as {@link PrincipalComponents#of(INDArray)} does
     */
    public static Population of(INDArray features, INDArray labels) {
        Covariance covariance;
        double[] basis;
        double[] residuals;
        ArrayArguments.features("features", features);
        try (INDArray centredLabels = Centring.centred("labels", labels)) {
            ArrayArguments.labels("labels", labels, features.size(0));
            PrincipalComponents components = PrincipalComponents.of(features);
            covariance = components.covariance();
            try (INDArray scores = components.scores()) {
                basis = scores.data().asDouble();
            }
            residuals = centredLabels.data().asDouble();
        }
        warnOfLowRank(covariance.spectrum(), residuals.length);
        double rounding = rounding(labels, covariance.dimension());
        double[] truth = fit(basis, residuals, covariance.spectrum());
        double left = rootMeanSquare(residuals);
        double noise = left <= rounding ? 0 : left;
        for (int row = 0; row < residuals.length; row++) {
            residuals[row] = noise == 0 ? 0 : residuals[row] / noise;
        }
        RegressionTask task =
                RegressionTask.of(covariance.spectrum(), Signal.of(truth)).withNoise(noise);
        return new Population(task, covariance, basis, residuals);
    }

    private static void warnOfLowRank(Spectrum spectrum, int members) {
        int rank = spectrum.rank();
        if (rank < Math.min(spectrum.dimension(), members - 1)) {
            LOGGER.warn(
                    "A population of {} features has a rank of {}: some do not vary, or are combinations of others up to rounding. The risk"
                            + " without a ridge is infinite at {} samples",
                    spectrum.dimension(),
                    rank,
                    rank);
        }
    }

    private static double rounding(INDArray labels, int dimension) {
        double relative = Math.max(ROUNDING * Math.ulp(1.0) * Math.sqrt(dimension), Centring.ulp(labels));
        return relative * rootMeanSquare(labels.castTo(DataType.DOUBLE).ravel().toDoubleVector());
    }

    /**
     * The regression task of this population, in the eigenbasis of its covariance.
     *
     * @return its spectrum, its least squares coefficients, and its root mean square residual as noise
     */
    public RegressionTask task() {
        return task;
    }

    /**
     * The covariance, whose {@link Covariance#fromEigenbasis(INDArray)} expresses coefficients of the task in the original features.
     *
     * @return the covariance about the mean
     */
    public Covariance covariance() {
        return covariance;
    }

    /**
     * The number of members.
     *
     * @return N
     */
    public int size() {
        return residuals.length;
    }

    /**
     * The beginning of a pipeline in the original features, where each stage may have its own covariance.
     *
     * @return a description that lacks its target, with this covariance, these least squares coefficients and this noise
     */
    public MatrixDistillation.Draft inOriginalFeatures() {
        double[] truth = new double[task.dimension()];
        Arrays.setAll(truth, task::coefficient);
        try (INDArray along = Nd4j.createFromArray(truth);
                INDArray coefficients = covariance.fromEigenbasis(along)) {
            return MatrixDistillation.of(covariance, coefficients).withNoise(task.noise());
        }
    }

    /**
     * The expected excess risk of trials that {@linkplain Trials#drawingFrom draw from} this population, n of N members without
     * replacement, and measure over all of them. As N grows it tends to that of {@link Distillation#predict()}; at n = N with true labels
     * and no ridge it is 0. It is a limit of many samples and features for members with Gaussian features, like the prediction, and depends
     * only on the pipeline and on N. Without a ridge, and with fewer samples than features, the two agree. Source: {@code
     * docs/simulation.md}.
     *
     * <pre>{@code
     * INDArray features = Nd4j.create(StandardNormal.sample(500 * 80, RandomStreams.of(1).generator()), new long[] {500, 80}, 'c');
     * INDArray labels = Nd4j.create(StandardNormal.sample(500, RandomStreams.of(2).generator()));
     * Population population = Population.of(features, labels);
     * Distillation half = Distillation.of(population.task()).target(Training.samples(250));
     * double ratio = population.excess(half).getAsDouble() / half.predict().excess(); // 0.5952: (N − n)/(N − p)
     * }</pre>
     *
     * @param pipeline the pipeline, in which no training has more samples than there are members
     * @return the excess risk after the last stage; empty unless all models are ridge regressions (ridge 0 included) on unchanged labels of
     *     a teacher for all rows
     * @throws IllegalArgumentException if the pipeline is null, or if the task, or the spectrum, samples or noise of a training, do
     *     not fit the population
     */
    public OptionalDouble excess(Distillation pipeline) {
        notNull("pipeline", pipeline).trainings().forEach(training -> designFor(pipeline.task(), training));
        return FinitePopulation.knows(pipeline)
                ? OptionalDouble.of(FinitePopulation.excess(pipeline, size()))
                : OptionalDouble.empty();
    }

    /** The factor from the prediction of a pipeline to the expected risk on this population; 1 if it is not known. */
    double factor(Distillation pipeline) {
        double limit = pipeline.predict().excess();
        double here = excess(pipeline).orElse(limit);
        return here == limit || !(limit > 0 && Double.isFinite(here)) ? 1 : here / limit;
    }

    /** Returns the design of a training, or refuses a training that does not fit this population. */
    Design designFor(RegressionTask posed, Training training) {
        if (!posed.spectrum().equals(task.spectrum())) {
            throw refusal("task", posed, "does not have the spectrum of the population");
        }
        if (!training.spectrum(posed).equals(task.spectrum())) {
            throw refusal(
                    "spectrum", training.spectrum(posed), "is not that of the population, the only one it can draw");
        }
        if (training.samples() > size()) {
            throw refusal("samples", training.samples(), "is not at most the population, " + size());
        }
        double noise = training.labelNoise(posed);
        if (noise > 0 && task.noise() == 0) {
            throw refusal("noise", noise, "cannot be drawn from a population whose labels are exactly linear");
        }
        return this::draw;
    }

    private Design.Sample draw(int samples, RandomGenerator random) {
        int p = task.dimension();
        int[] members = new int[size()];
        Arrays.setAll(members, i -> i);
        double[] rows = new double[samples * p];
        double[] noise = new double[samples];
        for (int k = 0; k < samples; k++) {
            int chosen = k + random.nextInt(members.length - k);
            int member = members[chosen];
            members[chosen] = members[k];
            System.arraycopy(basis, member * p, rows, k * p, p);
            noise[k] = residuals[member];
        }
        double[] ofAnyone = new double[samples];
        Arrays.setAll(ofAnyone, k -> residuals[random.nextInt(size())]);
        return new Design.Sample(Nd4j.create(rows, new long[] {samples, p}, 'c'), noise, ofAnyone);
    }

    /**
     * Least squares: in the eigenbasis the normal equations are diagonal up to rounding, which is removed by corrections until they no
     * longer shrink.
     *
     * @param labels the labels, overwritten by the residuals
     */
    private static double[] fit(double[] basis, double[] labels, Spectrum spectrum) {
        double[] coefficients = new double[spectrum.dimension()];
        double previous = Double.POSITIVE_INFINITY;
        while (true) {
            double[] correction = projections(basis, labels, spectrum);
            double size = 0;
            for (int i = 0; i < correction.length; i++) {
                size = Math.hypot(size, Math.sqrt(spectrum.eigenvalue(i)) * correction[i]);
            }
            if (!(size < previous / 2)) {
                return coefficients;
            }
            for (int i = 0; i < correction.length; i++) {
                coefficients[i] += correction[i];
            }
            subtractFit(basis, correction, labels);
            previous = size;
        }
    }

    private static double[] projections(double[] basis, double[] labels, Spectrum spectrum) {
        int p = spectrum.dimension();
        double[] coefficients = new double[p];
        for (int row = 0; row < labels.length; row++) {
            for (int i = 0; i < p; i++) {
                coefficients[i] += basis[row * p + i] * labels[row];
            }
        }
        for (int i = 0; i < p; i++) {
            double scatter = spectrum.eigenvalue(i) * labels.length;
            coefficients[i] = scatter == 0 ? 0 : coefficients[i] / scatter;
        }
        return coefficients;
    }

    private static void subtractFit(double[] basis, double[] coefficients, double[] labels) {
        int p = coefficients.length;
        for (int row = 0; row < labels.length; row++) {
            for (int i = 0; i < p; i++) {
                labels[row] -= basis[row * p + i] * coefficients[i];
            }
        }
    }

    private static double rootMeanSquare(double[] values) {
        CompensatedSum squares = new CompensatedSum();
        for (double value : values) {
            squares.add(value * value);
        }
        return Math.sqrt(squares.value() / values.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Population that
                && task.equals(that.task)
                && Arrays.equals(basis, that.basis)
                && Arrays.equals(residuals, that.residuals);
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, Arrays.hashCode(basis), Arrays.hashCode(residuals));
    }

    @Override
    public String toString() {
        return "Population of " + size() + " members with " + task.dimension() + " features, unexplained noise "
                + task.noise();
    }
}
