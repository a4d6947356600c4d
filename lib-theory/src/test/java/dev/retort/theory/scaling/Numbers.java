package dev.retort.theory.scaling;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Tables of numbers beside the tests, made by the generators that lie with them. */
final class Numbers {

    private Numbers() {}

    /** The rows of a table, without its header. */
    static Stream<double[]> in(String name) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Numbers.class.getResourceAsStream(name)), StandardCharsets.UTF_8))) {
            List<double[]> rows = lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.stream(line.split("\t", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
            return rows.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
