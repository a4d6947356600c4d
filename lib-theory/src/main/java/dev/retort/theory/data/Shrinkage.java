package dev.retort.theory.data;

import dev.retort.core.internal.CompensatedSum;

/**
 * A {@link Decomposition} shrunk by one ridge ρ of (1/f)‖y − Xb‖² + ρ‖b‖², with f the degrees of freedom of the rows, n or n − 1.
 *
 * <p>A fit misses q = ρ/(λ̂+ρ) of the labels in each direction, and all of the part outside the directions. Where nothing lies outside, all
 * results depend only on ratios of the q, which are then stored relative to the largest, so that ρ = 0 is no special case.
 */
final class Shrinkage {

    private final Decomposition data;
    private final double ridge;

    /** q for each direction. */
    private final double[] missed;

    private final double outside;

    /** (1/f) Σ q, and (1/f) Σ q². */
    private final double first;

    private final double second;

    /** ρ/q for the direction, or the part outside, that is stored as q = 1. */
    private final double unit;

    private Shrinkage(Decomposition data, double ridge) {
        this.data = data;
        this.ridge = ridge;
        int rank = data.rank;
        boolean all = rank == data.freedom;
        this.unit = all && ridge < Double.POSITIVE_INFINITY ? ridge + data.eigenvalues[rank - 1] : ridge;
        this.outside = all ? 0 : 1;
        this.missed = new double[rank];
        CompensatedSum one = new CompensatedSum();
        CompensatedSum two = new CompensatedSum();
        one.add(data.freedom - rank);
        two.add(data.freedom - rank);
        for (int j = 0; j < rank; j++) {
            missed[j] = unit == Double.POSITIVE_INFINITY ? 1 : unit / (data.eigenvalues[j] + ridge);
            one.add(missed[j]);
            two.add(missed[j] * missed[j]);
        }
        this.first = one.value() / data.freedom;
        this.second = two.value() / data.freedom;
    }

    static Shrinkage of(Decomposition data, double ridge) {
        return new Shrinkage(data, ridge);
    }

    double ridge() {
        return ridge;
    }

    int rows() {
        return data.rows;
    }

    /** κ̂ = ρ/t_1. */
    double kappa() {
        return unit / first;
    }

    /** df1 = Σ λ̂/(λ̂+ρ). */
    double df1() {
        double sum = 0;
        for (double eigenvalue : data.eigenvalues) {
            sum += eigenvalue / (eigenvalue + ridge);
        }
        return sum;
    }

    /** −d df1/d ln ρ = Σ λ̂ρ/(λ̂+ρ)². */
    double slope() {
        double sum = 0;
        for (double eigenvalue : data.eigenvalues) {
            double learnt = eigenvalue / (eigenvalue + ridge);
            sum += learnt * (ridge / (eigenvalue + ridge));
        }
        return sum;
    }

    /** 1 − Ω̂ = t_1²/t_2. */
    double oneMinusOmega() {
        return Math.min(1, first * first / second);
    }

    double omega() {
        return Math.max(0, 1 - oneMinusOmega());
    }

    /** (1/f)‖y − ŷ‖²/t_1². */
    double generalisedCrossValidation() {
        CompensatedSum sum = new CompensatedSum();
        sum.add(data.residual);
        for (int j = 0; j < missed.length; j++) {
            double left = missed[j] * data.projections[j];
            sum.add(left * left);
        }
        return sum.value() / data.freedom / (first * first);
    }

    /** The standard error of generalised cross-validation, which depends on no unknown quantity. */
    double errorOfGeneralisedCrossValidation() {
        return generalisedCrossValidation() * relativeError();
    }

    double relativeError() {
        double spare = oneMinusOmega();
        return Math.sqrt(2 * (2 - spare) / (data.freedom * spare));
    }

    /** e/(1 − h), the error at each row's label of the fit without the row. */
    double[] deletedResiduals() {
        double[] deleted = new double[data.rows];
        double[] own = new double[data.rows];
        residualsAndOwn(deleted, own);
        for (int i = 0; i < deleted.length; i++) {
            deleted[i] = own[i] > 0 ? deleted[i] / own[i] : Double.POSITIVE_INFINITY;
        }
        return deleted;
    }

    /** e and 1 − h; both up to the same common factor if nothing lies outside the directions. */
    private void residualsAndOwn(double[] residuals, double[] own) {
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = outside * data.residuals[i];
            own[i] = outside * data.slack[i];
        }
        for (int j = 0; j < missed.length; j++) {
            double[] u = data.left[j];
            double part = missed[j] * data.projections[j];
            for (int i = 0; i < residuals.length; i++) {
                residuals[i] += part * u[i];
                own[i] += missed[j] * u[i] * u[i];
            }
        }
    }

    /** h without the contribution of the mean: Σ_j U_ij² λ̂_j/(λ̂_j+ρ). */
    double[] leverages() {
        double[] leverages = new double[data.rows];
        for (int j = 0; j < missed.length; j++) {
            double[] u = data.left[j];
            double learnt = data.eigenvalues[j] / (data.eigenvalues[j] + ridge);
            for (int i = 0; i < leverages.length; i++) {
                leverages[i] += learnt * u[i] * u[i];
            }
        }
        return leverages;
    }

    /** (1/n) Σ (e/(1 − h))²: the mean squared error on each row of the fit without it. */
    double leaveOneOut() {
        return Decomposition.squares(deletedResiduals()) / data.rows;
    }

    /** The standard error of leave-one-out, from the scatter of its terms, widened for their dependence. */
    double errorOfLeaveOneOut() {
        double[] deleted = deletedResiduals();
        double mean = Decomposition.squares(deleted) / data.rows;
        if (mean == 0) {
            return 0;
        }
        CompensatedSum spread = new CompensatedSum();
        for (double residual : deleted) {
            // Relative to the mean, as fourth powers could overflow.
            double apart = residual * residual / mean - 1;
            spread.add(apart * apart);
        }
        double spare = oneMinusOmega();
        return mean * Math.sqrt(spread.value() / data.rows / data.rows * (2 - spare) / spare);
    }
}
