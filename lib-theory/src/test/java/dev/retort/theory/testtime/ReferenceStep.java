package dev.retort.theory.testtime;

import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A row of a table of reference values: a setting of test-time training with its known results. */
record ReferenceStep(Row row) {

    static Stream<ReferenceStep> in(String table) {
        return ReferenceTable.rows(ReferenceStep.class, table).map(ReferenceStep::new);
    }

    InContextTask task() {
        String[] words = row.text("task").split(" ", -1);
        double[] coefficients = new double[row.whole("dimension")];
        if (words[0].equals("constant")) {
            Arrays.fill(coefficients, Double.parseDouble(words[1]));
        } else {
            coefficients = numbers(words, 1);
        }
        return InContextTask.of(matrix("features"), coefficients).withNoise(row.number("noise"));
    }

    TaskPrior prior() {
        return TaskPrior.of(matrix("features"), matrix("prior")).withNoise(row.number("priorNoise"));
    }

    LinearAttention start() {
        return switch (row.text("start")) {
            case "pretrained" -> LinearAttention.pretrained(prior(), row.whole("pretraining"));
            case "zero" -> LinearAttention.zero(row.whole("dimension"));
            default -> LinearAttention.of(matrix("start"));
        };
    }

    TestTimeTraining training() {
        return TestTimeTraining.of(task(), start(), row.whole("context")).withFreshContext(row.whole("evaluation"));
    }

    private double[][] matrix(String column) {
        String[] kindAndRest = row.text(column).split(" ", 2);
        int dimension = row.whole("dimension");
        if (kindAndRest[0].equals("full")) {
            return Arrays.stream(kindAndRest[1].split(";", -1))
                    .map(line -> numbers(line.split(" ", -1), 0))
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
        return row.toString();
    }
}
