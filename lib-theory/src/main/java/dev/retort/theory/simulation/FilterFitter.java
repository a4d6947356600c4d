package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;
import dev.retort.theory.distillation.Estimator;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A spectral filter, through the eigenvectors of the Gram matrix of the samples. */
record FilterFitter(Estimator.Filtered estimator) implements Fitter {

    /** An eigenvalue below this part of the largest is one that the samples do not have. */
    private static final double RANK = 1e-13;

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        return new FilterFit(new Array2DRowRealMatrix(Rows.of(features, seen), false), seen, (int) features.size(1));
    }

    /** Nothing native: rows and eigenvectors are on the heap. */
    @Override
    public long memory(int samples, int features) {
        return 0;
    }

    /** b = Xᵀ U diag((1 − ψ(s))/s) Uᵀ y/n. */
    private final class FilterFit implements Fit {

        private final RealMatrix x;
        private final int @Nullable [] seen;
        private final int features;
        private final RealMatrix vectors;
        private final double[] factors;

        FilterFit(RealMatrix x, int @Nullable [] seen, int features) {
            this.x = x;
            this.seen = seen;
            this.features = features;
            int n = x.getRowDimension();
            EigenDecomposition eigen =
                    new EigenDecomposition(x.multiply(x.transpose()).scalarMultiply(1.0 / n));
            this.vectors = eigen.getV();
            this.factors = eigen.getRealEigenvalues();
            double largest = factors[0];
            for (int k = 0; k < n; k++) {
                double s = factors[k];
                factors[k] = s > RANK * largest ? (1 - estimator.residual(s)) / s : 0;
            }
        }

        @Override
        public double[] solve(double[] labels) {
            double[] along = vectors.preMultiply(labels);
            for (int k = 0; k < along.length; k++) {
                along[k] *= factors[k] / along.length;
            }
            return Rows.inAllFeatures(x.preMultiply(vectors.operate(along)), seen, features);
        }

        @Override
        public Optional<LinearFit> linear() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
