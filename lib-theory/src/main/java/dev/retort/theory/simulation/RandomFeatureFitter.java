package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.ExplicitFit;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearFit;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.nd4j.internal.RegressionMemory;
import dev.retort.theory.distillation.Estimator;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Ridge regression on Gaussian combinations of the features, drawn anew for each fit. Flipping the sign of a feature flips a column of the
 * projection, which leaves its distribution unchanged.
 */
record RandomFeatureFitter(int count, double ridge) implements Fitter {

    static RandomFeatureFitter of(Estimator.RandomFeatures estimator) {
        double count = estimator.features();
        if (count != Math.rint(count) || count > Integer.MAX_VALUE) {
            throw refusal("random features", count, "is not a whole number below 2^31, which a simulation needs");
        }
        return new RandomFeatureFitter((int) count, estimator.ridge());
    }

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        try (INDArray projection = projection((int) features.size(1), seen, random);
                INDArray combined = LinearRegression.predict(features, projection);
                FactoredRegression regression = FactoredRegression.of(combined, ridge);
                INDArray unit = unit((int) features.size(0));
                INDArray solved = regression.solve(unit);
                INDArray map = LinearRegression.predict(projection, solved)) {
            boolean orthogonal = regression.method() == FactoredRegression.Method.ORTHOGONAL;
            return new RandomFeatureFit(ExplicitFit.of(features, map), orthogonal);
        }
    }

    /** The unit matrix; Nd4j.eye leaves arrays behind that only the collector frees. */
    private static INDArray unit(int size) {
        double[][] rows = new double[size][size];
        for (int i = 0; i < size; i++) {
            rows[i][i] = 1;
        }
        return Nd4j.createFromArray(rows);
    }

    /** Gᵀ/√q with a row for each feature, zero for those that the model does not see. */
    private INDArray projection(int features, int @Nullable [] seen, RandomGenerator random) {
        double[][] rows = new double[features][count];
        double scale = 1 / Math.sqrt(count);
        for (int i : seen == null ? IntStream.range(0, features).toArray() : seen) {
            for (int j = 0; j < count; j++) {
                rows[i][j] = scale * StandardNormal.next(random);
            }
        }
        return Nd4j.createFromArray(rows);
    }

    /** The largest memory of three consecutive steps: solving for a set of labels per sample, multiplying out the map, and using it. */
    @Override
    public double memory(FitSize size) {
        double n = size.samples();
        double p = size.features();
        if (count * Math.max(n, p) > Integer.MAX_VALUE) {
            throw refusal(
                    "random features",
                    count + " times " + Math.max(size.samples(), size.features()),
                    "is not below 2^31, which a simulation needs");
        }
        RegressionMemory regression = new RegressionMemory(size.samples(), count, count, ridge != 0);
        double projection = count * p + count * n; // and the projected features
        double solving =
                projection + Math.max(regression.ofCholesky(), regression.ofOrthogonal()) + 7 * n * n + 3 * count * n;
        double multiplying = projection + regression.ofCholesky() + n * n + 2 * count * n + 2 * n * p;
        return Math.max(Math.max(solving, multiplying), FilterFitter.ofExplicitFit(size));
    }

    private record RandomFeatureFit(LinearFit fit, boolean isOrthogonal) implements Fit {

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
