package dev.retort.theory.testtime;

import dev.retort.core.spectrum.Spectrum;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A table of reference values beside this class: settings of test-time training and what is known of them. */
final class ReferenceTable {

    private ReferenceTable() {}

    /** One row, by the names of its columns. */
    record Row(Map<String, String> fields) {

        String text(String column) {
            return Objects.requireNonNull(fields.get(column), column);
        }

        boolean has(String column) {
            return !text(column).isEmpty() && !text(column).equals("nan");
        }

        double number(String column) {
            return Double.parseDouble(text(column));
        }

        int whole(String column) {
            return Integer.parseInt(text(column));
        }

        double[] numbers(String column) {
            return text(column).isEmpty() ? new double[0] : numbers(text(column).split(" ", -1), 0);
        }

        InContextTask task() {
            String[] words = text("task").split(" ", -1);
            double[] coefficients = new double[whole("dimension")];
            if (words[0].equals("constant")) {
                Arrays.fill(coefficients, Double.parseDouble(words[1]));
            } else {
                coefficients = numbers(words, 1);
            }
            return InContextTask.of(matrix("features"), coefficients).withNoise(number("noise"));
        }

        TaskPrior prior() {
            return TaskPrior.of(matrix("features"), matrix("prior")).withNoise(number("priorNoise"));
        }

        LinearAttention start() {
            return switch (text("start")) {
                case "pretrained" -> LinearAttention.pretrained(prior(), whole("pretraining"));
                case "zero" -> LinearAttention.zero(whole("dimension"));
                default -> LinearAttention.of(matrix("start"));
            };
        }

        TestTimeTraining training() {
            return TestTimeTraining.of(task(), start(), whole("context")).withFreshContext(whole("evaluation"));
        }

        private double[][] matrix(String column) {
            String[] kindAndRest = text(column).split(" ", 2);
            int dimension = whole("dimension");
            if (kindAndRest[0].equals("full")) {
                return Arrays.stream(kindAndRest[1].split(";", -1))
                        .map(row -> numbers(row.split(" ", -1), 0))
                        .toArray(double[][]::new);
            }
            double[] given = numbers(kindAndRest[1].split(" ", -1), 0);
            double[] diagonal = kindAndRest[0].equals("isotropic")
                    ? Spectrum.isotropic(given[0], dimension).eigenvalues()
                    : given;
            double[][] matrix = new double[dimension][dimension];
            IntStream.range(0, dimension).forEach(i -> matrix[i][i] = diagonal[i]);
            return matrix;
        }

        private static double[] numbers(String[] words, int from) {
            return Arrays.stream(words, from, words.length)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }

        @Override
        public String toString() {
            return text("name");
        }
    }

    static List<Row> rows(String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ReferenceTable.class.getResourceAsStream(name)), StandardCharsets.UTF_8))) {
            String[] columns = reader.readLine().substring(2).split("\t", -1);
            return reader.lines()
                    .map(line -> line.split("\t", -1))
                    .map(cells -> {
                        Map<String, String> fields = new HashMap<>();
                        IntStream.range(0, columns.length).forEach(i -> fields.put(columns[i], cells[i]));
                        return new Row(fields);
                    })
                    .toList();
        }
    }
}
