package dev.retort.theory.data;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableReaderTest {

    private static final TableReader READER = TableReader.standard();

    private static DataTable read(TableReader reader, String text) throws IOException {
        return reader.read("t.csv", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertRefused(TableReader reader, String text, String... reasons) {
        assertThatThrownBy(() -> read(reader, text))
                .isInstanceOf(TableFormatException.class)
                .hasMessageStartingWith("t.csv")
                .hasMessageContainingAll(reasons);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b\n1,-2.5\n3e2,.5\n",
                "\ufeffa,b\r\n1,-2.5\r\n3e2,.5",
                "\"a\",\"b\"\n\"1\",\"-2.5\"\n300., 0.5 \n\n",
                " a ;b\n+1;-25e-1\n\n3E+2;0.5\n",
                "a\tb\n1\t-2.5\n300\t0.5\n",
                "a|b\n1|-2.5\n300|0.5\n",
            })
    void readsTheUsualWaysToWriteATable(String text) throws IOException {
        assertThat(read(READER, text)).isEqualTo(DataTable.of(List.of("a", "b"), new double[][] {{1, -2.5}, {300, 0.5}
        }));
    }

    @Test
    void readsCompressedFiles(@TempDir Path directory) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
            zipped.write("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
        }
        Path file = Files.write(directory.resolve("t.csv.gz"), bytes.toByteArray());
        assertThat(READER.withoutHeader().read(file)).isEqualTo(DataTable.of(new double[][] {{1, 2}, {3, 4}}));
        byte[] cut = Arrays.copyOf(bytes.toByteArray(), 20);
        assertThatThrownBy(() -> READER.read("t.csv.gz", new ByteArrayInputStream(cut)))
                .isInstanceOf(TableFormatException.class)
                .hasMessage("t.csv.gz is damaged: it ends too early");
    }

    @SuppressWarnings("NullAway") // on purpose
    @Test
    void refusesNoStreamAndNoName() {
        refuses("stream: null is not allowed", () -> READER.read("t.csv", null));
        refuses("name: null is not allowed", () -> READER.read(null, new ByteArrayInputStream(new byte[0])));
    }

    @Test
    void tabsSeparateATsvFile() throws IOException {
        byte[] text = "x, y\tz\n1\t2\n".getBytes(StandardCharsets.UTF_8);
        assertThat(READER.read("t.tsv", new ByteArrayInputStream(text)).names()).containsExactly("x, y", "z");
    }

    @Test
    void distinguishesSeparatorsInsideNamesFromThoseBetweenThem() throws IOException {
        assertThat(read(READER, "size; in m,age\n1,2\n").names()).containsExactly("size; in m", "age");
        assertThat(read(READER, "\"a;b\";c\n1;2\n").names()).containsExactly("a;b", "c");
        assertThat(read(READER, "only\n1\n2\n").columns()).isOne();
        assertThat(read(READER.withSeparator(':'), "a:b\n1:2\n").columns()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1, 2]}", "[{\"a\": 1}]", "[[1, 2], [3, 4]]", "{\n  \"a\": 1}"})
    void reportsThatJsonIsNotRead(String text) {
        assertRefused(READER, text, "is JSON, which is not read: save the table as .csv");
        assertThatThrownBy(() -> READER.read("t.json", new ByteArrayInputStream(new byte[] {'a'})))
                .isInstanceOf(TableFormatException.class)
                .hasMessageContaining("is JSON");
    }

    @Test
    void explainsASignBeforeTheHeader() throws IOException {
        assertThat(read(READER, "# a,b\n1,2\n3,4\n").remarks())
                .singleElement()
                .asString()
                .startsWith("The first column is called \"# a\", with its sign.");
        assertThat(read(READER, "[kg],b\n1,2\n3,4\n").remarks()).isEmpty();
    }

    @Test
    void namesMissingValuesByRowAndColumn() {
        assertRefused(
                READER,
                "age,price\n1,2\n,3\n4,NA\n,\n",
                "missing values: column \"age\", line 3 (row 1), and 1 more row; column \"price\", line 4 (row 2), and 1 more row",
                "without incomplete rows, of which there are 3, or without these columns");
    }

    @Test
    void omitsTheGivenColumnsAndRowsAndSaysSo() throws IOException {
        TableReader reader = READER.withoutIncompleteRows().withoutColumns("city");
        DataTable table = read(reader, "age,city,price\n1,Rome,2\n,Oslo,3\n4,,5\n");
        assertThat(table).isEqualTo(DataTable.of(List.of("age", "price"), new double[][] {{1, 2}, {4, 5}}));
        assertThat(table.remarks()).hasSize(2);
        assertThat(table.remarks().get(0)).isEqualTo("Left out as told: 1 column, \"city\".");
        assertThat(table.remarks().get(1)).contains("1 row of 3").contains("index 1");
        assertRefused(reader, "age,city,price\n,Rome,2\n", "every row lacks a value");
        assertRefused(
                READER.withoutColumns("town"),
                "age,city\n1,2\n",
                "has no column \"town\": there are \"age\", \"city\"");
        assertRefused(READER.withoutColumns("a"), "a\n1\n", "no columns except those to leave out");
    }

    @Test
    void refusesDecimalCommasWithAHint() {
        assertRefused(
                READER,
                "a;b\n1;2,5\n3;1.234,5\n",
                "numbers with a comma: column \"b\", line 2 (row 0) holds \"2,5\"",
                "decimal=\",\"");
        assertRefused(READER, "a,b\n1,\"1,234.5\"\n", "numbers with a comma", "thousands without a separator");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Rome",
                "1f",
                "0x1p3",
                "1e",
                "12%",
                "1 2",
                "--1",
                "e5",
                "1d",
                "inf",
                "Infinity",
                "1e999",
                "2024-01-01",
                "١"
            })
    void rejectsCellsThatAreNotFiniteNumbers(String cell) {
        assertRefused(READER, "a,b\n1,2\n3," + cell + "\n", "column \"b\", line 3 (row 1) holds ");
    }

    /** An error far behind the beginning gets its own message, although the parser encounters it. */
    @Test
    void reportsErrorsFarBehindTheBeginning() throws IOException {
        String rows = "a,b\n" + "1,2\n".repeat(10_000);
        assertThatThrownBy(() -> READER.read(
                        "late.csv", new ByteArrayInputStream((rows + "é,3\n").getBytes(StandardCharsets.ISO_8859_1))))
                .isInstanceOf(TableFormatException.class)
                .hasMessageStartingWith("late.csv is not text in UTF-8");
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(RandomGeneratorFactory.of("L64X128MixRandom")
                    .create(1)
                    .doubles(20_000)
                    .mapToObj(value -> value + ",2")
                    .collect(Collectors.joining("\n", "a,b\n", "\n"))
                    .getBytes(StandardCharsets.UTF_8));
        }
        byte[] half = Arrays.copyOf(compressed.toByteArray(), compressed.size() / 2);
        assertThatThrownBy(() -> READER.read("half.csv.gz", new ByteArrayInputStream(half)))
                .isInstanceOf(TableFormatException.class)
                .hasMessage("half.csv.gz is damaged: it ends too early");
    }

    @Test
    void turnsAClassIntoANumberOnRequest() throws IOException {
        DataTable table = read(READER.withIndicator("city", "Oslo"), "age,city\n1,Rome\n2,Oslo\n3,Bern\n");
        assertThat(table.column("city")).containsExactly(-1, 1, -1);
        assertThat(table.remarks())
                .containsExactly("Column \"city\" is +1 where it holds \"Oslo\", in 1 row, and −1 elsewhere.");
        assertThat(read(
                                READER.withIndicator("city", "Oslo").withoutIncompleteRows(),
                                "age,city\n1,Rome\n2,Oslo\n,Oslo\n")
                        .remarks()
                        .get(1))
                .contains("in 1 row");
        assertThat(read(READER.withoutHeader().withIndicator("1", "3"), "1,3.0\n2,4\n")
                        .column("1"))
                .containsExactly(1, -1);
        assertRefused(
                READER.withIndicator("city", "Paris"),
                "age,city\n1,Rome\n2,Oslo\n",
                "no row has \"Paris\" in column \"city\", which holds \"Rome\", \"Oslo\"");
    }

    @Test
    void asksIfTheFirstLineIsAmbiguous() throws IOException {
        assertRefused(
                READER,
                "1,2\n3,4\n",
                "line 1, the first, holds the number \"1\"",
                "names (with header) or values (no header)");
        assertRefused(READER, "x,2020\n3,4\n", "holds the number \"2020\"");
        assertThat(read(READER.withHeader(), "x,2020\n3,4\n").names()).containsExactly("x", "2020");
        assertThat(read(READER.withoutHeader(), "1,2\n3,4\n").names()).containsExactly("0", "1");
    }

    /** The first line that scikit-learn writes: rows, columns and the names of the classes. */
    @Test
    void reportsThatTheTableBeginsLater() throws IOException {
        String text = "2,2,malignant,benign\n1,2,0\n3,4,1\n";
        assertRefused(
                READER, text, "line 1 has 4 fields, beginning with \"2\", and line 2 has 3", "skip the lines above it");
        DataTable table = read(READER.withSkippedLines(1).withoutHeader(), text);
        assertThat(table.toRows()).isDeepEqualTo(new double[][] {{1, 2, 0}, {3, 4, 1}});
        assertRefused(
                READER.withSkippedLines(1).withoutHeader(), text + "5,6\n", "line 4 has 2 fields where line 2 has 3");
        assertRefused(READER.withSkippedLines(9), text, "no more than 3 lines, and 9 are to be skipped");
    }

    @Test
    void skipsComments() throws IOException {
        assertThat(read(READER.withComments('#'), "# version; 1\na,b\n# more\n1,2\n")
                        .toRows())
                .isDeepEqualTo(new double[][] {{1, 2}});
        assertThat(read(READER, "#a,b\n1,2\n").names()).containsExactly("#a", "b");
    }

    @Test
    void rejectsAmbiguousNames() throws IOException {
        assertRefused(READER, "a,b,a\n1,2,3\n", "columns 0 and 2, counted from 0, are both called \"a\"");
        DataTable table = read(READER, ",a\n0,2\n1,3\n");
        assertThat(table.names()).containsExactly("column 0", "a");
        assertThat(table.remarks()).singleElement().asString().contains("pandas writes its index this way");
    }

    @Test
    void rejectsInvalidTables() {
        assertRefused(READER, "", "is empty");
        assertRefused(READER, "\n\n", "is empty");
        assertRefused(READER, "a,b\n", "holds no row of values");
        assertRefused(READER, "a,b\n1,\"2\n3,4\n", "quotation marks do not close");
        assertRefused(READER, "PK\u0003\u0004....", "is a zip archive");
        assertRefused(READER, "PAR1....", "is a Parquet file");
        assertThatThrownBy(() -> READER.read(Path.of(".")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a directory");
    }

    @Test
    void reportsAWrongEncoding() throws IOException {
        byte[] latin = "größe,b\n1,2\n".getBytes(Charset.forName("windows-1252"));
        assertThatThrownBy(() -> READER.read("t.csv", new ByteArrayInputStream(latin)))
                .isInstanceOf(TableFormatException.class)
                .hasMessageContaining("is not text in UTF-8");
        DataTable table =
                READER.withEncoding(Charset.forName("windows-1252")).read("t.csv", new ByteArrayInputStream(latin));
        assertThat(table.names()).containsExactly("größe", "b");
    }

    @Test
    void rejectsSeparatorsThatOccurInNumbers() {
        for (char separator : new char[] {'"', '.', 'e', '5', '\n', '-'}) {
            assertThatThrownBy(() -> READER.withSeparator(separator)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> READER.withComments(separator)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void readsFilesWrittenByTheTable(@TempDir Path directory) throws IOException {
        double[][] values = {{1, -0.0, 0.1}, {1e300, 1.2345678901234568E17, Double.MIN_VALUE}};
        DataTable table = DataTable.of(List.of("a \"quoted\", name", "b\tc", "d"), values);
        for (String name : List.of("t.csv", "t.tsv", "t.csv.gz", "deep/er/t.tsv.gz")) {
            table.save(directory.resolve(name));
            assertThat(DataTable.read(directory.resolve(name))).isEqualTo(table);
        }
        table.save(directory.resolve("t.json"));
        assertThat(directory.resolve("t.json"))
                .hasContent("{\"columns\":[\"a \\\"quoted\\\", name\",\"b\\tc\",\"d\"],"
                        + "\"data\":[[1.0,-0.0,0.1],[1.0E300,1.2345678901234568E17,4.9E-324]]}");
        assertThatThrownBy(() -> table.save(directory.resolve("t.xlsx")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not end in .csv, .tsv, .json or .npy");
    }

    @Test
    void readsTheCellsOfText(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("t.csv"), "Name;x\n\n a b ;\n\"c;d\";NaN\ne;2,5\nf;1e3\n");
        TextTable table = READER.readText(file);
        assertThat(table.names()).containsExactly("Name", "x");
        assertThat(table.rows()).isEqualTo(4);
        assertThat(table.cell(0, 0)).isEqualTo("a b");
        assertThat(table.cell(1, 0)).isEqualTo("c;d");
        assertThat(table.line(0)).isEqualTo(3);
        assertThat(table.number(0, 1)).isEmpty();
        assertThat(table.number(1, 1)).isEmpty();
        assertThat(table.number(3, 1)).hasValue(1000);
        assertThatThrownBy(() -> table.number(2, 1))
                .isInstanceOf(TableFormatException.class)
                .hasMessage(
                        "t.csv: line 5, column \"x\" holds \"2,5\", which is not a finite number; write decimals with a point"
                                + " and thousands without a separator");
        assertThatThrownBy(() -> table.number(4, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(READER.readText(file))
                .isEqualTo(table)
                .hasSameHashCodeAs(table)
                .hasToString("4 rows of \"Name\", \"x\"");
        assertThatThrownBy(() -> READER.withoutColumns("x").readText(file)).isInstanceOf(IllegalStateException.class);
        DataTable.of(new double[][] {{1}, {2}}).save(directory.resolve("t.npy"));
        assertThatThrownBy(() -> READER.readText(directory.resolve("t.npy")))
                .isInstanceOf(TableFormatException.class)
                .hasMessage("t.npy is a NumPy file, without names of columns: save it as .csv");
        assertThatThrownBy(() -> READER.withSkippedLines(1).read(directory.resolve("t.npy")))
                .isInstanceOf(TableFormatException.class)
                .hasMessage(
                        "t.npy is a NumPy file, which has no lines to skip, no separator and no comments: set none of them");
    }

    @Test
    void readsManyRows() throws IOException {
        String text = IntStream.range(0, 5000).mapToObj(i -> i + "," + i * i).reduce("i,j", (a, b) -> a + "\n" + b);
        DataTable table = read(READER, text);
        assertThat(table.rows()).isEqualTo(5000);
        assertThat(table.value(4999, 1)).isEqualTo(4999.0 * 4999.0);
    }

    @Test
    void saysWhatIsWrongWithAFile(@TempDir Path directory) {
        Path missing = directory.resolve("missing.csv");
        for (TableReader reader :
                List.of(TableReader.standard(), TableReader.standard().withSeparator(';'))) {
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> reader.read(missing))
                    .withMessage(missing + ": no such file");
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> reader.readText(missing))
                    .withMessage(missing + ": no such file");
            assertThatExceptionOfType(TableFormatException.class)
                    .isThrownBy(() -> reader.read(directory))
                    .withMessage(directory.getFileName() + " is a directory, not a file");
        }
    }

    @Test
    void isAValue() {
        assertThat(READER).isEqualTo(TableReader.standard()).hasToString("TableReader of UTF-8 text");
        TableReader reader = READER.withoutHeader()
                .withSeparator(';')
                .withComments('#')
                .withSkippedLines(2)
                .withoutColumns("a", "b")
                .withIndicator("c", "x")
                .withoutIncompleteRows();
        TableReader same = READER.withoutIncompleteRows()
                .withIndicator("c", "x")
                .withoutColumns("b")
                .withoutColumns("a")
                .withSkippedLines(2)
                .withComments('#')
                .withSeparator(';')
                .withoutHeader();
        assertThat(reader)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(same.withHeader())
                .isNotEqualTo(same.withoutColumns("d"))
                .hasToString("TableReader of UTF-8 text without a header, separated by \";\", comments after \"#\","
                        + " from line 3, without columns [a, b], indicators of {c=x}, without incomplete rows");
    }
}
