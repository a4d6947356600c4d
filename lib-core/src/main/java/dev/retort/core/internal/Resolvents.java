package dev.retort.core.internal;

/**
 * The shares θ = λ/(λ+κ) and ζ = κ/(λ+κ) of a complex κ, block of eigenvalues by block: in arrays and without branches,
 * so that the compiler can vectorise the loops. Mutable; not for several threads.
 */
public final class Resolvents {

    /** The number of eigenvalues in a block: the arrays of a filter's poles stay in the processor's cache. */
    public static final int BLOCK = 64;

    /** Units in this range have an inverse that neither overflows nor loses digits. */
    private static final double SMALLEST = 0x1p-1020;

    private static final double LARGEST = 0x1p1020;

    private final double[] lambda = new double[BLOCK];
    private final double[] perUnit = new double[BLOCK];
    private int size;

    /** Room for a block, which is empty. */
    public Resolvents() {}

    /** {@return the number of eigenvalues in the block} */
    public int size() {
        return size;
    }

    /** {@return whether the block is full} */
    public boolean isFull() {
        return size == BLOCK;
    }

    /** Empties the block. */
    public void clear() {
        size = 0;
    }

    /** Adds an eigenvalue, greater than 0, to a block that is not full. */
    public void add(double eigenvalue) {
        lambda[size++] = eigenvalue;
    }

    /**
     * The shares of the whole block, in units of the larger of λ and |κ|, so that no square overflows.
     *
     * @param real the real part of κ
     * @param imaginary the imaginary part of κ
     * @param learnt where to put the real part of θ
     * @param missed where to put the real part of ζ
     * @param across where to put the imaginary part of ζ, minus that of θ
     */
    public void shares(double real, double imaginary, double[] learnt, double[] missed, double[] across) {
        double least = Math.max(Math.max(Math.abs(real), Math.abs(imaginary)), SMALLEST);
        // Two loops, because the compiler does not vectorise a single long one.
        for (int j = 0; j < size; j++) {
            perUnit[j] = 1 / Math.min(Math.max(lambda[j], least), LARGEST);
        }
        for (int j = 0; j < size; j++) {
            double own = lambda[j] * perUnit[j];
            double along = real * perUnit[j];
            double beside = imaginary * perUnit[j];
            double sum = own + along;
            double perNorm = 1 / (sum * sum + beside * beside);
            learnt[j] = own * sum * perNorm;
            missed[j] = (along * sum + beside * beside) * perNorm;
            across[j] = own * beside * perNorm;
        }
    }
}
