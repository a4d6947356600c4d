package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.FirstEntries;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A linear model averaged over label noise and over the signs of the features it was trained on, for given absolute values of
 * the features: the mean and the standard deviation of each coefficient. Both are exact along a chain of students, each
 * taught by the one before. Correlations of coefficients are not kept: neither the averaged excess risk nor an averaged
 * student depends on them.
 *
 * <p>If the distribution of the features does not change when one of them changes its sign, as with independent Gaussian
 * features, that average has the same expectation as a model trained once, and far less variance. With P = A X, flipping
 * feature j or k alone changes the sign of P<sub>ij</sub> P<sub>ik</sub>, so that of the mean square of a student's
 * coefficient only Σ<sub>j</sub> P<sub>ij</sub>² E c<sub>j</sub>² + σ² (A Aᵀ)<sub>ii</sub> remains. Derivation: the module's
 * documentation, {@code docs/regression.md}. Immutable. {@link AveragedModel} is for features that are correlated.
 *
 * <pre>{@code
 * double[] truth = {1, 1, 1};
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
 *     SignAveragedModel student = SignAveragedModel.fixed(truth).teach(regression, 1, truth, 0.5);
 *     double excess = student.excessRisk(Spectrum.of(1, 1, 1), truth); // 1.1875
 * }
 * }</pre>
 */
public final class SignAveragedModel {

    private final double[] mean;
    private final double[] deviation;

    /** Keeps the arrays. */
    SignAveragedModel(double[] mean, double[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * A model with fixed coefficients.
     *
     * @param coefficients one per feature
     * @return the model with these coefficients, whose standard deviations are 0
     * @throws IllegalArgumentException if the array is null or empty, or if an entry is NaN or infinite
     */
    public static SignAveragedModel fixed(double[] coefficients) {
        finite("coefficients", notNull("coefficients", coefficients));
        if (coefficients.length == 0) {
            throw refusal("coefficients", "[]", "has no entries");
        }
        return new SignAveragedModel(coefficients.clone(), new double[coefficients.length]);
    }

    /**
     * The number of features.
     *
     * @return p
     */
    public int features() {
        return mean.length;
    }

    /**
     * The mean of a coefficient over noise and signs.
     *
     * @param i the feature, from 0
     * @return E b<sub>i</sub>
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double mean(int i) {
        return mean[index("i", i, mean.length)];
    }

    /**
     * The standard deviation of a coefficient over noise and signs.
     *
     * @param i the feature, from 0
     * @return the deviation, at least 0; one below √n · 10<sup>−8</sup> times the largest mean or deviation of a coefficient of
     *     the teacher may be rounding
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double deviation(int i) {
        return deviation[index("i", i, mean.length)];
    }

    /**
     * The model that gives a mixture of this model's labels and the truth's.
     *
     * @param share a, usually from 0 to 1
     * @param truth β⋆, one coefficient per feature
     * @return (1 − a) β⋆ + a b
     * @throws IllegalArgumentException if the share is NaN or infinite, if the truth is null or not of as many features, or if
     *     an entry is NaN or infinite
     */
    public SignAveragedModel mixed(double share, double[] truth) {
        finite("share", share);
        checkTruth(truth);
        double[] scaled = new double[mean.length];
        Arrays.setAll(scaled, i -> Math.abs(share) * deviation[i]);
        return new SignAveragedModel(finite("mixed", mixed(share, mean, truth)), finite("mixed deviations", scaled));
    }

    /**
     * Teaches a student: fits it to a mixture of this model's labels and the truth's, (1 − a) X β⋆ + a X b, plus noise that
     * is independent of everything else.
     *
     * @param student the student's features, independent of all that this model was trained on, and how it is fitted
     * @param share a, usually from 0 to 1
     * @param truth β⋆, one coefficient per feature
     * @param noise the standard deviation of the total noise in a label, at least 0
     * @return the student, averaged over noise and signs; the fit may be closed before it
     * @throws IllegalArgumentException if an argument is null or out of range, or if the numbers of features differ
     */
    public SignAveragedModel teach(LinearFit student, double share, double[] truth, double noise) {
        notNull("student", student);
        nonNegative("noise", noise);
        SignAveragedModel labels = mixed(share, truth);
        length("student", student.features(), "the number of features of the teacher", mean.length);
        return student.use(() -> student.taughtOverSigns(labels, noise));
    }

    /**
     * The student that learns from this model's labels.
     *
     * @param scale X as given is 2^scale times that of the map
     * @param shrinkage A X is 2^-shrinkage times the map's image of it, A 2^-(shrinkage + scale)
     */
    SignAveragedModel taught(CoordinateMap map, int scale, int shrinkage, double noise) {
        double[] sizes = new double[mean.length];
        Arrays.setAll(sizes, i -> Math.hypot(mean[i], deviation[i]));
        double[] ofSeen = CoordinateMap.chosen(sizes, map.seen());
        double[] ofUnseen = CoordinateMap.chosen(sizes, map.unseen());
        PowerOfTwo.scale(ofSeen, map.knowsMissed() ? 0 : -shrinkage);
        PowerOfTwo.scale(ofUnseen, -shrinkage);
        double[] scaledNoise = {noise};
        PowerOfTwo.scale(scaledNoise, -scale - shrinkage);
        int unit = 0;
        OffHeapMatrix form = map.halfOfLabels(ofSeen, ofUnseen, scaledNoise[0], unit);
        if (!CoordinateMap.isModerate(
                form)) { // the squares of labels may overflow or underflow where the labels do not
            form.close();
            unit = map.exponentOfLabels(ofSeen, ofUnseen, scaledNoise[0]);
            form = map.halfOfLabels(ofSeen, ofUnseen, scaledNoise[0], unit);
        }
        double[] taught = new double[mean.length];
        double[] spread = new double[mean.length];
        try (OffHeapMatrix half = form) {
            CoordinateMap.Sums sums = map.overBasis(half);
            double[] products = sums.products[0];
            PowerOfTwo.scale(products, map.knowsMissed() ? 0 : -shrinkage);
            for (int j = 0; j < products.length; j++) {
                int i = map.seen()[j];
                double moved = products[j] * mean[i];
                taught[i] = map.knowsMissed() ? mean[i] - moved : moved;
                double kept = map.knowsMissed() ? deviation[i] : 0;
                spread[i] = deviation(1 - 2 * products[j], kept, moved, sums.forms[0][j], unit);
            }
        }
        return new SignAveragedModel(taught, spread);
    }

    /** The root of weight · kept² + form · 4^unit − moved², computed in a unit in which squares stay in range. */
    private static double deviation(double weight, double kept, double moved, double form, int unit) {
        int own =
                Math.max(Math.getExponent(form) / 2 + unit, Math.max(Math.getExponent(kept), Math.getExponent(moved)));
        double from = Math.scalb(kept, -own);
        double by = Math.scalb(moved, -own);
        double variance = weight * from * from + (Math.scalb(form, 2 * (unit - own)) - by * by);
        return Math.scalb(Math.sqrt(Math.max(0, variance)), own); // rounding may make it negative
    }

    /**
     * The expectation of the excess risk over noise and signs, Σ λ<sub>i</sub> E (b<sub>i</sub> − β⋆<sub>i</sub>)².
     *
     * @param evaluation the variances λ of the features, uncorrelated, under which the excess risk is measured
     * @param truth β⋆, one coefficient per feature
     * @return the expected excess risk, to about n · 10<sup>−16</sup> times Σ λ β² of the truth and of all models in the
     *     chain, subject to what {@link SignAverage#excess(double[], double[], double)} says of the condition and of a λ that
     *     is not proportional to the variances
     * @throws IllegalArgumentException if the spectrum is null, has too many features for a list or is of another
     *     dimension, if the truth is null or not of as many features, or if an entry is NaN or infinite
     */
    public double excessRisk(Spectrum evaluation, double[] truth) {
        double[] eigenvalues = Spectrum.listed("evaluation", evaluation);
        length("evaluation", eigenvalues.length, "the number of features", mean.length);
        checkTruth(truth);
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < mean.length; i++) {
            double apart = mean[i] - truth[i];
            excess.add(eigenvalues[i] * apart * apart);
            excess.add(eigenvalues[i] * deviation[i] * deviation[i]);
        }
        return excess.value();
    }

    /** (1 − share) · truth + share · coefficients; for share 0 or 1 the other part may be anything. */
    static double[] mixed(double share, double[] coefficients, double[] truth) {
        double[] mixed = new double[truth.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (share == 1 ? 0 : (1 - share) * truth[i]) + (share == 0 ? 0 : share * coefficients[i]);
        }
        return mixed;
    }

    private void checkTruth(double[] truth) {
        finite("truth", notNull("truth", truth));
        length("truth", truth.length, "the number of features", mean.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SignAveragedModel that
                && Arrays.equals(mean, that.mean)
                && Arrays.equals(deviation, that.deviation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(mean), Arrays.hashCode(deviation));
    }

    @Override
    public String toString() {
        return "SignAveragedModel of " + mean.length + " features: means " + FirstEntries.of(mean) + ", deviations "
                + FirstEntries.of(deviation);
    }
}
