package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;

/**
 * Features and labels in the basis of the features' thin singular value decomposition X = U D Vᵀ, as the estimates from one set of rows
 * need them. Directions within rounding are left out.
 */
final class Decomposition {

    /** Times ulp(1) and √k: the relative residual, due to rounding, of labels that are linear in the features. */
    private static final double ROUNDING = 64;

    /** n. */
    final int rows;

    /** n, or n − 1 if means were subtracted: the divisor of variances. */
    final int freedom;

    /** k. */
    final int rank;

    /** λ̂ = d²/freedom, descending. */
    final double[] eigenvalues;

    /** Uᵀy. */
    final double[] projections;

    /** The residuals of least squares, y − U Uᵀy, one per row; all 0 if within rounding. */
    final double[] residuals;

    /** ‖y − U Uᵀy‖². */
    final double residual;

    /** One minus the leverage of each row in least squares: 1 − Σ_j U_ij², and less 1/n with means subtracted. */
    final double[] slack;

    /** U, direction by direction. */
    final double[][] left;

    private final ThinSvd svd;
    private final double[] labels;

    private Decomposition(ThinSvd svd, double[] labels, int freedom) {
        this.svd = svd;
        this.labels = labels;
        this.rows = labels.length;
        this.freedom = freedom;
        this.rank = Math.min(svd.rank(), freedom);
        this.eigenvalues = new double[rank];
        this.projections = new double[rank];
        this.left = new double[rank][];
        double[] unexplained = labels.clone();
        double[] own = new double[rows];
        Arrays.fill(own, freedom == rows ? 1 : 1 - 1.0 / rows);
        for (int j = 0; j < rank; j++) {
            double[] u = svd.left(j);
            left[j] = u;
            eigenvalues[j] = svd.value(j) * svd.value(j) / freedom;
            CompensatedSum sum = new CompensatedSum();
            for (int i = 0; i < rows; i++) {
                sum.add(u[i] * unexplained[i]);
            }
            projections[j] = sum.value();
            for (int i = 0; i < rows; i++) {
                unexplained[i] -= projections[j] * u[i];
                own[i] -= u[i] * u[i];
            }
        }
        for (int i = 0; i < rows; i++) {
            own[i] = rank == freedom ? 0 : Math.max(0, own[i]);
        }
        double rounding = ROUNDING * Math.ulp(1.0) * Math.sqrt(rank + 1.0);
        boolean nothing = rank == freedom || squares(unexplained) <= rounding * rounding * squares(labels);
        this.residuals = nothing ? new double[rows] : unexplained;
        this.residual = squares(residuals);
        this.slack = own;
    }

    /** Of features and labels as they are. */
    static Decomposition of(ThinSvd features, double[] labels) {
        return new Decomposition(features, labels, labels.length);
    }

    /** Of features and labels without their means. */
    static Decomposition centred(ThinSvd features, double[] labels) {
        return new Decomposition(features, labels, labels.length - 1);
    }

    /** Subtracts the mean in place; values that vary by rounding alone become exact zeros. */
    static double[] centre(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        double first = values[0];
        for (int again = 0; again < 2; again++) {
            CompensatedSum sum = new CompensatedSum();
            for (double value : values) {
                sum.add((again == 0 ? value - first : value) / values.length);
            }
            double mean = again == 0 ? first + sum.value() : sum.value();
            for (int i = 0; i < values.length; i++) {
                values[i] -= mean;
            }
        }
        if (rootMeanSquare(values) <= CONSTANT * largest) {
            Arrays.fill(values, 0);
        }
        return values;
    }

    /** A column varies if its standard deviation exceeds this times its largest entry; otherwise twelve digits agree. */
    static final double CONSTANT = 1e-12;

    /** The root mean square, scaled so that no square overflows or underflows. */
    static double rootMeanSquare(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (largest == 0) {
            return 0;
        }
        CompensatedSum sum = new CompensatedSum();
        for (double value : values) {
            sum.add(value / largest * (value / largest));
        }
        return largest * Math.sqrt(sum.value() / values.length);
    }

    static double squares(double[] values) {
        CompensatedSum sum = new CompensatedSum();
        for (double value : values) {
            sum.add(value * value);
        }
        return sum.value();
    }

    /** V's column j. */
    double[] right(int j) {
        return svd.right(j);
    }

    /** d_1/d_k. */
    double condition() {
        return svd.value(0) / svd.value(rank - 1);
    }

    double[] labels() {
        return labels;
    }

    /** y's variance, with {@code freedom} for the divisor. */
    double labelVariance() {
        return squares(labels) / freedom;
    }

    /** Returns this decomposition, or throws if features or labels do not vary. */
    Decomposition checked() {
        if (rank == 0) {
            throw refusal("features", "columns that do not vary", "say nothing about the labels");
        }
        if (!(squares(labels) > 0)) {
            throw refusal("labels", "values that do not vary", "leave nothing to learn");
        }
        return this;
    }
}
