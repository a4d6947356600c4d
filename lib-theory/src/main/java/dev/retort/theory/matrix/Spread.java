package dev.retort.theory.matrix;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The covariance of random coefficients, A + ∞ · B: where n = rank and there is no ridge, noisy labels make the variance of
 * the trained model infinite, which a later model may or may not inherit. Either part is null if it is zero. Immutable.
 */
record Spread(@Nullable Symmetric bounded, @Nullable Symmetric unbounded) {

    /** The covariance of fixed coefficients, zero. */
    static final Spread NONE = new Spread(null, null);

    /** Larger variances count as infinite, so that no sum of products overflows. */
    static final double LARGEST = 0x1p900;

    /** The covariance of the coefficients times a number. */
    Spread timesSquareOf(double factor) {
        return factor == 0 ? NONE : each(part -> part.times(factor * factor));
    }

    /** The covariance of the labels in the basis of the model that learns from them. */
    Spread labelsIn(Basis basis) {
        return each(part -> part.labelsIn(basis));
    }

    /** D (A + ∞B) D for a diagonal D. */
    Spread scaledBy(double[] d) {
        return each(part -> part.scaledBy(d));
    }

    private Spread each(UnaryOperator<Symmetric> change) {
        return new Spread(
                bounded == null ? null : change.apply(bounded), unbounded == null ? null : change.apply(unbounded));
    }

    /** The sum with a diagonal matrix in the basis that this one is in. */
    Spread plus(Basis basis, double[] diagonal, double factor) {
        if (factor == 0) {
            return this;
        }
        double largest = Arrays.stream(diagonal).max().orElseThrow();
        double[] unit = Arrays.stream(diagonal).map(d -> d / largest).toArray();
        return factor * largest <= LARGEST
                ? new Spread(sum(bounded, Symmetric.diagonal(basis, unit).times(factor * largest)), unbounded)
                : new Spread(bounded, sum(unbounded, Symmetric.diagonal(basis, unit)));
    }

    private static Symmetric sum(@Nullable Symmetric matrix, Symmetric diagonal) {
        return matrix == null ? diagonal : matrix.plusDiagonal(diagonal.diagonal());
    }

    /** The variances along the basis that this covariance is in. */
    double[] variances(int size) {
        return variances(size, Symmetric::diagonal);
    }

    /** The variances along another basis. */
    double[] variancesIn(Eigenbasis basis) {
        return variances(basis.size(), part -> part.diagonalIn(basis));
    }

    private double[] variances(int size, Function<Symmetric, double[]> diagonal) {
        double[] variances = bounded == null ? new double[size] : diagonal.apply(bounded);
        if (unbounded != null) {
            double[] infinite = diagonal.apply(unbounded);
            for (int i = 0; i < size; i++) {
                variances[i] = infinite[i] > 0 ? Double.POSITIVE_INFINITY : variances[i];
            }
        }
        return variances;
    }

    /** tr(C V) for a matrix C, row after row, on some of the features. */
    double traceWith(double[] c, int[] features, int dimension) {
        if (unbounded != null && traceWith(c, features, dimension, unbounded) > 0) {
            return Double.POSITIVE_INFINITY;
        }
        return bounded == null ? 0 : traceWith(c, features, dimension, bounded);
    }

    private static double traceWith(double[] c, int[] features, int dimension, Symmetric part) {
        double[] v = part.inFeatures();
        CompensatedSum trace = new CompensatedSum();
        for (int a = 0; a < features.length; a++) {
            for (int b = 0; b < features.length; b++) {
                trace.add(c[a * features.length + b] * v[features[a] * dimension + features[b]]);
            }
        }
        return Math.max(0, trace.value());
    }
}
