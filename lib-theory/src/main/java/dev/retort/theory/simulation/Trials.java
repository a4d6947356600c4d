package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.NativeMemory;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A number of independent runs of a pipeline on arrays. Each trial draws a design, labels it with the surrogate, fits the target and
 * measures its excess risk; in a chain every stage draws its own design, with its own covariance, and is labelled by the model of the stage
 * before. The outcome is the average over the trials, after every stage, with its standard error.
 *
 * <p>A model is fitted on the features that it sees. Mixed labels combine labels of the ground truth with the noise of the task and labels
 * of the teacher with the noise of the training, drawn independently. The excess risk is measured under the covariance of the task,
 * whatever the covariance of the training. A {@link dev.retort.theory.matrix.MatrixDistillation} is run in its original features, a {@link
 * Distillation} in the eigenbasis of its task.
 *
 * <p>Given the designs, two averages are taken exactly instead of by sampling. Every stage is linear in its labels, so that the excess risk
 * is averaged over all label noise. And the coordinates of a Gaussian design in the eigenbasis are symmetric, so that the excess risk there
 * is also averaged over their signs, stage by stage. The expectation is the same; an averaged trial is worth {@linkplain
 * Simulation#effectiveGain() many literal ones}, some hundreds with a thousand features. {@link #controlled()} reduces the scatter further,
 * {@link #literal()} turns the averages off, and {@link Simulation#literal()} has the measurements without averages for the same designs.
 * The module's documentation, {@code docs/simulation.md}, has more. Trials that draw from a {@link Population} are always literal.
 *
 * <p>Trials run in parallel on all processors. Each has its own random stream, derived from the seed, so the results depend on the seed
 * alone and neither on the number of threads nor on which trial finishes first; the same holds for the number of trials where a precision
 * is asked for. An interrupted run returns the trials done so far, if there are at least two, and leaves the thread's interrupted status
 * set. Needs an ND4J backend on the class path. Immutable.
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
 * double toOnePercent = pipeline.simulate(precise.controlled()).mean();
 *
 * List<Simulation> curve = Trials.of(50).learningCurve(Distillation.of(task), Training.samples(1), 5, 10, 20, 40);
 * }</pre>
 */
public final class Trials implements Experiment<Pipeline, Simulation> {

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.theory.simulation");

    /** The relative difference from the prediction above which trials on a finite population log a warning. */
    private static final double NOTABLE = 0.05;

    private final int count;
    private final long seed;
    private final int threads;

    /** The memory allowed, in bytes; null for all that the machine has. */
    private final @Nullable Long memory;

    private final Measure measure;
    private final @Nullable Population population;
    private final Repetition.@Nullable Precision precision;
    private final Consumer<? super Progress> listener;

    private Trials(
            int count,
            long seed,
            int threads,
            @Nullable Long memory,
            Measure measure,
            @Nullable Population population,
            Repetition.@Nullable Precision precision,
            Consumer<? super Progress> listener) {
        this.count = count;
        this.seed = seed;
        this.threads = threads;
        this.memory = memory;
        this.measure = measure;
        this.population = population;
        this.precision = precision;
        this.listener = listener;
    }

    /** How the excess risk of a trial is measured. */
    private enum Measure {

        /** With the labels that were drawn. */
        LITERAL,

        /** Averaged over noise and signs. */
        AVERAGED,

        /** Averaged, less the part explained by the scale of the features drawn. */
        CONTROLLED
    }

    private static void ignore(Progress progress) {}

    /**
     * Trials with seed 0 on Gaussian designs, on all processors.
     *
     * @param count the number of trials, or the maximum if a precision is asked for; at least 2 (one trial has no standard error)
     * @return the trials
     * @throws IllegalArgumentException if there are fewer than 2
     */
    public static Trials of(int count) {
        if (count < 2) {
            throw refusal("count", count, "is not at least 2");
        }
        return new Trials(
                count,
                0,
                Runtime.getRuntime().availableProcessors(),
                null,
                Measure.AVERAGED,
                null,
                null,
                Trials::ignore);
    }

    /**
     * The number of trials, or the maximum if a precision is asked for.
     *
     * @return the number, at least 2
     */
    public int count() {
        return count;
    }

    /**
     * The seed of the randomness.
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
        return new Trials(count, seed, threads, memory, measure, population, precision, listener);
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
                count, seed, atLeastOne("threads", threads), memory, measure, population, precision, listener);
    }

    /**
     * The same trials on samples drawn from a population of arrays, without replacement, in place of Gaussian ones.
     *
     * @param population the population; the pipeline's task must be {@link Population#task() its task}, or one with the
     *     same spectrum. A {@link dev.retort.theory.matrix.MatrixDistillation} is refused
     * @return new trials
     * @throws IllegalArgumentException if the population is null
     */
    public Trials drawingFrom(Population population) {
        return new Trials(
                count, seed, threads, memory, measure, notNull("population", population), precision, listener);
    }

    /**
     * The same trials in bounded memory: only as many run in parallel as fit.
     *
     * @param bytes the bytes of native memory that they may take together; by default {@link NativeMemory#limit()}
     * @return new trials
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Trials withMemory(long bytes) {
        if (bytes < 1) {
            throw refusal("bytes", bytes, "is not at least 1");
        }
        return new Trials(count, seed, threads, bytes, measure, population, precision, listener);
    }

    /**
     * The native memory that running a pipeline would take.
     *
     * @param pipeline the pipeline
     * @return an upper bound, from the sizes of all matrices that exist at the same time; at most 1.5 times the memory taken where it is
     *     known beforehand whether Cholesky will do. Only the samples tell where their condition is not bounded: with a ridge below about
     *     10⁻¹⁰ times samples times the largest variance, or with none, if samples and features are about as many, variances are many
     *     decades apart, or samples are from a {@link Population}. The bound is then for a factorisation of the features themselves, up to
     *     1.8 times (without ridge) or 2.6 times (with a tiny one) what is taken where Cholesky does after all
     * @throws IllegalArgumentException if a number of samples is not a whole number, if samples times features are not below
     *     2<sup>31</sup>, or if a single trial does not fit into the memory allowed
     * @throws IllegalStateException if no memory limit was set and there is no ND4J backend
     */
    public MemoryNeed memory(Pipeline pipeline) {
        return need(bytes(notNull("pipeline", pipeline)));
    }

    private long bytes(Pipeline pipeline) {
        return PipelineTrial.memory(pipeline, isAveraging(), population == null ? 0 : population.size());
    }

    private MemoryNeed need(long bytesPerTrial) {
        return MemoryNeed.of(bytesPerTrial, Math.min(threads, count), memory == null ? NativeMemory.limit() : memory);
    }

    /**
     * The same trials without averages over label noise and signs, and without controls: the risk is measured with the labels drawn.
     *
     * @return new trials
     */
    public Trials literal() {
        return new Trials(count, seed, threads, memory, Measure.LITERAL, population, precision, listener);
    }

    /**
     * The same trials with control variates: the part of a trial's averaged excess risk that is due to the scale at which its features
     * happened to be drawn, computed from the risk's {@linkplain dev.retort.theory.distillation.Sensitivities derivatives}, is subtracted.
     * Its coefficient is fitted to all other trials, with the theory's coefficient 1 counting for 200 trials, so that the expectation is
     * exactly the same and trials hardly influence each other. With ten times as many features as samples a half to a quarter of the
     * variance is left, and the same fraction of the trials is enough. Source: {@code docs/simulation.md}.
     *
     * <p>Trials that run until a precision is reached, and their progress, use the coefficient 1; the fit at the end changes little.
     *
     * <p>Only for a {@link Distillation} of ridge regressions (ridge 0 included); other pipelines are refused when they are run, and so are
     * samples of a population.
     *
     * @return new trials, which average over label noise and signs
     */
    public Trials controlled() {
        return new Trials(count, seed, threads, memory, Measure.CONTROLLED, population, precision, listener);
    }

    /**
     * The same trials, but only as many as are needed for a standard error, and at least 10; while there are few, the error is widened by
     * Student's factor. In a chain every stage must reach the standard error.
     *
     * @param standardError the standard error of the mean excess risk at which to stop, greater than 0
     * @return new trials, which may still end at their count before that precision is reached
     * @throws IllegalArgumentException if the error is not positive and finite
     */
    public Trials untilStandardError(double standardError) {
        double allowed = positive("standardError", standardError);
        return new Trials(
                count, seed, threads, memory, measure, population, new Repetition.Precision(allowed, false), listener);
    }

    /**
     * The same trials, but only as many as are needed for a relative standard error, and at least 10; while there are few, the error is
     * widened by Student's factor. In a chain every stage must reach it.
     *
     * @param relativeError the standard error of the mean excess risk, as a fraction of that mean, at which to stop; greater than 0
     * @return new trials, which may still end at their count before that precision is reached
     * @throws IllegalArgumentException if the error is not positive and finite
     */
    public Trials untilRelativeError(double relativeError) {
        double allowed = positive("relativeError", relativeError);
        return new Trials(
                count, seed, threads, memory, measure, population, new Repetition.Precision(allowed, true), listener);
    }

    /**
     * The same trials with a listener, which is called after each trial.
     *
     * @param listener called in the thread that runs the pipeline, in the order of the trials. An exception that it throws ends the run and
     *     reaches the caller
     * @return new trials
     * @throws IllegalArgumentException if it is null
     */
    public Trials onProgress(Consumer<? super Progress> listener) {
        return new Trials(count, seed, threads, memory, measure, population, precision, notNull("listener", listener));
    }

    /**
     * Runs the trials, a {@link Distillation} in the eigenbasis of its task, a {@code MatrixDistillation} in its original features; usually
     * called as {@code pipeline.simulate(trials)}.
     *
     * @param pipeline the pipeline to run
     * @return the measured excess risk
     * @throws IllegalArgumentException as {@link #memory(Pipeline)} does, if the pipeline is null or neither of these two, or if
     *     a covariance or the spectrum, samples or noise of a training do not fit the population
     * @throws IllegalStateException if there is no ND4J backend, or if a trial failed, with what it threw as the cause
     * @throws CancellationException if the thread is interrupted before two trials are done; its interrupted status is set
     *     again
     */
    @Override
    public Simulation run(Pipeline pipeline) {
        long bytes = bytes(notNull("pipeline", pipeline));
        Backend.require();
        Controls controls =
                controls(IntStream.rangeClosed(1, pipeline.trainings().size())
                        .mapToObj(pipeline::beginning)
                        .toList());
        Procedure procedure = Procedure.of(pipeline, population, Fitter::of);
        warnOfFinitePopulation(pipeline);
        PipelineTrial trial = new PipelineTrial(procedure, isAveraging(), controls, bytes);
        return Simulation.of(pipeline, this, repeat(trial));
    }

    /**
     * Runs the trials of a learning curve: a target trained on the first n samples of one design, for several n, so that a design is drawn
     * and factored once. The results are those of {@linkplain #run running} the pipelines of all n, at about the cost of the largest.
     * Points of the curve are correlated, and every point must reach the precision.
     *
     * @param teacher the teacher whose labels the target is trained on
     * @param training the training of the target, except for the number of samples
     * @param samples the numbers of samples, at least one, each at least 1, in any order
     * @return one simulation per number, in their order
     * @throws IllegalArgumentException as {@link #run} does, if there are no numbers, or if one is less than 1
     * @throws IllegalStateException as {@link #run} does
     * @throws CancellationException as {@link #run} does
     */
    public List<Simulation> learningCurve(Teacher teacher, Training training, int... samples) {
        notNull("teacher", teacher);
        notNull("training", training);
        atLeastOne("samples.length", notNull("samples", samples).length);
        List<Distillation> pipelines = IntStream.of(samples)
                .mapToObj(n -> teacher.target(training.withSamples(atLeastOne("samples", n))))
                .toList();
        if (pipelines.stream()
                .anyMatch(point -> point.trainings().size() == 1
                        && !point.surrogate().sources().isEmpty())) {
            throw refusal(
                    "teacher",
                    teacher,
                    "is a pool, whose sources label different rows for every number of samples; run its pipelines"
                            + " one by one");
        }
        // The fit to all samples stays open while those to fewer samples are made.
        long bytes = pipelines.stream()
                .mapToLong(this::bytes)
                .sorted()
                .skip(Math.max(0, pipelines.size() - 2))
                .sum();
        Backend.require();
        List<Procedure> points = pipelines.stream()
                .map(pipeline -> Procedure.of(pipeline, population, Fitter::of))
                .toList();
        warnOfFinitePopulation(Collections.max(
                pipelines,
                Comparator.comparingDouble(pipeline -> pipeline.target().samples())));
        List<List<Outcome>> outcomes = repeat(new LearningCurve(points, isAveraging(), controls(pipelines), bytes));
        return IntStream.range(0, pipelines.size())
                .mapToObj(j -> Simulation.of(
                        pipelines.get(j),
                        this,
                        outcomes.stream().map(curve -> curve.get(j)).toList()))
                .toList();
    }

    private Controls controls(List<? extends Pipeline> pipelines) {
        if (measure != Measure.CONTROLLED) {
            return Controls.none();
        }
        refusePopulation("controlled trials");
        return Controls.of(pipelines);
    }

    /** Whether these trials average over labels; residuals of a population are not independent of its features. */
    boolean isAveraging() {
        return measure != Measure.LITERAL && population == null;
    }

    /** The factor on the prediction of a pipeline for samples that are part of a finite population. */
    double populationFactor(Pipeline pipeline) {
        return population != null && pipeline instanceof Distillation distillation
                ? population.factor(distillation)
                : 1;
    }

    private void warnOfFinitePopulation(Pipeline pipeline) {
        if (population == null) {
            return;
        }
        double factor = populationFactor(pipeline);
        boolean known = pipeline instanceof Distillation distillation && FinitePopulation.knows(distillation);
        double samples = pipeline.trainings().stream()
                .mapToDouble(Training::samples)
                .max()
                .orElseThrow();
        if (Math.abs(factor - 1) > NOTABLE) {
            LOGGER.warn(
                    "Samples of {} of {} members: the excess risk over all members is expected to be {} times the prediction,"
                            + " which Simulation.expected takes into account",
                    (long) samples,
                    population.size(),
                    String.format(Locale.ROOT, "%.3f", factor));
        } else if (!known && samples > NOTABLE * population.size()) {
            LOGGER.warn(
                    "Samples of {} of {} members: the excess risk over all members may be below the prediction,"
                            + " which is" + " for an infinite population",
                    (long) samples,
                    population.size());
        }
    }

    boolean areGaussian() {
        return population == null;
    }

    /** Refuses a population where something is needed that it lacks. */
    void refusePopulation(String lacking) {
        if (population != null) {
            throw refusal("population", population, "has no " + lacking);
        }
    }

    /** Repeats a trial and returns the outcomes in order, at least two. */
    <T> List<T> repeat(Trial<T> trial) {
        MemoryNeed need = need(trial.memory());
        LOGGER.debug("Up to {} trials, {}", count, need);
        List<T> outcomes = new Repetition<>(count, seed, precision, listener, trial::run, trial::measured)
                .run(need.trialsAtOnce());
        if (outcomes.size() < 2) {
            throw new CancellationException("Interrupted before 2 of " + count + " trials were done");
        }
        return outcomes;
    }

    /** The kind of trials, in words for a report: how they are measured and where samples come from. */
    String manner() {
        return described() + "trials" + (population == null ? "" : " on samples of the " + population);
    }

    /** How these trials are measured; empty for the default. */
    private String described() {
        return measure == Measure.AVERAGED ? "" : measure.name().toLowerCase(Locale.ROOT) + " ";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Trials that
                && count == that.count
                && seed == that.seed
                && threads == that.threads
                && Objects.equals(memory, that.memory)
                && measure == that.measure
                && Objects.equals(population, that.population)
                && Objects.equals(precision, that.precision)
                && listener.equals(that.listener);
    }

    @Override
    public int hashCode() {
        return Objects.hash(count, seed, threads, memory, measure, population, precision, listener);
    }

    @Override
    public String toString() {
        return "Trials, " + (precision == null ? "" : "at most ") + count
                + (precision == null ? "" : " until " + precision)
                + (measure == Measure.AVERAGED ? "" : ", " + described().strip())
                + (population == null ? "" : ", drawing from " + population)
                + ", seed " + seed + ", on " + threads + " threads"
                + (memory == null ? "" : " in " + memory + " bytes");
    }
}
