package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.FeatureMask;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The eigenvectors of the covariance of some of the features, K. The others, R, are correlated with K: of labels xᵀb the
 * model can learn the regression on the features it sees, b_K + Σ_KK⁻¹Σ_KR b_R. The rest is independent of it and comes from
 * features of covariance C = Σ_RR − Σ_RKΣ_KK⁻¹Σ_KR.
 */
final class MaskedBasis implements Basis {

    /** This times p · ulp(1) is what rounding leaves of a fully explained variance, as for a zero eigenvalue. */
    private static final double ROUNDING = 64;

    private final Eigenbasis all;
    private final Eigenbasis seen;
    private final int[] kept;
    private final int[] dropped;

    private MaskedBasis(Eigenbasis all, Eigenbasis seen, int[] kept, int[] dropped) {
        this.all = all;
        this.seen = seen;
        this.kept = kept;
        this.dropped = dropped;
    }

    static Basis of(Eigenbasis all, FeatureMask mask) {
        if (mask.size() == all.size()) {
            return all;
        }
        if (mask.size() == 0) {
            throw refusal("mask", mask, "keeps no feature that varies");
        }
        int[] kept = IntStream.range(0, all.size()).filter(mask::keeps).toArray();
        int[] dropped =
                IntStream.range(0, all.size()).filter(i -> !mask.keeps(i)).toArray();
        double[] covariance = columns(all.timesCovariance(unit(kept, all.size())), kept, all.size());
        return new MaskedBasis(all, new Eigenbasis(decomposed(covariance, mask)), kept, dropped);
    }

    private static Covariance decomposed(double[] covariance, FeatureMask mask) {
        int k = mask.size();
        double[] variances = new double[k];
        double largest = 0;
        boolean correlated = false;
        for (int i = 0; i < covariance.length; i++) {
            if (i / k == i % k) {
                variances[i / k] = covariance[i];
                largest = Math.max(largest, covariance[i]);
            } else {
                correlated |= covariance[i] != 0;
            }
        }
        if (!(largest > 0)) {
            throw refusal("mask", mask, "keeps no feature that varies");
        }
        if (!correlated) {
            return Covariance.diagonal(Spectrum.of(variances)); // exact for eigenvalues of any size
        }
        try (INDArray matrix = Nd4j.create(covariance, new long[] {k, k}, 'c')) {
            return Covariance.of(matrix);
        }
    }

    @Override
    public Spectrum spectrum() {
        return seen.spectrum();
    }

    @Override
    public double[] toFeatures(double[] rows) {
        double[] shown = seen.toFeatures(rows);
        double[] full = new double[Math.multiplyExact(rows.length / size(), all.size())];
        for (int k = 0; k < shown.length; k++) {
            full[k / size() * all.size() + kept[k % size()]] = shown[k];
        }
        return full;
    }

    @Override
    public double[] fromFeatures(double[] rows) {
        return seen.fromFeatures(columns(rows, kept, all.size()));
    }

    @Override
    public double[] guessed(double[] rows) {
        double[] hidden = new double[rows.length];
        for (int at = 0; at < rows.length; at += all.size()) {
            for (int i : dropped) {
                hidden[at + i] = rows[at + i];
            }
        }
        double[] guessed = fromFeatures(all.timesCovariance(hidden));
        for (int k = 0; k < guessed.length; k++) {
            double lambda = spectrum().eigenvalue(k % size());
            guessed[k] = lambda == 0 ? 0 : guessed[k] / lambda;
        }
        return guessed;
    }

    @Override
    public double[] ofLabels(double[] rows) {
        double[] weighted = rows.clone();
        for (int k = 0; k < weighted.length; k++) {
            double lambda = spectrum().eigenvalue(k % size());
            weighted[k] = lambda == 0 ? 0 : weighted[k] / lambda;
        }
        double[] seenAndGuessed = toFeatures(rows);
        double[] guessed = all.timesCovariance(toFeatures(weighted));
        for (int at = 0; at < guessed.length; at += all.size()) {
            for (int i : dropped) {
                seenAndGuessed[at + i] = guessed[at + i];
            }
        }
        return seenAndGuessed;
    }

    @Override
    public double[] hidden() {
        double[] c = unexplained();
        double[] hidden = new double[Math.multiplyExact(all.size(), all.size())];
        for (int k = 0; k < c.length; k++) {
            hidden[dropped[k / dropped.length] * all.size() + dropped[k % dropped.length]] = c[k];
        }
        return hidden;
    }

    @Override
    public double unseen(double[] mean, Spread spread) {
        double[] c = unexplained();
        CompensatedSum square = new CompensatedSum();
        for (int a = 0; a < dropped.length; a++) {
            for (int b = 0; b < dropped.length; b++) {
                square.add(c[a * dropped.length + b] * mean[dropped[a]] * mean[dropped[b]]);
            }
        }
        return Math.max(0, square.value()) + spread.traceWith(c, dropped, all.size());
    }

    /** C, row after row. */
    private double[] unexplained() {
        int r = dropped.length;
        double[] rows = all.timesCovariance(unit(dropped, all.size()));
        double[] explaining = fromFeatures(rows);
        for (int k = 0; k < explaining.length; k++) {
            double lambda = spectrum().eigenvalue(k % size());
            explaining[k] = lambda == 0 ? 0 : explaining[k] / Math.sqrt(lambda);
        }
        double[] c = columns(rows, dropped, all.size());
        boolean[] gone = new boolean[r];
        for (int a = 0; a < r; a++) {
            for (int b = 0; b <= a; b++) {
                double explained = 0;
                for (int k = 0; k < size(); k++) {
                    explained += explaining[a * size() + k] * explaining[b * size() + k];
                }
                c[a * r + b] -= explained;
                c[b * r + a] = c[a * r + b];
                if (a == b) {
                    gone[a] = c[a * r + a] <= ROUNDING * Math.ulp(1.0) * all.size() * explained;
                }
            }
        }
        for (int k = 0; k < c.length; k++) {
            c[k] = gone[k / r] || gone[k % r] ? 0 : c[k];
        }
        return c;
    }

    private static double[] unit(int[] features, int dimension) {
        double[] rows = new double[Math.multiplyExact(features.length, dimension)];
        for (int k = 0; k < features.length; k++) {
            rows[k * dimension + features[k]] = 1;
        }
        return rows;
    }

    private static double[] columns(double[] rows, int[] chosen, int dimension) {
        double[] columns = new double[rows.length / dimension * chosen.length];
        for (int k = 0; k < columns.length; k++) {
            columns[k] = rows[k / chosen.length * dimension + chosen[k % chosen.length]];
        }
        return columns;
    }
}
