package dev.retort.theory.progressive;

import dev.retort.fixtures.ReferenceTable;
import java.math.BigInteger;
import java.util.stream.Stream;
import org.apache.commons.math3.fraction.BigFraction;

/** One row of {@code units.tsv}; see the script beside it. */
record UnitReference(int dimension, double bias, int size, BigFraction threshold, BigFraction relu, String gap) {

    static Stream<UnitReference> all() {
        return ReferenceTable.rows(UnitReference.class, "units.tsv")
                .map(row -> new UnitReference(
                        row.whole("d"),
                        row.number("b"),
                        row.whole("s"),
                        fraction(row.text("H")),
                        fraction(row.text("R")),
                        row.text("gap")));
    }

    static BigFraction fraction(String text) {
        String[] parts = text.split("/", -1);
        return new BigFraction(new BigInteger(parts[0]), parts.length == 1 ? BigInteger.ONE : new BigInteger(parts[1]));
    }

    int[] set() {
        int[] set = new int[size];
        for (int i = 0; i < size; i++) {
            set[i] = dimension - 1 - i;
        }
        return set;
    }

    @Override
    public String toString() {
        return "d = " + dimension + ", b = " + bias + ", s = " + size;
    }
}
