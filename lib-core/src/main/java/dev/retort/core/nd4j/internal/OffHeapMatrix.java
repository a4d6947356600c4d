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
 * <p>BLAS reads Java arrays only after copying them; here it finds the numbers where it needs them, and the memory goes
 * back when the work is done instead of when the garbage collector notices. An instance belongs to one thread. Once it is
 * closed, or what its memory belongs to, its entries are refused.
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

    /** Whether what the memory belongs to is closed, if that is something else. */
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

    /** With entries that are yet to be set. */
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
     * The memory of an array itself, where that is the matrix: dense, of doubles, in c order. Else a copy. The array must
     * outlive the matrix, and be left alone meanwhile.
     */
    public static OffHeapMatrix reading(INDArray array) {
        return isDense(array) ? over(array) : copyOf(array);
    }

    /** Whether an array's memory is that of a matrix of doubles, row after row, and of nothing else. */
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
    @SuppressWarnings("try") // The scope is opened for its effect: arrays made in a workspace could not be closed here.
    public static OffHeapMatrix copyOf(INDArray array) {
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

    /** Where the first entry is. */
    public DoublePointer pointer() {
        if (isClosed()) {
            throw new IllegalStateException(
                    closed ? "OffHeapMatrix is closed" : "An array is closed before what reads its memory");
        }
        return pointer;
    }

    /** Where an entry is, for routines that know how long rows are. */
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
     * Goes through copies of some columns at a time, few enough to stay in the cache and enough for products at full speed.
     * A copy is overwritten by the next.
     *
     * @param work told the copy and where its first column is in this matrix
     */
    public void inStripes(ObjIntConsumer<OffHeapMatrix> work) {
        int width = Math.min(columns, Math.max(LEAST_STRIPE, CACHED / rows));
        try (OffHeapMatrix buffer = uninitialised(rows, width)) {
            for (int from = 0; from < columns; from += width) {
                OffHeapMatrix stripe = buffer.shaped(rows, Math.min(width, columns - from));
                for (int i = 0; i < rows; i++) {
                    // Not by position, which memcpy counts in bytes.
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

    /** Completes a symmetric matrix of which the lower triangle is known. */
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
     * The sum of the sizes of all entries, in one pass and without a copy: NaN or infinite if an entry is, and where it
     * overflows.
     */
    public double sumOfSizes() {
        double[] block = new double[LANES];
        double[] sums = new double[LANES]; // a lane each, which HotSpot vectorises, as it does no single sum
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
