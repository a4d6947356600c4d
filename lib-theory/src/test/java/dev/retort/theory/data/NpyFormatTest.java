package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class NpyFormatTest {

    /** A file written by NumPy, and its values. */
    static final class NumpyFile {
        private final String name;
        private final byte[] bytes;
        private final double[][] values;

        NumpyFile(String name, byte[] bytes, double[][] values) {
            this.name = name;
            this.bytes = bytes;
            this.values = values;
        }

        byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<NumpyFile> numpyFiles() throws IOException {
        try (InputStream in = Objects.requireNonNull(NpyFormatTest.class.getResourceAsStream("npy-files.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(fields -> new NumpyFile(
                            fields[0],
                            Base64.getDecoder().decode(fields[1]),
                            rows(Integer.parseInt(fields[2]), fields[3])))
                    .toList();
        }
    }

    private static double[][] rows(int rows, String text) {
        double[] flat =
                Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
        int columns = flat.length / rows;
        double[][] values = new double[rows][];
        Arrays.setAll(values, row -> Arrays.copyOfRange(flat, row * columns, (row + 1) * columns));
        return values;
    }

    @ParameterizedTest
    @MethodSource("numpyFiles")
    void readsFilesOfNumpy(NumpyFile file) throws IOException {
        DataTable table = TableReader.standard().read("x.npy", new ByteArrayInputStream(file.bytes));
        assertThat(table.toRows()).isDeepEqualTo(file.values);
    }

    @Test
    void readsItsOwnFiles(@TempDir Path directory) throws IOException {
        DataTable table = DataTable.of(new double[][] {{1, -0.0, 1e-320}, {Math.PI, Double.MAX_VALUE, -3}});
        Path file = directory.resolve("new/table.npy");
        table.save(file);
        assertThat(DataTable.read(file)).isEqualTo(table);
        assertThat(Files.size(file)).isEqualTo(128 + 48);
    }

    /** NumPy expects the entries of a file at a multiple of 64 bytes. */
    @Test
    void alignsEntries(@TempDir Path directory) throws IOException {
        for (int columns : new int[] {1, 9, 10, 1000}) {
            Path file = directory.resolve("table.npy");
            DataTable.of(new double[3][columns]).save(file);
            assertThat((Files.size(file) - 24L * columns) % 64).isZero();
        }
    }

    @Test
    void writesArraysOfAnyOrder(@TempDir Path directory) throws IOException {
        INDArray all = Nd4j.create(new double[][] {{1, 2, 3}, {4, 5, 6}});
        double[][][] expected = {
            {{1, 4}, {2, 5}, {3, 6}}, {{2}, {5}}, {{1, 2, 3}, {4, 5, 6}},
        };
        INDArray[] views = {
            all.transpose(), all.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2)), all.dup('f'),
        };
        for (int k = 0; k < views.length; k++) {
            Path file = directory.resolve("view.npy");
            DataTable.ofArray(views[k]).save(file);
            assertThat(DataTable.read(file).toRows()).isDeepEqualTo(expected[k]);
            assertThat(DataTable.read(file).toArray()).isEqualTo(Nd4j.create(expected[k]));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "{'descr': '<c16', 'fortran_order': False, 'shape': (1, 1), }~type \"<c16\"",
                "{'descr': '<f16', 'fortran_order': False, 'shape': (1, 1), }~type \"<f16\"",
                "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }~type \"|O\"",
                "{'descr': '<U3', 'fortran_order': False, 'shape': (1, 1), }~type \"<U3\"",
                "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }~records with several fields",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (), }~shape [], which is not a table",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1), }~shape [1, 1, 1], which is not a table",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1), }~holds no number: its shape is [0, 1]",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }~ends before the last entry",
                "{'descr': '<f8', 'fortran_order': True, 'shape': (4611686018427387904, 8), }~fewer entries than its shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }~goes on after the last entry",
                "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1), }~4607182418800017409, which double precision cannot hold",
                "{'descr': '<f8', 'fortran_order': 0, 'shape': (1, 1), }~a header that cannot be read",
                "{'descr': '<f8', 'shape': (1, 1), }~a header that cannot be read",
                "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 1), 'more': (), }~a header that cannot be read",
                "nothing~a header that cannot be read",
            })
    void rejectsFilesThatAreNotTablesOfDoubles(String header, String reason) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = new byte[10 + text.length + 8];
        System.arraycopy(
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0}, 0, file, 0, 10);
        System.arraycopy(text, 0, file, 10, text.length);
        System.arraycopy(new byte[] {1, 0, 0, 0, 0, 0, (byte) 0xf0, 0x3f}, 0, file, 10 + text.length, 8);
        assertThatThrownBy(() -> TableReader.standard().read("x.npy", new ByteArrayInputStream(file)))
                .isInstanceOf(TableFormatException.class)
                .hasMessageStartingWith("x.npy")
                .hasMessageContaining(reason);
    }

    @Test
    void namesMissingEntries(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.npy");
        DataTable.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}).save(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[128 + 3 * 8 + 7] = 0x7f; // 4 becomes NaN
        bytes[128 + 3 * 8 + 6] = (byte) 0xf8;
        Files.write(file, bytes);
        assertThatThrownBy(() -> DataTable.read(file))
                .isInstanceOf(TableFormatException.class)
                .hasMessageContaining("missing values: column \"1\", row 1. Read it without incomplete rows");
        DataTable complete = TableReader.standard().withoutIncompleteRows().read(file);
        assertThat(complete.toRows()).isDeepEqualTo(new double[][] {{1, 2}, {5, 6}});
        assertThat(complete.remarks())
                .singleElement()
                .asString()
                .contains("1 row of 3")
                .contains("index 1");
    }
}
