package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The training of a network: its measurements, and its checkpoints, which can teach other networks. Immutable. */
public final class TrainingRun {

    /** The number of points on which the linear part is measured to find its peak. */
    private static final int PEAK_SAMPLES = 8192;

    private final LearningTask task;
    private final String description;
    private final long seed;
    private final List<Checkpoint> checkpoints;
    private final List<Measurement> history;

    TrainingRun(
            LearningTask task, String description, long seed, List<Checkpoint> checkpoints, List<Measurement> history) {
        this.task = task;
        this.description = description;
        this.seed = seed;
        this.checkpoints = List.copyOf(checkpoints);
        this.history = List.copyOf(history);
    }

    /**
     * A training done outside the library, to serve as a teacher.
     *
     * @param task the task that was learned
     * @param seed the seed of the students
     * @param checkpoints the checkpoints, at least one, in ascending order of their steps
     * @return the training
     * @throws IllegalArgumentException if there is no checkpoint, or they are not in order, or one does not fit the task
     */
    public static TrainingRun of(LearningTask task, long seed, List<Checkpoint> checkpoints) {
        notNull("task", task);
        atLeastOne("checkpoints.size()", notNull("checkpoints", checkpoints).size());
        for (int i = 0; i < checkpoints.size(); i++) {
            Checkpoint checkpoint = notNull("checkpoints[" + i + "]", checkpoints.get(i));
            if (i > 0 && checkpoint.step() <= checkpoints.get(i - 1).step()) {
                throw refusal("checkpoints[" + i + "].step()", checkpoint.step(), "is not after the one before");
            }
            Respondent.fitting("checkpoints[" + i + "].network()", checkpoint.network(), task.inputs(), task.classes());
        }
        List<Measurement> history = checkpoints.stream()
                .map(checkpoint -> new Measurement(checkpoint.step(), checkpoint.accuracy(), Map.of()))
                .toList();
        return new TrainingRun(task, "elsewhere", seed, checkpoints, history);
    }

    /**
     * The task.
     *
     * @return the task that was learned
     */
    public LearningTask task() {
        return task;
    }

    /**
     * The seed.
     *
     * @return the seed of the whole experiment, which students share
     */
    public long seed() {
        return seed;
    }

    /** A description that distinguishes this run from others. */
    String description() {
        return description;
    }

    /**
     * The checkpoints.
     *
     * @return the checkpoints in the order of their steps, at least one
     */
    public List<Checkpoint> checkpoints() {
        return checkpoints;
    }

    /**
     * The measurements.
     *
     * @return the measurements in the order of the steps
     */
    public List<Measurement> history() {
        return history;
    }

    /**
     * The trained network.
     *
     * @return the last checkpoint
     */
    public Checkpoint last() {
        return checkpoints.get(checkpoints.size() - 1);
    }

    /**
     * The checkpoint of a step.
     *
     * @param step the step
     * @return the first checkpoint at or after it; the last one if there is none
     */
    public Checkpoint atOrAfter(int step) {
        return checkpoints.stream()
                .filter(checkpoint -> checkpoint.step() >= step)
                .findFirst()
                .orElse(last());
    }

    /**
     * When the network reached an accuracy.
     *
     * @param accuracy the accuracy
     * @return the step at which it was first measured; infinite if it was not reached
     */
    public double stepsTo(double accuracy) {
        return history.stream()
                .filter(measurement -> measurement.accuracy() >= accuracy)
                .mapToDouble(Measurement::step)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /**
     * Measures all checkpoints by a probe.
     *
     * @param probe the probe
     * @return its results, in the order of the checkpoints
     */
    public double[] measure(Probe probe) {
        return checkpoints.stream()
                .mapToDouble(checkpoint -> probe.measure(checkpoint.network()))
                .toArray();
    }

    /** The checkpoint whose linear part shows the support best. */
    Checkpoint peak() {
        if (!(task instanceof ParityTask parity)) {
            throw new IllegalStateException("The linear part is that of a sparse parity, not of " + task);
        }
        DegreeOneProbe probe = DegreeOneProbe.of(
                parity.parity,
                PEAK_SAMPLES,
                Streams.PROBE.of(RandomStreams.of(seed)).seed());
        List<DegreeOneProbe.Signal> signals =
                probe.measure(checkpoints.stream().map(Checkpoint::network).toList());
        int peak = 0;
        for (int i = 1; i < signals.size(); i++) {
            peak = apart(signals.get(i)) > apart(signals.get(peak)) ? i : peak;
        }
        return checkpoints.get(peak);
    }

    private static double apart(DegreeOneProbe.Signal signal) {
        return signal.inside() - signal.outside();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrainingRun that
                && seed == that.seed
                && task.equals(that.task)
                && description.equals(that.description)
                && checkpoints.equals(that.checkpoints)
                && history.equals(that.history);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seed, description, history);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d steps of training to accuracy %.4f, %d checkpoints, seed %d: %s",
                last().step(),
                last().accuracy(),
                checkpoints.size(),
                seed,
                description);
    }
}
