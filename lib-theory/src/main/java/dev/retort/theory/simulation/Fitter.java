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

    /** That of a training. */
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
     * @param features the sample's, one row for each of them; to be left alone until the fit is closed
     * @param seen the indices of the features that the model sees, ascending; null if it sees all
     * @param random for what else is drawn
     */
    Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random);

    /**
     * The native memory that a fit takes at most, its averages included and the features not, in numbers of eight bytes.
     *
     * @throws IllegalArgumentException if a matrix of it has too many entries
     */
    double memory(FitSize size);

    /**
     * What a model of a training sees.
     *
     * @param features how many there are
     * @param varies which of them vary
     * @return the indices, ascending; null if these are all
     */
    static int @Nullable [] seen(Training training, int features, IntPredicate varies) {
        FeatureMask mask = training.mask().orElse(null);
        int[] seen = IntStream.range(0, features)
                .filter(i -> (mask == null || mask.keeps(i)) && varies.test(i))
                .toArray();
        return seen.length == features ? null : seen;
    }
}
