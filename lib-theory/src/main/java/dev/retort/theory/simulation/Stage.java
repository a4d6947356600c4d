package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One training of a pipeline, as it is run on arrays. Immutable. */
final class Stage {

    final Training training;

    /** Of the features that the model sees and that vary; null if those are all. */
    private final int @Nullable [] seen;

    /** β⋆; zero where the features of the training do not vary. */
    final double[] truth;

    private final RegressionTask task;
    private final Design design;

    /** @param varies which features vary under the training's covariance */
    Stage(Training training, RegressionTask task, Design design, double[] truth, IntPredicate varies) {
        FeatureMask mask = training.mask().orElse(null);
        int[] some = IntStream.range(0, truth.length)
                .filter(i -> (mask == null || mask.keeps(i)) && varies.test(i))
                .toArray();
        this.seen = some.length == truth.length ? null : some;
        this.training = training;
        this.task = task;
        this.design = design;
        this.truth = truth;
    }

    Design.Sample draw(RandomGenerator random) {
        return design.draw((int) training.samples(), random);
    }

    /** The regression of the training on a sample, which must stay open as long. */
    FactoredRegression factor(Design.Sample sample) {
        return seen == null
                ? FactoredRegression.of(sample.features, training.ridge())
                : FactoredRegression.of(sample.features, seen, training.ridge());
    }

    /** What a teacher says of the sample of a student, mixed with the truth if the training says so, and with noise. */
    double[] labels(FactoredRegression student, Design.Sample sample, double[] teacher) {
        double share = training.teacherShare();
        double noise = training.noise(task);
        if (share == 1) {
            return Fit.withNoise(student.predict(teacher), sample.noise, noise);
        }
        double[] real = Fit.withNoise(student.predict(truth), sample.noise, task.noise());
        double[] taught = Fit.withNoise(student.predict(teacher), sample.otherNoise, noise);
        return Fit.mixed(share, taught, real);
    }

    /** The standard deviation of all noise on a label. */
    double labelNoise() {
        return training.labelNoise(task);
    }
}
