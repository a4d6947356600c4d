package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * What labels a student learns from at each step: the teacher's checkpoint that labels the batch, and the form of the labels. The student's
 * steps are counted from 0, the first batch. Immutable.
 *
 * <p>A teacher's label is soft, tanh(f/(2τ)) of its logit f or softmax(z/τ) of several, at a temperature τ that does not apply to the
 * student's own outputs; τ = 0 makes it one-hot. By default τ = 1, and true labels are not mixed in.
 *
 * <pre>{@code
 * import dev.retort.theory.simulation.neural.*;
 * Curriculum soft = Curriculum.twoShot(CheckpointRule.during(), 1000);
 * Curriculum oneHot = soft.withTemperature(0);
 * Curriculum progressive = Curriculum.progressive(500).withTrueLabels(0.1);
 * }</pre>
 */
public final class Curriculum {

    private static final String TRUE_LABELS = "true labels";

    private final String name;

    /** Maps a teacher to its checkpoint at each step of the student. */
    private final Function<TrainingRun, IntFunction<Checkpoint>> schedule;

    private final double temperature;
    private final double trueLabels;
    private final double smoothing;
    private final int layerSteps;
    private final double layerRate;
    private final CheckpointRule layer;

    private Curriculum(
            String name,
            Function<TrainingRun, IntFunction<Checkpoint>> schedule,
            double temperature,
            double trueLabels,
            double smoothing,
            int layerSteps,
            double layerRate,
            CheckpointRule layer) {
        this.name = name;
        this.schedule = schedule;
        this.temperature = temperature;
        this.trueLabels = trueLabels;
        this.smoothing = smoothing;
        this.layerSteps = layerSteps;
        this.layerRate = layerRate;
        this.layer = layer;
    }

    private static Curriculum of(String name, Function<TrainingRun, IntFunction<Checkpoint>> schedule) {
        return new Curriculum(name, schedule, 1, 0, 0, 0, 0, CheckpointRule.last());
    }

    /**
     * No teacher: true labels.
     *
     * @return the curriculum
     */
    public static Curriculum labels() {
        return new Curriculum(TRUE_LABELS, teacher -> step -> teacher.last(), 1, 1, 0, 0, 0, CheckpointRule.last());
    }

    /**
     * The finished teacher.
     *
     * @return the curriculum
     */
    public static Curriculum oneShot() {
        return of("one-shot", teacher -> step -> teacher.last());
    }

    /**
     * First an unfinished teacher, then the finished one.
     *
     * @param first the rule for the first checkpoint
     * @param switchStep the number of steps with it, at least 0; for 0 this is {@link #oneShot}
     * @return the curriculum
     * @throws IllegalArgumentException if {@code switchStep < 0}
     */
    public static Curriculum twoShot(CheckpointRule first, int switchStep) {
        notNull("first", first);
        nonNegative("switchStep", switchStep);
        return of("two-shot, " + first + " for " + switchStep + " steps", teacher -> {
            Checkpoint unfinished = first.of(teacher);
            return step -> step < switchStep ? unfinished : teacher.last();
        });
    }

    /**
     * A teacher that stays a little ahead: at step t its checkpoint of step (⌊t/interval⌋ + 1) · interval, or the first one after that, or
     * the last.
     *
     * @param interval the number of steps between teachers, at least 1
     * @return the curriculum
     * @throws IllegalArgumentException if {@code interval < 1}
     */
    public static Curriculum progressive(int interval) {
        atLeastOne("interval", interval);
        return of(
                "progressive, every " + interval + " steps",
                teacher -> step ->
                        teacher.atOrAfter((int) Math.min(Integer.MAX_VALUE, (step / interval + 1L) * interval)));
    }

    /**
     * Listed checkpoints: at step t the first one whose step is at least t times a multiplier, or the last of the list if there is none.
     * This is the schedule of Panigrahi et al. (arXiv 2410.05464).
     *
     * @param multiplier the number of teacher steps for each student step, greater than 0
     * @param steps the teacher's steps, at least one, ascending; each stands for the first checkpoint at or after it
     * @return the curriculum
     * @throws IllegalArgumentException if the multiplier is not positive and finite, or the steps are none, negative or not ascending
     */
    public static Curriculum listed(double multiplier, int... steps) {
        positive("multiplier", multiplier);
        int[] list = notNull("steps", steps).clone();
        atLeastOne("steps.length", list.length);
        for (int i = 0; i < list.length; i++) {
            nonNegative("steps[" + i + "]", list[i]);
            if (i > 0 && list[i] <= list[i - 1]) {
                throw refusal("steps[" + i + "]", list[i], "is not after the one before, " + list[i - 1]);
            }
        }
        return of(
                "checkpoints " + Arrays.toString(list) + " times " + multiplier,
                teacher -> step -> teacher.atOrAfter(Arrays.stream(list)
                        .filter(listed -> listed >= step * multiplier)
                        .findFirst()
                        .orElse(list[list.length - 1])));
    }

    /**
     * Layer by layer: the student's hidden layer first learns a random projection of the teacher's, then the whole student learns the
     * finished teacher's labels. The steps before the switch train W and b by gradient descent on (1/2B) Σ |ReLU(Wx + b) − P ReLU(W_T x +
     * b_T)|², where P is drawn once, with independent entries N(0, 1/width of the teacher). This needs no checkpoint of an unfinished
     * teacher. It follows an idea of Gupta and Karmalkar (arXiv 2503.17494).
     *
     * @param switchStep the number of steps with the layer, at least 0
     * @param rate the learning rate of these steps
     * @return the curriculum, for networks with one hidden layer only
     * @throws IllegalArgumentException if {@code switchStep < 0}, or the rate is not positive and finite
     */
    public static Curriculum layerwise(int switchStep, double rate) {
        Curriculum oneShot = oneShot();
        return new Curriculum(
                "layer by layer, " + nonNegative("switchStep", switchStep) + " steps at rate " + positive("rate", rate),
                oneShot.schedule,
                1,
                0,
                0,
                switchStep,
                rate,
                CheckpointRule.last());
    }

    /**
     * The same with the hidden layer of another checkpoint; for {@link #layerwise}, whose default is the last checkpoint.
     *
     * @param layer the rule for the checkpoint
     * @return the curriculum
     * @throws IllegalArgumentException if it is null, or the curriculum is not layer by layer
     */
    public Curriculum withLayerOf(CheckpointRule layer) {
        if (layerRate == 0) {
            throw refusal("layer", layer, "is for students taught layer by layer, see layerwise, not for " + this);
        }
        return new Curriculum(
                name, schedule, temperature, trueLabels, smoothing, layerSteps, layerRate, notNull("layer", layer));
    }

    /**
     * The same at another temperature of the teacher.
     *
     * @param temperature τ, at least 0; 0 for one-hot labels, which are 0 where a single logit is 0
     * @return the curriculum
     * @throws IllegalArgumentException if the temperature is negative, NaN or infinite, or the curriculum has no teacher
     */
    public Curriculum withTemperature(double temperature) {
        requireTeacher("temperature", temperature);
        return new Curriculum(
                name,
                schedule,
                nonNegative("temperature", temperature),
                trueLabels,
                smoothing,
                layerSteps,
                layerRate,
                layer);
    }

    /**
     * The same with true labels mixed in.
     *
     * @param share α, the share of the true label, from 0 to 1
     * @return the curriculum
     * @throws IllegalArgumentException if the share is out of range, or the curriculum has no teacher
     */
    public Curriculum withTrueLabels(double share) {
        requireTeacher("share", share);
        fromZeroToOne("share", share);
        return new Curriculum(name, schedule, temperature, share, smoothing, layerSteps, layerRate, layer);
    }

    /**
     * The same with smoothed true labels: (1 − a) times the label for two classes, (1 − a) e_y + a/L for more. It has no
     * effect as long as the share of true labels is 0, see {@link #withTrueLabels}.
     *
     * @param smoothing a, from 0 to 1
     * @return the curriculum
     * @throws IllegalArgumentException if a is out of range
     */
    public Curriculum withSmoothing(double smoothing) {
        fromZeroToOne("smoothing", smoothing);
        return new Curriculum(name, schedule, temperature, trueLabels, smoothing, layerSteps, layerRate, layer);
    }

    private void requireTeacher(String argument, double value) {
        if (name.equals(TRUE_LABELS)) {
            throw refusal(argument, value, "is for labels of a teacher, and labels() has none; see oneShot()");
        }
    }

    double temperature() {
        return temperature;
    }

    double trueLabels() {
        return trueLabels;
    }

    double smoothing() {
        return smoothing;
    }

    /** The number of steps with the teacher's layer. */
    int layerSteps() {
        return layerSteps;
    }

    double layerRate() {
        return layerRate;
    }

    CheckpointRule layer() {
        return layer;
    }

    /** The checkpoint that labels the batch of each step. */
    IntFunction<Checkpoint> schedule(TrainingRun teacher) {
        return schedule.apply(teacher);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Curriculum that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(toString());
    }

    @Override
    public String toString() {
        return name
                + (temperature == 1 ? "" : temperature == 0 ? ", one-hot" : ", temperature " + temperature)
                + (trueLabels == 0 || name.equals(TRUE_LABELS) ? "" : ", share " + trueLabels + " of true labels")
                + (smoothing == 0 ? "" : ", smoothed by " + smoothing)
                + (layerSteps == 0 || layer.equals(CheckpointRule.last()) ? "" : ", layer " + layer);
    }
}
