package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear model averaged over label noise for given features: its coefficients have the mean b̄ and the covariance C.
 * Regression is linear in its labels, so that both are exact along a chain of students, each taught by the one before. Where
 * features are not correlated, {@link SignAveragedModel} averages over their signs too.
 *
 * <p>C = Eᵀ V E is never formed: E has at most as many rows as the last student has samples, as {@code docs/regression.md}
 * derives. Immutable. Holds native memory until it is closed; every later call but {@code toString} throws an {@link
 * IllegalStateException}. Concurrent calls of one instance run one after the other.
 *
 * <pre>{@code
 * INDArray truth = Nd4j.create(new double[] {1, 1, 1});
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * try (FactoredRegression regression = FactoredRegression.of(features, 0);
 *         AveragedModel teacher = AveragedModel.fixed(truth);
 *         AveragedModel student = teacher.teach(regression, 1, truth, 0.5)) {
 *     double excess = student.excessRisk(Covariance.diagonal(Spectrum.of(1, 1, 1)), truth); // 0.1875
 * }
 * }</pre>
 */
public final class AveragedModel implements AutoCloseable {

    private final double[] mean;

    /** Null if the coefficients are fixed. */
    private final @Nullable Variation variation;

    private final Lifetime lifetime;

    private AveragedModel(double[] mean, @Nullable Variation variation) {
        this.mean = mean;
        this.variation = variation;
        this.lifetime = new Lifetime("AveragedModel", null, variation == null ? () -> {} : variation::close);
    }

    /**
     * The covariance Eᵀ V E.
     *
     * @param basis E
     * @param inBasis V, both triangles
     */
    private record Variation(OffHeapMatrix basis, OffHeapMatrix inBasis) {

        void close() {
            basis.close();
            inBasis.close();
        }
    }

    /**
     * A model with fixed coefficients.
     *
     * @param coefficients shape {@code [p]} or {@code [p, 1]}
     * @return the model with these coefficients and covariance 0
     * @throws IllegalArgumentException if the array is null, empty, not numeric or of another shape, or if an entry is NaN
     *     or infinite
     */
    public static AveragedModel fixed(INDArray coefficients) {
        return new AveragedModel(entries("coefficients", coefficients), null);
    }

    /**
     * Teaches a student: fits it to a mixture of this model's labels and the truth's, (1 − a) X β⋆ + a X b, plus noise that
     * is independent of everything else.
     *
     * @param student the student's features and how it is fitted
     * @param share a, usually from 0 to 1
     * @param truth β⋆, shape {@code [p]} or {@code [p, 1]}
     * @param noise the standard deviation s of the total noise in a label, at least 0. If the truth's labels have noise σ⋆ and
     *     this model's σ, independent, s² = ((1 − a) σ⋆)² + (a σ)²
     * @return the student, of mean A X ((1 − a) β⋆ + a b̄) and covariance a² A X C XᵀAᵀ + s² A Aᵀ; this model and the fit may
     *     be closed before it
     * @throws IllegalArgumentException if an argument is null or out of range, if the numbers of features differ, or as
     *     {@link #fixed(INDArray)} does
     */
    public AveragedModel teach(LinearFit student, double share, INDArray truth, double noise) {
        notNull("student", student);
        finite("share", share);
        double[] aim = entries("truth", truth);
        nonNegative("noise", noise);
        length("truth", aim.length, "the number of features of the teacher", mean.length);
        length("student", student.features(), "the number of features of the teacher", mean.length);
        double[] labels = SignAveragedModel.mixed(share, mean, aim);
        Variation passedOn = share == 0 ? null : variation;
        return lifetime.use(() -> student.use(() -> {
            double[] fitted = student.fitToPredictionsOf(labels);
            return new AveragedModel(
                    fitted, passedOn == null && noise == 0 ? null : taught(student, share, passedOn, noise));
        }));
    }

    private static Variation taught(LinearFit student, double share, @Nullable Variation teacher, double noise) {
        OffHeapMatrix basis = student.basis();
        try {
            OffHeapMatrix inBasis = student.covarianceOfNoise(noise).filledBy(sum -> {
                if (teacher != null) {
                    addTaught(student, share, teacher, sum);
                }
            });
            return new Variation(basis, inBasis);
        } catch (RuntimeException | Error e) {
            basis.close();
            throw e;
        }
    }

    private static void addTaught(LinearFit student, double share, Variation teacher, OffHeapMatrix sum) {
        try (OffHeapMatrix image = student.image(share);
                OffHeapMatrix t = OffHeapMatrix.zeros(image.rows(), teacher.basis.rows());
                OffHeapMatrix product = OffHeapMatrix.zeros(image.rows(), teacher.basis.rows())) {
            DenseAlgebra algebra = student.algebra();
            algebra.addProduct(1, image, false, teacher.basis, true, t);
            algebra.addProduct(1, t, false, teacher.inBasis, false, product);
            algebra.addProduct(1, product, false, t, true, sum);
        }
    }

    /**
     * The expectation of the excess risk over the noise, E (b − β⋆)ᵀΣ(b − β⋆) = (b̄ − β⋆)ᵀΣ(b̄ − β⋆) + tr(C Σ).
     *
     * @param evaluation Σ
     * @param truth β⋆, shape {@code [p]} or {@code [p, 1]}
     * @return the expected excess risk
     * @throws IllegalArgumentException if one of them is null or does not have p features, or as {@link
     *     Covariance#excessRisk(INDArray, INDArray)} does
     */
    public double excessRisk(Covariance evaluation, INDArray truth) {
        length("evaluation", notNull("evaluation", evaluation).dimension(), "the number of features", mean.length);
        double[] aim = entries("truth", truth);
        length("truth", aim.length, "the number of features", mean.length);
        return lifetime.use(() -> evaluation.excessRisk(mean, aim) + noiseRisk(evaluation));
    }

    /**
     * The mean of the noise's contribution to the excess risk, tr(C Σ).
     *
     * @param evaluation Σ
     * @return the risk of noise, at least 0
     * @throws IllegalArgumentException if the covariance is null or does not have p features
     */
    public double noiseRisk(Covariance evaluation) {
        length("evaluation", notNull("evaluation", evaluation).dimension(), "the number of features", mean.length);
        return lifetime.use(() -> variation == null ? 0.0 : noiseRisk(evaluation, variation));
    }

    private static double noiseRisk(Covariance evaluation, Variation variation) {
        double[] deviations = evaluation.spectrum().eigenvalues();
        Arrays.setAll(deviations, i -> Math.sqrt(deviations[i]));
        CompensatedSum risk = new CompensatedSum();
        try (OffHeapMatrix rotated = evaluation.times(variation.basis, true);
                OffHeapMatrix weighted = rotated.scaledColumns(deviations);
                OffHeapMatrix form = DenseAlgebra.selected().gramOfRows(weighted)) {
            double[] m = new double[form.columns()];
            double[] v = new double[form.columns()];
            for (int k = 0; k < form.rows(); k++) {
                form.readRow(k, m);
                variation.inBasis.readRow(k, v);
                risk.add(2 * DotProduct.of(m, 0, v, 0, k) + m[k] * v[k]);
            }
        }
        return risk.value();
    }

    /**
     * The mean b̄ of the coefficients over the noise.
     *
     * @return a new array of shape {@code [p]}
     * @throws IllegalStateException if there is no ND4J backend on the class path
     */
    public INDArray mean() {
        Backend.require();
        return lifetime.use(() -> {
            try (OffHeapMatrix row = OffHeapMatrix.of(1, mean.length, mean)) {
                return row.toNd4j(mean.length);
            }
        });
    }

    private static double[] entries(String name, INDArray vector) {
        ArrayArguments.numeric(name, vector);
        if (vector.rank() != 1 && !(vector.rank() == 2 && vector.size(1) == 1)) {
            throw refusal(name, ArrayArguments.shapeOf(vector), "is not [features] or [features, 1]");
        }
        return ArrayArguments.finiteEntries(name, vector);
    }

    /**
     * Releases the native memory, after any call in another thread that is using it. Closing again does nothing; every other
     * call throws from now on.
     */
    @Override
    public void close() {
        lifetime.close();
    }

    @Override
    public String toString() {
        return "AveragedModel of " + mean.length + " features, "
                + (variation == null ? "with fixed coefficients" : "averaged over label noise");
    }
}
