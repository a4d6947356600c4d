package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.Matrix;
import dev.retort.core.internal.SymmetricEigen;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.numbers.gamma.Erf;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/** Means E k(X, Y) over independent X ~ N(m₁, S₁) and Y ~ N(m₂, S₂), derived in the module's documentation. */
final class GaussianMeans {

    /** Below this, exp(u²) erfc(u) grows fast; it overflows at −26. */
    private static final double LEAST_SCALED = -5;

    private GaussianMeans() {}

    /** det(I + (S₁ + S₂)/ℓ²)^(−½) exp(−½ (m₁ − m₂)ᵀ (ℓ²I + S₁ + S₂)⁻¹ (m₁ − m₂)). */
    static double ofGaussian(double width, GaussianLaw first, GaussianLaw second) {
        int d = first.dimension();
        Matrix spread = first.covariance()
                .plus(second.covariance())
                .scaled(1 / width / width)
                .plus(DiagonalMatrix.multipleOfIdentity(1, d));
        // Symmetry has been checked, and every eigenvalue is at least 1, so the library's own thresholds are switched
        // off.
        CholeskyDecomposition factored = new CholeskyDecomposition(
                new Array2DRowRealMatrix(spread.toArray(), false), Double.POSITIVE_INFINITY, 0);
        RealVector apart = new ArrayRealVector(d);
        for (int i = 0; i < d; i++) {
            apart.setEntry(i, (first.mean()[i] - second.mean()[i]) / width);
        }
        double exponent = -apart.dotProduct(factored.getSolver().solve(apart)) / 2;
        for (int i = 0; i < d; i++) {
            exponent -= Math.log(factored.getL().getEntry(i, i));
        }
        return Math.exp(exponent);
    }

    /** The product over coordinates of ½ exp(−δ²/2s²) [erfcx(u₁) + erfcx(u₂)], u = (s/ℓ ∓ δ/s)/√2, s² = s₁² + s₂². */
    static double ofLaplace(double width, GaussianLaw first, GaussianLaw second) {
        double mean = 1;
        for (int i = 0; i < first.dimension(); i++) {
            double s = Math.sqrt(first.variance(i) + second.variance(i)) / width;
            double delta = Math.abs(first.mean()[i] - second.mean()[i]) / width;
            mean *= s == 0 ? Math.exp(-delta) : (oneSide(s, -delta) + oneSide(s, delta)) / 2;
        }
        return mean;
    }

    /** exp(s²/2 + δ) erfc((s + δ/s)/√2), in a form that neither overflows nor cancels. */
    private static double oneSide(double s, double delta) {
        double u = (s + delta / s) / Math.sqrt(2);
        return u >= LEAST_SCALED
                ? Math.exp(-delta / s * (delta / s) / 2) * Erfcx.value(u)
                : Math.exp(s * s / 2 + delta) * Erfc.value(u);
    }

    /** D(m₁ − m₂, √(s₁² + s₂²)) − ½D(0, √2 s₁) − ½D(0, √2 s₂), where D(δ, s) is the mean size of N(δ, s²). */
    static double energyDiscrepancy(GaussianLaw first, GaussianLaw second) {
        double delta = first.mean()[0] - second.mean()[0];
        double s = Math.sqrt(first.variance(0) + second.variance(0));
        double within = Math.sqrt(first.variance(0)) + Math.sqrt(second.variance(0));
        // A sum of two terms that are not negative: one for the shift, one for the widths.
        double shift = meanSize(delta, s) - meanSize(0, s);
        double widths = meanSize(0, s) - within / Math.sqrt(Math.PI);
        return Math.max(0, shift) + Math.max(0, widths);
    }

    private static double meanSize(double delta, double s) {
        if (s == 0) {
            return Math.abs(delta);
        }
        double z = delta / s;
        return s * Math.sqrt(2 / Math.PI) * Math.exp(-z * z / 2) + delta * Erf.value(z / Math.sqrt(2));
    }

    /** det(B)^½ exp(½ m₁ᵀ B S₂ m₁ + m₁ᵀ B m₂ + ½ m₂ᵀ S₁ B m₂), B = (I − S₂S₁)⁻¹. */
    static double ofSoftmax(GaussianLaw first, GaussianLaw second) {
        return new Exponential(first, second).mean();
    }

    /** E ⟨X, Y⟩ exp⟨X, Y⟩: the derivative of E exp t⟨X, Y⟩ at t = 1. */
    static double ofLinearTimesSoftmax(GaussianLaw first, GaussianLaw second) {
        Exponential exponential = new Exponential(first, second);
        return exponential.mean() * exponential.logDerivative();
    }

    /** E exp t⟨X, Y⟩ near t = 1. */
    private static final class Exponential {

        private final double[] m1;
        private final double[] m2;
        private final DenseMatrix s1;
        private final DenseMatrix s2;
        private final DenseMatrix b;
        private final double logDeterminant;

        Exponential(GaussianLaw first, GaussianLaw second) {
            m1 = first.mean();
            m2 = second.mean();
            s1 = first.covariance();
            s2 = second.covariance();
            DenseMatrix root = root(s1);
            double[] eigenvalues =
                    SymmetricEigen.of(root.times(s2).times(root).toArray()).values();
            double radius = eigenvalues[eigenvalues.length - 1];
            if (!(radius < 1)) {
                throw refusal(
                        "covariances",
                        "a product with the eigenvalue " + radius,
                        "is not less than 1: the mean of exp⟨x, y⟩ is infinite; scale the points down");
            }
            Matrix rest = DiagonalMatrix.multipleOfIdentity(1, m1.length).minus(s2.times(s1));
            LUDecomposition factored =
                    new LUDecomposition(new Array2DRowRealMatrix(rest.toArray(), false), Double.MIN_NORMAL);
            b = DenseMatrix.of(factored.getSolver().getInverse().getData());
            logDeterminant = -Math.log(factored.getDeterminant());
        }

        private static DenseMatrix root(DenseMatrix covariance) {
            SymmetricEigen eigen = SymmetricEigen.of(covariance.toArray());
            double[] values = eigen.values();
            double[][] scaled = new double[values.length][]; // by λ^¼: V √λ Vᵀ is the product with itself
            for (int k = 0; k < values.length; k++) {
                double factor = Math.sqrt(Math.sqrt(Math.max(0, values[k])));
                scaled[k] = Arrays.stream(eigen.vector(k)).map(v -> factor * v).toArray();
            }
            DenseMatrix rows = DenseMatrix.of(scaled);
            return rows.transposed().times(rows);
        }

        double mean() {
            double exponent = logDeterminant / 2
                    + form(m1, b.times(s2), m1) / 2
                    + form(m1, b, m2)
                    + form(m2, s1.times(b), m2) / 2;
            return Math.exp(exponent);
        }

        /** With t²S₁ and tm₁ for S₁ and m₁, dB/dt = 2B S₂S₁ B at t = 1. */
        double logDerivative() {
            DenseMatrix bs = b.times(s2).times(s1);
            DenseMatrix bsb = bs.times(b);
            return bs.trace()
                    + form(m1, b.times(s2), m1)
                    + form(m1, bsb.times(s2), m1)
                    + form(m1, b, m2)
                    + 2 * form(m1, bsb, m2)
                    + form(m2, s1.times(b), m2)
                    + form(m2, s1.times(bsb), m2);
        }

        private static double form(double[] left, DenseMatrix matrix, double[] right) {
            return DotProduct.of(left, matrix.times(right));
        }
    }
}
