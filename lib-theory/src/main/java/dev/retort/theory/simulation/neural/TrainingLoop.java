package dev.retort.theory.simulation.neural;

import dev.retort.core.RandomStreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One training, from its beginning or from its last stored checkpoint. The batch of a step depends on the seed and the step alone, so that
 * no state of a random generator has to be stored.
 */
final class TrainingLoop {

    private final String name;
    private final LearningTask task;
    private final NetworkTraining training;
    private final long seed;
    private final RandomStreams start;
    private final RandomStreams batches;
    private final Curriculum curriculum;
    private final @Nullable TrainingRun teacher;
    private final int heldOut;
    private final Map<String, Probe> probes;
    private final @Nullable RunStore store;
    private final String description;
    private final Consumer<? super TrainingProgress> listener;

    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private final List<Measurement> history = new ArrayList<>();
    private final long begin = System.nanoTime();
    private int limit;
    private boolean farEnough;

    /**
     * @param name the name in messages
     * @param start the seed of the untrained network
     * @param batches a stream for each step
     * @param teacher the teacher; null for true labels only
     * @param heldOut the number of held-out examples
     * @param store null if nothing is stored
     */
    TrainingLoop(
            String name,
            LearningTask task,
            NetworkTraining training,
            long seed,
            RandomStreams start,
            RandomStreams batches,
            Curriculum curriculum,
            @Nullable TrainingRun teacher,
            int heldOut,
            Map<String, Probe> probes,
            @Nullable RunStore store,
            String description,
            Consumer<? super TrainingProgress> listener) {
        this.name = name;
        this.task = task;
        this.training = training;
        this.seed = seed;
        this.start = start;
        this.batches = batches;
        this.curriculum = curriculum;
        this.teacher = teacher;
        this.heldOut = heldOut;
        this.probes = probes;
        this.store = store;
        this.description = description;
        this.listener = listener;
        this.limit = training.steps();
    }

    TrainingRun run() {
        RandomStreams streams = RandomStreams.of(seed);
        try (Trainee trainee = training.trainee(task, start.seed());
                Examples examples = new Examples(task, heldOut, Streams.HELD_OUT.of(streams));
                Batch batch = new Batch(training.batch(), task.inputs());
                Labeller labeller =
                        new Labeller(curriculum, teacher, task.classes(), trainee.outputs(), training.batch());
                LayerMatching matching = matching(trainee, streams)) {
            int step = resumed(trainee);
            if (step < 0) {
                step = 0;
                measure(step, trainee, examples);
            }
            while (step < limit) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("Interrupted at step " + step + " of " + name + ", seed " + seed
                            + (store == null ? "" : "; it can be resumed from its last checkpoint"));
                }
                batch.draw(task, batches.at(step).generator());
                if (matching != null && step < curriculum.layerSteps()) {
                    matching.step(batch);
                } else {
                    trainee.step(batch, labeller.targets(batch, step));
                }
                step++;
                if (training.isMeasured(step) || step == limit) {
                    measure(step, trainee, examples);
                }
            }
        } catch (CancellationException e) {
            throw e;
        } catch (IllegalStateException e) {
            throw new IllegalStateException(name + ", seed " + seed + ": " + e.getMessage(), e);
        }
        return new TrainingRun(task, description, seed, checkpoints, history);
    }

    private @Nullable LayerMatching matching(Trainee trainee, RandomStreams streams) {
        if (teacher == null || curriculum.layerSteps() == 0) {
            return null;
        }
        return new LayerMatching(
                trainee,
                curriculum.layer().of(teacher).network(),
                curriculum.layerRate(),
                training.batch(),
                Streams.PROJECTION.of(streams));
    }

    /** Restores the trainee to its last stored checkpoint and returns its step, or −1 if there is none. */
    private int resumed(Trainee trainee) {
        if (store == null) {
            return -1;
        }
        int step = -1;
        List<RunStore.Entry> entries = store.entries();
        for (RunStore.Entry entry : entries) {
            checkpoints.add(new Checkpoint(entry.step, entry.accuracy, trainee.snapshotOf(entry.state)));
            step = entry.step;
        }
        if (step >= 0) {
            RunStore.Entry last = entries.get(entries.size() - 1);
            trainee.restore(last.state);
            last.history.forEach(this::remember);
            if (last.finished) {
                limit = step;
            }
        }
        return step;
    }

    private void remember(Measurement measurement) {
        history.add(measurement);
        if (!farEnough && training.isFarEnough(measurement.accuracy())) {
            farEnough = true;
            limit = training.limit(measurement.step());
        }
    }

    private void measure(int step, Trainee trainee, Examples examples) {
        Classifier network = trainee.snapshot();
        double accuracy = examples.accuracy(network);
        Map<String, Double> said = new TreeMap<>();
        probes.forEach((probe, measured) -> said.put(probe, measured.measure(network)));
        Measurement measurement = new Measurement(step, accuracy, said);
        remember(measurement);
        boolean finished = step >= limit;
        if (training.isKept(step) || finished) {
            checkpoints.add(new Checkpoint(step, measurement.accuracy(), network));
            if (store != null) {
                store.save(new RunStore.Entry(
                        step, finished, measurement.accuracy(), List.copyOf(history), trainee.state()));
            }
        }
        listener.accept(new TrainingProgress(
                name, seed, step, limit, measurement.accuracy(), Duration.ofNanos(System.nanoTime() - begin)));
    }
}
