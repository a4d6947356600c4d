package dev.retort.theory.progressive;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.fraction.BigFraction;

/** One row of {@code units.tsv}; see the script beside it. */
record UnitReference(int dimension, double bias, int size, BigFraction threshold, BigFraction relu, String gap) {

    static List<UnitReference> all() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(UnitReference.class.getResourceAsStream("units.tsv")),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(cells -> new UnitReference(
                            Integer.parseInt(cells[0]),
                            Double.parseDouble(cells[1]),
                            Integer.parseInt(cells[2]),
                            fraction(cells[3]),
                            fraction(cells[4]),
                            cells[5]))
                    .toList();
        }
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
