package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GeneralisationBoundTest {

    @Test
    void valuesByHand() {
        GeneralisationBound bound = GeneralisationBound.of(1, 1, 1);
        assertThat(bound.moment(100, 0.05)).isCloseTo(0.3947746830680816, within(1e-15));
        assertThat(bound.momentTerm(100)).isCloseTo(0.15, within(1e-16));
        assertThat(bound.tail(100, 0.05)).isCloseTo(2 * Math.sqrt(Math.log(20) / 200), within(1e-15));
        assertThat(bound.rademacher(100, 0.05)).isCloseTo(0.3947746830680816 + 0.15, within(1e-15));
        assertThat(bound.maurerTerm(100, 3)).isCloseTo(0.9797958971132713, within(1e-15));
        assertThat(bound.maurer(100, 3, 0.05)).isCloseTo(0.9797958971132713 + bound.tail(100, 0.05), within(1e-15));
        assertThat(GeneralisationBound.of(2, 3, 5).lossBound()).isEqualTo(60.5);
        assertThat(GeneralisationBound.of(2, 3, 5).lipschitzTerm(16, 0.5)).isCloseTo(1.5, within(1e-15));
        assertThat(GeneralisationBound.of(0, 3, 5).momentTerm(1)).isZero();
        // Two pairs with ‖φ‖ = 1, 2 and ‖v‖ = 1, 3; c = (2 · 2 + 3)²/2.
        AttentionDistillation pairs = AttentionDistillation.of(new double[][] {{1}, {2}}, new double[][] {{1}, {3}})
                .withKernel(Kernel.linear());
        assertThat(GeneralisationBound.of(2, 2, 3).rademacherOf(pairs, 0.1))
                .isCloseTo(2 * (Math.sqrt(17) + Math.sqrt(37)) + 3 * 24.5 * Math.sqrt(Math.log(20) / 4), within(1e-13));
    }

    /**
     * A population of six pairs with φ in the unit disc and |v| ≤ 1, and samples of ten. Projected ascent finds the
     * largest gap over ‖W‖ ≤ 1. The middle term bounds its mean, and each bound may be exceeded in at most a share δ of
     * the samples.
     */
    @Test
    void noBoundIsViolated() {
        int draws = 10_000;
        int n = 10;
        double delta = 0.2;
        GeneralisationBound bound = GeneralisationBound.of(1, 1, 1);
        int above = 0;
        int aboveSample = 0;
        double largestOfOwn = 0;
        double mean = 0;
        for (int r = 0; r < draws; r++) {
            RandomGenerator random =
                    RandomStreams.of(61).at(r / 100).generator(); // a hundred samples of each population
            double[][] phi = new double[6][];
            double[][] v = new double[6][];
            for (int i = 0; i < 6; i++) {
                double angle = 2 * Math.PI * random.nextDouble();
                double radius = Math.sqrt(random.nextDouble());
                phi[i] = new double[] {radius * Math.cos(angle), radius * Math.sin(angle)};
                v[i] = new double[] {2 * random.nextDouble() - 1};
            }
            RandomGenerator drawing = RandomStreams.of(67).at(r).generator();
            double[][] samplePhi = new double[n][];
            double[][] sampleV = new double[n][];
            for (int i = 0; i < n; i++) {
                int at = drawing.nextInt(6);
                samplePhi[i] = phi[at];
                sampleV[i] = v[at];
            }
            AttentionDistillation population = AttentionDistillation.of(phi, v).withKernel(Kernel.linear());
            AttentionDistillation sample =
                    AttentionDistillation.of(samplePhi, sampleV).withKernel(Kernel.linear());
            double own = population.loss(sample.weights()) - sample.loss(sample.weights());
            largestOfOwn = Math.max(largestOfOwn, own);
            double gap = Math.max(largestGap(phi, v, samplePhi, sampleV), own);
            mean += gap / draws;
            above += gap > bound.moment(n, delta) ? 1 : 0;
            aboveSample += gap > bound.rademacherOf(sample, delta) ? 1 : 0;
        }
        assertThat(mean).isBetween(0.1 * bound.momentTerm(n), bound.momentTerm(n));
        assertThat(above).isLessThanOrEqualTo((int) (delta * draws));
        assertThat(aboveSample).isLessThanOrEqualTo((int) (delta * draws));
        assertThat(largestOfOwn).isPositive();
    }

    /** sup over ‖w‖ ≤ 1 of ½wᵀAw − ⟨w, c⟩ + const, by ascent from two sides. */
    private static double largestGap(double[][] phi, double[][] v, double[][] samplePhi, double[][] sampleV) {
        double[] moments = new double[6]; // A11, A12, A22, c1, c2, const
        add(phi, v, 1.0 / phi.length, moments);
        add(samplePhi, sampleV, -1.0 / samplePhi.length, moments);
        double best = Double.NEGATIVE_INFINITY;
        for (int side = -1; side <= 1; side += 2) {
            double x = side * 0.3;
            double y = -side * 0.1;
            for (int t = 0; t < 60; t++) {
                double dx = moments[0] * x + moments[1] * y - moments[3];
                double dy = moments[1] * x + moments[2] * y - moments[4];
                x += 2 * dx;
                y += 2 * dy;
                double norm = Math.max(1, Math.hypot(x, y));
                x /= norm;
                y /= norm;
            }
            double quadratic = (moments[0] * x * x + 2 * moments[1] * x * y + moments[2] * y * y) / 2;
            best = Math.max(best, quadratic - moments[3] * x - moments[4] * y + moments[5]);
        }
        return best;
    }

    private static void add(double[][] phi, double[][] v, double weight, double[] moments) {
        for (int i = 0; i < phi.length; i++) {
            moments[0] += weight * phi[i][0] * phi[i][0];
            moments[1] += weight * phi[i][0] * phi[i][1];
            moments[2] += weight * phi[i][1] * phi[i][1];
            moments[3] += weight * phi[i][0] * v[i][0];
            moments[4] += weight * phi[i][1] * v[i][0];
            moments[5] += weight * v[i][0] * v[i][0] / 2;
        }
    }

    @Test
    void empiricalConstantsAreMarked() {
        AttentionDistillation prompt =
                AttentionDistillation.of(new double[][] {{1, 0}, {0, 0.5}}, new double[][] {{3}, {4}});
        GeneralisationBound bound = GeneralisationBound.ofPrompt(prompt);
        assertThat(bound.isEmpirical()).isTrue();
        assertThat(bound.featureNorm()).isCloseTo(Math.exp(0.5), within(1e-15));
        assertThat(bound.valueNorm()).isCloseTo(4, within(1e-15));
        assertThat(bound.weightNorm()).isCloseTo(prompt.weights().norm(), within(1e-15));
        assertThat(bound.weightNorm()).isLessThanOrEqualTo(bound.featureNorm() * bound.valueNorm());
        assertThat(bound)
                .hasToString("generalisation bounds for B = " + bound.weightNorm() + ", R = " + bound.featureNorm()
                        + ", V = 4.0, read off a sample");
        GeneralisationBound given = GeneralisationBound.of(bound.weightNorm(), bound.featureNorm(), bound.valueNorm());
        assertThat(given.isEmpirical()).isFalse();
        assertThat(given)
                .isNotEqualTo(bound)
                .isEqualTo(GeneralisationBound.of(bound.weightNorm(), bound.featureNorm(), bound.valueNorm()));
        assertThat(given.correlationComplexity(prompt))
                .isCloseTo(given.weightNorm() * Math.sqrt(9 * Math.E + 16 * Math.exp(0.25)) / 2, within(1e-14));
    }

    /** The mean over all signs of B‖(1/n) Σ ε v φᵀ‖ lies between 1/√2 of the bound and the bound. */
    @Test
    void complexityOfTheCorrelationLoss() {
        AttentionDistillation prompt = AttentionDistillation.of(
                        new double[][] {{1, 0.2}, {-0.3, 0.5}, {0.7, 0.7}, {0.1, -0.9}, {0.4, 0.2}},
                        new double[][] {{1}, {-0.5}, {0.3}, {0.8}, {-1}})
                .withKernel(Kernel.linear());
        double sum = 0;
        for (int signs = 0; signs < 32; signs++) {
            double x = 0;
            double y = 0;
            for (int i = 0; i < 5; i++) {
                double v = prompt.values().row(i)[0] * ((signs >> i & 1) == 1 ? 1 : -1);
                x += v * prompt.keys().row(i)[0] / 5;
                y += v * prompt.keys().row(i)[1] / 5;
            }
            sum += 2 * Math.hypot(x, y) / 32;
        }
        double upper = GeneralisationBound.of(2, 2, 2).correlationComplexity(prompt);
        assertThat(sum).isBetween(upper / Math.sqrt(2), upper);
    }

    @Test
    void badInputIsRefused() {
        refuses("weightNorm: NaN is not at least 0 and finite", () -> GeneralisationBound.of(Double.NaN, 1, 1));
        refuses("featureNorm: -1.0 is not at least 0 and finite", () -> GeneralisationBound.of(1, -1, 1));
        refuses(
                "valueNorm: Infinity is not at least 0 and finite",
                () -> GeneralisationBound.of(1, 1, Double.POSITIVE_INFINITY));
        GeneralisationBound bound = GeneralisationBound.of(1, 1, 1);
        refuses("samples: 0 is not at least 1", () -> bound.moment(0, 0.1));
        refuses("delta: 1.0 is not between 0 and 1", () -> bound.rademacher(3, 1));
        refuses("delta: NaN is not between 0 and 1", () -> bound.tail(3, Double.NaN));
        refuses("valueDimension: 0 is not at least 1", () -> bound.maurerTerm(3, 0));
        refuses("lipschitz: -1.0 is not at least 0 and finite", () -> bound.lipschitzTerm(3, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        bound.rademacherOf(AttentionDistillation.of(new double[][] {{1}}, new double[][] {{1}}), 0.1))
                .withMessageStartingWith("‖φ‖ of demonstration 0: 1.648")
                .withMessageEndingWith("is greater than R, 1.0");
    }
}
