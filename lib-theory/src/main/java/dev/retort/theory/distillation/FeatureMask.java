package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.internal.Arguments.text;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The features that a weak model sees. Indices count from 0 in code and from 1 in formulas. Immutable.
 *
 * <pre>{@code
 * FeatureMask half = FeatureMask.keepingFirst(250, 500);
 * boolean seen = half.keeps(249); // true
 * FeatureMask first = FeatureMask.keepingFirst(20); // of any number of features, infinitely many too
 * }</pre>
 */
public final class FeatureMask {

    static final String TOO_MANY =
            "has too many features to keep for a mask: infinitely many, or others than the first of"
                    + " more than can be listed; Surrogate.optimallyMasked() is the teacher that sees them";

    /** The dimension of a mask for any number of features. */
    private static final int ANY = 0;

    private final int dimension;
    private final long size;

    /** Null if the kept features are the first ones. */
    private final @Nullable BitSet kept;

    private FeatureMask(int dimension, long size, @Nullable BitSet kept) {
        this.dimension = dimension;
        this.size = size;
        this.kept = kept;
    }

    private static FeatureMask of(int dimension, BitSet kept) {
        int size = kept.cardinality();
        return new FeatureMask(dimension, size, kept.length() == size ? null : kept);
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
        return of(keeps.length, kept);
    }

    /**
     * The mask that keeps the first features and drops all others. It fits every task with at least this many features,
     * including infinite power laws.
     *
     * @param count how many to keep, at least 0
     * @return the mask
     * @throws IllegalArgumentException if the count is negative
     */
    public static FeatureMask keepingFirst(long count) {
        if (count < 0) {
            throw refusal("count", count, "is not at least 0");
        }
        return new FeatureMask(ANY, count, null);
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
        return new FeatureMask(dimension, count, null);
    }

    /**
     * The mask that is best for a target trained on the labels of a masked ground truth: K⋆ = {i : 1 − ζ<sub>i</sub>² >
     * Ω}. Keeping feature i costs λ<sub>i</sub>β⋆<sub>i</sub>²ζ<sub>i</sub>²/(1 − Ω) of excess risk, dropping it
     * λ<sub>i</sub>β⋆<sub>i</sub>²; so the best mask depends neither on the signal nor on the noise.
     *
     * <p>Source: arXiv 2410.18837, the weak-to-strong section.
     *
     * @param target the equivalent of the target's training
     * @return the best mask; if the spectrum is not {@linkplain Spectrum#isListed() listed} and its first features are kept, the
     *     {@link #keepingFirst(long)} of these
     * @throws IllegalArgumentException if the mask would keep infinitely many features, or features other than the
     *     first ones of a spectrum that is too long for a list
     */
    public static FeatureMask optimal(DeterministicEquivalent target) {
        Spectrum spectrum = notNull("target", target).spectrum();
        double edge = RidgeStage.keptAbove(target, 0.5);
        return of(spectrum, lambda -> lambda > edge);
    }

    /**
     * The mask that is best for a target with a given equivalent, whatever its training: a feature is kept if that costs less
     * than dropping it, ζ<sub>i</sub>² plus {@linkplain Equivalent#designVarianceOf(double) its design variance} below one.
     *
     * @param target the equivalent of the target's training, known or estimated
     * @param spectrum the eigenvalues of the features, known or estimated
     * @return the best mask; if the spectrum is not {@linkplain Spectrum#isListed() listed} and its first features are kept, the
     *     {@link #keepingFirst(long)} of these
     * @throws IllegalArgumentException as {@link #optimal(DeterministicEquivalent)} does
     */
    public static FeatureMask optimal(Equivalent target, Spectrum spectrum) {
        notNull("target", target);
        return of(notNull("spectrum", spectrum), lambda -> {
            double zeta = target.zetaOf(lambda);
            return zeta * zeta + target.designVarianceOf(lambda) < 1;
        });
    }

    private static FeatureMask of(Spectrum spectrum, DoublePredicate kept) {
        return of(RegressionTask.of(spectrum, Signal.constant(0)), i -> kept.test(spectrum.eigenvalue(i)))
                .orElseThrow(() -> refusal("spectrum", spectrum, TOO_MANY));
    }

    /**
     * The mask of the features of a task that pass a test, counted from 0; empty if these are infinitely many, or others than the
     * first of more than can be listed.
     */
    static Optional<FeatureMask> of(RegressionTask task, LongPredicate kept) {
        Spectrum spectrum = task.spectrum();
        if (!spectrum.isListed()) {
            double[] turns = new Coordinates(task, task.indexed()).turns(kept);
            if (turns.length == (kept.test(0) ? 1 : 0)) {
                return Optional.of(keepingFirst(turns.length == 0 ? 0 : (long) turns[0]));
            }
            if (spectrum.features() > Spectrum.MOST_LISTED) {
                return Optional.empty();
            }
        }
        int features = spectrum.dimension();
        BitSet keeps = new BitSet(features);
        for (int i = 0; i < features; i++) {
            keeps.set(i, kept.test(i));
        }
        return Optional.of(of(features, keeps));
    }

    /**
     * The number of features, kept or not.
     *
     * @return p
     * @throws IllegalStateException if the mask is one for any number of features, {@link #keepingFirst(long)}
     */
    public int dimension() {
        if (dimension == ANY) {
            throw new IllegalStateException(
                    this + " fits any number of features; keepingFirst(count, dimension) has a dimension");
        }
        return dimension;
    }

    /**
     * The number of features kept.
     *
     * @return a number from 0 to p
     * @throws IllegalStateException if it is not below 2<sup>31</sup>
     */
    public int size() {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalStateException("The size of " + this + " is not below 2^31");
        }
        return (int) size;
    }

    /**
     * Whether a feature is kept.
     *
     * @param i the feature, counted from 0
     * @return true if the weak model sees it
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public boolean keeps(int i) {
        index("i", i, dimension == ANY ? Long.MAX_VALUE : dimension);
        return kept == null ? i < size : kept.get(i);
    }

    /**
     * Checks that the mask has a given number of features.
     *
     * @param rule what that number is, for the message
     * @param features the number of features, which may be infinite
     * @throws IllegalArgumentException if the mask has another dimension, or keeps more features than there are
     */
    public void checkFits(String rule, double features) {
        notNull("rule", rule);
        if (dimension != ANY && dimension != features) {
            String remedy = kept == null ? "; keepingFirst(count) fits any number of features" : "";
            throw refusal("mask.length", dimension, "is not " + rule + ", " + text(features) + remedy);
        }
        if (!(size <= features)) {
            throw refusal("mask", this, "keeps more features than " + rule + ", " + text(features));
        }
    }

    /** Rejects a task that the mask does not fit. */
    void checkFits(RegressionTask task) {
        checkFits("the dimension of the task", task.spectrum().features());
    }

    /** Whether the kept features are the first ones. */
    boolean keepsFirst() {
        return kept == null;
    }

    /** Whether a feature is kept; the index, from 0, may exceed the range of int. */
    boolean keepsFeature(long i) {
        return kept == null ? i < size : i < dimension && kept.get((int) i);
    }

    /** The number of features kept. */
    long count() {
        return size;
    }

    /** Whether a node is kept; no node may contain both kept and dropped features. */
    boolean keeps(Coordinates nodes, int k) {
        return kept == null ? nodes.index(k) <= size : kept.get(k);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureMask that
                && dimension == that.dimension
                && size == that.size
                && Objects.equals(kept, that.kept);
    }

    @Override
    public int hashCode() {
        return Objects.hash(dimension, size, kept);
    }

    @Override
    public String toString() {
        return dimension == ANY
                ? "FeatureMask keeping the first " + size + " features"
                : "FeatureMask keeping " + size + " of " + dimension + " features";
    }
}
