package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteMatrix;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;

import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear fit whose map A is given as a matrix: b = A y for labels y of the features X. Any training whose coefficients are
 * linear in the labels is such a fit, for example gradient descent or random features.
 *
 * <p>Moments of coefficients, for {@link AveragedModel} and {@link SignAveragedModel}, take products of A with X: 2np ·
 * min(n, p) multiplications and additions over label noise alone, 2np² over signs. Entries are not scaled: those of A, X and
 * A X, and their squares, must stay in the range of {@code double}.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * INDArray map = features.transpose().mul(0.1); // a step of gradient descent
 * double[] truth = {1, 1, 1};
 * try (ExplicitFit step = ExplicitFit.of(features, map)) {
 *     double[] coefficients = step.solve(new double[] {2, 4}); // 0.2, 0.8, 0.2
 *     SignAveragedModel student = SignAveragedModel.fixed(truth).teach(step, 1, truth, 0.5);
 *     double learnt = student.mean(1); // 0.4
 * }
 * }</pre>
 */
public final class ExplicitFit extends LinearFit {

    private final DenseAlgebra algebra = DenseAlgebra.selected();
    private final OffHeapMatrix x;

    /** A. */
    private final OffHeapMatrix map;

    private final Lifetime lifetime;

    private ExplicitFit(OffHeapMatrix x, OffHeapMatrix map) {
        this.x = x;
        this.map = map;
        this.lifetime = new Lifetime("ExplicitFit", null, () -> {
            map.close();
            x.close();
        });
    }

    /**
     * The fit of a given map.
     *
     * @param features X, shape {@code [n, p]}. If they are dense, of type {@code DOUBLE} and in c order, they are read in
     *     place and must not be changed or closed before the fit is closed
     * @param map A, shape {@code [p, n]}; copied
     * @return the fit, to be closed
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another shape, or if an entry is NaN or
     *     infinite
     */
    public static ExplicitFit of(INDArray features, INDArray map) {
        ArrayArguments.features("features", features);
        if (numeric("map", map).rank() != 2 || map.size(0) != features.size(1) || map.size(1) != features.size(0)) {
            throw refusal(
                    "map",
                    shapeOf(map),
                    "is not [features, samples], that of features transposed, " + shapeOf(features));
        }
        OffHeapMatrix x = finiteMatrix("features", features);
        try {
            return new ExplicitFit(x, finiteCopy("map", map));
        } catch (RuntimeException | Error e) {
            x.close();
            throw e;
        }
    }

    @Override
    public int samples() {
        return use(x::rows);
    }

    @Override
    public int features() {
        return use(x::columns);
    }

    @Override
    public double[] solve(double[] labels) {
        finite("labels", notNull("labels", labels));
        length("labels", labels.length, "the number of samples", samples());
        return use(() -> product(map, labels));
    }

    @Override
    DenseAlgebra algebra() {
        return algebra;
    }

    @Override
    double[] fitToPredictionsOf(double[] model) {
        return product(map, product(x, model));
    }

    /** M v. */
    private double[] product(OffHeapMatrix matrix, double[] vector) {
        try (OffHeapMatrix v = OffHeapMatrix.of(1, vector.length, vector);
                OffHeapMatrix product = OffHeapMatrix.zeros(1, matrix.rows())) {
            algebra.addProduct(1, v, false, matrix, true, product);
            return product.toArray();
        }
    }

    /** Whether A = Eᵀ F is taken with F = I, which is smaller where there are fewer samples than features; otherwise E = I. */
    private boolean isReducedToSamples() {
        return samples() < features();
    }

    @Override
    OffHeapMatrix basis() {
        return isReducedToSamples() ? map.transposed() : OffHeapMatrix.identity(features());
    }

    @Override
    OffHeapMatrix covarianceOfNoise(double noise) {
        if (isReducedToSamples()) {
            return OffHeapMatrix.identity(samples())
                    .filledBy(covariance -> covariance.scaleColumns(filled(samples(), noise * noise), 0));
        }
        try (OffHeapMatrix scaled = map.scaledColumns(filled(samples(), noise))) {
            return algebra.gramOfRows(scaled).filledBy(OffHeapMatrix::mirrorLower);
        }
    }

    @Override
    OffHeapMatrix image(double share) {
        if (isReducedToSamples()) {
            return x.scaledColumns(filled(features(), share));
        }
        return OffHeapMatrix.zeros(features(), features())
                .filledBy(image -> algebra.addProduct(share, map, false, x, false, image));
    }

    private static double[] filled(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    /** With P = A X: E b_i = P_ii E c_i and E b_i² = Σ_j P_ij² E c_j² + noise² (A Aᵀ)_ii. */
    @Override
    SignAveragedModel taughtOverSigns(SignAveragedModel labels, double noise) {
        int p = features();
        double[] squares = new double[p];
        Arrays.setAll(squares, j -> labels.mean(j) * labels.mean(j) + labels.deviation(j) * labels.deviation(j));
        double[] mean = new double[p];
        double[] deviation = new double[p];
        try (OffHeapMatrix overlaps = OffHeapMatrix.zeros(p, p)) {
            algebra.addProduct(1, map, false, x, false, overlaps);
            double[] row = new double[p];
            double[] ofNoise = new double[samples()];
            for (int i = 0; i < p; i++) {
                overlaps.readRow(i, row);
                map.readRow(i, ofNoise);
                mean[i] = row[i] * labels.mean(i);
                // Avoids a difference of squares: the learnt part of feature i itself has the deviation of the teacher.
                double own = row[i] * labels.deviation(i);
                row[i] = 0;
                double others = 0;
                for (int j = 0; j < p; j++) {
                    others += row[j] * row[j] * squares[j];
                }
                double amplified = noise * Math.sqrt(DotProduct.of(ofNoise, 0, ofNoise, 0, ofNoise.length));
                deviation[i] = Math.hypot(Math.hypot(own, amplified), Math.sqrt(others));
            }
        }
        return new SignAveragedModel(mean, deviation);
    }

    @Override
    Lifetime lifetime() {
        return lifetime;
    }

    @Override
    public String toString() {
        return "ExplicitFit of " + x.rows() + " samples on " + x.columns() + " features";
    }
}
