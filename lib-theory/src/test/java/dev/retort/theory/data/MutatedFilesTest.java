package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files quickly give a table of finite numbers or an error message. */
class MutatedFilesTest {

    /** A hundred times as many were run once. */
    private static final int FILES = Integer.getInteger("retort.mutations", 1000);

    private static final long A_SECOND = 1_000_000_000;

    /** Measures the time of this thread, so that a busy machine does not look like a slow reader. */
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private static final String SPECIAL = ",;\t|\"'\n\r.eE+-0123456789NAainf #\0\u00e9(){}:<>TF";

    private static List<byte[]> originals() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String text : List.of(
                "a,b,label\n1,2.5,3\n-4,5e3,6\n7,8,9\n",
                "\"x, y\";z\n\"1\";2\n3;4\n\n",
                "1\t2\n3\t4\n",
                "# note\nu,v\n1,NA\n2,\"4,5\"\n")) {
            files.add(text.getBytes(StandardCharsets.UTF_8));
        }
        NpyFormatTest.numpyFiles().stream().map(NpyFormatTest.NumpyFile::bytes).forEach(files::add);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write("a,b\n1,2\n3,4\n5,6\n".getBytes(StandardCharsets.UTF_8));
        }
        files.add(zipped.toByteArray());
        return files;
    }

    @ParameterizedTest
    @ValueSource(longs = 20261201)
    void giveATableOrAClearError(long seed) throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<byte[]> originals = originals();
        int tables = 0;
        for (int k = 0; k < FILES; k++) {
            // Chooses the few texts as often as the many arrays.
            byte[] file = originals.get(random.nextBoolean() ? random.nextInt(4) : random.nextInt(originals.size()));
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                file = mutated(file, random);
            }
            long start = CLOCK.getCurrentThreadCpuTime();
            try {
                DataTable table = reader(random).read("t.csv", new ByteArrayInputStream(file));
                assertThat(table.rows()).isPositive();
                tables++;
            } catch (TableFormatException e) {
                assertThat(e.getMessage())
                        .as("seed %d, file %d", seed, k)
                        .startsWith("t.csv")
                        .hasSizeBetween(14, 3000);
            }
            assertThat(CLOCK.getCurrentThreadCpuTime() - start)
                    .as("seed %d, file %d", seed, k)
                    .isLessThan(A_SECOND);
        }
        assertThat(tables).isBetween(FILES / 50, FILES / 2);
    }

    private static TableReader reader(RandomGenerator random) {
        TableReader reader = TableReader.standard();
        reader = random.nextBoolean() ? reader.withoutHeader() : reader;
        reader = random.nextInt(4) == 0 ? reader.withoutIncompleteRows() : reader;
        reader = random.nextInt(8) == 0 ? reader.withSkippedLines(1) : reader;
        reader = random.nextInt(8) == 0 ? reader.withIndicator("1", "2") : reader;
        return random.nextInt(4) == 0 ? reader.withComments('#') : reader;
    }

    private static byte[] mutated(byte[] file, RandomGenerator random) {
        if (file.length == 0) {
            return file;
        }
        byte[] special = SPECIAL.getBytes(StandardCharsets.UTF_8);
        int at = random.nextInt(file.length);
        int to = Math.min(file.length, at + 1 + random.nextInt(12));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, 0, at);
        switch (random.nextInt(7)) {
            case 0 -> out.write(random.nextInt(256));
            case 1 -> out.write(file[at] ^ 1 << random.nextInt(8));
            case 2 -> out.write(special[random.nextInt(special.length)]);
            case 3 -> to = at; // so no data are lost
            case 4 -> to = random.nextInt(4) == 0 ? file.length : to;
            case 5 -> {
                for (int copy = random.nextInt(1, 200); copy > 0; copy--) {
                    out.write(file, at, to - at);
                }
            }
            default -> {
                for (int copy = random.nextInt(1, 40); copy > 0; copy--) {
                    out.write('0' + random.nextInt(10));
                }
            }
        }
        int rest = random.nextInt(2) == 0 ? Math.min(at + 1, to) : to;
        out.write(file, rest, file.length - rest);
        return out.toByteArray();
    }
}
