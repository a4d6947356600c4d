package dev.retort.theory.simulation;

import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.length;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The user's own data, taken for the whole world: N members with p features and a label each. Its covariance about its
 * mean gives the spectrum, its least squares fit the ground truth, and what that fit leaves unexplained the label noise; so
 * that a pipeline on {@link #task()} predicts what training on a random part of the data will give, and {@link
 * Trials#drawingFrom(Population)} measures it.
 *
 * <p>A trial draws members without replacement. A member's label is what the surrogate says of it, plus its residual of the
 * fit scaled to the noise of the training: with the ground truth for a surrogate and the task's own noise these are the
 * data's true labels, with noise 0 those of the linear teacher. Features and labels are centred over the population, and
 * the excess risk is measured over all of it.
 *
 * <p>The theory asks more of the data than a covariance: that features act like Gaussian ones, and residuals like
 * independent noise. How well data oblige is what the comparison shows. Memory: twice the size of the features, 16 N p
 * bytes. Immutable.
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

    private final RegressionTask task;
    private final Covariance covariance;

    /** Row after row, in the eigenbasis. */
    private final double[] basis;

    /** What the least squares fit leaves of each label, in units of the task's noise. */
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
     * @throws IllegalArgumentException if the shapes do not fit, an entry is NaN or infinite, or no feature varies
     */
    public static Population of(INDArray features, INDArray labels) {
        Covariance covariance = Covariance.ofPopulation(features);
        length("labels", Math.toIntExact(labels.length()), "the number of members", Math.toIntExact(features.size(0)));
        double[] basis;
        try (INDArray rotated = covariance.toEigenbasis(features)) {
            basis = rotated.data().asDouble();
        }
        double[] residuals =
                finite("labels", labels.castTo(DataType.DOUBLE).ravel().toDoubleVector());
        centre(basis, covariance.dimension());
        centre(residuals, 1);

        Spectrum spectrum = withoutRounding(covariance.spectrum());
        double[] truth = leastSquares(basis, residuals, spectrum);
        subtractFit(basis, truth, residuals);
        double noise = rootMeanSquare(residuals);
        for (int row = 0; row < residuals.length; row++) {
            residuals[row] = noise == 0 ? 0 : residuals[row] / noise;
        }
        RegressionTask task = RegressionTask.of(spectrum, Signal.of(truth)).withNoise(noise);
        return new Population(task, covariance, basis, residuals);
    }

    /**
     * The task that this population poses, in the eigenbasis of its covariance.
     *
     * @return its spectrum, its least squares coefficients, and its root mean square residual as noise
     */
    public RegressionTask task() {
        return task;
    }

    /**
     * The covariance, with which coefficients of the task are expressed in the original features: {@link
     * Covariance#fromEigenbasis(INDArray)}.
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

    /** Refuses a pipeline that is not about this population. */
    Design designFor(Distillation distillation) {
        if (!distillation.task().spectrum().equals(task.spectrum())) {
            throw refusal("task", distillation.task(), "does not have the spectrum of the population");
        }
        if (distillation.target().samples() > size()) {
            throw refusal("samples", distillation.target().samples(), "is not at most the population, " + size());
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
        return new Design.Sample(Nd4j.create(rows, new long[] {samples, p}, 'c'), Nd4j.createFromArray(noise));
    }

    private static void centre(double[] rows, int columns) {
        double[] mean = new double[columns];
        for (int k = 0; k < rows.length; k++) {
            mean[k % columns] += rows[k];
        }
        double count = (double) rows.length / columns;
        for (int k = 0; k < rows.length; k++) {
            rows[k] -= mean[k % columns] / count;
        }
    }

    /** An eigenvalue within the rounding of the largest is that of a combination of features that does not vary. */
    private static Spectrum withoutRounding(Spectrum computed) {
        double[] eigenvalues = computed.eigenvalues();
        double rounding = 64 * Math.ulp(1.0) * eigenvalues[0] * eigenvalues.length;
        for (int i = 0; i < eigenvalues.length; i++) {
            eigenvalues[i] = eigenvalues[i] <= rounding ? 0 : eigenvalues[i];
        }
        return Spectrum.of(eigenvalues);
    }

    private static double[] leastSquares(double[] basis, double[] labels, Spectrum spectrum) {
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
}
