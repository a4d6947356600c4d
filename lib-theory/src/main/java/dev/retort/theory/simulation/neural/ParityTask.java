package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.progressive.SparseParity;
import java.util.random.RandomGenerator;

/** A sparse parity on uniform points, which are drawn 64 coordinates at a time. */
final class ParityTask implements LearningTask {

    final SparseParity parity;

    /** A bit for each coordinate, 1 if it is in the support. */
    private final long[] support;

    ParityTask(SparseParity parity) {
        this.parity = parity;
        this.support = new long[(parity.dimension() + Long.SIZE - 1) / Long.SIZE];
        for (int i : parity.support()) {
            support[i / Long.SIZE] |= 1L << i;
        }
    }

    @Override
    public int inputs() {
        return parity.dimension();
    }

    @Override
    public int classes() {
        return 2;
    }

    @Override
    public void draw(RandomGenerator random, double[] inputs, int[] labels) {
        int d = parity.dimension();
        check(random, inputs, labels, d);
        for (int j = 0; j < labels.length; j++) {
            int minuses = 0;
            for (int word = 0; word < support.length; word++) {
                long bits = random.nextLong();
                signs(bits, inputs, j * d + word * Long.SIZE, Math.min(Long.SIZE, d - word * Long.SIZE));
                minuses += Long.bitCount(bits & support[word]);
            }
            labels[j] = minuses % 2;
        }
    }

    static void check(RandomGenerator random, double[] inputs, int[] labels, int dimension) {
        notNull("random", random);
        long entries = (long) notNull("labels", labels).length * dimension;
        if (notNull("inputs", inputs).length < entries) {
            throw refusal("inputs.length", inputs.length, "is less than inputs() for each label, " + entries);
        }
    }

    /** Writes −1 for bits that are 1, and 1 for the others. */
    static void signs(long bits, double[] into, int at, int count) {
        for (int i = 0; i < count; i++) {
            into[at + i] = 1 - 2 * (bits >>> i & 1);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParityTask that && parity.equals(that.parity);
    }

    @Override
    public int hashCode() {
        return parity.hashCode();
    }

    @Override
    public String toString() {
        return parity.toString();
    }
}
