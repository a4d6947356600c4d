package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;
import dev.retort.theory.distillation.Estimator;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Stochastic gradient descent in a single pass over the rows, in their order. */
record StochasticFitter(Estimator.StochasticGradient estimator) implements Fitter {

    @Override
    public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
        return new StochasticFit(Rows.of(features, seen), seen, (int) features.size(1));
    }

    /** Nothing native: rows are on the heap. */
    @Override
    public double memory(FitSize size) {
        return 0;
    }

    private final class StochasticFit implements Fit {

        private final double[][] rows;
        private final int @Nullable [] seen;
        private final int features;

        StochasticFit(double[][] rows, int @Nullable [] seen, int features) {
            this.rows = rows;
            this.seen = seen;
            this.features = features;
        }

        @Override
        public double[] solve(double[] labels) {
            double[] weights = new double[rows[0].length];
            double[] gradient = new double[weights.length];
            double step = estimator.rate() / estimator.batch();
            for (int start = 0; start < rows.length; start += estimator.batch()) {
                Arrays.fill(gradient, 0);
                for (int i = start; i < start + estimator.batch(); i++) {
                    double off = labels[i];
                    for (int j = 0; j < weights.length; j++) {
                        off -= rows[i][j] * weights[j];
                    }
                    for (int j = 0; j < weights.length; j++) {
                        gradient[j] += off * rows[i][j];
                    }
                }
                for (int j = 0; j < weights.length; j++) {
                    weights[j] += step * gradient[j];
                }
            }
            return Rows.inAllFeatures(weights, seen, features);
        }

        @Override
        public Optional<LinearFit> linear() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
