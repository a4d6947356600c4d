package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.spectrum.Spectrum;
import java.util.BitSet;

/**
 * The features that a weak model sees. Indices count from 0 in code and from 1 in formulas. Immutable.
 *
 * <pre>{@code
 * FeatureMask half = FeatureMask.keepingFirst(250, 500);
 * boolean seen = half.keeps(249); // true
 * }</pre>
 */
public final class FeatureMask {

    private final int dimension;
    private final BitSet kept;

    private FeatureMask(int dimension, BitSet kept) {
        this.dimension = dimension;
        this.kept = kept;
    }

    /**
     * The mask that keeps the features marked true.
     *
     * @param keeps one entry per feature
     * @return the mask, of dimension {@code keeps.length}
     * @throws IllegalArgumentException if there is no entry
     */
    public static FeatureMask of(boolean... keeps) {
        BitSet kept = new BitSet(atLeastOne("keeps.length", notNull("keeps", keeps).length));
        for (int i = 0; i < keeps.length; i++) {
            kept.set(i, keeps[i]);
        }
        return new FeatureMask(keeps.length, kept);
    }

    /**
     * The mask that keeps the first features and drops the others.
     *
     * @param count how many to keep, from 0 to the dimension
     * @param dimension the number of features p
     * @return the mask
     * @throws IllegalArgumentException if the count is not in that range, or p is less than 1
     */
    public static FeatureMask keepingFirst(int count, int dimension) {
        atLeastOne("dimension", dimension);
        if (count < 0 || count > dimension) {
            throw refusal("count", count, "is not from 0 to the dimension, " + dimension);
        }
        BitSet kept = new BitSet(dimension);
        kept.set(0, count);
        return new FeatureMask(dimension, kept);
    }

    /**
     * The mask that is best for a target trained on the labels of a masked ground truth: K⋆ = {i : 1 − ζ<sub>i</sub>² >
     * Ω}. Keeping feature i costs λ<sub>i</sub>β⋆<sub>i</sub>²ζ<sub>i</sub>²/(1 − Ω) of excess risk, dropping it
     * λ<sub>i</sub>β⋆<sub>i</sub>²; so the best mask depends neither on the signal nor on the noise.
     *
     * <p>Source: arXiv 2410.18837, the weak-to-strong section.
     *
     * @param target the equivalent of the target's training
     * @return the best mask
     * @throws IllegalStateException if the spectrum has more features than {@link Spectrum#eigenvalues()} gives
     */
    public static FeatureMask optimal(DeterministicEquivalent target) {
        double[] eigenvalues = notNull("target", target).spectrum().eigenvalues();
        BitSet kept = new BitSet(eigenvalues.length);
        double edge = RidgeStage.keptAbove(target, 0.5);
        for (int i = 0; i < eigenvalues.length; i++) {
            kept.set(i, eigenvalues[i] > edge);
        }
        return new FeatureMask(eigenvalues.length, kept);
    }

    /**
     * The mask that is best for a target with a given equivalent, whatever its training: a feature is kept if that costs less
     * than dropping it, ζ<sub>i</sub>² plus {@linkplain Equivalent#designVarianceOf(double) its design variance} below one.
     *
     * @param target the equivalent of the target's training, known or estimated
     * @param spectrum the eigenvalues of the features, known or estimated; they must be listed
     * @return the best mask
     * @throws IllegalStateException if the features are not listed
     */
    public static FeatureMask optimal(Equivalent target, Spectrum spectrum) {
        notNull("target", target);
        double[] eigenvalues = notNull("spectrum", spectrum).eigenvalues();
        boolean[] keeps = new boolean[eigenvalues.length];
        for (int i = 0; i < keeps.length; i++) {
            double zeta = target.zetaOf(eigenvalues[i]);
            keeps[i] = zeta * zeta + target.designVarianceOf(eigenvalues[i]) < 1;
        }
        return of(keeps);
    }

    /**
     * The number of features, kept or not.
     *
     * @return p
     */
    public int dimension() {
        return dimension;
    }

    /**
     * The number of features kept.
     *
     * @return a number from 0 to p
     */
    public int size() {
        return kept.cardinality();
    }

    /**
     * Whether a feature is kept.
     *
     * @param i the feature, counted from 0
     * @return true if the weak model sees it
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public boolean keeps(int i) {
        return kept.get(index("i", i, dimension));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureMask that && dimension == that.dimension && kept.equals(that.kept);
    }

    @Override
    public int hashCode() {
        return 31 * dimension + kept.hashCode();
    }

    @Override
    public String toString() {
        return "FeatureMask keeping " + size() + " of " + dimension + " features";
    }
}
