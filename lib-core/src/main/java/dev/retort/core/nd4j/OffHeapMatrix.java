package dev.retort.core.nd4j;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense matrix of doubles outside the Java heap, stored row after row, released by {@link #close()}.
 *
 * <p>BLAS reads Java arrays only after copying them; here it finds the numbers where it needs them, and the memory goes
 * back when the work is done instead of when the garbage collector notices. An instance belongs to one thread.
 */
final class OffHeapMatrix implements AutoCloseable {

    private final int rows;
    private final int columns;
    private final DoublePointer pointer;
    private final Runnable release;

    private OffHeapMatrix(int rows, int columns, DoublePointer pointer, Runnable release) {
        this.rows = rows;
        this.columns = columns;
        this.pointer = pointer;
        this.release = release;
    }

    static OffHeapMatrix zeros(int rows, int columns) {
        DoublePointer pointer = new DoublePointer((long) rows * columns);
        pointer.zero();
        return new OffHeapMatrix(rows, columns, pointer, pointer::close);
    }

    static OffHeapMatrix of(int rows, int columns, double... rowMajor) {
        DoublePointer pointer = new DoublePointer((long) rows * columns);
        OffHeapMatrix matrix = new OffHeapMatrix(rows, columns, pointer, pointer::close);
        matrix.set(rowMajor);
        return matrix;
    }

    /** The entries of an array of rank 1 (one row) or 2, converted to double; the array itself is left alone. */
    @SuppressWarnings("try") // The scope is opened for its effect: arrays made in a workspace could not be closed here.
    static OffHeapMatrix copyOf(INDArray array) {
        int rows = array.rank() == 1 ? 1 : Math.toIntExact(array.size(0));
        int columns = Math.toIntExact(array.size(array.rank() - 1));
        try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
            INDArray converted = array.castTo(DataType.DOUBLE);
            // Only a fresh c-ordered copy is sure to have its entries in its buffer, in order, from the first place on.
            INDArray dense = converted.dup('c');
            if (converted != array) {
                converted.close();
            }
            // The method reference keeps the array, and so its memory, alive.
            return new OffHeapMatrix(
                    rows, columns, new DoublePointer(dense.data().pointer()), dense::close);
        }
    }

    /** A new ND4J array with these entries, in this order; {@code shape} must have as many. */
    INDArray toNd4j(long... shape) {
        INDArray array = Nd4j.createUninitialized(DataType.DOUBLE, shape, 'c');
        Pointer.memcpy(array.data().pointer(), pointer, size() * Double.BYTES);
        return array;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    DoublePointer pointer() {
        return pointer;
    }

    OffHeapMatrix copy() {
        DoublePointer copy = new DoublePointer(size());
        Pointer.memcpy(copy, pointer, size() * Double.BYTES);
        return new OffHeapMatrix(rows, columns, copy, copy::close);
    }

    OffHeapMatrix transposed() {
        return of(columns, rows, Blocks.transposed(toArray(), rows, columns));
    }

    /** Completes a symmetric matrix of which the lower triangle is known. */
    void mirrorLower() {
        double[] entries = toArray();
        Blocks.mirrorLower(entries, rows);
        set(entries);
    }

    double[] toArray() {
        double[] entries = new double[Math.toIntExact(size())];
        pointer.get(entries);
        return entries;
    }

    double[] row(int row) {
        double[] entries = new double[columns];
        pointer.position((long) row * columns).get(entries);
        pointer.position(0);
        return entries;
    }

    void setRow(int row, double[] entries) {
        pointer.position((long) row * columns).put(entries, 0, columns);
        pointer.position(0);
    }

    void set(double[] rowMajor) {
        if (rowMajor.length != size()) {
            throw new IllegalStateException(rowMajor.length + " entries for a matrix of " + rows + " x " + columns);
        }
        pointer.put(rowMajor);
    }

    private long size() {
        return (long) rows * columns;
    }

    @Override
    public void close() {
        release.run();
    }
}
