package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.theory.simulation.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomFeatureLawsTest {

    /** Agreement within 4 standard errors and 0.7/s, because the teacher has only s samples and features. */
    @Test
    void teachersAndStudentsOfRandomFeaturesAgreeWithTheirTheory(@TempDir Path directory) throws IOException {
        RandomFeatureLaws.exhibit(Trials.of(15).withSeed(1)).save(directory);
        assertThat(directory.resolve("random-feature-laws.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(directory.resolve("random-feature-laws.csv"));
        assertThat(lines).hasSize(5);
        for (String line : lines.subList(1, lines.size())) {
            double[] row = Arrays.stream(line.split(",", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            // Columns: s, then for teacher and student theory, simulation, its standard error, deviation.
            for (int k = 1; k < row.length; k += 4) {
                assertThat(row[k + 1]).isCloseTo(row[k], within(4 * row[k + 2] + 0.7 / row[0] * row[k]));
            }
            assertThat(row[5]).as("the student").isLessThan(row[1]);
        }
    }
}
