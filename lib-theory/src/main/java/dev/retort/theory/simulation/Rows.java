package dev.retort.theory.simulation;

import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Samples on the heap, with the features that a model sees. */
final class Rows {

    private Rows() {}

    static double[][] of(INDArray features, int @Nullable [] seen) {
        double[][] rows = new double[Math.toIntExact(features.size(0))][];
        // ND4J's own conversion leaves a copy of each row to the garbage collector.
        try (OffHeapMatrix matrix = OffHeapMatrix.reading(features)) {
            Arrays.setAll(rows, matrix::row);
        }
        if (seen == null) {
            return rows;
        }
        double[][] kept = new double[rows.length][seen.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < seen.length; j++) {
                kept[i][j] = rows[i][seen[j]];
            }
        }
        return kept;
    }

    /** Coefficients of all features, 0 for those that are not seen. */
    static double[] inAllFeatures(double[] coefficients, int @Nullable [] seen, int features) {
        if (seen == null) {
            return coefficients;
        }
        double[] all = new double[features];
        for (int j = 0; j < seen.length; j++) {
            all[seen[j]] = coefficients[j];
        }
        return all;
    }
}
