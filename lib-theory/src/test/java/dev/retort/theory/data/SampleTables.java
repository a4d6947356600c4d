package dev.retort.theory.data;

import java.util.Arrays;

/** Tables shared by several tests. */
final class SampleTables {

    private SampleTables() {}

    /**
     * Rows of a minimal linear congruential generator, u uniform of variance 1: row = scale · j^(−decay/2) u, label = Σ j^(−signal) x_j +
     * noise u, and the scale e^(tail u) of each row, or 1.
     */
    static double[][] generated(
            long seed, int rows, int columns, double decay, double signal, double noise, double tail) {
        long[] state = {seed};
        double[][] values = new double[rows][columns + 1];
        for (double[] row : values) {
            double scale = tail > 0 ? Math.exp(tail * next(state)) : 1;
            for (int j = 0; j < columns; j++) {
                row[j] = scale * Math.pow(j + 1, -decay / 2) * next(state);
                row[columns] += Math.pow(j + 1, -signal) * row[j];
            }
            row[columns] += noise * next(state);
        }
        return values;
    }

    private static double next(long[] state) {
        state[0] = 48271 * state[0] % 2147483647;
        return Math.sqrt(12) * (state[0] / 2147483647.0 - 0.5);
    }

    static double[][] a() {
        return generated(1, 40, 5, 1, 0.5, 0.5, 0);
    }

    static double[][] b() {
        return generated(7, 60, 8, 2, 0.7, 1, 0.5);
    }

    static double[][] c() {
        return generated(11, 20, 30, 1.2, 0.5, 0.3, 0);
    }

    static double[][] features(double[][] table) {
        double[][] features = new double[table.length][];
        for (int i = 0; i < table.length; i++) {
            features[i] = Arrays.copyOf(table[i], table[i].length - 1);
        }
        return features;
    }

    static double[] labels(double[][] table) {
        return Arrays.stream(table).mapToDouble(row -> row[row.length - 1]).toArray();
    }
}
