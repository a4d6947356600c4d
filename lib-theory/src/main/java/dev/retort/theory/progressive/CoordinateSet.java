package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.BitSet;
import java.util.Comparator;

/** A set of coordinates of the cube, ordered by size and then by the least coordinate in which two sets differ. Immutable. */
final class CoordinateSet implements Comparable<CoordinateSet> {

    private static final Comparator<CoordinateSet> BY_SIZE = Comparator.comparingInt(CoordinateSet::size);

    /** Not changed once the set is made. */
    private final BitSet members;

    private CoordinateSet(BitSet members) {
        this.members = members;
    }

    /**
     * Checks and copies.
     *
     * @param name the argument's name
     * @param dimension how many coordinates there are
     * @param coordinates the members, in any order
     */
    static CoordinateSet of(String name, int dimension, int... coordinates) {
        BitSet members = new BitSet();
        notNull(name, coordinates);
        for (int j = 0; j < coordinates.length; j++) {
            int i = coordinates[j];
            if (i < 0 || i >= dimension) {
                throw refusal(name + "[" + j + "]", i, "is not a coordinate of the cube, from 0 to " + (dimension - 1));
            }
            if (members.get(i)) {
                throw refusal(name + "[" + j + "]", i, "occurs twice");
            }
            members.set(i);
        }
        return new CoordinateSet(members);
    }

    /** The symmetric difference with a set of one member. */
    CoordinateSet toggled(int coordinate) {
        BitSet toggled = (BitSet) members.clone();
        toggled.flip(coordinate);
        return new CoordinateSet(toggled);
    }

    CoordinateSet symmetricDifference(CoordinateSet other) {
        BitSet difference = (BitSet) members.clone();
        difference.xor(other.members);
        return new CoordinateSet(difference);
    }

    int size() {
        return members.cardinality();
    }

    boolean contains(int coordinate) {
        return members.get(coordinate);
    }

    int[] coordinates() {
        return members.stream().toArray();
    }

    /** χ_A at a point. */
    double parity(double[] x) {
        double parity = 1;
        for (int i = members.nextSetBit(0); i >= 0; i = members.nextSetBit(i + 1)) {
            parity *= x[i];
        }
        return parity;
    }

    /** The set as a number whose bits are the members, which must be below 31. */
    int mask() {
        return members.isEmpty() ? 0 : (int) members.toLongArray()[0];
    }

    @Override
    public int compareTo(CoordinateSet other) {
        int bySize = BY_SIZE.compare(this, other);
        if (bySize != 0) {
            return bySize;
        }
        int first = symmetricDifference(other).members.nextSetBit(0);
        return first < 0 ? 0 : contains(first) ? -1 : 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CoordinateSet that && members.equals(that.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return members.toString();
    }
}
