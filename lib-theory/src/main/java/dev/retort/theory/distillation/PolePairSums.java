package dev.retort.theory.distillation;

import dev.retort.core.internal.Resolvents;

/**
 * Sums over eigenvalues of the products of one share of a pole, θ_k or ζ_k, with both shares of another, for all
 * pairs k ≤ l: the inner loop of every sum over the spectrum. Block by block, with the rounding errors of adding
 * blocks: a hundred thousand equal features lose three digits otherwise, and large weights of poles magnify that. Not
 * for several threads.
 */
final class PolePairSums {

    /** The sums of a pair: those of the first pole's real and imaginary part with three parts of the second's. */
    private static final int PARTS = 6;

    /** The real and imaginary parts of κ. */
    private final double[] kappaReal;

    private final double[] kappaImaginary;

    private final Resolvents block = new Resolvents();
    private final double[] factors = new double[Resolvents.BLOCK];

    /** For each pole Re θ, Re ζ and Im ζ, which is −Im θ. */
    private final double[][] learnt;

    private final double[][] missed;
    private final double[][] across;

    /** The real part of the first pole's share, times the factors, and the sign of its imaginary part. */
    private final double[][] first;

    private final double sign;

    private final double[] firstReal = new double[Resolvents.BLOCK];
    private final double[] firstImaginary = new double[Resolvents.BLOCK];

    /** The sums over the block, over all blocks, and the rounding errors of the latter. */
    private final double[] ofBlock;

    private final double[] sums;
    private final double[] errors;

    /** Sums of products with the first pole's θ or, if not {@code ofLearnt}, its ζ. */
    PolePairSums(double[] kappaReal, double[] kappaImaginary, boolean ofLearnt) {
        this.kappaReal = kappaReal;
        this.kappaImaginary = kappaImaginary;
        int poles = kappaReal.length;
        this.learnt = new double[poles][Resolvents.BLOCK];
        this.missed = new double[poles][Resolvents.BLOCK];
        this.across = new double[poles][Resolvents.BLOCK];
        this.ofBlock = new double[PARTS * poles * (poles + 1) / 2];
        this.sums = new double[ofBlock.length];
        this.errors = new double[ofBlock.length];
        this.first = ofLearnt ? learnt : missed;
        this.sign = ofLearnt ? -1 : 1;
    }

    void add(double lambda, double factor) {
        factors[block.size()] = factor;
        block.add(lambda);
        if (block.isFull()) {
            addBlock();
        }
    }

    private void addBlock() {
        int size = block.size();
        for (int k = 0; k < learnt.length; k++) {
            block.shares(kappaReal[k], kappaImaginary[k], learnt[k], missed[k], across[k]);
        }
        int pair = 0;
        for (int k = 0; k < learnt.length; k++) {
            multiply(size, 1, first[k], firstReal);
            multiply(size, sign, across[k], firstImaginary);
            for (int l = k; l < learnt.length; l++) {
                addPair(size, learnt[l], missed[l], across[l], pair);
                pair += PARTS;
            }
        }
        for (int i = 0; i < sums.length; i++) {
            double before = sums[i];
            double after = before + ofBlock[i];
            double added = after - before;
            errors[i] += before - (after - added) + (ofBlock[i] - added);
            sums[i] = after;
        }
        block.clear();
    }

    private void multiply(int size, double unit, double[] part, double[] product) {
        for (int j = 0; j < size; j++) {
            product[j] = unit * factors[j] * part[j];
        }
    }

    private void addPair(int size, double[] ofLearnt, double[] ofMissed, double[] ofAcross, int pair) {
        double realLearnt = 0;
        double imaginaryLearnt = 0;
        double realMissed = 0;
        double imaginaryMissed = 0;
        double realAcross = 0;
        double imaginaryAcross = 0;
        for (int j = 0; j < size; j++) {
            double real = firstReal[j];
            double imaginary = firstImaginary[j];
            realLearnt += real * ofLearnt[j];
            imaginaryLearnt += imaginary * ofLearnt[j];
            realMissed += real * ofMissed[j];
            imaginaryMissed += imaginary * ofMissed[j];
            realAcross += real * ofAcross[j];
            imaginaryAcross += imaginary * ofAcross[j];
        }
        ofBlock[pair] = realLearnt;
        ofBlock[pair + 1] = imaginaryLearnt;
        ofBlock[pair + 2] = realMissed;
        ofBlock[pair + 3] = imaginaryMissed;
        ofBlock[pair + 4] = realAcross;
        ofBlock[pair + 5] = imaginaryAcross;
    }

    PolePairs withLearnt() {
        return pairs(0, -1);
    }

    PolePairs withMissed() {
        return pairs(2, 1);
    }

    private double sum(int i) {
        return Double.isFinite(sums[i]) ? sums[i] + errors[i] : sums[i];
    }

    private PolePairs pairs(int second, double signOfSecond) {
        addBlock();
        int conjugated = 2 * (sums.length / PARTS);
        double[] values = new double[2 * conjugated];
        for (int i = 0; i < sums.length / PARTS; i++) {
            int pair = PARTS * i;
            int at = 2 * i;
            double rr = sum(pair + second);
            double ir = sum(pair + second + 1);
            double ri = signOfSecond * sum(pair + 4);
            double ii = signOfSecond * sum(pair + 5);
            values[at] = rr - ii;
            values[at + 1] = ri + ir;
            values[conjugated + at] = rr + ii;
            values[conjugated + at + 1] = ir - ri;
        }
        return new PolePairs(kappaReal.length, values);
    }
}
