package dev.retort.theory.data;

import dev.retort.core.internal.ThinSvd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The best rounds of self-distillation that {@link RidgeEstimates#rounds} finds on given rows: in each round a student with the same ridge
 * and the same rows learns from labels that mix the true ones with the predictions of the round before. Immutable.
 */
public final class EstimatedRounds {

    /** Rounding of a sum, relative to the sizes of its terms. */
    private static final double ROUNDING = 64 * Math.ulp(1.0);

    private final List<Double> mixings;
    private final List<Double> weights;
    private final double testRisk;

    private EstimatedRounds(List<Double> mixings, List<Double> weights, double testRisk) {
        this.mixings = mixings;
        this.weights = weights;
        this.testRisk = testRisk;
    }

    /**
     * The residuals of r<sup>j</sup>Q<sup>j+1</sup>, corrected for having been fitted to their own labels, are vectors whose inner products
     * estimate the risks of all mixtures: the best mixture is their shortest affine combination.
     */
    static EstimatedRounds of(Decomposition data, double ridge, int rounds, double factor) {
        Shrinkage shrinkage = Shrinkage.of(data, ridge);
        double[] kappas = kappas(data, ridge, rounds);
        double kappa = shrinkage.kappa();
        // One entry for each direction, and a last one for the part outside all of them.
        double[][] corrected = new double[rounds + 1][data.rank + 1];
        // The sizes of the terms summed in corrected, to tell a small sum from rounding.
        double[][] terms = new double[rounds + 1][data.rank + 1];
        for (int j = 0; j <= rounds; j++) {
            for (int i = 0; i <= data.rank; i++) {
                boolean outside = i == data.rank;
                double missed = outside ? 1 : ridge / (data.eigenvalues[i] + ridge);
                double label = outside ? Math.sqrt(data.residual) : data.projections[i];
                for (int m = 0; m <= j; m++) {
                    double sign = m % 2 == 0 ? 1 : -1;
                    double term = kappas[m] * Math.pow(ridge / kappa, m - 1.0) * Math.pow(missed, j - m + 1.0) * label;
                    corrected[j][i] += sign * term;
                    terms[j][i] += Math.abs(term);
                }
            }
        }
        double[] weights = new double[rounds + 1];
        weights[0] = 1;
        if (rounds > 0) {
            double[] solved = leastSquares(
                    Arrays.copyOfRange(corrected, 1, rounds + 1),
                    Arrays.copyOfRange(terms, 1, rounds + 1),
                    corrected[0]);
            System.arraycopy(solved, 0, weights, 1, rounds);
        }
        double[] left = new double[data.rank + 1];
        for (int j = 0; j <= rounds; j++) {
            for (int i = 0; i < left.length; i++) {
                left[i] += weights[j] * corrected[j][i];
            }
        }
        return new EstimatedRounds(
                mixings(weights), boxed(weights), factor * Decomposition.squares(left) / data.freedom);
    }

    /** The coefficients of the power series of n/tr Q(r + κy) in y, in units of κ. */
    private static double[] kappas(Decomposition data, double ridge, int rounds) {
        double[] g = new double[rounds + 1];
        for (int j = 0; j <= rounds; j++) {
            double sum = data.freedom - data.rank;
            for (double eigenvalue : data.eigenvalues) {
                sum += Math.pow(ridge / (eigenvalue + ridge), j + 1.0);
            }
            g[j] = sum / data.freedom;
        }
        double[] kappas = new double[rounds + 1];
        kappas[0] = 1;
        for (int j = 1; j <= rounds; j++) {
            for (int m = 1; m <= j; m++) {
                double sign = m % 2 == 0 ? 1 : -1;
                kappas[j] -= sign * g[m] / Math.pow(g[0], m + 1.0) * kappas[j - m];
            }
        }
        return kappas;
    }

    /**
     * The factors a that minimise ‖e + Σ a_j v_j‖, of least norm. Vectors and combinations of vectors within the rounding of their terms
     * are left out: they would fit noise.
     *
     * @param terms for each entry of a vector, the sum of the sizes of the terms that it was computed from
     */
    private static double[] leastSquares(double[][] vectors, double[][] terms, double[] e) {
        double[] lengths = new double[vectors.length];
        double rounding = 0;
        for (int j = 0; j < vectors.length; j++) {
            double length = Math.sqrt(Decomposition.squares(vectors[j]));
            double noise = ROUNDING * Math.sqrt(Decomposition.squares(terms[j]));
            if (length > noise) {
                lengths[j] = length;
                rounding = Math.max(rounding, noise / length);
            }
        }
        double[][] unit = new double[vectors.length][e.length];
        for (int j = 0; j < vectors.length; j++) {
            for (int i = 0; i < e.length; i++) {
                unit[j][i] = lengths[j] == 0 ? 0 : vectors[j][i] / lengths[j];
            }
        }
        ThinSvd svd = ThinSvd.of(unit);
        double[] factors = new double[vectors.length];
        for (int k = 0; k < svd.rank() && svd.value(k) > rounding * svd.value(0); k++) {
            double[] left = svd.left(k);
            double[] right = svd.right(k);
            double product = 0;
            for (int i = 0; i < e.length; i++) {
                product += left[i] * e[i];
            }
            for (int j = 0; j < factors.length; j++) {
                factors[j] -= lengths[j] == 0 ? 0 : right[j] * product / svd.value(k) / lengths[j];
            }
        }
        return factors;
    }

    /**
     * The mixtures ξ that lead to given weights: with π(h) = Σ a_j (1 − h)^j, the last mixture is ξ = 1 − π(0), and the earlier ones are
     * those of (π − π(0))/(ξh).
     */
    private static List<Double> mixings(double[] weights) {
        int rounds = weights.length - 1;
        double[] powers = new double[rounds + 1]; // of h
        for (int j = 0; j <= rounds; j++) {
            double binomial = 1;
            for (int m = 0; m <= j; m++) {
                powers[m] += weights[j] * binomial * (m % 2 == 0 ? 1 : -1);
                binomial *= (j - m) / (m + 1.0);
            }
        }
        double[] mixings = new double[rounds];
        for (int j = rounds; j >= 1; j--) {
            double mixing = 1 - powers[0];
            mixings[j - 1] = mixing;
            double[] before = new double[j];
            for (int m = 0; m < j; m++) {
                // A round with mixture 0 ignores the rounds before it, whose mixtures are then arbitrary.
                before[m] = mixing == 0 ? (m == 0 ? 1 : 0) : powers[m + 1] / mixing;
            }
            powers = before;
        }
        return boxed(mixings);
    }

    private static List<Double> boxed(double[] values) {
        List<Double> list = new ArrayList<>();
        for (double value : values) {
            list.add(value);
        }
        return List.copyOf(list);
    }

    /**
     * The share of the previous round's predictions in the labels of each round.
     *
     * @return ξ<sub>1</sub>, ξ<sub>2</sub>, … in the order of the rounds, of any size and sign
     */
    public List<Double> mixings() {
        return mixings;
    }

    /**
     * The final fit as a combination of the first fit's derivatives with respect to the ridge: b<sub>k</sub> = Σ<sub>j</sub> a<sub>j</sub>
     * (−r)<sup>j</sup>/j! · ∂<sup>j</sup>b/∂r<sup>j</sup>.
     *
     * @return a<sub>0</sub> = 1, a<sub>1</sub>, …, one more weight than there are rounds
     */
    public List<Double> weights() {
        return weights;
    }

    /**
     * The test risk of the last round, estimated on the same rows that the mixtures were optimised on: optimistic, and more so with each
     * round.
     *
     * @return the mean squared error on new rows
     */
    public double testRisk() {
        return testRisk;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EstimatedRounds that && weights.equals(that.weights) && testRisk == that.testRisk;
    }

    @Override
    public int hashCode() {
        return 31 * weights.hashCode() + Double.hashCode(testRisk);
    }

    @Override
    public String toString() {
        return "mixings " + mixings + ", test risk " + testRisk;
    }
}
