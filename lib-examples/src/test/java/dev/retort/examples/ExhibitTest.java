package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.theory.scaling.ScalingLaw;
import dev.retort.theory.simulation.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ExhibitTest {

    /** Their standard errors are about those of 20 trials without control variates. */
    private static final Trials TRIALS = Trials.of(12).withSeed(1).controlled();

    @Test
    void figureOneHasTheNumbersOfThePaperAndAgreesWithItself(@TempDir Path directory) throws IOException {
        FigureOne.exhibit(Trials.of(20).withSeed(1), 20, 60, 120, 200, 340, 480).save(directory);
        assertThat(directory.resolve("figure-1.svg")).isNotEmptyFile();
        assertThat(directory.resolve("figure-1.png")).isNotEmptyFile();

        List<double[]> rows = rows(directory.resolve("figure-1.csv"));
        assertThat(rows).hasSize(6);
        // Columns: n, then for each curve theory, simulation, its standard error, deviation.
        double[] at200 = rows.get(3);
        assertThat(at200[0]).isEqualTo(200);
        assertThat(at200[1]).isCloseTo(0.119366983906, within(1e-12));
        assertThat(at200[5]).isCloseTo(0.083250959538, within(1e-12));
        assertThat(at200[9]).isCloseTo(0.089662403212, within(1e-12));
        for (double[] row : rows) {
            assertAgrees(row, 1, 2 / row[0]);
        }
    }

    @Test
    void teachersCanBeTooGoodForTheirStudents(@TempDir Path directory) throws IOException {
        CapacityGaps.exhibit().save(directory);
        assertThat(directory.resolve("capacity-gap.png")).isNotEmptyFile();
        List<String[]> rows = Files.readAllLines(directory.resolve("capacity-gap.csv")).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
        for (String panel : List.of("(a)", "(b)")) {
            List<String[]> curves =
                    rows.stream().filter(row -> row[0].equals(panel)).toList();
            List<String> names = curves.stream().map(row -> row[1]).distinct().toList();
            assertThat(names).hasSize(3);
            for (String name : names) {
                List<String[]> curve = curves.stream()
                        .filter(row -> row[1].equals(name))
                        .sorted(Comparator.comparingDouble(row -> Double.parseDouble(row[2])))
                        .toList();
                double[] losses = curve.stream()
                        .mapToDouble(row -> Double.parseDouble(row[3]))
                        .toArray();
                double least = Arrays.stream(losses).min().orElseThrow();
                // A teacher of medium size has better students than both the best and the worst teacher.
                assertThat(losses[0]).as(name).isGreaterThan(1.001 * least);
                assertThat(losses[losses.length - 1]).as(name).isGreaterThan(1.1 * least);
            }
        }
    }

    @Test
    void aVerifierPreventsCollapse() {
        double[] without = CapacityGaps.generations(0.5);
        double[] verified = CapacityGaps.generations(0.2);
        for (int t = 1; t < without.length; t++) {
            assertThat(without[t]).isLessThan(without[t - 1]).isGreaterThan(0.5);
            assertThat(verified[t]).isGreaterThan(without[t]).isLessThanOrEqualTo(verified[0]);
        }
        assertThat(verified[0] - verified[verified.length - 1]).isLessThan(0.02);
        assertThat(without[0] - without[without.length - 1]).isGreaterThan(0.1);
    }

    private static List<double[]> rows(Path table) throws IOException {
        return Files.readAllLines(table).stream()
                .skip(1)
                .map(line -> Arrays.stream(line.split(",", -1))
                        .mapToDouble(
                                cell -> cell.isEmpty() || cell.contains("=") ? Double.NaN : Double.parseDouble(cell))
                        .toArray())
                .toList();
    }

    /** The error of the theory of chains at the sizes of the exhibits is one per cent, and two with few samples. */
    private static final double FINITE_SIZE = 0.02;

    /** Checks every row and, since scatter averages out, all rows together. */
    private static void assertAgree(List<double[]> rows, int first) {
        rows.forEach(row -> assertAgrees(row, first, FINITE_SIZE));
        double meanPerCent = rows.stream()
                .flatMapToDouble(row -> IntStream.iterate(first + 3, k -> k < row.length, k -> k + 4)
                        .mapToDouble(k -> row[k]))
                .average()
                .orElseThrow();
        assertThat(meanPerCent).isBetween(-100 * FINITE_SIZE, 100 * FINITE_SIZE);
    }

    /** The columns from the first on: theory, simulation, its standard error, deviation in per cent. */
    private static void assertAgrees(double[] row, int first, double relative) {
        for (int k = first; k < row.length; k += 4) {
            assertThat(row[k + 1]).isCloseTo(row[k], within(4 * row[k + 2] + relative * row[k]));
            assertThat(row[k + 3]).isCloseTo(100 * (row[k + 1] / row[k] - 1), within(1e-9));
        }
    }

    @Test
    void selfDistillationAgreesWithItsTheory(@TempDir Path directory) throws IOException {
        OwnData.exhibit(12, 3).save(directory);
        assertThat(directory.resolve("self-distillation.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("self-distillation.csv"));
        // Without a round, an eighth of the best ridge and eight times the best ridge are worse by at least a fifth;
        // three rounds repair this.
        double[] none = rows.get(2);
        assertThat(none[0]).isZero();
        assertThat(Math.min(none[1], none[17])).isGreaterThan(1.2 * none[9]);
        double[] three = rows.get(rows.size() - 2);
        assertThat(three[0]).isEqualTo(3);
        assertThat(Math.max(three[5], three[21])).isLessThan(1.02 * none[9]);
        for (double[] row : rows) {
            for (int k = 1; k + 3 < row.length; k += 4) {
                if (Double.isFinite(row[k])) {
                    assertThat(row[k + 1]).isCloseTo(row[k], within(4 * row[k + 2] + 2.0 / 200 * row[k]));
                }
            }
        }
    }

    @Test
    void trainedTeachersAgreeWithTheirTheory(@TempDir Path directory) throws IOException {
        TrainedTeachers.samples(TRIALS).save(directory);
        TrainedTeachers.masks(TRIALS).save(directory);
        for (String name : List.of("trained-teachers", "masked-teachers")) {
            assertThat(directory.resolve(name + ".png")).isNotEmptyFile();
            assertAgree(rows(directory.resolve(name + ".csv")), 1);
        }
        // At m = 60: the surrogate's own risk, and the risk of a target with 20 of its labels, which is below the risk
        // on true labels.
        double[] at60 = rows(directory.resolve("trained-teachers.csv")).get(4);
        assertThat(at60[0]).isEqualTo(60);
        assertThat(at60[1]).isCloseTo(0.592, within(1e-3));
        assertThat(at60[5]).isCloseTo(1.155, within(1e-3)).isLessThan(0.95 * 1.2191);
    }

    @Test
    void modelsCollapseAsPredicted(@TempDir Path directory) throws IOException {
        ModelCollapse.exhibit(TRIALS).save(directory);
        assertThat(directory.resolve("model-collapse.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("model-collapse.csv"));
        assertThat(rows).hasSize(5);
        assertAgree(rows, 1);
        assertThat(rows.get(1)[21]).as("half true labels, second generation").isLessThan(rows.get(0)[21]);
    }

    @Test
    void theErrorOfTheTheoryIsOneOverN(@TempDir Path directory) throws IOException {
        FiniteSizes.exhibit(Trials.of(40).withSeed(1)).save(directory);
        assertThat(directory.resolve("finite-sizes.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(directory.resolve("finite-sizes.csv"));
        assertThat(lines).hasSize(13);
        for (String line : lines.subList(1, lines.size())) {
            // Columns: stage, c, its error, predicted c, chi-squared with two degrees of freedom, then the sizes.
            String[] cells = line.split(",(?=[^ ])", -1);
            double c = Double.parseDouble(cells[1]);
            double error = Double.parseDouble(cells[2]);
            assertThat(c).as(line).isBetween(-4 * error, 4 + 4 * error);
            if (!line.contains("of matrices")) {
                assertThat(Double.parseDouble(cells[3])).as(line).isCloseTo(c, within(4 * error));
            }
            assertThat(Double.parseDouble(cells[4])).as(line).isBetween(0.0, 20.0);
        }
        assertThat(lines.get(3)).startsWith("(a) a target: p = n/2");
    }

    @Test
    void experimentsScatterWithinTheErrorBars(@TempDir Path directory) throws IOException {
        ErrorBars.exhibit(1, 1000).save(directory);
        assertThat(directory.resolve("error-bars.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("error-bars.csv"));
        assertThat(rows).hasSize(5);
        for (double[] row : rows) {
            // Columns: n, then for each stage limit, corrected, simulation, its standard error, z; then scatter,
            // measured scatter, share within 2.
            for (int k = 1; k < 11; k += 5) {
                assertThat(row[k + 2]).isCloseTo(row[k + 1], within(4 * row[k + 3] + 4 / row[0] / row[0] * row[k + 1]));
                assertThat(row[k + 4]).isCloseTo((row[k + 2] - row[k + 1]) / row[k + 3], within(1e-6));
                assertThat(row[k + 1]).isGreaterThan(row[k]);
            }
            // 60 runs determine a standard deviation to a tenth; the theory for ten samples is less accurate than that.
            assertThat(row[12]).isCloseTo(row[11], within((row[0] < 20 ? 0.6 : 0.4) * row[11]));
            assertThat(row[13]).isBetween(0.85, 1.0);
        }
    }

    @Test
    void phasesAgreeWithSimulation(@TempDir Path directory) throws IOException {
        Phases.exhibit(TRIALS, 40).save(directory);
        assertThat(directory.resolve("phases.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("phases.csv"));
        assertThat(rows).hasSize(36).anyMatch(row -> row[2] < 0.9).anyMatch(row -> row[2] > 1.5);
        assertAgree(rows, 2);
        for (double[] row : rows) {
            if (Math.abs(Math.log(row[2])) > 0.2) {
                assertThat(row[3] < 1).isEqualTo(row[2] < 1);
            }
        }
    }

    @Test
    void inContextPredictorsAgreeWithSampledContexts(@TempDir Path directory) throws IOException {
        InContextLearning.predictors(3).save(directory);
        assertThat(directory.resolve("in-context-predictors.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(directory.resolve("in-context-predictors.csv"));
        assertThat(lines).hasSize(10);
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            // Columns: n, then for each predictor theory, sampled value, its standard error, z.
            assertThat(cells).hasSize(17);
            for (int z = 4; z < 17; z += 4) {
                assertThat(Double.parseDouble(cells[z])).isBetween(-4.0, 4.0);
            }
        }
    }

    /** Every bound is above the measurements, and selected demonstrations are better than random ones. */
    @Test
    void distilledPromptsSatisfyTheirBounds(@TempDir Path directory) throws IOException {
        DistilledPrompts.exhibit(3).save(directory);
        assertThat(directory.resolve("distilled-prompts.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(directory.resolve("distilled-prompts.csv"));
        assertThat(column(lines, "a", "bias")).hasSize(7);
        assertAllBelow(column(lines, "a", "bias"), column(lines, "a", "Wasserstein bound"));
        assertAllBelow(column(lines, "b", "measured, 95% quantile"), column(lines, "b", "moment bound"));
        assertAllBelow(column(lines, "b", "moment bound"), column(lines, "b", "Rademacher bound"));
        assertAllBelow(column(lines, "c", "chosen"), column(lines, "c", "random"));
        assertAllBelow(
                column(lines, "d", "twice as wide, linear kernel"),
                column(lines, "d", "twice as wide, Gaussian kernel"));
        double[] expected = column(lines, "a", "bias of 100 draws");
        double[] measured = column(lines, "a", "bias of 100 draws, measured");
        for (int i = 0; i < expected.length; i++) {
            assertThat(measured[i] / expected[i]).isCloseTo(1, within(0.25));
        }
    }

    private static void assertAllBelow(double[] some, double[] others) {
        assertThat(some).isNotEmpty().hasSameSizeAs(others);
        for (int i = 0; i < some.length; i++) {
            assertThat(some[i]).isLessThan(others[i]);
        }
    }

    private static double[] column(List<String> lines, String panel, String series) {
        return lines.stream()
                .map(line -> line.replace("\"" + series + "\"", series.replace(',', ';'))
                        .split(",", -1))
                .filter(cells -> cells[0].equals(panel) && cells[1].equals(series.replace(',', ';')))
                .mapToDouble(cells -> Double.parseDouble(cells[3]))
                .toArray();
    }

    @Test
    void memorisingIsBestOnKnownTasksAndGeneralisingOnNewOnes(@TempDir Path directory) throws IOException {
        InContextLearning.diversity(3).save(directory);
        assertThat(directory.resolve("task-diversity.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(directory.resolve("task-diversity.csv"));
        for (String line : lines.subList(1, lines.size())) {
            double[] row = Arrays.stream(line.split(",", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            // Columns: M, then for each length known, its standard error, new, its standard error, generalising.
            for (int n = 1; n < 11; n += 5) {
                assertThat(row[n]).isLessThan(row[n + 4]);
                assertThat(row[n + 2]).isGreaterThan(row[n + 4]);
            }
        }
    }

    @Test
    void risksAgreeWithLawsAndSimulation(@TempDir Path directory) throws IOException {
        ScalingFigures.constants(Trials.of(10).withSeed(1)).save(directory);
        ScalingFigures.limits().save(directory);
        assertThat(directory.resolve("scaling.png")).isNotEmptyFile();
        assertThat(directory.resolve("scaling-limits.png")).isNotEmptyFile();
        List<String> rows = Files.readAllLines(directory.resolve("scaling.csv"));
        assertThat(rows).hasSize(7);
        double[] at80 = Arrays.stream(rows.get(4).split(",", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(at80[0]).isEqualTo(80);
        // With 1,000 features the risk is a few per cent below the law.
        ScalingLaw law = ScalingLaw.powerLaw(3, 2);
        assertThat(at80[1] * 80).isBetween(0.85 * law.standardConstant(), law.standardConstant());
        assertThat(at80[5] / at80[1]).isCloseTo(law.optimal().ratio(), within(0.03));
        for (int curve = 1; curve < 13; curve += 4) {
            assertThat(at80[curve + 1]).isCloseTo(at80[curve], within(5 * at80[curve + 2] + 2 / 80.0 * at80[curve]));
        }
    }

    @Test
    void aStepAtTestTimeImprovesAsPredicted(@TempDir Path directory) throws IOException {
        TrainingAtTestTime.gains(Trials.of(30).withSeed(1)).save(directory);
        List<double[]> rows = rows(directory.resolve("test-time-training.csv"));
        assertThat(rows).hasSize(8);
        // Columns: n/d, then for each k limit, exact value, simulation, its standard error, z.
        double[] atHalf = rows.get(2);
        assertThat(atHalf[0]).isEqualTo(0.5);
        assertThat(atHalf[6]).isCloseTo(14 / 27.0, within(1e-12));
        for (double[] row : rows) {
            for (int k = 1; k < 16; k += 5) {
                assertThat(row[k + 4]).isBetween(-5.0, 5.0);
            }
        }
        TrainingAtTestTime.uses().save(directory);
        assertThat(directory.resolve("test-time-training-uses.png")).isNotEmptyFile();
        for (double[] row : rows(directory.resolve("test-time-training-uses.csv"))) {
            double loss = row[0];
            assertThat(row[1]).isBetween(201 * (1 - loss) / loss - 1e-9, 201 * (1 - loss) / loss + 1);
            // After training the context is much shorter, and fewer labels are needed.
            assertThat(row[2]).isLessThan(row[1] / 6);
            assertThat(row[4] + row[5]).isLessThan(row[1]);
        }
    }

    @Test
    void unfinishedTeachersTeachWhatFinishedOnesDoNot(@TempDir Path directory) throws IOException {
        Exhibit exhibit = ProgressiveTeachers.exhibit(ProgressiveTeachers.Size.SMALL, 1, 2, 3);
        exhibit.save(directory);
        assertThat(directory.resolve("progressive-teachers.png")).isNotEmptyFile();
        assertThat(exhibit.text().get(0))
                .containsPattern("true labels [01], one-shot [01], two-shot [23], progressive [0-3]\\.");
        List<String> lines = Files.readAllLines(directory.resolve("progressive-teachers.csv"));
        assertThat(lines).hasSize(42);
        // Columns: examples, then the accuracies of teacher, true labels, one-shot, two-shot, progressive, then the
        // linear part.
        String[] last = lines.get(41).split(",", -1);
        assertThat(Double.parseDouble(last[1])).isGreaterThan(0.98);
        assertThat(Double.parseDouble(last[2])).isLessThan(0.8);
        assertThat(Double.parseDouble(last[3])).isLessThan(0.8);
        assertThat(Double.parseDouble(last[4])).isGreaterThan(0.9);
        assertThat(Double.parseDouble(last[5])).isGreaterThan(0.85);
        List<double[]> linear = lines.stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(cells -> !cells[6].isEmpty())
                .map(cells -> new double[] {Double.parseDouble(cells[6]), Double.parseDouble(cells[7])})
                .toList();
        double[] peak = linear.stream()
                .max(Comparator.comparingDouble(row -> row[0] - row[1]))
                .orElseThrow();
        // The linear part is large while the teacher learns, and disappears when it has learnt.
        assertThat(peak[0]).isGreaterThan(3 * peak[1]);
        double[] end = linear.get(linear.size() - 1);
        assertThat(end[0] - end[1]).isLessThan((peak[0] - peak[1]) / 3);
    }

    @Test
    void studentsOfLargerTeachersLearnLess(@TempDir Path directory) throws IOException {
        TeacherSizes.exhibit(1).save(directory);
        assertThat(directory.resolve("teacher-sizes.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("teacher-sizes.csv"));
        assertThat(rows).hasSize(4);
        // Columns: seed, width, then the accuracies of teacher, student, and student with an assistant.
        double[] largest = rows.get(3);
        assertThat(largest[2]).isGreaterThan(0.95);
        assertThat(rows.stream().mapToDouble(row -> row[3]).max().orElseThrow()).isGreaterThan(largest[3] + 0.2);
    }

    @Test
    void networksLearnSmallNeighbourhoodsFirst(@TempDir Path directory) throws IOException {
        LanguageCurricula.exhibit(1).save(directory);
        assertThat(directory.resolve("language-curricula.png")).isNotEmptyFile();
        List<String[]> rows = Files.readAllLines(directory.resolve("language-curricula.csv")).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
        for (String panel : List.of("(b)", "(c)")) {
            double one = nearest(rows, panel, "1 token");
            double three = nearest(rows, panel, "3 tokens");
            double whole = nearest(rows, panel, "the whole sentence");
            assertThat(List.of(one, three, whole)).isSorted();
            assertThat(one).isZero();
            assertThat(three).isBetween(150.0, 2100.0);
            assertThat(whole).isGreaterThan(2100);
        }
        double[] losses = rows.stream()
                .filter(row -> row[1].startsWith("loss"))
                .mapToDouble(row -> Double.parseDouble(row[3]))
                .toArray();
        assertThat(losses).hasSize(15);
        assertThat(losses[2]).isBetween(0.75, 0.9);
        assertThat(losses[14]).isLessThan(losses[2] / 2);
    }

    /** The step at which a network is nearest to the best predictor of n-grams. */
    private static double nearest(List<String[]> rows, String panel, String window) {
        return rows.stream()
                .filter(row -> row[0].equals(panel) && row[1].equals(window))
                .min(Comparator.comparingDouble(row -> Double.parseDouble(row[3])))
                .map(row -> Double.parseDouble(row[2]))
                .orElseThrow();
    }

    @Test
    void studentsTestErrorsOnImagesAgreeWithPredictions(@TempDir Path directory) throws IOException {
        TaughtOnImages.exhibit(FashionMnist.load(), 4, 1).save(directory);
        assertThat(directory.resolve("taught-on-images.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("taught-on-images.csv"));
        assertThat(rows).hasSize(4);
        for (double[] row : rows) {
            // Columns: n, then for true labels, the teacher's and the masked teacher's: prediction, its error,
            // measurement, its error, ratio.
            assertThat(row[10]).isCloseTo(1, within(0.1));
            assertThat(row[15]).isCloseTo(1, within(0.1));
        }
        assertThat(rows.get(3)[5]).isCloseTo(1, within(0.15));
        // With few images true labels are worse, as predicted.
        assertThat(rows.get(0)[1]).isGreaterThan(1.1 * rows.get(0)[6]);
        assertThat(rows.get(0)[3]).isGreaterThan(1.1 * rows.get(0)[8]);
        assertThat(rows.get(0)[11]).isLessThan(rows.get(0)[6]);
    }

    @Test
    void smallNetworksTeachLargerOnes(@TempDir Path directory) throws IOException {
        TaughtNetworks.Size size = new TaughtNetworks.Size(8, 16, List.of(100), 1000, 40);
        TaughtNetworks.exhibit(FashionMnist.load(), size, 1, 2).save(directory);
        assertThat(directory.resolve("taught-networks.png")).isNotEmptyFile();
        List<double[]> rows = rows(directory.resolve("taught-networks.csv"));
        assertThat(rows).hasSize(1);
        // Columns: labels, then accuracies with their errors: of the teacher, of students of its probabilities and of
        // its classes, of a student of true labels, of one on the teacher's images; then the lead of the first two
        // students.
        double[] row = rows.get(0);
        assertThat(row[0]).isEqualTo(100);
        assertThat(row[1]).isGreaterThan(0.3);
        assertThat(row[3]).isCloseTo(row[1], within(0.15));
        assertThat(row[5]).isCloseTo(row[1], within(0.15));
        assertThat(row[7]).isBetween(row[3] + 0.02, 0.9);
        assertThat(row[11]).isCloseTo(row[3] - row[1], within(1e-12));
        assertThat(row[13]).isCloseTo(row[5] - row[1], within(1e-12));
    }

    @Test
    void theImagesAreThoseOfTheDataSet() throws IOException {
        FashionMnist data = FashionMnist.load();
        assertThat(data.images().shape()).containsExactly(10_000, 784);
        assertThat(data.images().maxNumber().doubleValue()).isOne();
        assertThat(data.images().minNumber().doubleValue()).isZero();
        // A thousand images of each class.
        assertThat(IntStream.of(data.classes()).sum()).isEqualTo(45_000);
        INDArray footwear = data.against(5, 7, 9);
        assertThat(footwear.sumNumber().doubleValue()).isEqualTo(3000 - 7000);
    }
}
