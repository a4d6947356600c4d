package dev.retort.core.nd4j.internal;

import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of matrices by the routines of regression, self-tested and on one thread, so that the result is the same, bit for
 * bit, however many processors there are. The last digits of ND4J's own product depend on that number, and with an old
 * OpenBLAS even the first are wrong.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * INDArray labels = Nd4j.create(new double[] {2, 4});
 * INDArray moments = MatrixProduct.ofTransposed(features, labels); // 2, 8, 2
 * INDArray gram = MatrixProduct.ofTransposed(features, features); // shape [3, 3]
 * }</pre>
 */
public final class MatrixProduct {

    private MatrixProduct() {}

    /**
     * The product A B.
     *
     * @param left A, shape {@code [n, p]}, of any order, stride and numeric type
     * @param right B, shape {@code [p]} or {@code [p, k]}
     * @return a new array of type {@code DOUBLE} and shape {@code [n]} or {@code [n, k]}, which the caller may
     *     {@link INDArray#close() close}; what overflows in it is not finite
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another rank, if the shapes do not fit,
     *     or if an entry is NaN or infinite
     */
    public static INDArray of(INDArray left, INDArray right) {
        return product(left, false, right);
    }

    /**
     * The product Aᵀ B, without making Aᵀ.
     *
     * @param left A, shape {@code [n, p]}, of any order, stride and numeric type
     * @param right B, shape {@code [n]} or {@code [n, k]}
     * @return a new array of type {@code DOUBLE} and shape {@code [p]} or {@code [p, k]}, which the caller may
     *     {@link INDArray#close() close}; what overflows in it is not finite
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another rank, if the shapes do not fit,
     *     or if an entry is NaN or infinite
     */
    public static INDArray ofTransposed(INDArray left, INDArray right) {
        return product(left, true, right);
    }

    /**
     * Adds a product to an array, in place: C + factor · op(A) op(B), where op transposes its matrix if asked to. Nothing is
     * copied and no entry is checked: for code that multiplies the same small matrices millions of times, such as the
     * training of networks.
     *
     * @param factor the factor of the product
     * @param left A, of rank 2
     * @param transposeLeft whether to take Aᵀ
     * @param right B, of rank 2
     * @param transposeRight whether to take Bᵀ
     * @param sum C, of rank 2, which must not share memory with A or B
     * @throws IllegalArgumentException if an array is null, if it is not dense, of type {@code DOUBLE}, rank 2 and order c
     *     with memory of its own, as {@code Nd4j.create} makes them, or if the shapes do not fit
     */
    public static void add(
            double factor, INDArray left, boolean transposeLeft, INDArray right, boolean transposeRight, INDArray sum) {
        dense("left", left);
        dense("right", right);
        dense("sum", sum);
        boolean fits = left.size(transposeLeft ? 1 : 0) == sum.size(0)
                && right.size(transposeRight ? 0 : 1) == sum.size(1)
                && left.size(transposeLeft ? 0 : 1) == right.size(transposeRight ? 1 : 0);
        if (!fits) {
            throw refusal(
                    "sum",
                    shapeOf(sum),
                    "is not that of the product of " + shapeOf(left) + (transposeLeft ? " transposed" : "") + " and "
                            + shapeOf(right) + (transposeRight ? " transposed" : ""));
        }
        DenseAlgebra.selected()
                .addProduct(
                        factor,
                        OffHeapMatrix.over(left),
                        transposeLeft,
                        OffHeapMatrix.over(right),
                        transposeRight,
                        OffHeapMatrix.over(sum));
    }

    private static void dense(String name, @Nullable INDArray array) {
        if (!OffHeapMatrix.isDense(numeric(name, array))) {
            throw refusal(name, shapeOf(numeric(name, array)), "is not a dense array of doubles in order c");
        }
    }

    private static INDArray product(INDArray left, boolean transposed, INDArray right) {
        if (numeric("left", left).rank() != 2) {
            throw refusal("left", shapeOf(left), "is not of rank 2");
        }
        boolean vector = numeric("right", right).rank() == 1;
        if ((!vector && right.rank() != 2) || right.size(0) != left.size(transposed ? 0 : 1)) {
            String side = transposed ? "row" : "column";
            throw refusal(
                    "right", shapeOf(right), "does not have one row per " + side + " of the left, " + shapeOf(left));
        }
        int rows = Math.toIntExact(left.size(transposed ? 1 : 0));
        try (OffHeapMatrix a = finiteCopy("left", left);
                OffHeapMatrix b = finiteCopy("right", right);
                OffHeapMatrix product = OffHeapMatrix.zeros(rows, vector ? 1 : b.columns())) {
            DenseAlgebra.selected().addProduct(1, a, transposed, b, vector, product);
            return vector ? product.toNd4j(rows) : product.toNd4j(rows, b.columns());
        }
    }
}
