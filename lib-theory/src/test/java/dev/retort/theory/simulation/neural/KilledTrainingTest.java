package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.theory.progressive.SparseParity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training in a child process that is killed. */
@Timeout(120)
class KilledTrainingTest {

    private static final ProgressiveDistillation EXPERIMENT = ProgressiveDistillation.of(
                    LearningTask.of(SparseParity.of(16, 4)),
                    NetworkTraining.of(32).withRate(1).withSteps(600).withCheckpointEvery(5),
                    NetworkTraining.of(8))
            .withHeldOut(300);

    @Test
    void killedAtAnyMomentAndResumedATrainingEndsWithTheSameBits(@TempDir Path directory) throws Exception {
        TrainingRun whole = EXPERIMENT.teacher(3);
        SplittableRandom random = new SplittableRandom(20_240_612);
        int files = 0;
        for (int kill = 0; kill < 2; kill++) {
            Process training = child(directory);
            int grown = files + 1 + random.nextInt(20);
            while (training.isAlive() && checkpoints(directory) < grown) {
                Thread.sleep(1);
            }
            training.destroyForcibly().waitFor();
            int now = checkpoints(directory);
            assertThat(now).isGreaterThanOrEqualTo(grown);
            files = now;
        }
        assertThat(files).isLessThan(whole.checkpoints().size());
        assertThat(EXPERIMENT.withStorage(directory).teacher(3)).isEqualTo(whole);
    }

    private static int checkpoints(Path directory) throws IOException {
        int count = 0;
        // Not Files.walk, which fails if a temporary file disappears during the walk.
        try (Stream<Path> runs = Files.list(directory)) {
            for (Path run : runs.filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.list(run)) {
                    count += (int) files.filter(file -> file.toString().endsWith(".checkpoint"))
                            .count();
                }
            }
        }
        return count;
    }

    private static Process child(Path directory) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledTrainingTest.class.getName(),
                        directory.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * The child process.
     *
     * @param arguments the directory of the checkpoints
     */
    public static void main(String[] arguments) {
        EXPERIMENT
                .withStorage(Path.of(arguments[0]))
                .onProgress(progress -> {
                    try {
                        Thread.sleep(20); // leaves time to kill the process
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .teacher(3);
    }
}
