package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.MatrixProduct;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.testtime.LinearAttention;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Converts linear attention to and from ND4J arrays.
 *
 * <pre>{@code
 * LinearAttention attention = AttentionArrays.attention(Nd4j.create(new double[][] {{0.1, 0}, {0.05, 0.2}}));
 * INDArray weights = AttentionArrays.weights(attention.scaledBy(2)); // 0.2, 0, 0.1, 0.4
 * }</pre>
 */
public final class AttentionArrays {

    private AttentionArrays() {}

    /**
     * The weights of an attention.
     *
     * @param attention the attention
     * @return a new array of W, of type {@code DOUBLE} and shape {@code [d, d]}
     * @throws IllegalArgumentException if the attention is null
     * @throws IllegalStateException if there is no ND4J backend on the class path
     */
    public static INDArray weights(LinearAttention attention) {
        return matrix(notNull("attention", attention).weights());
    }

    /**
     * The attention of given weights.
     *
     * @param weights W, shape {@code [d, d]}; copied
     * @return the attention
     * @throws IllegalArgumentException if the array is null, empty, not numeric or not square, or if an entry is NaN or
     *     infinite
     */
    public static LinearAttention attention(INDArray weights) {
        int columns =
                Math.toIntExact(ArrayArguments.features("weights", weights).size(1));
        double[] entries = ArrayArguments.finiteEntries("weights", weights);
        double[][] rows = new double[entries.length / columns][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(entries, i * columns, (i + 1) * columns));
        return LinearAttention.of(rows);
    }

    static INDArray matrix(double[][] rows) {
        Backend.require();
        return Nd4j.createFromArray(rows);
    }

    /** The design of features with a covariance that is positive semidefinite and not zero. */
    static GaussianDesign features(double[][] covariance) {
        double[] variances = new double[covariance.length];
        boolean diagonal = true;
        for (int i = 0; i < variances.length; i++) {
            variances[i] = covariance[i][i];
            for (int j = 0; j < i; j++) {
                diagonal &= covariance[i][j] == 0;
            }
        }
        if (diagonal) {
            return GaussianDesign.of(Covariance.diagonal(Spectrum.of(variances)));
        }
        try (INDArray full = matrix(covariance)) {
            return GaussianDesign.of(Covariance.of(full));
        }
    }

    /** The context vector u = Xᵀy, shape {@code [d]}. */
    static INDArray contextVector(INDArray features, INDArray labels) {
        return MatrixProduct.ofTransposed(features, labels);
    }

    /**
     * The change of the weights in a step of size 1, minus the gradient of multiple · |y − X W u|²: the matrix 2 · multiple · Xᵀ(y − X W u)
     * uᵀ, of rank one.
     */
    static INDArray descent(INDArray weights, INDArray context, INDArray features, INDArray labels, double multiple) {
        long d = context.length();
        try (INDArray predictor = MatrixProduct.of(weights, context);
                INDArray errors = MatrixProduct.of(features, predictor).rsubi(labels);
                INDArray left = contextVector(features, errors).muli(2 * multiple)) {
            return MatrixProduct.ofTransposed(left.reshape(1, d), context.reshape(1, d));
        }
    }
}
