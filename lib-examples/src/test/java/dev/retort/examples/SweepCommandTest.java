package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.LocalSweep;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.grid.SweepSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepCommandTest {

    private static final String REQUIRED = "--alpha=1.5,2 --source=1.5 --features=40 --samples=10,20,40";

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final List<GridStudy> studies = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();

    /** Runs nothing and reports that every cell is done. */
    private SweepSummary pretend(GridStudy study, String output) {
        studies.add(study);
        outputs.add(output);
        return new SweepSummary(study.grid().size(), 0, study.grid().size(), List.of(), Optional.empty());
    }

    private int run(String line, SweepCommand.Runner runner) {
        return SweepCommand.run(
                line.split(" ", -1),
                runner,
                new PrintStream(terminal, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    private GridStudy declared(String line) {
        int code = run(line + " --output=x.csv", (study, output, progress) -> pretend(study, output));
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        return studies.get(studies.size() - 1);
    }

    private static double[] predicted(Distillation pipeline) {
        var risk = pipeline.predict();
        return new double[] {
            risk.excess(),
            risk.bias(),
            risk.labelNoiseVariance(),
            risk.designVariance(),
            risk.inheritedVariance(),
            pipeline.equivalent().tau(),
            pipeline.equivalent().omega()
        };
    }

    private static RegressionTask task(double alpha) {
        return RegressionTask.of(Spectrum.powerLaw(alpha, 40), Signal.sourcePowerLaw(1.5));
    }

    @Test
    void argumentsBecomeAxesInAFixedOrder() {
        GridStudy study = declared("--ridge=0,1e-3 --trials=3 --seed=7 " + REQUIRED);

        assertThat(study.description())
                .isEqualTo(
                        "# study: 3 trials\n# seed: 7\n# alpha: 1.5 2.0\n# source: 1.5\n# features: 40.0\n# noise: 0.0\n"
                                + "# samples: 10.0 20.0 40.0\n# ridge: 0.0 0.001\nindex,alpha,source,features,noise,samples,ridge,"
                                + "excess,bias,labelNoise,design,inherited,tau,omega,simulated,standardError,trials\n");
        assertThat(outputs).containsExactly("x.csv");
    }

    @Test
    void aCellRunsThePipelineOfItsParameters() {
        Distillation plain = Distillation.of(task(2)).target(Training.samples(20));
        assertThat(declared(REQUIRED).measure(4).results()).isEqualTo(predicted(plain));
    }

    @Test
    void aTeacherMayBeMasked() {
        Distillation masked = Distillation.of(task(1.5).withNoise(0.1))
                .surrogate(Surrogate.masked(FeatureMask.keepingFirst(30, 40)))
                .target(Training.samples(40).withRidge(1e-3));
        GridStudy study = declared(REQUIRED + " --kept=20,30 --noise=0.1 --ridge=1e-3");
        assertThat(study.measure(5).results()).isEqualTo(predicted(masked));
    }

    @Test
    void aTeacherMayBeTrained() {
        Distillation trained = Distillation.of(task(2))
                .surrogate(Training.samples(25).withRidge(1e-2).withMask(FeatureMask.keepingFirst(30, 40)))
                .then(Training.samples(40).withMask(FeatureMask.keepingFirst(35, 40)));
        GridStudy study = declared(REQUIRED + " --teacherSamples=25 --teacherRidge=1e-2 --kept=30 --targetKept=35");
        assertThat(study.measure(5).results()).isEqualTo(predicted(trained));
    }

    @Test
    void trialsAreSimulatedAndNamed() {
        GridStudy study = declared(REQUIRED + " --trials=50");
        assertThat(study.columns()).endsWith("simulated", "standardError", "trials");
        assertThat(study.description()).startsWith("# study: 50 trials\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alpha=2|argument: alpha=2 is not of the form --name=value",
                "--alpha|argument: --alpha is not of the form --name=value",
                "--beta=2|argument: --beta=2 does not name one of [alpha, source, features, noise, kept, teacherSamples, teacherRidge,"
                        + " targetKept, samples, ridge, trials, seed, output]",
                "--alpha=3|argument: --alpha=3 repeats --alpha",
                "--ridge=0,,1|--ridge: 0,,1 is not a list of numbers with commas between them",
                "--ridge=|--ridge:  is not a list of numbers with commas between them",
                "--ridge=0,NaN|--ridge: 0,NaN is not an axis: values[1]: NaN is not finite",
                "--ridge=1,1|--ridge: 1,1 is not an axis: values[1]: 1.0 occurs twice",
                "--trials=1|--trials: 1 is not at least 2",
                "--trials=2.5|--trials: 2.5 is not a whole number up to 2147483647",
                "--seed=x|--seed: x is not a whole number up to 9223372036854775807",
                "--seed=7|--seed: needs --trials; predictions are not random",
                "--teacherRidge=1|--teacherRidge: needs --teacherSamples",
            })
    void rejectsInvalidArguments(String argument, String message) {
        int code = run(REQUIRED + " --output=x.csv " + argument, (study, output, progress) -> pretend(study, output));

        assertThat(errors.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo(message + " (--help explains all arguments)");
        assertThat(code).isEqualTo(2);
        assertThat(studies).isEmpty();
    }

    @Test
    void missingArgumentsAreNamed() {
        assertThat(run(REQUIRED, (study, output, progress) -> pretend(study, output)))
                .isEqualTo(2);
        assertThat(run("--output=x.csv --alpha=2", (study, output, progress) -> pretend(study, output)))
                .isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("--output: is missing", "--source: is missing");
        assertThat(studies).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--version", "-V"})
    void saysItsVersion(String argument) {
        assertThat(run(argument, (study, output, progress) -> pretend(study, output)))
                .isZero();
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .startsWith("Retort ")
                .hasLineCount(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void lostResultsAreAFailure() {
        PrintStream full = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        int code = SweepCommand.run(
                (REQUIRED + " --output=x.csv").split(" ", -1),
                (study, output, progress) -> pretend(study, output),
                full,
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("The results could not be written");
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h"})
    void helpNamesEveryArgument(String argument) {
        assertThat(run(argument, (study, output, progress) -> pretend(study, output)))
                .isZero();
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains(
                        "--alpha=",
                        "--teacherSamples=",
                        "--targetKept=",
                        "--trials=",
                        "--seed=",
                        "--output=",
                        "--version, -V",
                        "Exit code");
        assertThat(studies).isEmpty();
    }

    @Test
    void failuresAreSummarisedAndSetTheExitCode(@TempDir Path directory) throws IOException {
        Path csv = directory.resolve("risks.csv");
        SweepCommand.Runner locally = (study, output, progress) ->
                LocalSweep.onAllProcessors().onProgress(progress).run(study, Path.of(output));

        int code = run(REQUIRED + " --kept=20,50 --output=" + csv, locally);

        assertThat(code).isEqualTo(1);
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains("6 of 12 cells done, 6 of them now; 6 failed, 0 missing")
                .contains("kept 50,")
                .contains("count: 50 is not from 0 to the dimension, 40");
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(" of 12 cells");
        assertThat(Files.readAllLines(csv)).hasSize(11 + 6);

        assertThat(run(REQUIRED + " --kept=20 --output=" + csv, locally)).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("belongs to another study");

        Path nowhere = directory.resolve("none").resolve("risks.csv");
        assertThat(run(REQUIRED + " --output=" + nowhere, locally)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("--output: " + nowhere + " cannot be read or written: ");
    }

    /** A noise of -1 always fails, unlike failures of the disk or of a backend, which may not occur next time. */
    @Test
    void theExitCodeReportsThatEveryCellIsInvalid(@TempDir Path directory) {
        SweepCommand.Runner locally = (study, output, progress) ->
                LocalSweep.onAllProcessors().onProgress(progress).run(study, Path.of(output));

        assertThat(run(REQUIRED + " --noise=-1 --output=" + directory.resolve("a.csv"), locally))
                .isEqualTo(2);
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains("0 of 6 cells done, 0 of them now; 6 failed, 0 missing")
                .contains("noise: -1.0 is not at least 0")
                .doesNotContain("Exception");
        assertThat(directory).isEmptyDirectory();
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("No cell can be measured with these arguments");
        assertThat(run(REQUIRED + " --noise=-1,0 --output=" + directory.resolve("b.csv"), locally))
                .isEqualTo(1);
        SweepCommand.Runner failing = (study, output, progress) -> LocalSweep.onAllProcessors()
                .run(
                        GridStudy.of(study.grid(), List.of("y"), cell -> {
                            throw new IllegalStateException("no backend");
                        }),
                        Path.of(output));
        assertThat(run(REQUIRED + " --output=" + directory.resolve("c.csv"), failing))
                .isEqualTo(1);
    }

    @Test
    void progressIsReportedOnceASecond() {
        int code = run(REQUIRED + " --output=x.csv", (study, output, progress) -> {
            for (int done = 1; done <= 6; done++) {
                progress.accept(
                        new SweepProgress(done, 0, 6, Duration.ofSeconds(2), Optional.of(Duration.ofSeconds(3))));
            }
            return pretend(study, output);
        });
        assertThat(code).isZero();
        assertThat(errors.toString(StandardCharsets.UTF_8).strip()).isEqualTo("1 of 6 cells, 2 s, 3 s left");
    }
}
