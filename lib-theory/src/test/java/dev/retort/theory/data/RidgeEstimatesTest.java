package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class RidgeEstimatesTest {

    private static final double[][] WIDE = {
        {-3, 2, 0, -2, 3, 1, -1, -3, 2},
        {0, -1, -2, -3, 3, 2, 1, 0, -1},
        {3, 3, 3, 3, 3, 3, 3, 3, 3},
        {-1, 0, 1, 2, 3, -3, -2, -1, 0},
        {2, -3, -1, 1, 3, -2, 0, 2, -3}
    };

    private static final double[][] HIGH = {{-5, -2, 1}, {-3, 1, 5}, {3, -3, 2}, {2, -3, 3}, {5, 1, -3}, {1, -2, -5}};

    private static final Percentage EXACT = Percentage.withPercentage(1e-9);

    /** Values from mpmath with 60 digits, from the matrices of the definitions. */
    @Test
    void agreesWithReferenceValues() {
        RidgeEstimates wide = RidgeEstimates.of(WIDE, new double[] {1, -2, 3, 0, 2});
        assertThat(wide.testRisk(0.5).mean()).isCloseTo(22.14947092729969, EXACT);
        assertThat(wide.testRisk(0.5).standardError()).isCloseTo(34.69830631076779, EXACT);
        assertThat(wide.bestMixing(0.5)).isCloseTo(5.998892833956719, EXACT);
        assertThat(wide.rounds(0.5, 1).testRisk()).isCloseTo(2.4411606683782696, EXACT);
        assertThat(wide.equivalent(0.5).tau().mean()).isCloseTo(2.101552572730059, EXACT);

        RidgeEstimates high = RidgeEstimates.of(HIGH, new double[] {1, -2, 3, 0, 2, -1});
        assertThat(high.testRisk(2).mean()).isCloseTo(5.538456651350271, EXACT);
        assertThat(high.testRisk(2).standardError()).isCloseTo(4.379391959823032, EXACT);
        assertThat(high.bestMixing(2)).isCloseTo(4.405328757582913, EXACT);
        assertThat(high.rounds(2, 1).testRisk()).isCloseTo(2.7692208388393675, EXACT);
        assertThat(high.equivalent(2).omega().mean()).isCloseTo(0.30452550465103245, EXACT);
    }

    /** Least squares on five degrees of freedom for three features: s² · 5/(5 − 3), times 1 + 1/n for the means. */
    @Test
    void meansCostAnNthOfEveryRisk() {
        RidgeEstimates fit = RidgeEstimates.withIntercept(HIGH, new double[] {1, -2, 3, 0, 2, -1});
        assertThat(fit.testRisk(0).mean())
                .isCloseTo(fit.noisePower().orElseThrow().mean() * 5 / 2 * 7 / 6, EXACT);
    }

    /** The closed form of leave-one-out equals fits without the row. */
    @ParameterizedTest
    @CsvSource({"12,4,0", "12,4,0.3", "9,20,0", "9,20,0.05"})
    void leavesRowsOut(int n, int p, double ridge) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        double[][] features = new double[n][];
        Arrays.setAll(features, i -> random.doubles(p, -1, 1).toArray());
        double[] labels = random.doubles(n, -1, 1).toArray();
        double expected = 0;
        for (int out = 0; out < n; out++) {
            int row = out;
            int[] others = IntStream.range(0, n).filter(i -> i != row).toArray();
            double[][] left = Arrays.stream(others).mapToObj(i -> features[i]).toArray(double[][]::new);
            double[] leftLabels =
                    Arrays.stream(others).mapToDouble(i -> labels[i]).toArray();
            // The penalty is the same in absolute terms: n r of all rows.
            double[] b = ridgeFit(left, leftLabels, n * ridge / (n - 1));
            double miss = labels[row];
            for (int j = 0; j < p; j++) {
                miss -= b[j] * features[row][j];
            }
            expected += miss * miss / n;
        }
        assertThat(RidgeEstimates.of(features, labels).leaveOneOut(ridge).mean())
                .isCloseTo(expected, Percentage.withPercentage(1e-7));
    }

    /** Solves normal equations in the smaller dimension without ND4J; they are well conditioned here. */
    private static double[] ridgeFit(double[][] x, double[] y, double ridge) {
        RealMatrix matrix = new Array2DRowRealMatrix(x);
        int n = x.length;
        RealMatrix gram = n < x[0].length
                ? matrix.multiply(matrix.transpose())
                : matrix.transpose().multiply(matrix);
        for (int i = 0; i < gram.getRowDimension(); i++) {
            gram.addToEntry(i, i, n * ridge);
        }
        DecompositionSolver solver = new LUDecomposition(gram).getSolver();
        RealVector labels = new ArrayRealVector(y);
        return (n < x[0].length
                        ? matrix.transpose().operate(solver.solve(labels))
                        : solver.solve(matrix.transpose().operate(labels)))
                .toArray();
    }

    /**
     * On Gaussian rows, over 1000 draws: error bars cover the risk of the fit itself as often as stated, estimates of
     * noise and signal are right, and mixtures improve the risk as predicted.
     */
    @Test
    void coversTheRiskOfTheFit() {
        int n = 80;
        int p = 60;
        double sigma = 0.5;
        double ridge = 0.05;
        double[] roots =
                IntStream.rangeClosed(1, p).mapToDouble(i -> Math.pow(i, -0.5)).toArray();
        double[] beta =
                IntStream.rangeClosed(1, p).mapToDouble(i -> Math.pow(i, -0.4)).toArray();
        double signal = 0;
        for (int j = 0; j < p; j++) {
            signal += Math.pow(roots[j] * beta[j], 2);
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261202);
        int draws = 1000;
        int covered = 0;
        int coveredByRows = 0;
        double noiseSum = 0;
        double noiseZ = 0;
        double signalSum = 0;
        double signalZ = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[][] features = new double[n][p];
            double[] labels = new double[n];
            for (int i = 0; i < n; i++) {
                labels[i] = 5 + sigma * random.nextGaussian();
                for (int j = 0; j < p; j++) {
                    double x = roots[j] * random.nextGaussian();
                    features[i][j] = 3 + x;
                    labels[i] += beta[j] * x;
                }
            }
            RidgeEstimates fit = RidgeEstimates.withIntercept(features, labels);
            double risk = riskOfFit(features, labels, ridge, roots, beta, sigma);
            SampleMean estimate = fit.testRisk(ridge);
            covered += Math.abs(estimate.zScore(risk)) <= 1.96 ? 1 : 0;
            coveredByRows += Math.abs(fit.leaveOneOut(ridge).zScore(risk)) <= 1.96 ? 1 : 0;
            SampleMean noise = fit.noisePower().orElseThrow();
            noiseSum += noise.mean();
            noiseZ += Math.pow((noise.mean() - sigma * sigma) / noise.standardError(), 2);
            SampleMean power = fit.signalPower().orElseThrow();
            signalSum += power.mean();
            signalZ += Math.pow((power.mean() - signal) / power.standardError(), 2);
        }
        // 1000 draws determine a coverage of 94 % to 0.75 %.
        assertThat(covered).isBetween(900, 970);
        assertThat(coveredByRows).isBetween(900, 985);
        // With 20 degrees of freedom, one draw scatters by σ²√(2/19), and z-scores of this χ² are wider than normal.
        assertThat(noiseSum / draws).isCloseTo(sigma * sigma, within(4 * sigma * sigma * Math.sqrt(2.0 / 19 / draws)));
        assertThat(noiseZ / draws).isBetween(0.9, 2.5);
        double scatter = signal * Math.sqrt(2.0 / 79 / draws);
        assertThat(signalSum / draws).isCloseTo(signal, within(6 * scatter));
        assertThat(signalZ / draws).isBetween(0.8, 1.3);
    }

    private static double riskOfFit(
            double[][] features, double[] labels, double ridge, double[] roots, double[] beta, double sigma) {
        int n = labels.length;
        int p = beta.length;
        double[] means = new double[p];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            mean += labels[i] / n;
            for (int j = 0; j < p; j++) {
                means[j] += features[i][j] / n;
            }
        }
        double[][] centred = new double[n][p];
        double[] centredLabels = new double[n];
        for (int i = 0; i < n; i++) {
            centredLabels[i] = labels[i] - mean;
            for (int j = 0; j < p; j++) {
                centred[i][j] = features[i][j] - means[j];
            }
        }
        double[] b = ridgeFit(centred, centredLabels, ridge);
        double offset = mean - 5;
        double risk = sigma * sigma;
        for (int j = 0; j < p; j++) {
            offset -= b[j] * (means[j] - 3);
            risk += Math.pow(roots[j] * (b[j] - beta[j]), 2);
        }
        return risk + offset * offset;
    }

    @Test
    void findsTheLeastOfItsRisks() {
        RidgeEstimates fit = sample(100, 40, 0.7, 3);
        double best = fit.bestRidge();
        double risk = fit.testRisk(best).mean();
        double rowsBest = fit.bestLeaveOneOutRidge();
        double rowsRisk = fit.leaveOneOut(rowsBest).mean();
        for (double ridge = 1e-8; ridge < 1e8; ridge *= 1.3) {
            assertThat(fit.testRisk(ridge).mean()).isGreaterThanOrEqualTo(risk);
            assertThat(fit.leaveOneOut(ridge).mean()).isGreaterThanOrEqualTo(rowsRisk);
        }
        assertThat(fit.testRisk(0).mean()).isGreaterThan(risk);
        assertThat(rowsBest).isBetween(best / 2, 2 * best);
    }

    @Test
    void withoutSignalTheBestRidgeIsInfinite() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        double[][] features = new double[70][];
        Arrays.setAll(features, i -> random.doubles(6, -1, 1).toArray());
        double[] labels = new double[70];
        for (int i = 0; i < 70; i++) {
            // Antisymmetric in pairs of equal rows, so uncorrelated with every feature.
            features[i] = features[i - i % 2];
            labels[i] = i % 2 == 0 ? 1 : -1;
        }
        RidgeEstimates fit = RidgeEstimates.of(features, labels);
        assertThat(fit.bestRidge()).isInfinite();
        assertThat(fit.testRisk(Double.POSITIVE_INFINITY).mean()).isCloseTo(1, within(1e-12));
        assertThat(fit.testRisk(1e9).mean()).isCloseTo(1, within(1e-6));
    }

    @Test
    void withoutNoiseTheBestRidgeIsZero() {
        double[][] features = new double[70][3];
        double[] labels = new double[70];
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(6);
        for (int i = 0; i < 70; i++) {
            features[i] = random.doubles(3, -1, 1).toArray();
            labels[i] = 2 * features[i][0] - features[i][2];
        }
        RidgeEstimates fit = RidgeEstimates.withIntercept(features, labels);
        assertThat(fit.bestRidge()).isZero();
        assertThat(fit.testRisk(0)).isEqualTo(new SampleMean(0, 0));
        assertThat(fit.noisePower().orElseThrow().mean()).isZero();
    }

    /**
     * At a tenth and at ten times a good ridge, more rounds never estimate a greater risk, and the sign shows whether
     * the ridge is too large.
     */
    @Test
    void distilsIntoItself() {
        RidgeEstimates fit = sample(120, 60, 0.5, 11);
        double best = fit.bestRidge();
        assertThat(fit.bestMixing(best)).isCloseTo(0, within(0.02 * Math.abs(fit.bestMixing(best / 10))));
        assertThat(fit.bestMixing(10 * best)).isNegative();
        assertThat(fit.bestMixing(best / 10)).isPositive();
        for (double ridge : new double[] {best / 10, best, 10 * best}) {
            assertThat(fit.rounds(ridge, 0).testRisk())
                    .isCloseTo(fit.testRisk(ridge).mean(), EXACT);
            for (int k = 1; k <= 3; k++) {
                assertThat(fit.rounds(ridge, k).testRisk())
                        .isLessThanOrEqualTo(fit.rounds(ridge, k - 1).testRisk() * (1 + 1e-12));
                assertThat(fit.rounds(ridge, k).mixings()).hasSize(k);
                assertThat(fit.rounds(ridge, k).weights()).hasSize(k + 1).startsWith(1.0);
            }
        }
    }

    /** Where all variances are equal, no round changes the estimated risk, and the differences are only rounding. */
    @Test
    void roundsDoNotFitRounding() {
        double[][] features = new double[16][15];
        for (int i = 0; i < features.length; i++) {
            int row = i;
            Arrays.setAll(features[i], j -> Integer.bitCount(row & (j + 1)) % 2 == 0 ? 1 : -1);
        }
        double[] labels = RandomGeneratorFactory.of("L64X128MixRandom")
                .create(3)
                .doubles(16, -1, 1)
                .toArray();
        RidgeEstimates fit = RidgeEstimates.withIntercept(features, labels);
        assertThat(fit.rounds(0.1, 3).testRisk()).isCloseTo(fit.testRisk(0.1).mean(), EXACT);
        assertThat(fit.rounds(0.1, 3).mixings()).containsExactly(0.0, 0.0, 0.0);

        // More rounds than directions.
        RidgeEstimates narrow = RidgeEstimates.withIntercept(
                new double[][] {{1.5}, {0.2}, {-1.1}, {0.4}, {2.3}}, new double[] {1.4, 0.1, -1.3, 0.6, 2.0});
        assertThat(narrow.rounds(0.1, 3).testRisk())
                .isLessThanOrEqualTo(narrow.testRisk(0.1).mean());
    }

    /**
     * The mixings are equivalent to the weights: a student is trained on labels mixed accordingly, round by round, and
     * compared.
     */
    @Test
    void mixingsAgreeWithTheWeights() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(12);
        int n = 30;
        double[][] features = new double[n][];
        Arrays.setAll(features, i -> random.doubles(5, -1, 1).toArray());
        double[] labels = random.doubles(n, -1, 1).toArray();
        double ridge = 0.2;
        RidgeEstimates fit = RidgeEstimates.of(features, labels);
        EstimatedRounds rounds = fit.rounds(ridge, 3);
        double[] b = ridgeFit(features, labels, ridge);
        for (double mixing : rounds.mixings()) {
            double[] mixed = new double[n];
            for (int i = 0; i < n; i++) {
                double said = 0;
                for (int j = 0; j < 5; j++) {
                    said += b[j] * features[i][j];
                }
                mixed[i] = (1 - mixing) * labels[i] + mixing * said;
            }
            b = ridgeFit(features, mixed, ridge);
        }
        // b_k = Σ a_j v_j, where v_0 is the fit, and v_j the fit to r^j Q^j y.
        double[] expected = new double[5];
        double[] power = labels.clone();
        for (int j = 0; j <= 3; j++) {
            double[] part = ridgeFit(features, power, ridge);
            for (int i = 0; i < 5; i++) {
                expected[i] += rounds.weights().get(j) * part[i];
            }
            for (int i = 0; i < n; i++) {
                for (int m = 0; m < 5; m++) {
                    power[i] -= part[m] * features[i][m];
                }
            }
        }
        for (int i = 0; i < 5; i++) {
            assertThat(b[i]).isCloseTo(expected[i], within(1e-9));
        }
    }

    private static RidgeEstimates sample(int n, int p, double sigma, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        double[][] features = new double[n][p];
        double[] labels = new double[n];
        for (int i = 0; i < n; i++) {
            labels[i] = sigma * random.nextGaussian();
            for (int j = 0; j < p; j++) {
                features[i][j] = Math.pow(j + 1, -0.6) * random.nextGaussian();
                labels[i] += features[i][j] * Math.pow(j + 1, -0.3);
            }
        }
        return RidgeEstimates.withIntercept(features, labels);
    }

    /** A feature of size 1e7 next to one of size 1; a Gram matrix would have rank 1. */
    @Test
    void keepsSmallFeaturesNextToHugeOnes() {
        double[][] features = {{1e7, 1}, {-2e7, 0}, {3e7, 2}, {0, -1}, {-1e7, 3}, {2e7, -2}};
        double[] labels = Arrays.stream(features).mapToDouble(row -> row[1]).toArray();
        RidgeEstimates fit = RidgeEstimates.withIntercept(features, labels);
        assertThat(fit.rank()).isEqualTo(2);
        assertThat(fit.noisePower().orElseThrow().mean()).isZero();
    }

    /**
     * 40 smooth features, tanh of one input: in double precision 200 rows of them have 22 distinguishable directions.
     */
    @Test
    void countsTheDirectionsThatDoublesDistinguish() {
        double[][] features = new double[200][40];
        double[] labels = new double[200];
        for (int i = 0; i < 200; i++) {
            double x = -2 + 4.0 * i / 199;
            labels[i] = Math.sin(3 * x);
            for (int j = 0; j < 40; j++) {
                features[i][j] = Math.tanh((0.5 + j / 20.0) * x + (j % 7 - 3) / 3.0);
            }
        }
        RidgeEstimates fit = RidgeEstimates.withIntercept(features, labels);
        assertThat(fit.rank()).isBetween(18, 39);
        assertThat(fit.noisePower().orElseThrow().mean()).isLessThan(1e-10);
    }

    @Test
    void takesArrays() {
        double[] labels = {1, -2, 3, 0, 2, -1};
        SampleMean expected = RidgeEstimates.of(HIGH, labels).testRisk(2);
        assertThat(RidgeEstimates.ofArrays(Nd4j.create(HIGH), Nd4j.create(labels))
                        .testRisk(2))
                .isEqualTo(expected);
        assertThat(RidgeEstimates.ofArrays(
                                Nd4j.create(HIGH).dup('f'), Nd4j.create(labels).reshape(6, 1))
                        .testRisk(2))
                .isEqualTo(expected);
    }

    @Test
    void withoutResidualsTheNoiseIsUnknown() {
        double[][] rows = {WIDE[0], WIDE[1], WIDE[2], WIDE[3]};
        RidgeEstimates wide = RidgeEstimates.withIntercept(rows, new double[] {1, -2, 3, 0});
        assertThat(wide.noisePower()).isEmpty();
        assertThat(wide.signalPower()).isEmpty();
        assertThat(wide.rank()).isEqualTo(3);
        assertThat(wide.testRisk(0).mean()).isFinite();
    }

    @Test
    void rejectsRowsItCannotEstimateFrom() {
        double[] labels = {1, -2, 3, 0, 2, -1};
        RidgeEstimates fit = RidgeEstimates.of(HIGH, labels);
        assertThatThrownBy(() -> fit.testRisk(-1)).hasMessage("ridge: -1.0 is not at least 0");
        assertThatThrownBy(() -> fit.testRisk(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fit.bestMixing(0)).hasMessageStartingWith("ridge: 0.0");
        assertThatThrownBy(() -> fit.rounds(1, 4)).hasMessageStartingWith("rounds: 4 is not from 0 to 3");
        assertThatThrownBy(() -> RidgeEstimates.of(HIGH, new double[5]))
                .hasMessage("labels.length: 5 is not the number of rows, 6");
        assertThatThrownBy(() -> RidgeEstimates.of(HIGH, new double[6]))
                .hasMessageStartingWith("labels: values that do not vary");
        assertThatThrownBy(() -> RidgeEstimates.withIntercept(new double[][] {{1}, {1}, {1}}, new double[] {1, 2, 3}))
                .hasMessageStartingWith("features: columns that do not vary");
    }

    @Test
    void areAValue() {
        double[] labels = {1, -2, 3, 0, 2, -1};
        RidgeEstimates estimates = RidgeEstimates.of(HIGH, labels);
        RidgeEstimates same = RidgeEstimates.of(HIGH, labels);
        assertThat(estimates)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(RidgeEstimates.of(HIGH, new double[] {1, -2, 3, 0, 2, 1}))
                .isNotEqualTo(RidgeEstimates.withIntercept(HIGH, labels));
        double[][] other = Arrays.stream(HIGH).map(double[]::clone).toArray(double[][]::new);
        other[0][0] = 5;
        assertThat(estimates).isNotEqualTo(RidgeEstimates.of(other, labels));
    }
}
