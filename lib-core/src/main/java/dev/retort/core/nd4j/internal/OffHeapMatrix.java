package dev.retort.core.nd4j.internal;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.PowerOfTwo;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense matrix of doubles outside the Java heap, stored row after row, released by {@link #close()}.
 *
 * <p>BLAS can read Java arrays only after copying them, but reads this memory in place; and the memory is released when the
 * work is done, not when the garbage collector runs. An instance belongs to one thread. Its entries cannot be read once it,
 * or the owner of its memory, is closed.
 */
public final class OffHeapMatrix implements AutoCloseable {

    private static final int LANES = 1024;

    /** Half a megabyte, which second-level caches hold. */
    private static final int CACHED = 1 << 16;

    private static final int LEAST_STRIPE = 256;

    private final int rows;
    private final int columns;
    private final DoublePointer pointer;
    private final Runnable release;

    /** Whether the owner of the memory, if it is another object, is closed. */
    private final BooleanSupplier ownerIsClosed;

    private volatile boolean closed;

    private OffHeapMatrix(
            int rows, int columns, DoublePointer pointer, Runnable release, BooleanSupplier ownerIsClosed) {
        this.rows = rows;
        this.columns = columns;
        this.pointer = pointer;
        this.release = release;
        this.ownerIsClosed = ownerIsClosed;
    }

    private OffHeapMatrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.pointer = new DoublePointer((long) rows * columns);
        this.release = pointer::close;
        this.ownerIsClosed = () -> false;
    }

    public static OffHeapMatrix zeros(int rows, int columns) {
        OffHeapMatrix matrix = new OffHeapMatrix(rows, columns);
        matrix.pointer.zero();
        return matrix;
    }

    /** A matrix whose entries are yet to be set. */
    public static OffHeapMatrix uninitialised(int rows, int columns) {
        return new OffHeapMatrix(rows, columns);
    }

    public static OffHeapMatrix of(int rows, int columns, double... rowMajor) {
        return new OffHeapMatrix(rows, columns).filledBy(matrix -> matrix.set(rowMajor));
    }

    public static OffHeapMatrix identity(int order) {
        OffHeapMatrix identity = zeros(order, order);
        for (int i = 0; i < order; i++) {
            identity.pointer.put(i * (order + 1L), 1);
        }
        return identity;
    }

    /**
     * A matrix that reads the array's own memory if the array is dense, of doubles and in c order, otherwise a copy. The
     * array must outlive the matrix and not be changed meanwhile.
     */
    public static OffHeapMatrix reading(INDArray array) {
        return isDense(array) ? over(array) : copyOf(array);
    }

    /** Whether an array's memory holds exactly its entries, as doubles, row after row. */
    public static boolean isDense(INDArray array) {
        return array.rank() == 2
                && array.dataType() == DataType.DOUBLE
                && array.ordering() == 'c'
                && (array.stride(1) == 1 || array.size(1) == 1)
                && (array.stride(0) == array.size(1) || array.size(0) == 1)
                && array.offset() == 0
                && array.data().length() == array.length()
                && !array.isView()
                && !array.isAttached();
    }

    /** The memory of a dense array in c order and of rank 2. */
    public static OffHeapMatrix over(INDArray array) {
        return new OffHeapMatrix(
                Math.toIntExact(array.size(0)),
                Math.toIntExact(array.size(1)),
                new DoublePointer(array.data().pointer()),
                () -> {},
                array::wasClosed); // the reference keeps the memory alive
    }

    /** The entries of an array of rank 1 (one row) or 2, converted to double; the array itself is left alone. */
    @SuppressWarnings("try") // The scope leaves any workspace: arrays made in one could not be closed here.
    public static OffHeapMatrix copyOf(INDArray array) {
        int rows = array.rank() == 1 ? 1 : Math.toIntExact(array.size(0));
        int columns = Math.toIntExact(array.size(array.rank() - 1));
        try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
            INDArray converted = array.castTo(DataType.DOUBLE);
            // Only a fresh c-ordered copy is certain to have its entries in order from the start of its buffer.
            INDArray dense = converted.dup('c');
            if (converted != array) {
                converted.close();
            }
            // The method reference keeps the array, and so its memory, alive.
            return new OffHeapMatrix(
                    rows, columns, new DoublePointer(dense.data().pointer()), dense::close, dense::wasClosed);
        }
    }

    /** A new ND4J array with these entries, in this order; {@code shape} must have as many. */
    public INDArray toNd4j(long... shape) {
        INDArray array = Nd4j.createUninitialized(DataType.DOUBLE, shape, 'c');
        Pointer.memcpy(array.data().pointer(), pointer(), size() * Double.BYTES);
        return array;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** The address of the first entry. */
    public DoublePointer pointer() {
        if (isClosed()) {
            throw new IllegalStateException(
                    closed
                            ? "OffHeapMatrix is closed"
                            : "An array was closed before the matrix or fit that reads its memory");
        }
        return pointer;
    }

    /** The address of an entry, for routines that know the length of a row. */
    public DoublePointer at(int row, int column) {
        return pointer().getPointer((long) row * columns + column);
    }

    public OffHeapMatrix copy() {
        return new OffHeapMatrix(rows, columns)
                .filledBy(copy -> Pointer.memcpy(copy.pointer(), pointer(), size() * Double.BYTES));
    }

    /** The first rows, in the memory of this matrix, which must outlive them. */
    public OffHeapMatrix leadingRows(int count) {
        return shaped(count, columns);
    }

    /** Some rows, in the memory of this matrix, which must outlive them. */
    public OffHeapMatrix rows(int from, int count) {
        return new OffHeapMatrix(count, columns, at(from, 0), () -> {}, this::isClosed);
    }

    /** A smaller matrix in the memory of this one, which must outlive it. */
    public OffHeapMatrix shaped(int fewerRows, int fewerColumns) {
        return new OffHeapMatrix(fewerRows, fewerColumns, new DoublePointer(pointer()), () -> {}, this::isClosed);
    }

    /**
     * Passes copies of successive groups of columns to {@code work}: few enough columns to stay in the cache and enough for
     * products at full speed. Each copy is overwritten by the next.
     *
     * @param work takes the copy and the index of its first column in this matrix
     */
    public void inStripes(ObjIntConsumer<OffHeapMatrix> work) {
        int width = Math.min(columns, Math.max(LEAST_STRIPE, CACHED / rows));
        try (OffHeapMatrix buffer = uninitialised(rows, width)) {
            for (int from = 0; from < columns; from += width) {
                OffHeapMatrix stripe = buffer.shaped(rows, Math.min(width, columns - from));
                for (int i = 0; i < rows; i++) {
                    // With pointers to the entries: memcpy would take a position in bytes.
                    Pointer.memcpy(
                            stripe.pointer().getPointer((long) i * stripe.columns),
                            pointer().getPointer((long) i * columns + from),
                            (long) stripe.columns * Double.BYTES);
                }
                work.accept(stripe, from);
            }
        }
    }

    /** Replaces some columns, from one on, by those of another matrix. */
    public void setColumns(int from, OffHeapMatrix replacement) {
        double[] row = new double[replacement.columns];
        for (int i = 0; i < rows; i++) {
            replacement.readRow(i, row);
            at(i, from).put(row, 0, row.length);
        }
    }

    /** A copy of the lower triangle of the first columns, as many as rows, with zeros above it. */
    public OffHeapMatrix lowerTriangle() {
        double[] row = new double[rows];
        OffHeapMatrix copy = zeros(rows, rows);
        for (int i = 0; i < rows; i++) {
            pointer().position((long) i * columns).get(row, 0, i + 1);
            copy.setRow(i, row);
        }
        pointer().position(0);
        return copy;
    }

    /** A copy of some columns. */
    public OffHeapMatrix columns(int[] chosen) {
        double[] all = new double[columns];
        double[] some = new double[chosen.length];
        return new OffHeapMatrix(rows, chosen.length).filledBy(copy -> {
            for (int i = 0; i < rows; i++) {
                readRow(i, all);
                for (int j = 0; j < chosen.length; j++) {
                    some[j] = all[chosen[j]];
                }
                copy.setRow(i, some);
            }
        });
    }

    /** A copy whose column {@code places[j]} is column j, and whose other columns are 0. */
    public OffHeapMatrix spread(int[] places, int width) {
        double[] some = new double[columns];
        double[] all = new double[width];
        return new OffHeapMatrix(rows, width).filledBy(copy -> {
            for (int i = 0; i < rows; i++) {
                readRow(i, some);
                for (int j = 0; j < columns; j++) {
                    all[places[j]] = some[j];
                }
                copy.setRow(i, all);
            }
        });
    }

    /** A copy with every column multiplied by a factor of its own. */
    public OffHeapMatrix scaledColumns(double[] factors) {
        return copy().filledBy(copy -> copy.scaleColumns(factors, 0));
    }

    /** Multiplies every column by a factor, the first by {@code factors[from]}. */
    public void scaleColumns(double[] factors, int from) {
        double[] row = new double[columns];
        for (int i = 0; i < rows; i++) {
            readRow(i, row);
            for (int j = 0; j < columns; j++) {
                row[j] *= factors[from + j];
            }
            setRow(i, row);
        }
    }

    /** Multiplies all entries by 2^exponent. */
    public void scale(int exponent) {
        if (exponent == 0) {
            return;
        }
        double[] row = new double[columns];
        for (int i = 0; i < rows; i++) {
            readRow(i, row);
            PowerOfTwo.scale(row, exponent);
            setRow(i, row);
        }
    }

    public OffHeapMatrix transposed() {
        return of(columns, rows, Blocks.transposed(toArray(), rows, columns));
    }

    /** Completes a symmetric matrix from its lower triangle. */
    public void mirrorLower() {
        double[] entries = toArray();
        Blocks.mirrorLower(entries, rows);
        set(entries);
    }

    public double[] toArray() {
        double[] entries = new double[Math.toIntExact(size())];
        pointer().get(entries);
        return entries;
    }

    public double[] row(int row) {
        double[] entries = new double[columns];
        readRow(row, entries);
        return entries;
    }

    public void readRow(int row, double[] into) {
        readRow(row, 0, columns, into);
    }

    /** Reads some columns of a row, {@code count} of them, to the first places of an array. */
    public void readRow(int row, int from, int count, double[] into) {
        pointer().position((long) row * columns + from).get(into, 0, count);
        pointer().position(0);
    }

    public void setRow(int row, double[] entries) {
        pointer().position((long) row * columns).put(entries, 0, columns);
        pointer().position(0);
    }

    public void set(double[] rowMajor) {
        if (rowMajor.length != size()) {
            throw new IllegalStateException(rowMajor.length + " entries for a matrix of " + rows + " x " + columns);
        }
        pointer().put(rowMajor);
    }

    /**
     * The sum of absolute entries, in one pass and without a copy: NaN or infinite if an entry is, and infinite if it
     * overflows.
     */
    public double sumOfSizes() {
        double[] block = new double[LANES];
        double[] sums =
                new double[LANES]; // one sum per lane, which HotSpot vectorises; it does not vectorise a single sum
        long whole = size() - size() % LANES;
        for (long at = 0; at < whole; at += LANES) {
            pointer().position(at).get(block);
            for (int j = 0; j < LANES; j++) {
                sums[j] += Math.abs(block[j]);
            }
        }
        pointer().position(whole).get(block, 0, (int) (size() - whole));
        pointer().position(0);
        double sum = 0;
        for (int j = 0; j < LANES; j++) {
            sum += sums[j] + (j < size() - whole ? Math.abs(block[j]) : 0);
        }
        return sum;
    }

    public long size() {
        return (long) rows * columns;
    }

    /** Fills this new matrix; closes it if that fails. */
    public OffHeapMatrix filledBy(Consumer<OffHeapMatrix> work) {
        try {
            work.accept(this);
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private boolean isClosed() {
        return closed || ownerIsClosed.getAsBoolean();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
