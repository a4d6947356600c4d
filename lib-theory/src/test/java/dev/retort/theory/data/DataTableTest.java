package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class DataTableTest {

    private static final DataTable TABLE = DataTable.of(List.of("a", "b", "c"), new double[][] {{1, 2, 3}, {4, 5, 6}});

    @Test
    void returnsItsValues() {
        assertThat(TABLE.rows()).isEqualTo(2);
        assertThat(TABLE.columns()).isEqualTo(3);
        assertThat(TABLE.value(1, 2)).isEqualTo(6);
        assertThat(TABLE.column("b")).containsExactly(2, 5);
        assertThat(TABLE).hasToString("2 rows, 3 columns: \"a\", \"b\", \"c\"");
    }

    @Test
    void selectsColumns() {
        assertThat(TABLE.without("b")).isEqualTo(TABLE.only("a", "c")).hasSameHashCodeAs(TABLE.only("a", "c"));
        assertThat(TABLE.only("c", "a").toRows()).isDeepEqualTo(new double[][] {{3, 1}, {6, 4}});
        assertThat(TABLE.without("b")).isNotEqualTo(TABLE);
        assertThatThrownBy(() -> TABLE.column("d"))
                .hasMessage("column: \"d\" is not the name of a column: there are \"a\", \"b\", \"c\"");
        assertThatThrownBy(() -> TABLE.without("a", "b", "c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TABLE.only("a", "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void doesNotChangeThroughItsArrays() {
        double[][] values = {{1, 2}};
        DataTable table = DataTable.of(values);
        values[0][0] = 9;
        table.column("0")[0] = 9;
        table.toRows()[0][0] = 9;
        assertThat(table.value(0, 0)).isEqualTo(1);
    }

    @Test
    void takesArrays() {
        assertThat(DataTable.ofArray(TABLE.toArray())).isEqualTo(DataTable.of(TABLE.toRows()));
        assertThat(DataTable.ofArray(Nd4j.create(new double[] {1, 2})).toRows())
                .isDeepEqualTo(new double[][] {{1}, {2}});
        assertThatThrownBy(() -> DataTable.ofArray(Nd4j.zeros(2, 2, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not of rank 1 or 2");
    }

    @Test
    void rejectsInvalidTables() {
        assertThatThrownBy(() -> DataTable.of(new double[0][])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DataTable.of(new double[2][0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DataTable.of(new double[][] {{1, 2}, {3}}))
                .hasMessage("values[1].length: 1 is not the number of names, 2");
        assertThatThrownBy(() -> DataTable.of(new double[][] {{1}, {Double.NaN}}))
                .hasMessage("row 1, column \"0\": NaN is not finite");
        assertThatThrownBy(() -> DataTable.of(List.of("a", "a"), new double[][] {{1, 2}}))
                .hasMessage("names[1]: \"a\" is already the name of an earlier column");
        assertThatThrownBy(() -> DataTable.of(List.of(""), new double[][] {{1}}))
                .hasMessage("names[0]: \"\" is empty");
    }
}
