package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every estimate on three small tables of a simple generator with values computed independently by NumPy. */
class GeneratedTablesTest {

    /** The error of plain estimates, given to ten digits. */
    private static final Percentage DIGITS = Percentage.withPercentage(1e-6);

    /** The error of minima, and of values that depend on the weights of rows. */
    private static final Percentage MINIMA = Percentage.withPercentage(1e-4);

    private static final Percentage RIDGE_OF_MINIMUM = Percentage.withPercentage(1e-2);

    private static double[][] table(String name) {
        return switch (name) {
            case "A" -> SampleTables.a();
            case "B" -> SampleTables.b();
            default -> SampleTables.c();
        };
    }

    private static Decomposition data(String name) {
        return data(table(name));
    }

    /** The unscaled table, centred. */
    private static Decomposition data(double[][] table) {
        return Prepared.raw(DataTable.of(table), Integer.toString(table[0].length - 1))
                .decomposition();
    }

    @Test
    void generatorIsTheSame() {
        assertThat(table("A")[0][0]).isCloseTo(-1.731972942, within(1e-9));
        assertThat(table("A")[0][1]).isCloseTo(-1.016458759, within(1e-9));
        assertThat(table("A")[0][5]).isCloseTo(-2.207804462, within(1e-9));
        assertThat(table("B")[0][0]).isCloseTo(0.1387904829, within(1e-9));
        assertThat(table("B")[0][8]).isCloseTo(-1.014353253, within(1e-9));
        assertThat(table("C")[0][1]).isCloseTo(0.9949885845, within(1e-9));
        assertThat(table("C")[0][30]).isCloseTo(-0.5523061538, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "A, 5, 1.13608726, .5706781151, .1908851648, 2.021916375",
        "B, 8, 2.025396284, .3435499219, .01896729287, 2.783640338",
        "C, 19, 1.176708198, .4663901208, .00430155481, 1.511326971"
    })
    void spectrum(String name, int rank, double first, double second, double last, double variance) {
        Decomposition data = data(name);
        assertThat(data.rank).isEqualTo(rank);
        assertThat(data.eigenvalues[0]).isCloseTo(first, DIGITS);
        assertThat(data.eigenvalues[1]).isCloseTo(second, DIGITS);
        assertThat(data.eigenvalues[rank - 1]).isCloseTo(last, DIGITS);
        assertThat(data.labelVariance()).isCloseTo(variance, DIGITS);
    }

    @Test
    void noise() {
        assertThat(new RidgeEstimates(data("A")).noisePower().orElseThrow().mean())
                .isCloseTo(.2521518552, DIGITS);
        assertThat(new RidgeEstimates(data("B")).noisePower().orElseThrow().mean())
                .isCloseTo(.8269453625, DIGITS);
        assertThat(new RidgeEstimates(data("C")).noisePower()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "A, .1, .111002266, .07735234197, 3.865582127, .3130348359, .3256870076, .07660132873, .05834423249",
        "B, .02, .02227663028, .08048223121, 6.029690514, .9116404711, .9596789357, .1819455091, .1708970687",
        "C, .05, .1093524845, .238629948, 10.31249734, .3165849991, .3150017138, .1310090879, .08642259574"
    })
    void atARidge(
            String name,
            double ridge,
            double kappa,
            double omega,
            double df1,
            double general,
            double single,
            double generalBar,
            double singleBar) {
        Shrinkage shrinkage = Shrinkage.of(data(name), ridge);
        assertThat(shrinkage.kappa()).isCloseTo(kappa, DIGITS);
        assertThat(shrinkage.omega()).isCloseTo(omega, DIGITS);
        assertThat(shrinkage.df1()).isCloseTo(df1, DIGITS);
        assertThat(shrinkage.generalisedCrossValidation()).isCloseTo(general, DIGITS);
        assertThat(shrinkage.leaveOneOut()).isCloseTo(single, DIGITS);
        assertThat(shrinkage.errorOfGeneralisedCrossValidation()).isCloseTo(generalBar, DIGITS);
        assertThat(shrinkage.errorOfLeaveOneOut()).isCloseTo(singleBar, DIGITS);
    }

    @Test
    void withoutRidgeOnAllRows() {
        Shrinkage shrinkage = Shrinkage.of(data("C"), 0);
        assertThat(shrinkage.kappa()).isCloseTo(.02819724568, DIGITS);
        assertThat(shrinkage.generalisedCrossValidation()).isCloseTo(.2495697265, DIGITS);
    }

    private static double pathRisk(Decomposition data, int samples, double ridge) {
        Shrinkage shrinkage = Shrinkage.of(data, ridge);
        return shrinkage.generalisedCrossValidation() * RidgePath.factor(data, shrinkage, samples - 1);
    }

    @ParameterizedTest
    @CsvSource({
        "A, 4, 1.233905469", "A, 10, .6240758417", "A, 20, .3593163937",
        "B, 5, 2.766557754", "B, 16, 1.882777388", "B, 30, 1.180037906",
        "C, 8, .6010786081", "C, 14, .4319698074"
    })
    void pathWithoutRidge(String name, int samples, double risk) {
        Decomposition data = data(name);
        assertThat(pathRisk(data, samples, RidgePath.matching(data, samples - 1, 0)))
                .isCloseTo(risk, DIGITS);
    }

    @ParameterizedTest
    @CsvSource({
        "A, 4, 1.000934523, .12674", "A, 10, .4774194056, .070706", "A, 20, .3460354273, .034259",
        "B, 5, 1.491821691, .32238", "B, 16, 1.042857956, .18735", "B, 30, .9572462236, .13984",
        "C, 8, .60107861, 0", "C, 14, .3963618112, .025318"
    })
    void pathWithTheBestRidge(String name, int samples, double risk, double ridge) {
        Decomposition data = data(name);
        double freedom = samples - 1;
        double least = RidgePath.matching(data, freedom, 0);
        double best = new RidgeSearch(data, Shrinkage::generalisedCrossValidation)
                .minimum(least, shrinkage -> RidgePath.factor(data, shrinkage, freedom));
        assertThat(pathRisk(data, samples, best)).isCloseTo(risk, MINIMA);
        if (ridge == 0) {
            assertThat(best).isEqualTo(least);
        } else {
            double own = RidgePath.studentRidge(Shrinkage.of(data, best), freedom);
            assertThat(own).isCloseTo(ridge, RIDGE_OF_MINIMUM);
            assertThat(RidgePath.matching(data, freedom, own)).isCloseTo(best, DIGITS);
        }
    }

    /** The rows that a student was trained on belong to the population. */
    @ParameterizedTest
    @CsvSource({"A, 20, .2725562488", "B, 30, .889430205"})
    void riskOverAllRows(String name, int samples, double risk) {
        Decomposition data = data(name);
        double heldOut = pathRisk(data, samples, 0);
        assertThat(RidgePath.overAllRows(data, Shrinkage.of(data, 0), samples, heldOut))
                .isCloseTo(risk, DIGITS);
    }

    @ParameterizedTest
    @CsvSource({
        "A, .1939019557, 0, 1, .2336742061, 12, .8333333333, .5008016014",
        "B, 1.348924764, 1.098924764, 2.297208767, .5223376911, 20, 1.098246281, 1.821891783"
    })
    void rowsOfUnevenSize(
            String name,
            double raw,
            double shrunk,
            double meanInverse,
            double largest,
            int samples,
            double delta,
            double risk) {
        Decomposition data = data(name);
        Shrinkage none = Shrinkage.of(data, 0);
        Leverage leverage = new Leverage(data, none);
        assertThat(leverage.rawVariance()).isCloseTo(raw, MINIMA);
        assertThat(Math.max(0, leverage.excessVariance())).isCloseTo(shrunk, within(1e-6 * Math.max(shrunk, 1e-3)));
        assertThat(leverage.meanInverse()).isCloseTo(meanInverse, MINIMA);
        assertThat(Arrays.stream(none.leverages()).max().orElseThrow()).isCloseTo(largest, MINIMA);
        double freedom = samples - 1;
        assertThat(leverage.delta(data.rank / freedom)).isCloseTo(delta, MINIMA);
        double noise = new RidgeEstimates(data).noisePower().orElseThrow().mean();
        assertThat(leverage.leastSquares(noise, freedom, false)).isCloseTo(risk, MINIMA);
        // The exact form for few directions.
        double excess = risk / (1 + 1.0 / samples) - noise;
        double exact = excess * (freedom - data.rank) / (freedom - data.rank - 1);
        assertThat(leverage.leastSquares(noise, freedom, true))
                .isCloseTo((1 + 1.0 / samples) * (noise + exact), MINIMA);
    }

    /** The rows of A do not differ in size: corrections for it change nothing. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void interpolationOfEvenRowsIsOnThePath(int samples) {
        Decomposition data = data("A");
        double freedom = samples - 1;
        Shrinkage shrinkage = Shrinkage.of(data, RidgePath.matching(data, freedom, 0));
        Leverage leverage = new Leverage(data, shrinkage);
        assertThat(leverage.excessVariance()).isNegative();
        assertThat(leverage.interpolation(0.25, 0.4))
                .isCloseTo(0.4 * RidgePath.factor(data, shrinkage, freedom), DIGITS);
    }

    /** Predictions from rows of uneven size begin with the estimate for all rows. */
    @Test
    void leastSquaresIsPredictedRelativeToAllRows() {
        Decomposition data = data("B");
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table("B")), "8");
        Shrinkage shrinkage = Shrinkage.of(data, 0);
        Leverage leverage = new Leverage(data, shrinkage);
        assertThat(analysis.ridgeless(50).value().mean())
                .isCloseTo(
                        shrinkage.leaveOneOut()
                                * leverage.leastSquares(1, 49, false)
                                / leverage.leastSquares(1, 59, false),
                        DIGITS);
    }

    @ParameterizedTest
    @CsvSource({
        "A, 4, .2417777677, .6341781246, 1.1245245, .5994452557, 5",
        "B, 5, .08389671498, .6392010835, 1.038266269, .1520738232, 4",
        "C, 8, .1324072859, .5402244799, 1.096215103, .02852199816, 9"
    })
    void gainsOfTheBestTeacher(
            String name, int samples, double kappa, double omega, double first, double last, int kept) {
        Decomposition data = data(name);
        Spectrum spectrum = Spectrum.of(data.eigenvalues);
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples - 1);
        assertThat(equivalent.tau()).isCloseTo(kappa, DIGITS);
        assertThat(equivalent.omega()).isCloseTo(omega, DIGITS);
        OptimalSurrogate surrogate = OptimalSurrogate.of(
                RegressionTask.of(spectrum, Signal.of(new double[data.rank])), Training.samples(samples - 1));
        assertThat(surrogate.gain(0)).isCloseTo(first, DIGITS);
        assertThat(surrogate.gain(data.rank - 1)).isCloseTo(last, DIGITS);
        assertThat(surrogate.mask().size()).isEqualTo(kept);
    }

    /** Columns 0 and 3 of A in other units, a copy of the first and a constant. */
    @Test
    void standardisingRemovesUnits() {
        double[][] rows = table("A");
        double[][] spoilt = new double[40][];
        for (int i = 0; i < 40; i++) {
            double[] x = rows[i];
            spoilt[i] = new double[] {1e9 * x[0], x[1], x[2], 1e-9 * x[3], x[4], 1e9 * x[0], 3, x[5]};
        }
        DataTable table = DataTable.of(List.of("a", "b", "c", "d", "e", "copy", "three", "y"), spoilt);
        DataAnalysis analysis = DataAnalysis.of(table, "y");
        assertThat(analysis.rank()).isEqualTo(5);
        assertThat(analysis.report().rank()).isEqualTo(5);
        assertThat(analysis.estimates().noisePower().orElseThrow().mean())
                .isCloseTo(.2521518552, Percentage.withPercentage(1e-7));
        assertThat(analysis.report().findings(Finding.Kind.CONSTANT).get(0).columns())
                .containsExactly("three");
        assertThat(analysis.report().findings(Finding.Kind.DUPLICATE).get(0).columns())
                .containsExactly("a", "copy");
        DataAnalysis raw = DataAnalysis.raw(table, "y");
        assertThat(raw.rank()).isEqualTo(4);
        assertThat(raw.caution()).contains("1 direction is lost");
        assertThat(raw.report().findings(Finding.Kind.UNITS)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"A, 6", "B, 9"})
    void thresholdPredictionsAreWithheld(String name, int samples) {
        double[][] table = table(name);
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table), Integer.toString(table[0].length - 1));
        Answer<?> answer = analysis.ridgeless(samples);
        assertThat(answer.isGiven()).isFalse();
        assertThat(answer.remark()).startsWith("threshold");
        assertThatThrownBy(answer::value)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("threshold");
    }

    @Test
    void moreRowsThanTheTableLeavesResidualsForAreRefused() {
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table("C")), "30");
        assertThat(analysis.mostSamples()).isEqualTo(19);
        assertThat(analysis.tuned(19).testRisk().mean()).isPositive();
        assertThatThrownBy(() -> analysis.tuned(30))
                .hasMessageContaining("samples: 30 is not below the rows of the table, 20");
        assertThatThrownBy(() -> DataAnalysis.raw(DataTable.of(table("A")), "5").tuned(81))
                .hasMessageContaining("samples: 81 is more than twice the rows of the table, 40");
    }

    @ParameterizedTest
    @CsvSource({"A", "B"})
    void aStudentOfAllRowsIsTheTablesFit(String name) {
        Decomposition data = data(name);
        for (double ridge : new double[] {1e-3, 0.1, 10}) {
            assertThat(RidgePath.matching(data, data.freedom, ridge)).isCloseTo(ridge, Percentage.withPercentage(1e-9));
            assertThat(pathRisk(data, data.rows, ridge))
                    .isCloseTo(
                            (1 + 1.0 / data.rows) * Shrinkage.of(data, ridge).generalisedCrossValidation(),
                            Percentage.withPercentage(1e-9));
        }
        double k = data.rank;
        double constant = pathRisk(data, data.rows, 0) * (1 - k / data.freedom) / (1 + 1.0 / data.rows);
        for (int n = data.rank + 2; n < 2 * data.rows; n++) {
            assertThat(pathRisk(data, n, 0) * (1 - k / (n - 1)) / (1 + 1.0 / n))
                    .isCloseTo(constant, Percentage.withPercentage(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"A", "B", "C"})
    void moreRowsAreNeverWorseWithTheBestRidge(String name) {
        double[][] table = table(name);
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table), Integer.toString(table[0].length - 1));
        double before = Double.POSITIVE_INFINITY;
        for (int n = 2; n <= analysis.mostSamples(); n++) {
            double risk = analysis.tuned(n).testRisk().mean() / (1 + 1.0 / n);
            assertThat(risk).as("n = %d", n).isLessThanOrEqualTo(before * (1 + 1e-9));
            before = risk;
        }
    }

    /** A student on a teacher's labels adds its own excess, and an nth of that for its means. */
    @Test
    void teachersAreStudentsOfTheirOwnFit() {
        Decomposition data = data("C");
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table("C")), "30");
        TunedRisk best = analysis.best();
        double[] coefficients = new double[data.rank];
        for (int j = 0; j < data.rank; j++) {
            coefficients[j] = data.projections[j]
                    * Math.sqrt(data.eigenvalues[j] / data.freedom)
                    / (data.eigenvalues[j] + best.ridge() * data.rows / data.freedom);
        }
        RegressionTask fitted = RegressionTask.of(Spectrum.of(data.eigenvalues), Signal.of(coefficients));
        for (int samples : new int[] {2, 8}) {
            double excess = Distillation.of(fitted)
                    .target(Training.samples(samples - 1))
                    .predict()
                    .excess();
            assertThat(analysis.teacher(samples).value().onTeacherLabels())
                    .isCloseTo(best.testRisk().mean() + (1 + 1.0 / samples) * excess, MINIMA);
        }
    }

    /** For labels that are linear in the features the risk is 0, and no teacher can improve it. */
    @Test
    void withoutNoiseThereIsNoRisk() {
        double[][] rows = table("B");
        for (double[] row : rows) {
            row[8] = row[0] - 2 * row[1];
        }
        DataAnalysis analysis = DataAnalysis.of(DataTable.of(rows), "8");
        TeacherRisks risks = analysis.teacher(60).value();
        assertThat(risks.onTeacherLabels()).isZero();
        assertThat(risks.surrogateGain().high()).isZero();
        assertThat(analysis.ridgeless(60).value().standardError()).isZero();
    }

    /** The best ridge is chosen from a set that includes ridge 0. */
    @ParameterizedTest
    @CsvSource({"600, 12, true", "120, 4, false", "30, 3, false", "400, 20, true", "240, 60, false"})
    void noRidgeIsNeverBetterThanTheBest(int rows, int columns, boolean uneven) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261129);
        double[][] table = new double[rows][columns + 1];
        for (double[] row : table) {
            row[columns] = random.nextGaussian();
            for (int j = 0; j < columns; j++) {
                double z = random.nextGaussian();
                row[j] = uneven ? Math.exp(z) : z;
                row[columns] += z;
            }
        }
        DataAnalysis analysis = DataAnalysis.of(DataTable.of(table), Integer.toString(columns));
        int given = 0;
        for (int n = 2; n <= analysis.mostSamples(); n += 1 + n / 8) {
            Answer<SampleMean> ridgeless = analysis.ridgeless(n);
            if (ridgeless.isGiven()) {
                given++;
                assertThat(ridgeless.value().mean())
                        .as("n = %d", n)
                        .isGreaterThanOrEqualTo(analysis.tuned(n).testRisk().mean() * (1 - 1e-12));
            }
        }
        assertThat(given).isGreaterThan(3);
    }

    /** A unit of the label in which fourth powers overflow only changes the unit of the results. */
    @ParameterizedTest
    @ValueSource(ints = {300, -300})
    void unitsOfTheLabelMayBeExtreme(int exponent) {
        double[][] rows = table("B");
        double[][] other = table("B");
        for (double[] row : other) {
            row[8] = Math.scalb(row[8], exponent);
        }
        DataAnalysis analysis = DataAnalysis.of(DataTable.of(rows), "8");
        DataAnalysis extreme = DataAnalysis.of(DataTable.of(other), "8");
        SampleMean risk = analysis.best().testRisk();
        SampleMean scaled = extreme.best().testRisk();
        assertThat(Math.scalb(scaled.mean(), -2 * exponent)).isCloseTo(risk.mean(), Percentage.withPercentage(1e-7));
        assertThat(Math.scalb(scaled.standardError(), -2 * exponent))
                .isCloseTo(risk.standardError(), Percentage.withPercentage(1e-3));
        assertThat(extreme.diagnostics().kurtosis())
                .isCloseTo(analysis.diagnostics().kurtosis(), Percentage.withPercentage(1e-3));
        assertThat(extreme.ridgeless(60).isGiven())
                .isEqualTo(analysis.ridgeless(60).isGiven());
    }

    /** Risks have the squared unit of the label and do not depend on the order of rows and columns. */
    @Test
    void risksDoNotDependOnUnitsAndOrder() {
        double[][] rows = table("B");
        double[][] other = new double[60][9];
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 8; j++) {
                other[(i + 17) % 60][(j + 3) % 8] = rows[i][j];
            }
            other[(i + 17) % 60][8] = 7 * rows[i][8] - 1000;
        }
        DataAnalysis analysis = DataAnalysis.of(DataTable.of(rows), "8");
        DataAnalysis changed = DataAnalysis.of(DataTable.of(other), "8");
        for (int n : new int[] {3, 20, 60, 100}) {
            assertThat(changed.tuned(n).testRisk().mean())
                    .isCloseTo(49 * analysis.tuned(n).testRisk().mean(), Percentage.withPercentage(1e-7));
            assertThat(changed.tuned(n).testRisk().standardError())
                    .isCloseTo(49 * analysis.tuned(n).testRisk().standardError(), Percentage.withPercentage(1e-3));
        }
        assertThat(changed.ridgeless(50).value().mean())
                .isCloseTo(49 * analysis.ridgeless(50).value().mean(), Percentage.withPercentage(1e-7));
        assertThat(changed.diagnostics().excessVariance())
                .isCloseTo(analysis.diagnostics().excessVariance(), Percentage.withPercentage(1e-7));
    }

    /** A student of all rows with the table's best ridge is the table's own fit. */
    @Test
    void studentWithARidgeIsOnThePath() {
        DataAnalysis analysis = DataAnalysis.raw(DataTable.of(table("A")), "5");
        TunedRisk best = analysis.best();
        assertThat(analysis.withRidge(40, best.ridge()).mean())
                .isCloseTo(best.testRisk().mean(), Percentage.withPercentage(1e-7));
        TunedRisk small = analysis.tuned(10);
        assertThat(analysis.withRidge(10, small.ridge()).mean())
                .isCloseTo(small.testRisk().mean(), Percentage.withPercentage(1e-7));
        assertThat(analysis.withRidge(10, 2 * small.ridge()).mean())
                .isGreaterThan(small.testRisk().mean());
        assertThat(analysis.withRidge(10, small.ridge() / 2).mean())
                .isGreaterThan(small.testRisk().mean());
        assertThat(analysis.withRidge(10, Double.POSITIVE_INFINITY).mean())
                .isCloseTo(analysis.labelVariance() * 1.1, Percentage.withPercentage(3));
    }
}
