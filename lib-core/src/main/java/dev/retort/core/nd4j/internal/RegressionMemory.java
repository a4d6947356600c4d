package dev.retort.core.nd4j.internal;

/**
 * The peak native memory of a factored regression without the given features, in numbers of eight bytes: the sizes of the
 * matrices that its methods hold at the same time. A test compares it with the memory actually allocated.
 */
public final class RegressionMemory {

    /**
     * The Gram matrix must have at least this reciprocal condition to be factored by Cholesky. A solution then has about
     * n · 1e-16 / 1e-10 of relative error, at most 1e-3 for thousands of samples, and one correction squares that.
     */
    public static final double LEAST_RECIPROCAL_CONDITION = 1e-10;

    /** Columns of a copy that passes through the cache, as {@link OffHeapMatrix#inStripes} takes them. */
    private static final double LEAST_STRIPE = 256;

    private static final double STRIPE_ENTRIES = 1 << 16;

    private final double samples;
    private final double features;

    /** Features that are seen. */
    private final double seen;

    /** The size of the smaller Gram matrix. */
    private final double square;

    /** The size of the matrix of seen features. */
    private final double fitted;

    /** The size of the copy of the seen features; 0 if all are seen. */
    private final double copied;

    /** The size of F X in the unseen features. */
    private final double unseen;

    /** The size of the copy of a stripe of columns that passes through the cache. */
    private final double stripes;

    /** Intermediate matrices for a stripe of columns on its way to F X, when X itself is factored. */
    private final double passages;

    private final boolean wide;

    /** Whether there is a ridge, for which a factorisation of X itself solves a system of twice the size. */
    private final boolean penalised;

    /**
     * The memory of a regression.
     *
     * @param seen how many of the features are seen
     * @param penalised whether there is a ridge
     */
    public RegressionMemory(int samples, int features, int seen, boolean penalised) {
        this.penalised = penalised;
        this.samples = samples;
        this.features = features;
        this.seen = seen;
        wide = samples < seen;
        double order = Math.min(samples, seen);
        square = order * order;
        fitted = (double) samples * seen;
        copied = seen == features ? 0 : fitted;
        unseen = order * (features - seen);
        double width = Math.min(features, Math.max(LEAST_STRIPE, STRIPE_ENTRIES / samples));
        passages = (3 * samples + (penalised ? 7 : 1) * order) * width;
        stripes = order * Math.min(Math.max(samples, features), Math.max(LEAST_STRIPE, STRIPE_ENTRIES / order));
    }

    /** The size of all vectors together. */
    private double vectors() {
        return 8 * (samples + features);
    }

    /** The memory to fit one set of labels by Cholesky. */
    public double ofCholesky() {
        return copied + square + vectors();
    }

    /** To average over signs as well. */
    public double ofCholeskyOverSigns() {
        double chosen = samples * (features - seen);
        double held;
        double passing;
        if (wide) {
            held = copied + fitted + 2 * square; // E, L and its inverse
            passing = 3 * square; // half of a form; F and its product
        } else {
            held = copied + 4 * square; // E, H, L and its inverse
            passing = square + 2 * fitted;
        }
        return held + Math.max(chosen + unseen, unseen + passing + stripes) + vectors();
    }

    /**
     * To average over label noise as well.
     *
     * @param teacherRank the rank of the covariance of the coefficients of a teacher; 0 if these do not vary
     */
    public double ofCholeskyOverNoise(double teacherRank) {
        return copied + square + overNoise(teacherRank, square, wide ? 2 * square : 2 * fitted + square);
    }

    /** The memory to fit one set of labels by a complete orthogonal factorisation. */
    public double ofOrthogonal() {
        return copied + fitted + (penalised ? 3 : 1) * square + vectors();
    }

    /** To average over signs as well. */
    public double ofOrthogonalOverSigns() {
        double chosen = samples * (features - seen);
        double reducer = reducer(square);
        double maps = wide ? 2 * fitted : 2 * square; // E and F X
        return copied
                + fitted
                + square
                + maps
                + Math.max(Math.max(copied, chosen + unseen) + passages, unseen + square + reducer + stripes)
                + vectors();
    }

    /** To average over label noise as well; the rank as for Cholesky. */
    public double ofOrthogonalOverNoise(double teacherRank) {
        return copied + fitted + square + passages + overNoise(teacherRank, 0, reducer(2 * square));
    }

    /** The matrices that make F of a factorisation of X itself, beside others of a given size. */
    private double reducer(double beside) {
        double made = wide ? 3 * square : 2 * fitted + square;
        double solved = wide ? 8 * square : fitted + 7 * square;
        return beside + (penalised ? Math.max(made, solved) : made);
    }

    /** E in all features and the covariance V, and, one after the other, the matrices that make F, F Fᵀ and share · F X. */
    private double overNoise(double teacherRank, double inverse, double reducer) {
        double order = wide ? samples : seen;
        double basis = order * features;
        double spread = seen == features ? 0 : order * seen;
        double image = Math.max(2 * basis, basis + 2 * order * teacherRank);
        return inverse + basis + Math.max(spread, square + Math.max(reducer, image)) + vectors();
    }
}
