package dev.retort.theory.simulation;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.positive;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.NativeMemory;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import dev.retort.theory.matrix.MatrixExperiment;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>Given the designs, two averages are taken exactly instead of by chance. Every stage is linear in its labels, so that the
 * excess risk is averaged over all noise on them. And the coordinates of a Gaussian design in the eigenbasis are
 * symmetric: there it is also averaged over their signs, stage by stage. The expectation is the same; a trial is then worth
 * {@linkplain Simulation#effectiveGain() many}, some hundreds with a thousand features. {@link #literal()} does without, and
 * {@link Simulation#literal()} shows for the same designs what it would have seen. More in the module's documentation,
 * {@code docs/simulation.md}. Trials that draw from a {@link Population} are always literal.
 *
 * <p>Trials run side by side on all processors. Each has a random generator of its own, split off in order from that of the
 * seed, so the numbers depend on the seed alone and neither on the number of threads nor on which trial finishes first;
 * nor does the number of trials where a precision is asked for. A run that is interrupted returns the trials that it has,
 * if they are two at least, and leaves the thread's interrupted status set. Needs an ND4J backend on the class path.
 * Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 100), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * Distillation pipeline = Distillation.of(task).surrogate(Surrogate.optimal()).target(Training.samples(50));
 * Simulation simulation = pipeline.simulate(Trials.of(400).withSeed(7));
 * double off = simulation.mean() / pipeline.predict().excess() - 1; // 0.0093: the theory is the limit of many samples
 * double uncertainty = simulation.standardError() / simulation.mean(); // 0.0011
 * double gain = simulation.effectiveGain(); // 60.3: a trial, averaged over noise and signs, is worth so many
 *
 * Trials precise = Trials.of(100_000).untilRelativeError(0.01).onProgress(progress -> {}); // or System.out::println
 * double toOnePercent = pipeline.simulate(precise).mean();
 *
 * List<Simulation> curve = Trials.of(50).learningCurve(Distillation.of(task), Training.samples(1), 5, 10, 20, 40);
 * }</pre>
 */
public final class Trials implements Experiment<Simulation>, MatrixExperiment<Simulation> {

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.theory.simulation");

    private final int count;
    private final long seed;
    private final int threads;

    /** In bytes; null for whatever there is. */
    private final @Nullable Long memory;

    private final boolean averaging;
    private final @Nullable Population population;
    private final Repetition.@Nullable Precision precision;
    private final Consumer<? super Progress> listener;

    private Trials(
            int count,
            long seed,
            int threads,
            @Nullable Long memory,
            boolean averaging,
            @Nullable Population population,
            Repetition.@Nullable Precision precision,
            Consumer<? super Progress> listener) {
        this.count = count;
        this.seed = seed;
        this.threads = threads;
        this.memory = memory;
        this.averaging = averaging;
        this.population = population;
        this.precision = precision;
        this.listener = listener;
    }

    /**
     * Trials with seed 0 on Gaussian designs, on all processors.
     *
     * @param count how many, or how many at most if a precision is asked for; at least 2 (one trial has no standard error)
     * @return the trials
     * @throws IllegalArgumentException if there are fewer than 2
     */
    public static Trials of(int count) {
        if (count < 2) {
            throw refusal("count", count, "is not at least 2");
        }
        return new Trials(count, 0, Runtime.getRuntime().availableProcessors(), null, true, null, null, progress -> {});
    }

    /**
     * How many trials these are, at most.
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
    public Trials withSeed(long seed) {
        return new Trials(count, seed, threads, memory, averaging, population, precision, listener);
    }

    /**
     * The same trials on a given number of threads. The results do not depend on it.
     *
     * @param threads at least 1
     * @return new trials
     * @throws IllegalArgumentException if there is less than one
     */
    public Trials threads(int threads) {
        return new Trials(
                count, seed, atLeastOne("threads", threads), memory, averaging, population, precision, listener);
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
        return new Trials(
                count, seed, threads, memory, averaging, notNull("population", population), precision, listener);
    }

    /**
     * The same trials in bounded memory: as few run side by side as fit.
     *
     * @param bytes how many bytes of native memory they may take together; by default {@link NativeMemory#limit()}
     * @return new trials
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Trials withMemory(long bytes) {
        if (bytes < 1) {
            throw refusal("bytes", bytes, "is not at least 1");
        }
        return new Trials(count, seed, threads, bytes, averaging, population, precision, listener);
    }

    /**
     * The native memory that running a pipeline would take.
     *
     * @param pipeline the pipeline
     * @return an upper bound, on whatever way each design is factored
     * @throws IllegalArgumentException if a number of samples is not a whole number, if samples times features are not below
     *     2<sup>31</sup>, or if a single trial does not fit the memory that is allowed
     */
    public MemoryNeed memory(Pipeline pipeline) {
        checkSizes(notNull("pipeline", pipeline));
        int features = pipeline.task().dimension();
        long most = 0;
        for (Training training : pipeline.trainings()) {
            int samples = (int) training.samples();
            long design = (long) Double.BYTES * samples * features;
            most = Math.max(most, design + FactoredRegression.memory(samples, features));
        }
        return need(most);
    }

    private MemoryNeed need(long bytesPerTrial) {
        long allowed = memory == null ? NativeMemory.limit() : memory;
        if (bytesPerTrial > allowed) {
            throw refusal(
                    "memory",
                    allowed + " bytes",
                    "is less than the " + bytesPerTrial
                            + " that a trial may take; see withMemory, and JavaCPP's maxbytes");
        }
        return new MemoryNeed(bytesPerTrial, (int) Math.min(Math.min(threads, count), allowed / bytesPerTrial));
    }

    /**
     * The same trials without averages over label noise and signs: what is drawn is what is measured.
     *
     * @return new trials
     */
    public Trials literal() {
        return new Trials(count, seed, threads, memory, false, population, precision, listener);
    }

    /**
     * The same trials, but no more of them than are needed for a standard error, and 10 at least; while there are few, the
     * error is widened by Student's factor. Of a chain, that after every stage counts.
     *
     * @param standardError the standard error of the mean excess risk at which to stop, greater than 0
     * @return new trials, which may still end at their count before that precision is reached
     * @throws IllegalArgumentException if the error is not positive and finite
     */
    public Trials untilStandardError(double standardError) {
        double allowed = positive("standardError", standardError);
        return new Trials(count, seed, threads, memory, averaging, population, mean -> allowed, listener);
    }

    /**
     * The same trials, but no more of them than are needed for a relative standard error, and 10 at least; while there are few,
     * the error is widened by Student's factor. Of a chain, that after every stage counts.
     *
     * @param relativeError the standard error of the mean excess risk, as a part of that mean, at which to stop; greater than
     *     0
     * @return new trials, which may still end at their count before that precision is reached
     * @throws IllegalArgumentException if the error is not positive and finite
     */
    public Trials untilRelativeError(double relativeError) {
        double allowed = positive("relativeError", relativeError);
        return new Trials(
                count, seed, threads, memory, averaging, population, mean -> allowed * Math.abs(mean), listener);
    }

    /**
     * The same trials with somebody to tell of each that is completed.
     *
     * @param listener who to tell; called in the thread that runs the pipeline. What it throws ends the run and reaches the
     *     caller
     * @return new trials
     * @throws IllegalArgumentException if it is null
     */
    public Trials onProgress(Consumer<? super Progress> listener) {
        return new Trials(
                count, seed, threads, memory, averaging, population, precision, notNull("listener", listener));
    }

    /**
     * Runs the trials; usually called as {@code pipeline.simulate(trials)}.
     *
     * @param distillation the pipeline to run
     * @return the measured excess risk
     * @throws IllegalArgumentException as {@link #memory(Pipeline)} does, or if the spectrum, samples or noise of a training do
     *     not fit the population
     * @throws IllegalStateException if there is no ND4J backend, if the task's spectrum is not {@linkplain
     *     dev.retort.core.spectrum.Spectrum#isListed() listed}, or if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted before two trials are done; its interrupted status is set
     *     again
     */
    @Override
    public Simulation run(Distillation distillation) {
        MemoryNeed need = memory(distillation);
        Procedure procedure = Procedure.of(distillation, training -> designFor(distillation, training));
        return simulation(distillation, need, trial(procedure));
    }

    /**
     * Runs the trials of a pipeline of matrices, in the original features; usually called as {@code
     * pipeline.simulate(trials)}.
     *
     * @param distillation the pipeline to run
     * @return the measured excess risk
     * @throws IllegalArgumentException as {@link #memory(Pipeline)} does, if the trials draw from a population, whose members
     *     have one covariance only, or as {@link MatrixDistillation#surrogateCoefficients()} does
     * @throws IllegalStateException if there is no ND4J backend, or if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted before two trials are done; its interrupted status is set
     *     again
     */
    @Override
    public Simulation run(MatrixDistillation distillation) {
        if (population != null) {
            throw refusal("pipeline", distillation, "has covariances of its own, and cannot draw from a population");
        }
        return simulation(distillation, memory(distillation), trial(Procedure.of(distillation)));
    }

    /**
     * Runs the trials of a learning curve: a target trained on the first n samples of one design, for several n, so that a
     * design is drawn and factored once. That is {@linkplain #run(Distillation) running} the pipelines of all n, at about the cost
     * of the largest. Points of the curve are correlated, and a precision is that of all of them.
     *
     * @param teacher whose labels the target is trained on
     * @param training how it is trained, except for the number of samples
     * @param samples the numbers of samples, at least one, each at least 1, in any order
     * @return one simulation per number, in their order
     * @throws IllegalArgumentException as {@link #run(Distillation)} does, if there are no numbers, if one is less than 1, or if these
     *     trials draw from a population
     * @throws IllegalStateException as {@link #run(Distillation)} does
     * @throws CancellationException as {@link #run(Distillation)} does
     */
    public List<Simulation> learningCurve(Teacher teacher, Training training, int... samples) {
        notNull("teacher", teacher);
        notNull("training", training);
        atLeastOne("samples.length", notNull("samples", samples).length);
        if (population != null) {
            throw refusal("population", population, "has no learning curves");
        }
        List<Distillation> pipelines = IntStream.of(samples)
                .mapToObj(n -> teacher.target(training.withSamples(atLeastOne("samples", n))))
                .toList();
        MemoryNeed need = pipelines.stream()
                .map(this::memory)
                .max(Comparator.comparingLong(MemoryNeed::bytesPerTrial))
                .orElseThrow();
        LearningCurve curve = new LearningCurve(pipelines.stream()
                .map(pipeline -> Procedure.of(pipeline, each -> designFor(pipeline, each)))
                .toList());
        List<List<Trial.Outcome>> outcomes =
                repeat(need, random -> averaging ? curve.run(random) : literal(curve.run(random)), Trials::lastOfAll);
        return IntStream.range(0, pipelines.size())
                .mapToObj(j -> Simulation.of(
                        pipelines.get(j),
                        seed,
                        outcomes.stream().map(points -> points.get(j)).toList()))
                .toList();
    }

    private static List<Trial.Outcome> literal(List<Trial.Outcome> points) {
        return points.stream().map(Trial.Outcome::toTheLetter).toList();
    }

    private static double[] lastOfAll(List<Trial.Outcome> points) {
        return points.stream()
                .mapToDouble(point -> point.excess[point.excess.length - 1])
                .toArray();
    }

    private Trial trial(Procedure procedure) {
        // Residuals of a population are not noise that is independent of its features.
        if (!averaging || population != null) {
            return new LiteralTrial(procedure);
        }
        return procedure.inEigenbasis ? new SignAveragedTrial(procedure) : new NoiseAveragedTrial(procedure);
    }

    private Simulation simulation(Pipeline pipeline, MemoryNeed need, Trial trial) {
        List<Trial.Outcome> outcomes =
                repeat(need, random -> trial.run(random).requireFinite(), outcome -> outcome.excess);
        return Simulation.of(pipeline, seed, outcomes);
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
     * Runs test-time training: each trial draws a context, training examples, and unless it is the same another context, as
     * arrays; makes the gradient of the training loss, a matrix of rank one; and measures what the loss is after a step of any
     * size, averaged over queries.
     *
     * @param training what to run
     * @param examples the number of training examples k, at least 0
     * @return the measured losses
     * @throws IllegalArgumentException if k is negative, if prompts are too long for an array or for the memory that is
     *     allowed, or if these trials draw from a population, which has no prompts
     * @throws IllegalStateException if there is no ND4J backend, or if a trial failed, for example because a loss overflows,
     *     with what it threw as the cause
     * @throws CancellationException if the thread is interrupted before two trials are done; its interrupted status is set
     *     again
     */
    public PromptSimulation run(TestTimeTraining training, int examples) {
        if (population != null) {
            throw refusal("population", population, "has no prompts to draw");
        }
        PromptTrial trial = new PromptTrial(notNull("training", training), nonNegative("examples", examples));
        return new PromptSimulation(
                repeat(need(trial.memory()), trial::outcome, outcome -> new double[] {outcome.initialLoss()}));
    }

    private <T> List<T> repeat(MemoryNeed need, Function<RandomGenerator, T> trial, Function<T, double[]> measured) {
        LOGGER.debug("Up to {} trials, {}", count, need);
        List<T> outcomes = new Repetition<>(count, seed, precision, listener, trial, measured).run(need.trialsAtOnce());
        if (outcomes.size() < 2) {
            throw new CancellationException("Interrupted before 2 of " + count + " trials were done");
        }
        return outcomes;
    }
}
