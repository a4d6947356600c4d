package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.FirstEntries;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import java.util.function.UnaryOperator;

/**
 * A positive definite kernel k(x, y) = ⟨φ(x), φ(y)⟩ of points in R<sup>d</sup>: {@link Mmd} compares samples by one, and an attention head
 * weights demonstrations by one ({@link #softmax()}, {@link #linear()}).
 *
 * <table> <caption>Kernels, and the differences between distributions that their discrepancy detects</caption>
 * <tr><th scope="col">kernel</th><th scope="col">k(x, y)</th><th scope="col">differences seen</th></tr>
 * <tr><td>{@link #gaussian(double)}</td><td>exp(−‖x − y‖²/2ℓ²)</td><td>all</td></tr>
 * <tr><td>{@link #laplace(double)}</td><td>exp(−‖x − y‖₁/ℓ)</td><td>all</td></tr>
 * <tr><td>{@link #energy()}</td><td>(‖x‖ + ‖y‖ − ‖x − y‖)/2</td><td>all, between distributions with means</td></tr>
 * <tr><td>{@link #softmax()}</td><td>exp⟨x, y⟩</td><td>all, on bounded sets</td></tr>
 * <tr><td>{@link #polynomial(int, double)}</td><td>(⟨x, y⟩ + c)<sup>p</sup></td><td>moments up to p, for c &gt; 0</td></tr>
 * <tr><td>{@link #linear()}</td><td>⟨x, y⟩</td><td>means</td></tr>
 * </table>
 *
 * <p>Sums, products and restrictions to some coordinates are kernels again. The kernel in which the bias of distilled attention weights
 * <em>is</em> a discrepancy takes points with keys in the first coordinates and values in the others:
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * Kernel product = Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3)); // of keys and of values
 * double k = product.value(new double[] {1, 0, 2}, new double[] {0.5, 1, 3}); // 9.892
 * }</pre>
 *
 * <p>Immutable, except that a {@linkplain #of custom} kernel is only as immutable as its function.
 */
public abstract sealed class Kernel {

    /** Kernels of the same class with equal parameters are equal. */
    private final List<Object> parameters;

    private Kernel(Object... parameters) {
        this.parameters = List.of(parameters);
    }

    /**
     * The Gaussian kernel exp(−‖x − y‖²/2ℓ²).
     *
     * @param width ℓ, greater than 0, for example the {@link #medianDistance} of the points
     * @return the kernel
     * @throws IllegalArgumentException if the width is not positive and finite
     */
    public static Kernel gaussian(double width) {
        return new Gaussian(positive("width", width));
    }

    /**
     * The Laplace kernel exp(−‖x − y‖₁/ℓ), of the sum of the coordinates' distances.
     *
     * @param width ℓ, greater than 0, for example the {@link #medianCityBlockDistance} of the points
     * @return the kernel
     * @throws IllegalArgumentException if the width is not positive and finite
     */
    public static Kernel laplace(double width) {
        return new Laplace(positive("width", width));
    }

    /**
     * The linear kernel ⟨x, y⟩.
     *
     * @return the kernel
     */
    public static Kernel linear() {
        return new Linear();
    }

    /**
     * A polynomial kernel (⟨x, y⟩ + c)<sup>p</sup>.
     *
     * @param degree p, at least 1
     * @param offset c, at least 0
     * @return the kernel
     * @throws IllegalArgumentException if the degree is less than 1, or the offset NaN, infinite or negative
     */
    public static Kernel polynomial(int degree, double offset) {
        return new Polynomial(atLeastOne("degree", degree), nonNegative("offset", offset));
    }

    /**
     * The kernel of softmax attention, exp⟨x, y⟩. Attention divides inner products by √d; multiply keys and queries by
     * d<sup>−1/4</sup> for that.
     *
     * @return the kernel
     */
    public static Kernel softmax() {
        return new Softmax();
    }

    /**
     * The kernel of the energy distance, (‖x‖ + ‖y‖ − ‖x − y‖)/2: the squared discrepancy in it is half the energy distance
     * 2E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ (Sejdinovic, Sriperumbudur, Gretton and Fukumizu, <i>Equivalence of distance-based and
     * RKHS-based statistics</i>, Ann. Statist. 41, 2013).
     *
     * @return the kernel
     */
    public static Kernel energy() {
        return new Energy();
    }

    /**
     * A custom kernel. The caller must make sure that it is symmetric and positive definite.
     *
     * @param name the name of the kernel in messages
     * @param function k(x, y) of two arrays, which it must not change; called by several threads. Where it is NaN or infinite, the
     *     methods that use the kernel throw an IllegalArgumentException
     * @return the kernel; equal to others of the same name and the same function
     */
    public static Kernel of(String name, ToDoubleBiFunction<double[], double[]> function) {
        return new Custom(notNull("name", name), notNull("function", function));
    }

    /**
     * The kernel of a finite list of features, ⟨φ(x), φ(y)⟩. They are computed anew for every pair; for many points compute the features
     * once and use {@link #linear()}.
     *
     * @param name the name of the kernel in messages
     * @param features φ, from an array to a new one whose length is always the same; called by several threads. Where it is null,
     *     holds NaN or is of another length, the methods that use the kernel throw an IllegalArgumentException
     * @return the kernel; equal to others of the same name and equal features
     */
    public static Kernel ofFeatures(String name, UnaryOperator<double[]> features) {
        return new OfFeatures(notNull("name", name), notNull("features", features));
    }

    /**
     * The sum of two kernels, whose squared discrepancy is the sum of theirs.
     *
     * @param other the other kernel
     * @return k + k′
     */
    public final Kernel plus(Kernel other) {
        return new Sum(this, notNull("other", other));
    }

    /**
     * The product of two kernels, whose features are the products of theirs.
     *
     * @param other the other kernel
     * @return k · k′
     */
    public final Kernel times(Kernel other) {
        return new Product(this, notNull("other", other));
    }

    /**
     * A multiple.
     *
     * @param factor what k is multiplied by, greater than 0
     * @return factor · k
     * @throws IllegalArgumentException if the factor is not positive and finite
     */
    public final Kernel times(double factor) {
        return new Multiple(positive("factor", factor), this);
    }

    /**
     * This kernel applied to a range of coordinates; it ignores the others.
     *
     * @param from the first coordinate, counted from 0
     * @param to one past the last coordinate
     * @return k(x<sub>from</sub>…x<sub>to−1</sub>, y<sub>from</sub>…y<sub>to−1</sub>)
     * @throws IllegalArgumentException if there is no such range
     */
    public final Kernel on(int from, int to) {
        nonNegative("from", from);
        if (to <= from) {
            throw refusal("to", to, "is not greater than from, " + from);
        }
        return new Restriction(this, from, to);
    }

    /**
     * One value.
     *
     * @param x a point
     * @param y another of the same dimension
     * @return k(x, y)
     * @throws IllegalArgumentException if the points differ in dimension, have an entry that is NaN or infinite, or if the value
     *     is not finite
     */
    public final double value(double[] x, double[] y) {
        return matrix(new double[][] {x}, new double[][] {y})[0][0];
    }

    /**
     * The values between all points of two sets.
     *
     * @param x points, shape {@code [m][d]}, one a row
     * @param y points, shape {@code [n][d]}
     * @return a new array of k(x<sub>i</sub>, y<sub>j</sub>), shape {@code [m][n]}
     * @throws IllegalArgumentException if a set is empty, the points differ in dimension, an entry is NaN or infinite, or a value
     *     of the kernel is not finite
     */
    public final double[][] matrix(double[][] x, double[][] y) {
        Points first = Points.of("x", x);
        return matrix(first, first.alike("y", y));
    }

    final double[][] matrix(Points x, Points y) {
        checkDimension(x.dimension());
        double[][] columns = y.columns(0, y.count());
        double[][] matrix = new double[x.count()][y.count()];
        for (int i = 0; i < matrix.length; i++) {
            fill(x.row(i), columns, matrix[i]);
            for (double value : matrix[i]) {
                checkValue(value);
            }
        }
        return matrix;
    }

    /** Refuses a value, or a sum of values, that is not a number. */
    final void checkValue(double value) {
        if (!Double.isFinite(value)) {
            throw refusal(
                    "kernel",
                    this + " with a value of " + value,
                    "is out of range on these points: scale them down, or choose a bounded kernel");
        }
    }

    /**
     * The largest possible value of k(x, x), if it is known.
     *
     * @return K = sup k(x, x), 1 for Gaussian and Laplace kernels; empty for kernels that are not bounded, and for custom ones
     */
    public OptionalDouble bound() {
        return OptionalDouble.empty();
    }

    /**
     * Values between one point and many.
     *
     * @param pairs the point and the others
     * @param values receives the values, one for each of the others
     */
    abstract void fill(Pairs pairs, double[] values);

    /** The same, for other points that are given coordinate by coordinate. */
    final void fill(double[] x, double[][] ys, double[] values) {
        fill(new Pairs(x, ys), values);
    }

    /**
     * k(x, x), unchecked. This does not call {@link #fill}, because HotSpot compiles its loops to slower code if they first run over a
     * single point.
     */
    abstract double onDiagonal(double[] x);

    /**
     * As {@link #fill}, but all values of a point may be divided by a common factor to avoid overflow.
     */
    void fillRelative(Pairs pairs, double[] values) {
        fill(pairs, values);
    }

    /** The features φ, if they are known and finitely many. */
    Optional<UnaryOperator<double[]>> features() {
        return Optional.empty();
    }

    /** Refuses points whose dimension does not fit the kernel. */
    void checkDimension(int dimension) {}

    /** E k(X, Y) for independent X and Y, in closed form. */
    double mean(GaussianLaw first, GaussianLaw second) {
        throw refusal(
                "kernel", this, "has no closed form between these Gaussians: estimate it from samples, by unbiased(…)");
    }

    /** The squared discrepancy of two Gaussians, not below 0. */
    double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
        return Math.max(0, mean(first, first) + mean(second, second) - 2 * mean(first, second));
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Kernel that && getClass() == that.getClass() && parameters.equals(that.parameters);
    }

    @Override
    public final int hashCode() {
        return 31 * getClass().hashCode() + parameters.hashCode();
    }

    /**
     * The median of the distances ‖z<sub>i</sub> − z<sub>j</sub>‖ of all pairs i &lt; j of two samples taken together, zeros included: a
     * usual width of a Gaussian kernel. For an even number of pairs it is midway between the middle two. It needs memory for the points
     * only, and passes over the pairs four or five times.
     *
     * @param x a sample, shape {@code [m][d]}
     * @param y another, shape {@code [n][d]}
     * @return the median
     * @throws IllegalArgumentException if a sample is empty, the points differ in dimension, an entry is NaN or infinite, or the median is
     *     0, for example because most points are the same
     */
    public static double medianDistance(double[][] x, double[][] y) {
        Points first = Points.of("x", x);
        return MedianDistance.euclidean(first.followedBy(first.alike("y", y)));
    }

    /**
     * The median of the distances ‖z<sub>i</sub> − z<sub>j</sub>‖₁ computed likewise: a usual width of a Laplace kernel.
     *
     * @param x a sample, shape {@code [m][d]}
     * @param y another, shape {@code [n][d]}
     * @return the median
     * @throws IllegalArgumentException as {@link #medianDistance} does
     */
    public static double medianCityBlockDistance(double[][] x, double[][] y) {
        Points first = Points.of("x", x);
        return MedianDistance.cityBlock(first.followedBy(first.alike("y", y)));
    }

    /** Whether the discrepancy does not change when all points are shifted together, so that they can be centred first. */
    boolean ignoresShifts() {
        return false;
    }

    /** Whether digits cancel far from the origin unless points are centred; functions of differences do not need it. */
    boolean needsCentre() {
        return false;
    }

    private static double squaredNorm(double[] x) {
        double sum = 0;
        for (double coordinate : x) {
            sum += coordinate * coordinate;
        }
        return sum;
    }

    private static final class Gaussian extends Kernel {

        private final double width;

        Gaussian(double width) {
            super(width);
            this.width = width;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            pairs.squaredDistances(values);
            for (int j = 0; j < values.length; j++) {
                // Divided twice, as the square of a very small or large width could underflow or overflow.
                values[j] = Math.exp(-values[j] / width / width / 2);
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return 1;
        }

        @Override
        double mean(GaussianLaw first, GaussianLaw second) {
            return GaussianMeans.ofGaussian(width, first, second);
        }

        @Override
        boolean ignoresShifts() {
            return true;
        }

        @Override
        public OptionalDouble bound() {
            return OptionalDouble.of(1);
        }

        @Override
        public String toString() {
            return "Gaussian kernel of width " + width;
        }
    }

    private static final class Laplace extends Kernel {

        private final double width;

        Laplace(double width) {
            super(width);
            this.width = width;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            pairs.cityBlockDistances(values);
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.exp(-values[j] / width);
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return 1;
        }

        @Override
        double mean(GaussianLaw first, GaussianLaw second) {
            return first.isDiagonal() && second.isDiagonal()
                    ? GaussianMeans.ofLaplace(width, first, second)
                    : super.mean(first, second);
        }

        @Override
        boolean ignoresShifts() {
            return true;
        }

        @Override
        public OptionalDouble bound() {
            return OptionalDouble.of(1);
        }

        @Override
        public String toString() {
            return "Laplace kernel of width " + width;
        }
    }

    private static final class Linear extends Kernel {

        @Override
        void fill(Pairs pairs, double[] values) {
            pairs.innerProducts(values);
        }

        @Override
        double onDiagonal(double[] x) {
            return squaredNorm(x);
        }

        @Override
        Optional<UnaryOperator<double[]>> features() {
            return Optional.of(double[]::clone);
        }

        @Override
        double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
            return first.squaredDistanceOfMeans(second);
        }

        @Override
        boolean ignoresShifts() {
            return true;
        }

        @Override
        boolean needsCentre() {
            return true;
        }

        @Override
        public String toString() {
            return "linear kernel";
        }
    }

    private static final class Polynomial extends Kernel {

        private final int degree;
        private final double offset;

        Polynomial(int degree, double offset) {
            super(degree, offset);
            this.degree = degree;
            this.offset = offset;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            pairs.innerProducts(values);
            for (int j = 0; j < values.length; j++) {
                values[j] = power(values[j]);
            }
        }

        private double power(double product) {
            double base = product + offset;
            return degree == 2 ? base * base : Math.pow(base, degree);
        }

        @Override
        double onDiagonal(double[] x) {
            return power(squaredNorm(x));
        }

        /** For p = 2 it is ‖M₁ − M₂‖² + 2c‖m₁ − m₂‖², M = S + mmᵀ. */
        @Override
        double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
            double means = first.squaredDistanceOfMeans(second);
            if (degree == 1) {
                return means;
            }
            if (degree > 2) {
                return super.squaredDiscrepancy(first, second);
            }
            DenseMatrix moments = first.moments().minus(second.moments());
            return moments.inner(moments) + 2 * offset * means;
        }

        @Override
        public String toString() {
            return "polynomial kernel of degree " + degree + " and offset " + offset;
        }
    }

    private static final class Softmax extends Kernel {

        @Override
        void fill(Pairs pairs, double[] values) {
            pairs.innerProducts(values);
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.exp(values[j]);
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return Math.exp(squaredNorm(x));
        }

        @Override
        void fillRelative(Pairs pairs, double[] values) {
            pairs.innerProducts(values);
            double largest = Arrays.stream(values).max().orElse(0);
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.exp(values[j] - largest);
            }
        }

        @Override
        double mean(GaussianLaw first, GaussianLaw second) {
            return GaussianMeans.ofSoftmax(first, second);
        }

        @Override
        public String toString() {
            return "softmax kernel";
        }
    }

    private static final class Energy extends Kernel {

        @Override
        void fill(Pairs pairs, double[] values) {
            double[] norms = new double[values.length];
            pairs.squaredNorms(norms);
            pairs.squaredDistances(values);
            double norm = Math.sqrt(squaredNorm(pairs.point()));
            for (int j = 0; j < values.length; j++) {
                values[j] = (norm + Math.sqrt(norms[j]) - Math.sqrt(values[j])) / 2;
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return Math.sqrt(squaredNorm(x));
        }

        @Override
        double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
            return first.dimension() == 1
                    ? GaussianMeans.energyDiscrepancy(first, second)
                    : super.squaredDiscrepancy(first, second);
        }

        @Override
        boolean ignoresShifts() {
            return true;
        }

        @Override
        boolean needsCentre() {
            return true;
        }

        @Override
        public String toString() {
            return "energy kernel";
        }
    }

    private static final class Custom extends Kernel {

        private final String name;
        private final ToDoubleBiFunction<double[], double[]> function;

        Custom(String name, ToDoubleBiFunction<double[], double[]> function) {
            super(name, function);
            this.name = name;
            this.function = function;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            double[] x = pairs.point();
            double[][] ys = pairs.others();
            double[] y = new double[x.length];
            for (int j = 0; j < values.length; j++) {
                for (int k = 0; k < y.length; k++) {
                    y[k] = ys[k][j];
                }
                values[j] = number(x, y);
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return number(x, x);
        }

        private double number(double[] x, double[] y) {
            double value = function.applyAsDouble(x, y);
            if (!Double.isFinite(value)) {
                throw refusal(
                        name + " at " + FirstEntries.of(x) + " and " + FirstEntries.of(y), value, "is not finite");
            }
            return value;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final class OfFeatures extends Kernel {

        private final String name;
        private final UnaryOperator<double[]> features;

        OfFeatures(String name, UnaryOperator<double[]> features) {
            super(name, features);
            this.name = name;
            this.features = features;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            double[] ofX = of(pairs.point());
            double[][] ys = pairs.others();
            double[] y = new double[pairs.point().length];
            for (int j = 0; j < values.length; j++) {
                for (int k = 0; k < y.length; k++) {
                    y[k] = ys[k][j];
                }
                double[] ofY = of(y);
                if (ofY.length != ofX.length) {
                    throw refusal(
                            "features at " + FirstEntries.of(y),
                            ofY.length + " numbers",
                            "are not as many as at " + FirstEntries.of(pairs.point()) + ", " + ofX.length);
                }
                values[j] = DotProduct.of(ofX, 0, ofY, 0, ofX.length);
            }
        }

        @Override
        double onDiagonal(double[] x) {
            double[] ofX = of(x);
            return DotProduct.of(ofX, 0, ofX, 0, ofX.length);
        }

        @Override
        Optional<UnaryOperator<double[]>> features() {
            return Optional.of(this::of);
        }

        private double[] of(double[] x) {
            double[] found = features.apply(x);
            if (found == null || Arrays.stream(found).anyMatch(Double::isNaN)) {
                throw refusal(
                        "features at " + FirstEntries.of(x),
                        found == null ? "null" : FirstEntries.of(found),
                        "is not an array of numbers");
            }
            return found;
        }

        @Override
        public String toString() {
            return "kernel of " + name;
        }
    }

    private static final class Sum extends Kernel {

        private final Kernel first;
        private final Kernel second;

        Sum(Kernel first, Kernel second) {
            super(first, second);
            this.first = first;
            this.second = second;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            double[] others = new double[values.length];
            first.fill(pairs, values);
            second.fill(pairs, others);
            for (int j = 0; j < values.length; j++) {
                values[j] += others[j];
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return first.onDiagonal(x) + second.onDiagonal(x);
        }

        @Override
        void checkDimension(int dimension) {
            first.checkDimension(dimension);
            second.checkDimension(dimension);
        }

        @Override
        double squaredDiscrepancy(GaussianLaw one, GaussianLaw other) {
            return first.squaredDiscrepancy(one, other) + second.squaredDiscrepancy(one, other);
        }

        @Override
        boolean ignoresShifts() {
            return first.ignoresShifts() && second.ignoresShifts();
        }

        @Override
        boolean needsCentre() {
            return first.needsCentre() || second.needsCentre();
        }

        @Override
        public OptionalDouble bound() {
            return first.bound().isPresent() && second.bound().isPresent()
                    ? OptionalDouble.of(
                            first.bound().getAsDouble() + second.bound().getAsDouble())
                    : OptionalDouble.empty();
        }

        @Override
        public String toString() {
            return "(" + first + " + " + second + ")";
        }
    }

    private static final class Product extends Kernel {

        private final Kernel first;
        private final Kernel second;

        Product(Kernel first, Kernel second) {
            super(first, second);
            this.first = first;
            this.second = second;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            double[] others = new double[values.length];
            first.fill(pairs, values);
            second.fill(pairs, others);
            for (int j = 0; j < values.length; j++) {
                values[j] *= others[j];
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return first.onDiagonal(x) * second.onDiagonal(x);
        }

        @Override
        void checkDimension(int dimension) {
            first.checkDimension(dimension);
            second.checkDimension(dimension);
        }

        @Override
        double mean(GaussianLaw one, GaussianLaw other) {
            boolean attention = (first instanceof Linear && second instanceof Softmax)
                    || (first instanceof Softmax && second instanceof Linear);
            return attention ? GaussianMeans.ofLinearTimesSoftmax(one, other) : super.mean(one, other);
        }

        @Override
        public OptionalDouble bound() {
            return first.bound().isPresent() && second.bound().isPresent()
                    ? OptionalDouble.of(
                            first.bound().getAsDouble() * second.bound().getAsDouble())
                    : OptionalDouble.empty();
        }

        @Override
        public String toString() {
            return "(" + first + " × " + second + ")";
        }
    }

    private static final class Multiple extends Kernel {

        private final double factor;
        private final Kernel kernel;

        Multiple(double factor, Kernel kernel) {
            super(factor, kernel);
            this.factor = factor;
            this.kernel = kernel;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            kernel.fill(pairs, values);
            for (int j = 0; j < values.length; j++) {
                values[j] *= factor;
            }
        }

        @Override
        double onDiagonal(double[] x) {
            return kernel.onDiagonal(x) * factor;
        }

        @Override
        void checkDimension(int dimension) {
            kernel.checkDimension(dimension);
        }

        @Override
        double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
            return factor * kernel.squaredDiscrepancy(first, second);
        }

        @Override
        boolean ignoresShifts() {
            return kernel.ignoresShifts();
        }

        @Override
        boolean needsCentre() {
            return kernel.needsCentre();
        }

        @Override
        public OptionalDouble bound() {
            return kernel.bound().isPresent()
                    ? OptionalDouble.of(factor * kernel.bound().getAsDouble())
                    : OptionalDouble.empty();
        }

        @Override
        public String toString() {
            return factor + " × " + kernel;
        }
    }

    private static final class Restriction extends Kernel {

        private final Kernel kernel;
        private final int from;
        private final int to;

        Restriction(Kernel kernel, int from, int to) {
            super(kernel, from, to);
            this.kernel = kernel;
            this.from = from;
            this.to = to;
        }

        @Override
        void fill(Pairs pairs, double[] values) {
            kernel.fill(pairs.on(from, to), values);
        }

        @Override
        double onDiagonal(double[] x) {
            return kernel.onDiagonal(Arrays.copyOfRange(x, from, to));
        }

        @Override
        void checkDimension(int dimension) {
            if (dimension < to) {
                throw refusal(
                        "points", "a dimension of " + dimension, "is less than " + to + ", which " + this + " needs");
            }
            kernel.checkDimension(to - from);
        }

        @Override
        double squaredDiscrepancy(GaussianLaw first, GaussianLaw second) {
            return kernel.squaredDiscrepancy(first.marginal(from, to), second.marginal(from, to));
        }

        @Override
        boolean ignoresShifts() {
            return kernel.ignoresShifts();
        }

        @Override
        boolean needsCentre() {
            return kernel.needsCentre();
        }

        @Override
        public OptionalDouble bound() {
            return kernel.bound();
        }

        @Override
        public String toString() {
            return kernel + " on coordinates " + from + " to " + (to - 1);
        }
    }
}
