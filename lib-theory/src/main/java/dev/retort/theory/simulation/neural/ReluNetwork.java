package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.internal.ArrayArguments;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with one hidden layer, f_l(x) = Σ_j a_lj ReLU(⟨w_j, x⟩ + b_j) + c_l. Immutable: training makes new networks.
 *
 * <pre>{@code
 * import dev.retort.theory.simulation.neural.*;
 * ReluNetwork network = ReluNetwork.of(new double[][] {{1, -1}, {-1, 1}}, new double[2], new double[][] {{1, 1}}, 0.5);
 * double[] logit = network.logits(1, -1); // 2.5
 * }</pre>
 */
public final class ReluNetwork implements Classifier {

    /** Rows of a block of inputs whose activations stay in the cache. */
    private static final int BLOCK = 256;

    private final int inputs;
    private final int width;
    private final int outputs;

    /** The weights and then the bias of each neuron. */
    private final double[] hidden;

    /** The weights and then the bias of each output. */
    private final double[] output;

    /** The arrays are not copied. */
    ReluNetwork(int inputs, int width, int outputs, double[] hidden, double[] output) {
        this.inputs = inputs;
        this.width = width;
        this.outputs = outputs;
        this.hidden = hidden;
        this.output = output;
    }

    /**
     * A network with given weights.
     *
     * @param weights w, a row for each neuron, at least one of each
     * @param biases b, one for each neuron
     * @param outputWeights a, a row for each output, at least one, with an entry for each neuron
     * @param outputBiases c, one for each output
     * @return the network
     * @throws IllegalArgumentException if shapes differ or are empty, or an entry is NaN or infinite
     */
    public static ReluNetwork of(
            double[][] weights, double[] biases, double[][] outputWeights, double... outputBiases) {
        int width = atLeastOne("weights.length", notNull("weights", weights).length);
        int inputs = atLeastOne("weights[0].length", notNull("weights[0]", weights[0]).length);
        int outputs = atLeastOne("outputWeights.length", notNull("outputWeights", outputWeights).length);
        return new ReluNetwork(
                inputs,
                width,
                outputs,
                layer("weights", weights, inputs, "biases", biases),
                layer("outputWeights", outputWeights, width, "outputBiases", outputBiases));
    }

    private static double[] layer(String name, double[][] rows, int columns, String biasName, double[] biases) {
        length(biasName, notNull(biasName, biases).length, "the number of rows of " + name, rows.length);
        finite(biasName, biases);
        double[] layer = new double[Math.multiplyExact(rows.length, columns + 1)];
        for (int j = 0; j < rows.length; j++) {
            String row = name + "[" + j + "]";
            length(row, notNull(row, rows[j]).length, "that of the first row", columns);
            System.arraycopy(finite(row, rows[j]), 0, layer, j * (columns + 1), columns);
            layer[j * (columns + 1) + columns] = biases[j];
        }
        return layer;
    }

    /**
     * A network before training: w and b uniform in ±1/√d, a uniform in ±1/√width, c = 0.
     *
     * @param inputs d, at least 1
     * @param width the number of neurons, at least 1
     * @param outputs the number of outputs, at least 1
     * @param seed the seed, any number
     * @return the network
     * @throws IllegalArgumentException if a number is less than 1, or a layer has more weights than an array holds
     */
    public static ReluNetwork random(int inputs, int width, int outputs, long seed) {
        atLeastOne("inputs", inputs);
        atLeastOne("width", width);
        atLeastOne("outputs", outputs);
        RandomGenerator random = RandomStreams.of(seed).generator();
        double[] hidden = new double[weights("inputs", inputs, width)];
        double ofHidden = 1 / Math.sqrt(inputs);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = (2 * random.nextDouble() - 1) * ofHidden;
        }
        double[] output = new double[weights("width", width, outputs)];
        double ofOutput = 1 / Math.sqrt(width);
        for (int i = 0; i < output.length; i++) {
            output[i] = i % (width + 1) == width ? 0 : (2 * random.nextDouble() - 1) * ofOutput;
        }
        return new ReluNetwork(inputs, width, outputs, hidden, output);
    }

    private static int weights(String name, int from, int to) {
        long count = (from + 1L) * to;
        if (count > Integer.MAX_VALUE) {
            throw refusal(name, from, "makes a layer of " + count + " weights, more than an array holds");
        }
        return (int) count;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    /**
     * The number of neurons.
     *
     * @return the width of the hidden layer
     */
    public int width() {
        return width;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    /**
     * The weights of the hidden layer.
     *
     * @return w, a new array, a row for each neuron
     */
    public double[][] weights() {
        double[][] rows = new double[width][];
        Arrays.setAll(rows, j -> Arrays.copyOfRange(hidden, j * (inputs + 1), j * (inputs + 1) + inputs));
        return rows;
    }

    /**
     * The biases of the hidden layer.
     *
     * @return b, a new array
     */
    public double[] biases() {
        double[] biases = new double[width];
        Arrays.setAll(biases, j -> hidden[j * (inputs + 1) + inputs]);
        return biases;
    }

    /**
     * The weights of the outputs.
     *
     * @return a, a new array, a row for each output
     */
    public double[][] outputWeights() {
        double[][] rows = new double[outputs][];
        Arrays.setAll(rows, l -> Arrays.copyOfRange(output, l * (width + 1), l * (width + 1) + width));
        return rows;
    }

    /**
     * The biases of the outputs.
     *
     * @return c, a new array
     */
    public double[] outputBiases() {
        double[] biases = new double[outputs];
        Arrays.setAll(biases, l -> output[l * (width + 1) + width]);
        return biases;
    }

    double[] hidden() {
        return hidden;
    }

    double[] output() {
        return output;
    }

    /**
     * The logits of one input, in plain Java.
     *
     * @param x the input
     * @return f, one for each output
     * @throws IllegalArgumentException if x is not of length d, an entry is NaN or infinite, or a logit overflows
     */
    public double[] logits(double... x) {
        length("x", notNull("x", x).length, "the number of inputs", inputs);
        finite("x", x);
        double[] logits = outputBiases();
        for (int j = 0; j < width; j++) {
            double sum = hidden[j * (inputs + 1) + inputs];
            for (int i = 0; i < inputs; i++) {
                sum += hidden[j * (inputs + 1) + i] * x[i];
            }
            for (int l = 0; l < outputs; l++) {
                logits[l] += output[l * (width + 1) + j] * Math.max(0, sum);
            }
        }
        for (double logit : logits) {
            if (!Double.isFinite(logit)) {
                throw refusal("x", Arrays.toString(x), "is so large that logits overflow");
            }
        }
        return logits;
    }

    /**
     * The logits of some inputs.
     *
     * @param inputs shape {@code [n, d]}, of any numeric type
     * @return a new array of type {@code DOUBLE}, shape {@code [n]} for one output, {@code [n, outputs]} for more
     * @throws IllegalArgumentException if the shape does not fit, or an entry is NaN or infinite
     */
    @Override
    public INDArray logits(INDArray inputs) {
        if (ArrayArguments.features("inputs", inputs).size(1) != this.inputs) {
            throw refusal(
                    "inputs", Arrays.toString(inputs.shape()), "does not have a column for each of " + this.inputs);
        }
        double[] entries = ArrayArguments.finiteEntries("inputs", inputs);
        int samples = Math.toIntExact(inputs.size(0));
        double[] logits = new double[samples * outputs];
        try (ReluKernel kernel = new ReluKernel(this, Math.min(BLOCK, samples))) {
            kernel.logits(entries, samples, logits);
        }
        return outputs == 1
                ? Nd4j.create(logits, new long[] {samples}, 'c')
                : Nd4j.create(logits, new long[] {samples, outputs}, 'c');
    }

    boolean isFinite() {
        return allFinite(hidden) && allFinite(output);
    }

    private static boolean allFinite(double[] entries) {
        double sum = 0;
        for (double entry : entries) {
            sum += 0 * entry; // NaN if an entry is not finite
        }
        return sum == 0;
    }

    /**
     * The whole network, to the last bit.
     *
     * @return bytes for {@link #ofBytes}
     */
    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(3 * Integer.BYTES + Double.BYTES * (hidden.length + output.length));
        bytes.putInt(inputs).putInt(width).putInt(outputs);
        bytes.asDoubleBuffer().put(hidden).put(output);
        return bytes.array();
    }

    /**
     * The network that was written.
     *
     * @param bytes the result of {@link #bytes}
     * @return the network, equal to that one
     * @throws IllegalArgumentException if they are not the bytes of a network
     */
    public static ReluNetwork ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(notNull("bytes", bytes));
        if (bytes.length >= 3 * Integer.BYTES) {
            int inputs = buffer.getInt();
            int width = buffer.getInt();
            int outputs = buffer.getInt();
            long entries = (inputs + 1L) * width + (width + 1L) * outputs;
            boolean positive = inputs > 0 && width > 0 && outputs > 0;
            if (positive && bytes.length == 3 * Integer.BYTES + Double.BYTES * entries) {
                double[] hidden = new double[(inputs + 1) * width];
                double[] output = new double[(width + 1) * outputs];
                buffer.asDoubleBuffer().get(hidden).get(output);
                return new ReluNetwork(inputs, width, outputs, hidden, output);
            }
        }
        throw refusal(
                "bytes.length",
                bytes.length,
                "is not that of a network, or does not match the sizes at its" + " beginning");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReluNetwork that
                && inputs == that.inputs
                && width == that.width
                && outputs == that.outputs
                && Arrays.equals(hidden, that.hidden)
                && Arrays.equals(output, that.output);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(hidden) + Arrays.hashCode(output);
    }

    @Override
    public String toString() {
        return "ReLU network, " + inputs + " inputs, " + width + " neurons, " + outputs + " outputs";
    }
}
