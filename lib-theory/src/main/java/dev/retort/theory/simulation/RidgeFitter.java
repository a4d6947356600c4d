package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearFit;
import dev.retort.core.nd4j.internal.RegressionMemory;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ridge regression, or least squares of minimum norm without a ridge. */
record RidgeFitter(double ridge) implements Fitter {

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        return new RidgeFit(
                seen == null ? FactoredRegression.of(features, ridge) : FactoredRegression.of(features, seen, ridge));
    }

    /** The memory of Cholesky where the condition surely allows it, else that of the factorisation that needs more. */
    @Override
    public double memory(FitSize size) {
        RegressionMemory memory = new RegressionMemory(size.samples(), size.features(), size.seen(), ridge != 0);
        double byCholesky = switch (size.averages()) {
            case NONE -> memory.ofCholesky();
            case OVER_SIGNS -> memory.ofCholeskyOverSigns();
            case OVER_NOISE -> memory.ofCholeskyOverNoise(size.teacherRank());
        };
        if (size.leastReciprocalCondition(ridge) >= RegressionMemory.LEAST_RECIPROCAL_CONDITION) {
            return byCholesky;
        }
        double orthogonal = switch (size.averages()) {
            case NONE -> memory.ofOrthogonal();
            case OVER_SIGNS -> memory.ofOrthogonalOverSigns();
            case OVER_NOISE -> memory.ofOrthogonalOverNoise(size.teacherRank());
        };
        return Math.max(byCholesky, orthogonal);
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
