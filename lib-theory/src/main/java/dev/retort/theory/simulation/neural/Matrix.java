package dev.retort.theory.simulation.neural;

import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.MatrixProduct;
import java.nio.DoubleBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense array of rank 2 that is multiplied in place, and written and read as a whole: products are computed by BLAS in native memory,
 * operations entry by entry on Java arrays.
 */
final class Matrix implements AutoCloseable {

    final int rows;
    final int columns;
    private final INDArray array;

    /** The memory of the array, which stays valid while the array is referenced. */
    private final DoubleBuffer entries;

    Matrix(int rows, int columns) {
        Backend.require();
        this.rows = rows;
        this.columns = columns;
        this.array = Nd4j.create(DataType.DOUBLE, new long[] {rows, columns}, 'c');
        this.entries = array.data().asNioDouble();
    }

    static Matrix of(int rows, int columns, double[] entries) {
        Matrix matrix = new Matrix(rows, columns);
        matrix.write(entries);
        return matrix;
    }

    /** Sets all entries, row by row. */
    void write(double[] from) {
        entries.put(0, from, 0, rows * columns);
    }

    /** Copies all entries, row by row. */
    void read(double[] into) {
        entries.get(0, into, 0, rows * columns);
    }

    /** Adds factor · op(A) op(B), where op transposes its argument if requested. */
    void addProduct(double factor, Matrix a, boolean transposeA, Matrix b, boolean transposeB) {
        MatrixProduct.add(factor, a.array, transposeA, b.array, transposeB, array);
    }

    @Override
    public void close() {
        array.close();
    }
}
