package dev.retort.theory.simulation;

import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The array side of a kind of training: how a model is fitted to a sample. A new kind of training is an implementation of this
 * and of {@link Fit}, and a line in {@link #of(Training)}. Immutable.
 */
interface Fitter {

    /** The fitter of a training. */
    static Fitter of(Training training) {
        Estimator estimator = training.estimator();
        if (estimator instanceof Estimator.Filtered filtered) {
            return new FilterFitter(filtered);
        }
        if (estimator instanceof Estimator.StochasticGradient stochastic) {
            return new StochasticFitter(stochastic);
        }
        if (estimator instanceof Estimator.RandomFeatures random) {
            return RandomFeatureFitter.of(random);
        }
        return new RidgeFitter(estimator.ridge());
    }

    /**
     * Trains on a sample.
     *
     * @param features the features, one sample per row; must not be modified until the fit is closed
     * @param seen the indices of the features that the model sees, ascending; null if it sees all
     * @param random the source of any further randomness
     */
    Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random);

    /**
     * An upper bound on the native memory of a fit, including its averages but not the features, in numbers of eight bytes.
     *
     * @throws IllegalArgumentException if one of its matrices has too many entries
     */
    double memory(FitSize size);

    /**
     * The features that a model of a training sees.
     *
     * @param features the number of features
     * @param varies which of them vary
     * @return the indices, ascending; null if the model sees all
     */
    static int @Nullable [] seen(Training training, int features, IntPredicate varies) {
        FeatureMask mask = training.mask().orElse(null);
        int[] seen = IntStream.range(0, features)
                .filter(i -> (mask == null || mask.keeps(i)) && varies.test(i))
                .toArray();
        return seen.length == features ? null : seen;
    }
}
