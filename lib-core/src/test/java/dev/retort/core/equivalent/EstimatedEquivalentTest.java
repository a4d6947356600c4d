package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class EstimatedEquivalentTest {

    private static final double[][] WIDE = {
        {-3, 2, 0, -2, 3, 1, -1, -3, 2},
        {0, -1, -2, -3, 3, 2, 1, 0, -1},
        {3, 3, 3, 3, 3, 3, 3, 3, 3},
        {-1, 0, 1, 2, 3, -3, -2, -1, 0},
        {2, -3, -1, 1, 3, -2, 0, 2, -3}
    };

    private static final double[][] HIGH = {{-5, -2, 1}, {-3, 1, 5}, {3, -3, 2}, {2, -3, 3}, {5, 1, -3}, {1, -2, -5}};

    private static final Percentage EXACT = Percentage.withPercentage(1e-9);

    /** Values from mpmath with 60 digits, from the traces of (K + r)⁻¹ themselves. */
    @Test
    void agreesWithReferenceValues() {
        EstimatedEquivalent wide = EstimatedEquivalent.of(WIDE, 0.5);
        assertThat(wide.tau().mean()).isCloseTo(2.101552572730059, EXACT);
        assertThat(wide.omega().mean()).isCloseTo(0.7197001412333063, EXACT);
        assertThat(wide.tau().standardError()).isCloseTo(0.2307774133169068, EXACT);
        assertThat(wide.tauBias()).isCloseTo(-0.25100821119696975, EXACT);
        // By derivatives of ln U, where U(x, y) is the divided difference of the ridge that belongs to each τ.
        assertThat(wide.omega().standardError()).isCloseTo(0.05676626270826141, EXACT);

        EstimatedEquivalent high = EstimatedEquivalent.of(HIGH, 2);
        assertThat(high.tau().mean()).isCloseTo(3.307454537102056, EXACT);
        assertThat(high.omega().mean()).isCloseTo(0.30452550465103245, EXACT);
        assertThat(high.tau().standardError()).isCloseTo(0.20314072501388986, EXACT);
        assertThat(high.tauBias()).isCloseTo(-0.0865417106875992, EXACT);
        assertThat(high.omega().standardError()).isCloseTo(0.055915637478735125, EXACT);
    }

    /** Compares estimates and their errors on Gaussian rows with the equivalent of the spectrum, over 400 draws. */
    @Test
    void scattersAroundTheTruthAsStated() {
        check(40, 80, 0.05, false, 1);
        check(40, 80, 0.05, true, 2);
        check(64, 160, 0, false, 3);
        check(90, 30, 0.02, true, 4);
    }

    private static void check(int n, int p, double ridge, boolean intercept, long seed) {
        double[] roots = new double[p];
        for (int j = 0; j < p; j++) {
            roots[j] = Math.pow(j + 1, -0.6);
        }
        double[] eigenvalues = new double[p];
        for (int j = 0; j < p; j++) {
            eigenvalues[j] = roots[j] * roots[j];
        }
        int freedom = intercept ? n - 1 : n;
        DeterministicEquivalent truth =
                DeterministicEquivalent.of(Spectrum.of(eigenvalues), freedom, ridge * n / freedom);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int draws = 400;
        double tauSquares = 0;
        double tauSum = 0;
        double tauVariance = 0;
        double bias = 0;
        double logSquares = 0;
        double logSum = 0;
        double logVariance = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[][] features = new double[n][p];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < p; j++) {
                    features[i][j] = (intercept ? 3 : 0) + roots[j] * random.nextGaussian();
                }
            }
            EstimatedEquivalent seen = intercept
                    ? EstimatedEquivalent.withIntercept(features, ridge)
                    : EstimatedEquivalent.of(features, ridge);
            double off = seen.tau().mean() - truth.tau();
            tauSum += off;
            tauSquares += off * off;
            tauVariance += Math.pow(seen.tau().standardError(), 2);
            bias += seen.tauBias();
            double logarithm = Math.log(seen.equivalent().oneMinusOmega() / truth.oneMinusOmega());
            logSum += logarithm;
            logSquares += logarithm * logarithm;
            logVariance +=
                    Math.pow(seen.omega().standardError() / seen.equivalent().oneMinusOmega(), 2);
        }
        // 400 draws determine a standard deviation to 3.5 % and a mean to 1/20 of it; the theory is the leading order
        // in 1/n.
        double sd = Math.sqrt(tauSquares / draws - Math.pow(tauSum / draws, 2));
        assertThat(Math.sqrt(tauVariance / draws)).isCloseTo(sd, Percentage.withPercentage(15));
        assertThat(tauSum / draws)
                .isCloseTo(bias / draws, within(4 * sd / Math.sqrt(draws) + 0.25 * Math.abs(bias / draws)));
        double logSd = Math.sqrt(logSquares / draws - Math.pow(logSum / draws, 2));
        assertThat(Math.sqrt(logVariance / draws)).isCloseTo(logSd, Percentage.withPercentage(15));
    }

    @Test
    void isExactWithoutRidgeWhereTheRankIsExceeded() {
        EstimatedEquivalent seen = EstimatedEquivalent.of(HIGH, 0);
        assertThat(seen.tau().mean()).isZero();
        assertThat(seen.omega().mean()).isEqualTo(0.5);
        assertThat(seen.equivalent().learnabilityOf(1)).isOne();
        assertThat(seen.equivalent().zetaOf(0)).isOne();
        EstimatedEquivalent centred = EstimatedEquivalent.withIntercept(HIGH, 0);
        assertThat(centred.omega().mean()).isCloseTo(0.6, within(1e-15));
        assertThat(centred.equivalent().samples()).isEqualTo(5);
    }

    /**
     * The third row is half the sum of the others up to rounding: there are as many rows as features, but the rank is
     * lower.
     */
    @Test
    void ignoresRoundingError() {
        double[][] dependent = {{0.1, 0.7, 0.2, 0.4}, {0.3, 0.9, 0.6, 0.8}, {0.2, 0.8, 0.4, 0.6}};
        EstimatedEquivalent seen = EstimatedEquivalent.of(dependent, 0);
        assertThat(seen.tau().mean()).isZero();
        assertThat(seen.omega().mean()).isCloseTo(2 / 3.0, within(1e-15));
    }

    @Test
    void approachesItsLimitWithoutRidge() {
        double[][] rows = {WIDE[0], WIDE[1], WIDE[3]};
        EstimatedEquivalent limit = EstimatedEquivalent.of(rows, 0);
        EstimatedEquivalent near = EstimatedEquivalent.of(rows, 1e-12);
        assertThat(near.tau().mean()).isCloseTo(limit.tau().mean(), Percentage.withPercentage(1e-6));
        assertThat(near.omega().mean()).isCloseTo(limit.omega().mean(), Percentage.withPercentage(1e-6));
        assertThat(limit.tau().mean()).isPositive();
        EstimatedEquivalent huge = EstimatedEquivalent.of(WIDE, 1e12);
        assertThat(huge.tau().mean()).isCloseTo(1e12, Percentage.withPercentage(1e-8));
        assertThat(huge.omega().mean()).isBetween(0.0, 1e-15);
    }

    @Test
    void scalesWithTheFeatures() {
        double[][] scaled = new double[HIGH.length][3];
        for (int i = 0; i < HIGH.length; i++) {
            for (int j = 0; j < 3; j++) {
                scaled[i][j] = 1e150 * HIGH[i][j];
            }
        }
        EstimatedEquivalent seen = EstimatedEquivalent.of(scaled, 2e300);
        EstimatedEquivalent unit = EstimatedEquivalent.of(HIGH, 2);
        assertThat(seen.tau().mean()).isCloseTo(1e300 * unit.tau().mean(), EXACT);
        assertThat(seen.omega().mean()).isCloseTo(unit.omega().mean(), EXACT);
        assertThat(seen.omega().standardError()).isCloseTo(unit.omega().standardError(), EXACT);
    }

    @Test
    void rejectsRowsItCannotEstimateFrom() {
        assertThatThrownBy(() -> EstimatedEquivalent.of(HIGH, -1)).hasMessageContaining("ridge: -1.0");
        assertThatThrownBy(() -> EstimatedEquivalent.of(new double[][] {{1, 2}, {1}}, 1))
                .hasMessage("features[1].length: 1 is not that of the first, 2");
        assertThatThrownBy(() -> EstimatedEquivalent.of(new double[][] {{1, Double.NaN}}, 1))
                .hasMessage("features[0][1]: NaN is not finite");
        assertThatThrownBy(() -> EstimatedEquivalent.of(new double[][] {{0, 0}}, 1))
                .hasMessage("values: all 0 say that no feature varies");
        assertThatThrownBy(() -> EstimatedEquivalent.withIntercept(new double[][] {{1, 1}}, 1))
                .hasMessage("features.length: 1 is not at least 2");
        assertThatThrownBy(() -> EstimatedEquivalent.ofSingularValues(new double[] {1, 1, 1}, 3, 2, 1))
                .hasMessage("freedom: 2 is not from the number of singular values, 3, to 3");
    }

    @Test
    void isAValue() {
        assertThat(EstimatedEquivalent.of(HIGH, 2))
                .isEqualTo(EstimatedEquivalent.of(HIGH, 2))
                .hasSameHashCodeAs(EstimatedEquivalent.of(HIGH, 2))
                .isNotEqualTo(EstimatedEquivalent.of(HIGH, 3))
                .hasToString("6 rows, ridge 2.00000: τ 3.31 ± 0.20, Ω 0.305 ± 0.056");
    }
}
