package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearFit;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ridge regression, or without a ridge the interpolator of least norm. */
record RidgeFitter(double ridge) implements Fitter {

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        return new RidgeFit(
                seen == null ? FactoredRegression.of(features, ridge) : FactoredRegression.of(features, seen, ridge));
    }

    @Override
    public long memory(int samples, int features) {
        return FactoredRegression.memory(samples, features);
    }

    private record RidgeFit(FactoredRegression regression) implements Fit {

        @Override
        public double[] solve(double[] labels) {
            return regression.solve(labels);
        }

        @Override
        public Optional<LinearFit> linear() {
            return Optional.of(regression);
        }

        @Override
        public boolean isOrthogonal() {
            return regression.method() == FactoredRegression.Method.ORTHOGONAL;
        }

        @Override
        public void close() {
            regression.close();
        }
    }
}
