package dev.retort.theory.simulation;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.SymmetricEigen;
import dev.retort.core.nd4j.ExplicitFit;
import dev.retort.core.nd4j.LinearFit;
import dev.retort.theory.distillation.Estimator;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A spectral filter, through the eigenvectors of the Gram matrix of the samples. */
record FilterFitter(Estimator.Filtered estimator) implements Fitter {

    /** Eigenvalues below this part of the largest count as 0. */
    private static final double RANK = 1e-13;

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        double[][] map = map(DenseMatrix.of(Rows.of(features, seen)));
        if (seen != null) {
            double[][] all = new double[(int) features.size(1)][map[0].length];
            for (int j = 0; j < seen.length; j++) {
                all[seen[j]] = map[j];
            }
            map = all;
        }
        try (INDArray array = Nd4j.createFromArray(map)) {
            return new FilterFit(ExplicitFit.of(features, array));
        }
    }

    @Override
    public double memory(FitSize size) {
        return ofExplicitFit(size);
    }

    /** The memory of the map, twice while it is copied, and of the averages: products of the map with the features, or between features. */
    static double ofExplicitFit(FitSize size) {
        double map = size.design();
        double features = size.features();
        double order = Math.min(size.samples(), features);
        double averages = switch (size.averages()) {
            case NONE -> 0;
            case OVER_SIGNS -> features * features;
            case OVER_NOISE ->
                order * features
                        + order * order
                        + Math.max(
                                (size.samples() < features ? 1 : 2) * map,
                                order * features + 2 * order * size.teacherRank());
        };
        return map + Math.max(map, averages) + 8.0 * (size.samples() + features);
    }

    /** A = Xᵀ U diag((1 − ψ(s))/s) Uᵀ/n. */
    private double[][] map(DenseMatrix x) {
        int n = x.rows();
        DenseMatrix transposed = x.transposed();
        SymmetricEigen eigen =
                SymmetricEigen.of(x.times(transposed).scaled(1.0 / n).toArray());
        double[] values = eigen.values();
        double[][] vectors = new double[n][]; // in rows
        double[] factors = new double[n];
        for (int k = 0; k < n; k++) {
            double s = values[k];
            factors[k] = s > RANK * values[n - 1] ? (1 - estimator.residual(s)) / s / n : 0;
            vectors[k] = eigen.vector(k);
        }
        DenseMatrix u = DenseMatrix.of(vectors);
        return transposed
                .times(u.transposed())
                .times(DiagonalMatrix.of(factors))
                .times(u)
                .toArray();
    }

    private record FilterFit(LinearFit fit) implements Fit {

        @Override
        public double[] solve(double[] labels) {
            return fit.solve(labels);
        }

        @Override
        public Optional<LinearFit> linear() {
            return Optional.of(fit);
        }

        @Override
        public void close() {
            fit.close();
        }
    }
}
