package dev.retort.theory.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares chains of matrices that do not commute with matrices.tsv, which generate-matrices.py computed with 160
 * digits.
 */
class MatrixReferenceTest {

    /**
     * 1e-14 is usual; the eigenvalues of a matrix are accurate to 1e-16 of the largest, and τ may be a small part of
     * it.
     */
    private static final double RELATIVE_ERROR = 1e-11;

    /** The error of a part that is much smaller than the excess risk, relative to the excess risk. */
    private static final double ROUNDING = 1e-14;

    /** The number of values for each stage. */
    private static final int NUMBERS = 7;

    record ReferenceChain(String name, MatrixDistillation pipeline, List<Double> risks, List<Double> surrogate) {

        static ReferenceChain of(Row row) {
            int p = row.whole("features");
            Map<String, Covariance> covariances = new HashMap<>();
            covariances.put("task", covariance(row.text("evaluation"), p));
            MatrixDistillation.Draft draft = MatrixDistillation.of(
                            Objects.requireNonNull(covariances.get("task")), vector(row.text("truth"), p))
                    .withNoise(row.number("noise"));
            if (row.text("surrogate").equals("optimal")) {
                draft = draft.optimalSurrogate();
            } else if (!row.text("surrogate").equals("truth")) {
                draft = draft.surrogate(vector(row.text("surrogate"), p));
            }
            MatrixTeacher chain = draft;
            for (String stage : row.text("stages").split(" \\| ", -1)) {
                String[] words = stage.split("; ", -1);
                chain = chain.target(
                        training(words), covariances.computeIfAbsent(words[0], text -> covariance(text, p)));
            }
            List<Double> numbers =
                    row.numbersFrom("excess, bias, label noise, design, inherited, correction, variance of each stage,"
                            + " then the surrogate");
            int risks = numbers.size() - p;
            return new ReferenceChain(
                    row.text("name"),
                    (MatrixDistillation) chain,
                    numbers.subList(0, risks),
                    numbers.subList(risks, numbers.size()));
        }

        private static Training training(String[] words) {
            Training training = Training.samples(Double.parseDouble(words[1]))
                    .withRidge(Double.parseDouble(words[2]))
                    .withTeacherShare(Double.parseDouble(words[5]));
            if (!words[3].equals("task")) {
                training = training.withNoise(Double.parseDouble(words[3]));
            }
            if (!words[4].equals("all")) {
                boolean[] keeps = new boolean[words[4].length()];
                for (int i = 0; i < keeps.length; i++) {
                    keeps[i] = words[4].charAt(i) == '1';
                }
                training = training.withMask(FeatureMask.of(keeps));
            }
            return training;
        }

        private static PrimitiveIterator.OfLong numbers(String seed) {
            return LongStream.iterate(Long.parseLong(seed), x -> (1103515245 * x + 12345) & Integer.MAX_VALUE)
                    .skip(1)
                    .map(x -> (x >> 16) % 17 - 8)
                    .iterator();
        }

        /** The product of a matrix with its transpose, exact in doubles. */
        private static Covariance covariance(String text, int p) {
            String[] words = text.split(" ", -1);
            PrimitiveIterator.OfLong numbers = numbers(words[1]);
            double[][] a = new double[p][Integer.parseInt(words[2])];
            for (double[] row : a) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = Math.scalb((double) numbers.nextLong(), -j * Integer.parseInt(words[3]));
                }
            }
            double[][] square = new double[p][p];
            for (int i = 0; i < p; i++) {
                for (int j = 0; j < p; j++) {
                    for (int k = 0; k < a[i].length; k++) {
                        square[i][j] += a[i][k] * a[j][k];
                    }
                }
            }
            return Covariance.of(Nd4j.create(square));
        }

        private static INDArray vector(String text, int p) {
            PrimitiveIterator.OfLong numbers = numbers(text.split(" ", -1)[1]);
            return Nd4j.createFromArray(
                    IntStream.range(0, p).mapToDouble(i -> numbers.nextLong()).toArray());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<ReferenceChain> chains() {
        return ReferenceTable.rows(MatrixReferenceTest.class, "matrices.tsv").map(ReferenceChain::of);
    }

    @ParameterizedTest
    @MethodSource("chains")
    void everyStageAgreesPartByPart(ReferenceChain chain) {
        List<RiskReport> reports = chain.pipeline.predictStages();
        assertThat(reports).hasSize(chain.risks.size() / NUMBERS);
        for (int stage = 0; stage < reports.size(); stage++) {
            RiskReport risk = reports.get(stage);
            double[] actual = {
                risk.excess(), risk.bias(), risk.labelNoiseVariance(), risk.designVariance(), risk.inheritedVariance()
            };
            for (int part = 0; part < actual.length; part++) {
                double expected = chain.risks.get(NUMBERS * stage + part);
                assertThat(Math.abs(actual[part] - expected))
                        .as("stage %d, part %d: %s, expected %s", stage, part, actual[part], expected)
                        .isLessThanOrEqualTo(RELATIVE_ERROR * expected + ROUNDING * risk.excess());
            }
            double shares = IntStream.range(0, chain.surrogate.size())
                    .mapToDouble(risk::share)
                    .sum();
            assertThat(Math.abs(shares - risk.excess())).isLessThanOrEqualTo(1e-13 * risk.excess());
        }
    }

    /**
     * Both are differences of squares of the signal's size, which keep fewer digits where a model is close to the
     * truth.
     */
    @ParameterizedTest
    @MethodSource("chains")
    void everyStageHasTheMeanAndTheScatterOfFiniteSize(ReferenceChain chain) {
        RegressionTask task = chain.pipeline.task();
        double signal = IntStream.range(0, chain.surrogate.size())
                .mapToDouble(i -> task.spectrum().eigenvalue(i) * Math.pow(task.coefficient(i), 2))
                .sum();
        List<RiskReport> reports = chain.pipeline.predictStages();
        for (int stage = 0; stage < reports.size(); stage++) {
            double correction = chain.risks.get(NUMBERS * stage + 5);
            assertThat(reports.get(stage).finiteSizeCorrection().getAsDouble())
                    .isCloseTo(
                            correction,
                            within(1e-9 * Math.abs(correction)
                                    + ROUNDING * reports.get(stage).excess()));
            double scatter = Math.sqrt(chain.risks.get(NUMBERS * stage + 6));
            assertThat(reports.get(stage).standardDeviation().getAsDouble())
                    .isCloseTo(scatter, within(RELATIVE_ERROR * scatter + ROUNDING * signal));
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theSurrogateIsTheExpectedOne(ReferenceChain chain) {
        double[] coefficients = chain.pipeline.surrogateCoefficients().toDoubleVector();
        for (int i = 0; i < coefficients.length; i++) {
            assertThat(Math.abs(coefficients[i] - chain.surrogate.get(i))).isLessThanOrEqualTo(1e-10);
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void thePipelinesReportIsThatOfTheLastStage(ReferenceChain chain) {
        List<RiskReport> reports = chain.pipeline.predictStages();
        RiskReport last = reports.get(reports.size() - 1);
        assertThat(chain.pipeline.predict()).isEqualTo(last);
        assertThat(chain.pipeline.predict().finiteSizeCorrection()).isEqualTo(last.finiteSizeCorrection());
        assertThat(chain.pipeline.predict().standardDeviation()).isEqualTo(last.standardDeviation());
    }
}
