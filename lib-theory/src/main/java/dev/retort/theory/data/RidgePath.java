package dev.retort.theory.data;

/**
 * Maps ridges on all N rows to students of n rows. A ridge ρ on N rows and another, r, on n rows that lead to the same implicit
 * regularisation κ also share all sums over the spectrum, so the risk of one follows from the risk of the other, without knowing spectrum,
 * signal or noise. Rows are centred; n_e = n − 1.
 */
final class RidgePath {

    private RidgePath() {}

    /** The ridge at which df1 has the value wanted, above 0 and below the rank. */
    static double ridgeOfDf1(Decomposition data, double wanted) {
        double spare = data.rank - wanted;
        double sum = 0;
        double inverse = 0;
        for (double eigenvalue : data.eigenvalues) {
            sum += eigenvalue;
            inverse += 1 / eigenvalue;
        }
        // As λ/(λ+ρ) ≤ λ/ρ, and ρ/(λ+ρ) ≤ ρ/λ.
        return bisected(spare / inverse, sum / wanted, ridge -> unspent(data, ridge) < spare);
    }

    /** k − df1, without cancellation. */
    private static double unspent(Decomposition data, double ridge) {
        double sum = 0;
        for (double eigenvalue : data.eigenvalues) {
            sum += ridge / (eigenvalue + ridge);
        }
        return sum;
    }

    /**
     * The ridge on all rows at which κ is that of a student.
     *
     * @param freedom n_e, greater than 0; below f if nothing lies outside the directions of the rows
     * @param ridge r of (1/n_e)‖y − Xb‖² + r‖b‖²
     */
    static double matching(Decomposition data, double freedom, double ridge) {
        if (ridge == 0) {
            return freedom < data.rank ? ridgeOfDf1(data, freedom) : 0;
        }
        if (ridge == Double.POSITIVE_INFINITY) {
            return ridge;
        }
        // κ̂ is at least ρ, and df1 at most Σλ/ρ: at the upper end the sum is below n_e.
        double sum = 0;
        for (double eigenvalue : data.eigenvalues) {
            sum += eigenvalue;
        }
        double high = 2 * (sum / freedom + ridge);
        return bisected(high * Double.MIN_NORMAL, high, rho -> {
            Shrinkage shrinkage = Shrinkage.of(data, rho);
            return shrinkage.df1() + freedom * ridge / shrinkage.kappa() > freedom;
        });
    }

    @FunctionalInterface
    private interface Below {
        boolean test(double ridge);
    }

    private static double bisected(double from, double to, Below below) {
        double low = from;
        double high = to;
        while (true) {
            double middle = Math.sqrt(low) * Math.sqrt(high);
            if (!(middle > low && middle < high)) {
                return high;
            }
            if (below.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /** The ridge r of (1/n_e)‖y − Xb‖² + r‖b‖² at which a student of n_e + 1 rows has the same κ; negative if there is none. */
    static double studentRidge(Shrinkage shrinkage, double freedom) {
        double kappa = shrinkage.kappa();
        return kappa == 0 ? 0 : kappa * (1 - shrinkage.df1() / freedom);
    }

    /** The risk of a student over that of all rows with the same κ; infinite where no ridge of the student reaches so small a κ. */
    static double factor(Decomposition data, Shrinkage shrinkage, double freedom) {
        double spare = 1 - shrinkage.omega() * data.freedom / freedom;
        return spare > 0 ? (1 + 1 / (freedom + 1)) * shrinkage.oneMinusOmega() / spare : Double.POSITIVE_INFINITY;
    }

    /**
     * The mean risk of a student over all N rows, which include its own n rows, whose labels it has partly fitted.
     *
     * @param heldOut its risk on the other rows
     */
    static double overAllRows(Decomposition data, Shrinkage shrinkage, int samples, double heldOut) {
        double freedom = samples - 1.0;
        double kappa = shrinkage.kappa();
        // r/κ, the share of its own labels that the student does not fit; its limit without ridge.
        double own = kappa == 0 ? Math.max(0, 1 - data.rank / freedom) : Math.max(0, 1 - shrinkage.df1() / freedom);
        double drawn = (double) samples / data.rows;
        return (1 - drawn) * heldOut + drawn * own * own * heldOut / (1 + 1.0 / samples);
    }
}
