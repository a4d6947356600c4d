package dev.retort.theory.grid;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridStudyTest {

    private static final ParameterGrid GRID = ParameterGrid.of("alpha", 1.5, 2)
            .and("kept", 5, 20)
            .and("samples", 10, 15)
            .withSeed(7);

    private static final CellFunction<Distillation> PIPELINE = cell -> Distillation.of(
                    RegressionTask.of(Spectrum.powerLaw(cell.get("alpha"), 30), Signal.sourcePowerLaw(1.5))
                            .withNoise(0.1))
            .surrogate(Surrogate.masked(FeatureMask.keepingFirst(cell.whole("kept"), 30)))
            .target(Training.samples(cell.get("samples")).withRidge(1e-3));

    @TempDir
    private Path directory;

    @Test
    void predictedColumnsAgreeWithTheReport() throws Exception {
        GridStudy study = GridStudy.predicting(GRID, PIPELINE);
        Path csv = directory.resolve("risks.csv");
        assertThat(LocalSweep.onAllProcessors().run(study, csv).isComplete()).isTrue();
        GridResults results = GridResults.read(csv);
        assertThat(results.size()).isEqualTo(8);
        for (int i = 0; i < 8; i++) {
            Distillation pipeline = PIPELINE.at(GRID.cell(i));
            RiskReport risk = pipeline.predict();
            assertThat(results.column("index")[i]).isEqualTo(i);
            assertThat(results.column("alpha")[i]).isEqualTo(GRID.cell(i).get("alpha"));
            assertThat(results.column("excess")[i]).isEqualTo(risk.excess()).isPositive();
            assertThat(results.column("bias")[i]).isEqualTo(risk.bias());
            assertThat(results.column("labelNoise")[i]).isEqualTo(risk.labelNoiseVariance());
            assertThat(results.column("design")[i]).isEqualTo(risk.designVariance());
            assertThat(results.column("inherited")[i]).isEqualTo(risk.inheritedVariance());
            assertThat(results.column("tau")[i])
                    .isEqualTo(pipeline.equivalent().tau())
                    .isPositive();
            assertThat(results.column("omega")[i])
                    .isEqualTo(pipeline.equivalent().omega())
                    .isPositive();
        }
    }

    /** A spectral filter and a single pass have no τ, but are predicted nevertheless. */
    @Test
    void trainingsWithoutAnEquivalentHaveInfiniteTauAndOmega() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.sourcePowerLaw(1.5));
        List<Training> trainings = List.of(
                Training.samples(20).stoppedAt(10),
                Training.stochastic(20, 2, 0.1),
                Training.samples(20).withRandomFeatures(40));
        ParameterGrid kinds = ParameterGrid.of("kind", 0, 1, 2);
        GridStudy study =
                GridStudy.predicting(kinds, cell -> Distillation.of(task).target(trainings.get(cell.whole("kind"))));
        for (int kind = 0; kind < 3; kind++) {
            double[] results = study.measure(kind).results();
            RiskReport risk = Distillation.of(task).target(trainings.get(kind)).predict();
            assertThat(results[0]).isEqualTo(risk.excess());
            for (String column : List.of("tau", "omega")) {
                double number = results[study.columns().indexOf(column)];
                assertThat(Double.isInfinite(number)).as(column).isEqualTo(kind < 2);
            }
        }
    }

    @Test
    void simulatedColumnsAgreeWithTrialsOfTheCell() throws Exception {
        GridStudy study = GridStudy.simulating(GRID, PIPELINE, 6);
        Path alone = directory.resolve("alone.csv");
        Path together = directory.resolve("together.csv");
        LocalSweep.onAllProcessors().threads(1).run(study, alone);
        LocalSweep.onAllProcessors().threads(4).run(study, together);
        GridResults results = GridResults.read(alone);
        for (int i = 0; i < 8; i++) {
            Simulation simulation = PIPELINE.at(GRID.cell(i))
                    .simulate(Trials.of(6).withSeed(GRID.cell(i).seed()).threads(1));
            assertThat(results.column("simulated")[i]).isEqualTo(simulation.mean());
            assertThat(results.column("standardError")[i]).isEqualTo(simulation.standardError());
            assertThat(results.column("trials")[i]).isEqualTo(6);
            assertThat(results.column("excess")[i])
                    .isEqualTo(PIPELINE.at(GRID.cell(i)).predict().excess());
        }
        for (String name : results.names()) {
            assertThat(GridResults.read(together).column(name)).isEqualTo(results.column(name));
        }
    }

    @Test
    void studiesAreSerialised() throws Exception {
        double[] captured = {0.25};
        GridStudy study = GridStudy.of(GRID, List.of("y", "z"), cell -> new double[] {captured[0], cell.get("alpha")})
                .named("captured");
        GridStudy copy = copy(study);
        assertThat(copy.description()).isEqualTo(study.description());
        assertThat(copy.grid()).isEqualTo(GRID);
        assertThat(copy.columns()).containsExactly("y", "z");
        assertThat(copy.measure(4).results()).containsExactly(0.25, 2);

        for (GridStudy pipelines :
                List.of(GridStudy.predicting(GRID, PIPELINE), GridStudy.simulating(GRID, PIPELINE, 2))) {
            assertThat(copy(pipelines).measure(3).results())
                    .isEqualTo(pipelines.measure(3).results());
        }
        Outcome failed = Outcome.failed(3, "why", true);
        assertThat(copy(failed)).isEqualTo(failed).hasSameHashCodeAs(failed).hasToString("cell 3: why");
        assertThat(copy(study.measure(4))).isEqualTo(study.measure(4)).isNotEqualTo(study.measure(5));
    }

    @Test
    void nanIsAFailureAndInfinityIsAResult() {
        GridStudy study = GridStudy.of(ParameterGrid.of("x", 0, 2), List.of("y", "z"), cell ->
                new double[] {1 / cell.get("x"), Math.log(cell.get("x") - 1)});
        assertThat(study.measure(0).failure()).contains("java.lang.ArithmeticException: z is NaN");
        assertThat(study.measure(1).results()).containsExactly(0.5, 0);
        GridStudy infinite = GridStudy.of(ParameterGrid.of("x", 0), List.of("y", "z"), cell ->
                new double[] {1 / cell.get("x"), -1 / cell.get("x")});
        assertThat(infinite.measure(0).results()).containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    @Test
    void anyFailureOfACellIsItsOutcome() {
        assertThat(measured(cell -> new double[2]).failure())
                .contains("results.length: 2 is not the number of columns, 1");
        assertThat(measured(cell -> {
                            throw new StackOverflowError("too deep");
                        })
                        .failure())
                .contains("java.lang.StackOverflowError: too deep");
        assertThat(measured(cell -> new double[] {cell.get("other")}).failure())
                .contains("name: other is not one of [x]");
        Outcome speechless = measured(cell -> {
            throw new Speechless();
        });
        assertThat(speechless.failure()).contains(Speechless.class.getName());
        assertThatIllegalStateException()
                .isThrownBy(speechless::results)
                .withMessage("Cell 0 failed: " + Speechless.class.getName());
    }

    @Test
    void simulationsOfAnInterruptedThreadAreNotResults() {
        GridStudy study = GridStudy.simulating(
                GRID,
                PIPELINE,
                cell -> Trials.of(1000).withSeed(cell.seed()).threads(1).onProgress(progress -> {
                    if (progress.done() == 5) {
                        Thread.currentThread().interrupt();
                    }
                }));
        Outcome outcome = study.measure(0);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome.failure().orElseThrow())
                .startsWith("java.util.concurrent.CancellationException: Interrupted after ");
    }

    @Test
    void rejectsInvalidStudies() {
        CellFunction<double[]> nothing = cell -> new double[0];
        refuses("columns.size: 0 is not at least 1", () -> GridStudy.of(GRID, List.of(), nothing));
        refuses(
                "columns[0]: alpha is taken by another axis or column",
                () -> GridStudy.of(GRID, List.of("alpha"), nothing));
        refuses(
                "columns[1]: y is taken by another axis or column",
                () -> GridStudy.of(GRID, List.of("y", "y"), nothing));
        refuses(
                "columns[0]: \"y z\" is not a letter followed by letters, digits and underscores, or is \"index\"",
                () -> GridStudy.of(GRID, List.of("y z"), nothing));
        refuses(
                "columns[5]: tau is taken by another axis or column",
                () -> GridStudy.predicting(GRID.and("tau", 1), PIPELINE));
        refuses("trials: 1 is not at least 2", () -> GridStudy.simulating(GRID, PIPELINE, 1));
        refuses(
                "name: \"two\\nlines\" contains control characters",
                () -> GridStudy.predicting(GRID, PIPELINE).named("two\nlines"));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> GridStudy.predicting(GRID, PIPELINE).measure(8));
    }

    @Test
    void theDescriptionIdentifiesTheStudy() {
        assertThat(GridStudy.of(ParameterGrid.of("a", 1, 0.1).and("b", 1e-300), List.of("y"), cell -> new double[1])
                        .named("first")
                        .description())
                .isEqualTo("# study: first\n# seed: 0\n# a: 1.0 0.1\n# b: 1.0E-300\nindex,a,b,y\n");
    }

    @Test
    void onlyTheSameStudyIsRecognised() {
        GridStudy study = study(ParameterGrid.of("a", 2e-3, 2).withSeed(Long.MAX_VALUE), "1.10");
        study.requireSame("here", study.description());
        // Java 17 writes 2.0E-3 for some numbers that later versions write shorter.
        study.requireSame("here", study.description().replace("0.002", "2.00E-3"));
        assertOther(study, study.named("1.1"), 1);
        assertOther(study, study(ParameterGrid.of("a", 2e-3, 2).withSeed(Long.MAX_VALUE - 1), "1.10"), 2);
        assertOther(study, study(ParameterGrid.of("a", 2, 2e-3).withSeed(Long.MAX_VALUE), "1.10"), 3);
        assertOther(study, study(ParameterGrid.of("a", 2e-3).withSeed(Long.MAX_VALUE), "1.10"), 3);
        assertOther(study, study(ParameterGrid.of("b", 2e-3, 2).withSeed(Long.MAX_VALUE), "1.10"), 3);
        assertOther(study, study(study.grid().and("b", 1), "1.10"), 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> study.requireSame("here", "# study: 1.10\n# seed: 5\n"))
                .withMessage("file: here belongs to another study: it has \"# seed: 5\" where this study has"
                        + " \"# seed: 9223372036854775807\"");
    }

    private static GridStudy study(ParameterGrid grid, String name) {
        return GridStudy.of(grid, List.of("y"), cell -> new double[1]).named(name);
    }

    private static void assertOther(GridStudy study, GridStudy other, int line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> study.requireSame("here", other.description()))
                .withMessageStartingWith("file: here belongs to another study: it has "
                        + Quotation.of(other.description().lines().toList().get(line - 1)));
    }

    private static Outcome measured(CellFunction<double[]> measurement) {
        return GridStudy.of(ParameterGrid.of("x", 1), List.of("y"), measurement).measure(0);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Serializable> T copy(T original) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(original);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    private static final class Speechless extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }
}
