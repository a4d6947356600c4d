package dev.retort.theory.simulation.neural;

import dev.retort.core.internal.DotProduct;
import java.util.Arrays;

/**
 * The arithmetic of a two-layer network on batches of one size. Matrix products are computed by BLAS; the rest runs entry by entry on Java
 * arrays, in a fixed order, so that results are reproducible to the last bit if BLAS is. One instance belongs to one thread.
 */
final class ReluKernel implements AutoCloseable {

    private final int inputs;
    private final int width;
    private final int outputs;
    private final int batch;
    private final Matrix hidden;
    private final double[] output;

    /** Pre-activations z, by example; then the gradient with respect to them. */
    private final Matrix exchange;

    private final double[] zeros;
    private final double[] z;
    private final double[] activations;
    private final double[] back;
    private final double[] logits;
    private final double[] outputSlopes;
    private final double[] row;

    ReluKernel(ReluNetwork network, int batch) {
        this.inputs = network.inputs();
        this.width = network.width();
        this.outputs = network.outputs();
        this.batch = batch;
        this.hidden = Matrix.of(width, inputs + 1, network.hidden());
        this.output = network.output().clone();
        this.exchange = new Matrix(batch, width);
        int size = Math.multiplyExact(batch, width);
        this.zeros = new double[size];
        this.z = new double[size];
        this.activations = new double[size];
        this.back = new double[size];
        this.logits = new double[Math.multiplyExact(batch, outputs)];
        this.outputSlopes = new double[output.length];
        this.row = new double[width];
    }

    /** ReLU(⟨w, x⟩ + b) of the batch, by example; kept until the next call. */
    double[] activations(Batch examples) {
        exchange.write(zeros);
        exchange.addProduct(1, examples.extended, false, hidden, true);
        exchange.read(z);
        for (int i = 0; i < z.length; i++) {
            activations[i] = 0.5 * (z[i] + Math.abs(z[i])); // max(z, 0), exactly, in a form that HotSpot vectorises
        }
        return activations;
    }

    /** The logits of the batch, by example; kept until the next call. */
    double[] logits(Batch examples) {
        activations(examples);
        for (int j = 0; j < batch; j++) {
            for (int l = 0; l < outputs; l++) {
                int at = l * (width + 1);
                logits[j * outputs + l] = DotProduct.of(activations, j * width, output, at, width) + output[at + width];
            }
        }
        return logits;
    }

    /** The logits of any number of inputs, block by block. */
    void logits(double[] given, int samples, double[] into) {
        try (Batch block = new Batch(batch, inputs)) {
            int done = 0;
            for (; done + batch <= samples; done += batch) {
                block.take(given, done * inputs);
                System.arraycopy(logits(block), 0, into, done * outputs, batch * outputs);
            }
            if (done < samples) {
                double[] rest = Arrays.copyOfRange(given, done * inputs, (done + batch) * inputs);
                block.take(rest, 0);
                System.arraycopy(logits(block), 0, into, done * outputs, (samples - done) * outputs);
            }
        }
    }

    /**
     * A step of gradient descent in all parameters, after {@link #logits(Batch)} of the same batch: kept times the parameters, less the
     * rate times the gradient.
     *
     * @param slopes the derivative of the loss with respect to each logit, by example
     * @param rate η, the rate for the mean gradient
     * @param kept the factor on the parameters, 1 without weight decay
     */
    void step(Batch examples, double[] slopes, double rate, double kept) {
        Arrays.fill(outputSlopes, 0);
        for (int j = 0; j < batch; j++) {
            for (int l = 0; l < outputs; l++) {
                double slope = slopes[j * outputs + l];
                int at = l * (width + 1);
                for (int i = 0; i < width; i++) {
                    outputSlopes[at + i] += slope * activations[j * width + i];
                }
                outputSlopes[at + width] += slope;
                if (l == 0) {
                    for (int i = 0; i < width; i++) {
                        row[i] = slope * output[i];
                    }
                } else {
                    for (int i = 0; i < width; i++) {
                        row[i] += slope * output[at + i];
                    }
                }
            }
            for (int i = 0; i < width; i++) {
                back[j * width + i] = whereActive(row[i], z[j * width + i]);
            }
        }
        if (kept != 1) {
            shrink(kept);
        }
        descend(examples, rate);
        for (int i = 0; i < output.length; i++) {
            output[i] -= rate / batch * outputSlopes[i];
        }
    }

    /**
     * A step of gradient descent in W and b alone on (1/2B) Σ |ReLU(Wx + b) − target|², after {@link #activations} of the same
     * batch.
     */
    void match(Batch examples, double[] targets, double rate) {
        for (int i = 0; i < back.length; i++) {
            back[i] = whereActive(activations[i] - targets[i], z[i]);
        }
        descend(examples, rate);
    }

    private void descend(Batch examples, double rate) {
        exchange.write(back);
        hidden.addProduct(-rate / batch, exchange, true, examples.extended, false);
    }

    /** The value where z ≥ 0, else 0; without a branch, which would be mispredicted half of the time. */
    private static double whereActive(double value, double z) {
        long active = ~(Double.doubleToRawLongBits(z + 0.0) >> (Long.SIZE - 1)); // z + 0.0: −0.0 counts as 0
        return Double.longBitsToDouble(Double.doubleToRawLongBits(value) & active);
    }

    /** Multiplies all parameters by a factor. */
    private void shrink(double factor) {
        double[] entries = new double[width * (inputs + 1)];
        hidden.read(entries);
        for (int i = 0; i < entries.length; i++) {
            entries[i] *= factor;
        }
        hidden.write(entries);
        for (int i = 0; i < output.length; i++) {
            output[i] *= factor;
        }
    }

    /** The network as it is now. */
    ReluNetwork network() {
        double[] weights = new double[width * (inputs + 1)];
        hidden.read(weights);
        return new ReluNetwork(inputs, width, outputs, weights, output.clone());
    }

    @Override
    public void close() {
        hidden.close();
        exchange.close();
    }
}
