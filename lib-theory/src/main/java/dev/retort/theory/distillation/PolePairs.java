package dev.retort.theory.distillation;

/** Complex numbers for all pairs of poles k ≤ l of a filter, and for the pairs whose second pole is conjugated. */
final class PolePairs {

    private final int size;

    /** Real and imaginary part of each pair; the plain pairs come first. */
    private final double[] values;

    PolePairs(int size) {
        this(size, new double[2 * size * (size + 1)]);
    }

    PolePairs(int size, double[] values) {
        this.size = size;
        this.values = values;
    }

    /** Real and imaginary part of each pair, the plain pairs first; not a copy. */
    double[] values() {
        return values;
    }

    /** Adds a_k a_l and a_k ā_l, times a factor. */
    void addSquares(double[] real, double[] imaginary, double factor) {
        int plain = 0;
        int conjugated = size * (size + 1);
        for (int k = 0; k < size; k++) {
            double first = factor * real[k];
            double second = factor * imaginary[k];
            for (int l = k; l < size; l++) {
                double rr = first * real[l];
                double ii = second * imaginary[l];
                double ri = first * imaginary[l];
                double ir = second * real[l];
                values[plain++] += rr - ii;
                values[plain++] += ri + ir;
                values[conjugated++] += rr + ii;
                values[conjugated++] += ir - ri;
            }
        }
    }

    /** Adds a number to both kinds of pair. */
    void add(int k, int l, double real, double imaginary) {
        int plain = 2 * (k * size - k * (k - 1) / 2 + l - k);
        int conjugated = size * (size + 1) + plain;
        values[plain] += real;
        values[plain + 1] += imaginary;
        values[conjugated] += real;
        values[conjugated + 1] += imaginary;
    }

    PolePairs reciprocals() {
        double[] inverse = new double[values.length];
        for (int i = 0; i < values.length; i += 2) {
            double norm = values[i] * values[i] + values[i + 1] * values[i + 1];
            inverse[i] = norm == 0 ? Double.POSITIVE_INFINITY : values[i] / norm;
            inverse[i + 1] = norm == 0 ? 0 : -values[i + 1] / norm;
        }
        return new PolePairs(size, inverse);
    }

    PolePairs times(PolePairs other) {
        double[] product = new double[values.length];
        for (int i = 0; i < values.length; i += 2) {
            product[i] = Stage.times(values[i], other.values[i]) - Stage.times(values[i + 1], other.values[i + 1]);
            product[i + 1] = Stage.times(values[i], other.values[i + 1]) + Stage.times(values[i + 1], other.values[i]);
        }
        return new PolePairs(size, product);
    }

    /** Times c_k c_l and c_k c̄_l, halved, and doubled for k &lt; l, so that real parts add up to the sum over all pairs. */
    PolePairs weighted(double[] weightReal, double[] weightImaginary) {
        PolePairs weights = new PolePairs(size);
        weights.addSquares(weightReal, weightImaginary, 0.5);
        int i = 0;
        for (int k = 0; k < size; k++) {
            for (int l = k; l < size; l++) {
                double count = k == l ? 1 : 2;
                weights.values[i] *= count;
                weights.values[i + 1] *= count;
                weights.values[size * (size + 1) + i] *= count;
                weights.values[size * (size + 1) + i + 1] *= count;
                i += 2;
            }
        }
        return times(weights);
    }

    /** The real part of the sum of products with the squares x_k x_l and x_k x̄_l, as a function of x. */
    Form form() {
        Form form = new Form(size);
        int plain = 0;
        int conjugated = size * (size + 1);
        for (int k = 0; k < size; k++) {
            for (int l = 2 * k; l < 2 * size; l += 2) {
                double real = values[plain++];
                double imaginary = values[plain++];
                double conjugateReal = values[conjugated++];
                double conjugateImaginary = values[conjugated++];
                form.byReal[k][l] = real + conjugateReal;
                form.byReal[k][l + 1] = conjugateImaginary - imaginary;
                form.byImaginary[k][l] = -imaginary - conjugateImaginary;
                form.byImaginary[k][l + 1] = conjugateReal - real;
            }
        }
        return form;
    }

    /**
     * The real part of the sum of products. All pairs together make a sum of squares, so that an infinite amount makes it
     * infinite, whatever the signs, unless the factor of its pair is zero.
     */
    double sumWith(double[] amounts) {
        double sum = 0;
        for (int i = 0; i < values.length; i += 2) {
            boolean isFinite = Double.isFinite(amounts[i]) && Double.isFinite(amounts[i + 1]);
            if (!isFinite && (values[i] != 0 || values[i + 1] != 0)) {
                return Double.POSITIVE_INFINITY;
            }
            sum += Stage.times(values[i], amounts[i]) - Stage.times(values[i + 1], amounts[i + 1]);
        }
        return sum;
    }

    /** A quadratic form in the real and imaginary parts of a number per pole, which stand next to one another. */
    static final class Form {

        private final double[][] byReal;
        private final double[][] byImaginary;

        Form(int size) {
            this.byReal = new double[size][2 * size];
            this.byImaginary = new double[size][2 * size];
        }

        double at(double[] values) {
            double sum = 0;
            for (int k = 0; k < byReal.length; k++) {
                double real = 0;
                double imaginary = 0;
                for (int l = 2 * k; l < values.length; l++) {
                    real += byReal[k][l] * values[l];
                    imaginary += byImaginary[k][l] * values[l];
                }
                sum += values[2 * k] * real + values[2 * k + 1] * imaginary;
            }
            return sum;
        }
    }
}
