package dev.retort.theory.simulation;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.nd4j.Covariance;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.nd4j.MatrixDistillation;
import dev.retort.theory.nd4j.MatrixExperiment;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A number of independent runs of a pipeline on arrays. Each trial draws a design, labels it with the surrogate, fits the
 * target and measures its excess risk; in a chain every stage draws a design of its own, of its own covariance, and is
 * labelled by the model fitted before. The outcome is the average over the trials, after every stage, with its standard
 * error.
 *
 * <p>A model is fitted on the features that it sees. Mixed labels are those of the ground truth with the noise of the task
 * and those of the teacher with the noise of the training, drawn independently. The excess risk is measured under the
 * covariance of the task, whatever that of the training. A {@link MatrixDistillation} is run in its original features, a
 * {@link Distillation} in the eigenbasis of its task.
 *
 * <p>Trials run side by side on all processors. Each has a random generator of its own, split off in order from that of the
 * seed, so the numbers depend on the seed alone and neither on the number of threads nor on which trial finishes first.
 * Needs an ND4J backend on the class path. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 50), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * Distillation pipeline = Distillation.of(task).surrogate(Surrogate.optimal()).target(Training.samples(20));
 * Simulation simulation = pipeline.simulate(Trials.of(100).seed(7));
 * double z = simulation.zScore(pipeline.predict()); // in standard errors
 * }</pre>
 */
public final class Trials implements Experiment<Simulation>, MatrixExperiment<Simulation> {

    private final int count;
    private final long seed;
    private final int threads;
    private final @Nullable Population population;
    private final Progress progress;

    private Trials(int count, long seed, int threads, @Nullable Population population, Progress progress) {
        this.count = count;
        this.seed = seed;
        this.threads = threads;
        this.population = population;
        this.progress = progress;
    }

    /**
     * Trials with seed 0 on Gaussian designs, on all processors.
     *
     * @param count how many, at least 2 (one trial has no standard error)
     * @return the trials
     * @throws IllegalArgumentException if there are fewer than 2
     */
    public static Trials of(int count) {
        if (count < 2) {
            throw refusal("count", count, "is not at least 2");
        }
        return new Trials(count, 0, Runtime.getRuntime().availableProcessors(), null, (done, total) -> {});
    }

    /**
     * How many trials these are.
     *
     * @return the number, at least 2
     */
    public int count() {
        return count;
    }

    /**
     * From what their randomness comes.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The same trials with another seed.
     *
     * @param seed the seed, any number
     * @return new trials
     */
    public Trials seed(long seed) {
        return new Trials(count, seed, threads, population, progress);
    }

    /**
     * The same trials on a given number of threads. The results do not depend on it.
     *
     * @param threads at least 1
     * @return new trials
     * @throws IllegalArgumentException if there is less than one
     */
    public Trials threads(int threads) {
        return new Trials(count, seed, atLeastOne("threads", threads), population, progress);
    }

    /**
     * The same trials on samples drawn from a population of arrays, without replacement, in place of Gaussian ones.
     *
     * @param population the population; the pipeline's task must be {@link Population#task() its task}, or one with the
     *     same spectrum. A {@link MatrixDistillation} is refused
     * @return new trials
     * @throws IllegalArgumentException if the population is null
     */
    public Trials drawingFrom(Population population) {
        return new Trials(count, seed, threads, notNull("population", population), progress);
    }

    /**
     * The same trials with somebody to tell of each that is completed.
     *
     * @param progress who to tell; called in the thread that runs the pipeline. What it throws ends the run and reaches the
     *     caller
     * @return new trials
     * @throws IllegalArgumentException if it is null
     */
    public Trials onProgress(Progress progress) {
        return new Trials(count, seed, threads, population, notNull("progress", progress));
    }

    /** Follows a long run. */
    @FunctionalInterface
    public interface Progress {

        /**
         * Another trial is done.
         *
         * @param done how many are done by now
         * @param total how many there will be
         */
        void completed(int done, int total);
    }

    /**
     * Runs the trials; usually called as {@code pipeline.simulate(trials)}.
     *
     * @param distillation the pipeline to run
     * @return the measured excess risk
     * @throws IllegalArgumentException if the number of samples of a training is not a whole number, if samples times
     *     features are not below 2<sup>31</sup>, or if the spectrum, samples or noise of a training do not fit the population
     * @throws IllegalStateException if there is no ND4J backend, if the task's spectrum is not {@linkplain
     *     dev.retort.core.spectrum.Spectrum#isListed() listed}, or if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted; its interrupted status is set again
     */
    @Override
    public Simulation run(Distillation distillation) {
        checkSizes(distillation);
        Trial trial = Trial.of(distillation, training -> designFor(distillation, training));
        return Simulation.of(distillation, seed, runAll(trial::excess));
    }

    /**
     * Runs the trials of a pipeline of matrices, in the original features; usually called as {@code
     * pipeline.simulate(trials)}.
     *
     * @param distillation the pipeline to run
     * @return the measured excess risk
     * @throws IllegalArgumentException if the number of samples of a training is not a whole number, if samples times
     *     features are not below 2<sup>31</sup>, if the trials draw from a population, whose members have one covariance
     *     only, or as {@link MatrixDistillation#surrogateCoefficients()} does
     * @throws IllegalStateException if there is no ND4J backend, or if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted; its interrupted status is set again
     */
    @Override
    public Simulation run(MatrixDistillation distillation) {
        if (population != null) {
            throw refusal("pipeline", distillation, "has covariances of its own, and cannot draw from a population");
        }
        checkSizes(distillation);
        return Simulation.of(distillation, seed, runAll(Trial.of(distillation)::excess));
    }

    private static void checkSizes(Pipeline pipeline) {
        int features = pipeline.task().dimension();
        pipeline.trainings().forEach(training -> checkSize(training.samples(), features));
    }

    private static void checkSize(double samples, int features) {
        if (samples != Math.rint(samples) || samples > Integer.MAX_VALUE) {
            throw refusal("samples", samples, "is not a whole number below 2^31, which a simulation needs");
        }
        if (!(samples * features <= Integer.MAX_VALUE)) {
            throw refusal("samples", samples + " times " + features + " features", "is not below 2^31");
        }
    }

    private Design designFor(Distillation distillation, Training training) {
        return population == null
                ? Design.gaussian(Covariance.diagonal(training.spectrum(distillation.task())))
                : population.designFor(distillation.task(), training);
    }

    /**
     * Runs test-time training: each trial draws a context, training examples, and unless it is the same another context;
     * makes the gradient of the training loss; and measures what the loss is after a step of any size, averaged over queries.
     *
     * @param training what to run
     * @param examples the number of training examples k, at least 0
     * @return the measured losses
     * @throws IllegalArgumentException if k is negative, or if these trials draw from a population, which has no prompts
     * @throws IllegalStateException if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted; its interrupted status is set again
     */
    public PromptSimulation run(TestTimeTraining training, int examples) {
        if (population != null) {
            throw refusal("population", population, "has no prompts to draw");
        }
        PromptTrial trial = new PromptTrial(notNull("training", training), nonNegative("examples", examples));
        return new PromptSimulation(runAll(trial::outcome));
    }

    private <T> List<T> runAll(Function<RandomGenerator, T> trial) {
        Map<Integer, T> outcomes = new ConcurrentHashMap<>();
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(threads, count), Trials::worker);
        try {
            CompletionService<Integer> completed = new ExecutorCompletionService<>(workers);
            SplittableGenerator root = RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom")
                    .create(seed);
            for (int t = 0; t < count; t++) {
                int index = t;
                SplittableGenerator random = root.split();
                completed.submit(() -> outcomes.put(index, trial.apply(random)), index);
            }
            for (int done = 1; done <= count; done++) {
                completed.take().get();
                progress.completed(done, count);
            }
            return IntStream.range(0, count).mapToObj(outcomes::get).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted before all " + count + " trials were done");
        } catch (ExecutionException e) {
            throw new IllegalStateException("A trial failed: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private static Thread worker(Runnable work) {
        Thread thread = new Thread(work, "retort-trial");
        thread.setDaemon(true);
        return thread;
    }
}
