package dev.retort.examples.benchmark;

import dev.retort.theory.simulation.neural.Curriculum;
import dev.retort.theory.simulation.neural.NetworkTraining;
import dev.retort.theory.simulation.neural.ProgressiveDistillation;
import dev.retort.theory.simulation.neural.TrainingRun;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A thousand steps of the networks of the preset {@code fast}, with the preset's measurements on held-out examples. */
@State(Scope.Benchmark)
public class NetworkBenchmark {

    private static final int STEPS = 1000;
    private static final int TEACHER = 256;

    /** The number of neurons, of the teacher or of a student that learns from a teacher. */
    @Param({"256", "16"})
    public int width;

    private final ProgressiveDistillation fast = ProgressiveDistillation.fast();

    private final TrainingRun teacher =
            fast.withTeacher(NetworkTraining.of(TEACHER).withSteps(0)).teacher(1);

    /**
     * Trains the network.
     *
     * @return the run
     */
    @Benchmark
    public TrainingRun retort() {
        return width == TEACHER
                ? fast.withTeacher(NetworkTraining.of(width)
                                .withRate(1)
                                .withSteps(STEPS)
                                .withEvaluationEvery(50)
                                .withCheckpointEvery(50))
                        .teacher(1)
                : fast.withStudent(NetworkTraining.of(width).withSteps(STEPS)).student(teacher, Curriculum.oneShot());
    }
}
