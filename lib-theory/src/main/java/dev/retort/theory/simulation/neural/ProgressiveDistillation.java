package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.theory.progressive.SparseParity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An experiment in progressive distillation: a teacher is trained on true labels and keeps its checkpoints, and students are taught by
 * these. All results are determined by a seed, to the last bit, for any number of threads; all students of a seed start with the same
 * weights and see the same batches, so that comparisons of curricula are paired. Immutable.
 *
 * <p>The presets are sparse parities that a small student rarely learns from true labels or from the finished teacher, but quickly from an
 * unfinished one. They follow Panigrahi, Liu, Malladi, Risteski and Goel (ICLR 2025, arXiv 2410.05464), at sizes that take seconds.
 *
 * <pre>{@code
 * import dev.retort.theory.simulation.neural.*;
 * ProgressiveDistillation fast = ProgressiveDistillation.fast();
 * TrainingRun teacher = fast.teacher(7);
 * TrainingRun student = fast.student(teacher, Curriculum.twoShot(CheckpointRule.during(), 1000));
 * double steps = student.stepsTo(0.95);
 * double without = fast.student(teacher, Curriculum.oneShot()).stepsTo(0.95);
 * }</pre>
 */
public final class ProgressiveDistillation {

    private static final int DEFAULT_HELD_OUT = 4096;
    private static final int TEACHER_STEPS = 20_000;
    private static final double KNOWS = 0.99;
    private static final double LEARNED = 0.95;

    /** Steps after the teacher has learnt: if stopped at once, it would still have a linear part, and would teach in one shot. */
    private static final int AFTERWARDS = 1000;

    private final LearningTask task;
    private final NetworkTraining teacher;
    private final NetworkTraining student;
    private final int heldOut;
    private final Map<String, Probe> probes;
    private final @Nullable Path storage;
    private final int threads;
    private final Consumer<? super TrainingProgress> listener;

    private ProgressiveDistillation(
            LearningTask task,
            NetworkTraining teacher,
            NetworkTraining student,
            int heldOut,
            Map<String, Probe> probes,
            @Nullable Path storage,
            int threads,
            Consumer<? super TrainingProgress> listener) {
        this.task = task;
        this.teacher = teacher;
        this.student = student;
        this.heldOut = heldOut;
        this.probes = probes;
        this.storage = storage;
        this.threads = threads;
        this.listener = listener;
    }

    /**
     * An experiment with 4096 held-out examples.
     *
     * @param task the task to learn
     * @param teacher how the teacher is trained, with checkpoints if they are to teach
     * @param student how students are trained
     * @return the experiment
     * @throws IllegalArgumentException if an argument is null
     */
    public static ProgressiveDistillation of(LearningTask task, NetworkTraining teacher, NetworkTraining student) {
        return new ProgressiveDistillation(
                notNull("task", task),
                notNull("teacher", teacher),
                notNull("student", student),
                DEFAULT_HELD_OUT,
                Map.of(),
                null,
                Runtime.getRuntime().availableProcessors(),
                progress -> {});
    }

    /**
     * A parity of 6 among 36 coordinates, a teacher of width 256, students of width 16. It takes seconds per seed. Students that see an
     * unfinished teacher do so for 1000 steps.
     *
     * @return the experiment
     */
    public static ProgressiveDistillation fast() {
        return preset(36, 256, 1.0, 50, 16, 12_000);
    }

    /**
     * A parity of 6 among 40 coordinates, a teacher of width 512, students of width 16. Students that see an unfinished teacher do so
     * for 1500 steps.
     *
     * @return the experiment
     */
    public static ProgressiveDistillation mid() {
        return preset(40, 512, 0.5, 100, 16, 17_000);
    }

    /**
     * A parity of 6 among 50 coordinates, a teacher of width 1000, students of width 24. It takes about a minute per seed. Students that
     * see an unfinished teacher do so for 2000 steps.
     *
     * @return the experiment
     */
    public static ProgressiveDistillation demo() {
        return preset(50, 1000, 0.5, 200, 24, 25_000);
    }

    private static ProgressiveDistillation preset(
            int dimension, int teacherWidth, double teacherRate, int checkpoint, int studentWidth, int studentSteps) {
        return of(
                LearningTask.of(SparseParity.of(dimension, 6)),
                NetworkTraining.of(teacherWidth)
                        .withRate(teacherRate)
                        .withSteps(TEACHER_STEPS)
                        .withEvaluationEvery(checkpoint)
                        .withCheckpointEvery(checkpoint)
                        .withStopAfter(KNOWS, AFTERWARDS),
                NetworkTraining.of(studentWidth).withSteps(studentSteps).withStopAfter(LEARNED, 0));
    }

    /**
     * The same with another teacher.
     *
     * @param teacher how it is trained
     * @return the experiment
     * @throws IllegalArgumentException if it is null
     */
    public ProgressiveDistillation withTeacher(NetworkTraining teacher) {
        return new ProgressiveDistillation(
                task, notNull("teacher", teacher), student, heldOut, probes, storage, threads, listener);
    }

    /**
     * The same with other students.
     *
     * @param student how they are trained
     * @return the experiment
     * @throws IllegalArgumentException if it is null
     */
    public ProgressiveDistillation withStudent(NetworkTraining student) {
        return new ProgressiveDistillation(
                task, teacher, notNull("student", student), heldOut, probes, storage, threads, listener);
    }

    /**
     * The same with another number of held-out examples, on which accuracies are measured.
     *
     * @param examples the number of examples, at least 1
     * @return the experiment
     * @throws IllegalArgumentException if there are none
     */
    public ProgressiveDistillation withHeldOut(int examples) {
        return new ProgressiveDistillation(
                task, teacher, student, atLeastOne("examples", examples), probes, storage, threads, listener);
    }

    /**
     * The same with another probe of networks while they are trained.
     *
     * @param name its name in {@link Measurement#probes}
     * @param probe the probe, which is measured whenever the accuracy is
     * @return the experiment
     * @throws IllegalArgumentException if an argument is null, or there is already a probe of this name
     */
    public ProgressiveDistillation withProbe(String name, Probe probe) {
        Map<String, Probe> more = new TreeMap<>(probes);
        if (more.put(notNull("name", name), notNull("probe", probe)) != null) {
            throw refusal("name", name, "is already the name of a probe; choose one other than " + probes.keySet());
        }
        return new ProgressiveDistillation(
                task, teacher, student, heldOut, Collections.unmodifiableMap(more), storage, threads, listener);
    }

    /**
     * The same with checkpoints stored in files. A training that was killed or interrupted is resumed from its last checkpoint when it is
     * requested again, and gives the same result to the last bit; a complete training is read from its files.
     *
     * @param directory the parent of the runs' directories, which are named after network and seed
     * @return the experiment
     * @throws IllegalArgumentException if it is null
     */
    public ProgressiveDistillation withStorage(Path directory) {
        return new ProgressiveDistillation(
                task, teacher, student, heldOut, probes, notNull("directory", directory), threads, listener);
    }

    /**
     * The same with another number of threads for {@link #compare}; each training uses a single thread.
     *
     * @param threads the maximum number, at least 1; by default the number of processors
     * @return the experiment
     * @throws IllegalArgumentException if {@code threads < 1}
     */
    public ProgressiveDistillation withThreads(int threads) {
        return new ProgressiveDistillation(
                task, teacher, student, heldOut, probes, storage, atLeastOne("threads", threads), listener);
    }

    /**
     * The same with a listener, which is called after each measurement.
     *
     * @param listener the listener, called in the thread that trains; {@link #compare} has several. An exception that it throws ends the
     *     training and reaches the caller
     * @return the experiment
     * @throws IllegalArgumentException if it is null
     */
    public ProgressiveDistillation onProgress(Consumer<? super TrainingProgress> listener) {
        return new ProgressiveDistillation(
                task, teacher, student, heldOut, probes, storage, threads, notNull("listener", listener));
    }

    /**
     * The task.
     *
     * @return the task to learn
     */
    public LearningTask task() {
        return task;
    }

    /**
     * Trains a teacher on true labels.
     *
     * @param seed the seed, any number
     * @return its training
     * @throws IllegalStateException if the training diverges, if there is no ND4J backend, or if the storage holds another run
     * @throws java.io.UncheckedIOException if the storage cannot be read or written
     * @throws CancellationException if the thread is interrupted; its interrupted status stays set
     */
    public TrainingRun teacher(long seed) {
        RandomStreams streams = RandomStreams.of(seed);
        return train(
                "teacher",
                teacher,
                Streams.TEACHER_START.of(streams),
                Streams.TEACHER_BATCHES.of(streams),
                Curriculum.labels(),
                null,
                seed);
    }

    /**
     * Trains a student, with the seed of its teacher.
     *
     * @param teacher the teacher
     * @param curriculum the curriculum
     * @return the student's training
     * @throws IllegalArgumentException if the teacher learned another task, or has a logit that is not finite
     * @throws IllegalStateException as {@link #teacher} does, or if the curriculum asks for the peak of a task that is not a parity
     * @throws java.io.UncheckedIOException if the storage cannot be read or written
     * @throws CancellationException if the thread is interrupted; its interrupted status stays set
     */
    public TrainingRun student(TrainingRun teacher, Curriculum curriculum) {
        return student(teacher, curriculum, student, 0);
    }

    /**
     * Trains a chain of students, each taught by the one before.
     *
     * @param teacher the teacher of the first
     * @param curriculum the curriculum of each; checkpoints are those of its own teacher
     * @param students the training of each, at least one; all but the last with checkpoints, if these are to teach
     * @return their trainings, in order
     * @throws IllegalArgumentException as {@link #student} does, or if there is no student
     * @throws IllegalStateException as {@link #student} does
     * @throws java.io.UncheckedIOException if the storage cannot be read or written
     * @throws CancellationException if the thread is interrupted; its interrupted status stays set
     */
    public List<TrainingRun> chain(TrainingRun teacher, Curriculum curriculum, NetworkTraining... students) {
        atLeastOne("students.length", notNull("students", students).length);
        List<TrainingRun> runs = new ArrayList<>();
        TrainingRun last = teacher;
        for (int i = 0; i < students.length; i++) {
            last = student(last, curriculum, notNull("students[" + i + "]", students[i]), i);
            runs.add(last);
        }
        return List.copyOf(runs);
    }

    /**
     * Trains a teacher for each seed, and students of each. Seeds run in parallel, on as many {@linkplain #withThreads threads} as allowed;
     * the result does not depend on their number.
     *
     * @param seeds the seeds, at least one
     * @param curricula how students are taught, at least one
     * @return all trainings
     * @throws IllegalArgumentException if there are no seeds or no curricula
     * @throws IllegalStateException as {@link #student} does
     * @throws java.io.UncheckedIOException if the storage cannot be read or written
     * @throws CancellationException if the thread is interrupted; its interrupted status stays set
     */
    public Comparison compare(long[] seeds, Curriculum... curricula) {
        atLeastOne("seeds.length", notNull("seeds", seeds).length);
        atLeastOne("curricula.length", notNull("curricula", curricula).length);
        List<Curriculum> list = List.of(curricula);
        List<TrainingRun> teachers = new ArrayList<>();
        List<List<TrainingRun>> students = new ArrayList<>();
        List<Callable<List<TrainingRun>>> tasks = new ArrayList<>();
        for (long seed : seeds) {
            tasks.add(() -> {
                List<TrainingRun> runs = new ArrayList<>(List.of(teacher(seed)));
                list.forEach(curriculum -> runs.add(student(runs.get(0), curriculum)));
                return runs;
            });
        }
        for (List<TrainingRun> runs : SideBySide.all(tasks, threads)) {
            teachers.add(runs.get(0));
            students.add(runs.subList(1, runs.size()));
        }
        return new Comparison(list, teachers, students);
    }

    private TrainingRun student(TrainingRun teacher, Curriculum curriculum, NetworkTraining training, int link) {
        notNull("curriculum", curriculum);
        if (!notNull("teacher", teacher).task().equals(task)) {
            throw refusal("teacher", teacher.task(), "is not the task of the students, " + task);
        }
        RandomStreams streams = RandomStreams.of(teacher.seed());
        RandomStreams later = Streams.CHAIN.of(streams).at(link);
        return train(
                "student",
                training,
                link == 0 ? Streams.STUDENT_START.of(streams) : Streams.STUDENT_START.of(later),
                link == 0 ? Streams.STUDENT_BATCHES.of(streams) : Streams.STUDENT_BATCHES.of(later),
                curriculum,
                teacher,
                teacher.seed());
    }

    private TrainingRun train(
            String role,
            NetworkTraining training,
            RandomStreams start,
            RandomStreams batches,
            Curriculum curriculum,
            @Nullable TrainingRun taughtBy,
            long seed) {
        String description =
                role + " of the " + task + "; " + training + "; " + curriculum + "; seed " + seed + ", start "
                        + start.seed() + ", " + heldOut + " held out, probes " + probes.keySet()
                        + (taughtBy == null ? "" : "; taught by [" + taughtBy.description() + "]");
        RunStore store = storage == null
                ? null
                : RunStore.open(
                        storage, String.format(Locale.ROOT, "%s-%d-%08x", role, seed, hash(description)), description);
        return new TrainingLoop(
                        role + ", " + curriculum,
                        task,
                        training,
                        seed,
                        start,
                        batches,
                        curriculum,
                        taughtBy,
                        heldOut,
                        probes,
                        store,
                        description,
                        listener)
                .run();
    }

    private static long hash(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return hash.getValue();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProgressiveDistillation that
                && task.equals(that.task)
                && teacher.equals(that.teacher)
                && student.equals(that.student)
                && heldOut == that.heldOut
                && probes.equals(that.probes)
                && Objects.equals(storage, that.storage)
                && threads == that.threads
                && listener.equals(that.listener);
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, teacher, student, heldOut, probes, storage, threads, listener);
    }

    @Override
    public String toString() {
        return "progressive distillation of the " + task + ": teacher of " + teacher + "; students of " + student;
    }
}
