package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network that gives its logits for one batch after another. */
interface Respondent extends AutoCloseable {

    /** The logits of a batch, by example; to be read before the next call. */
    double[] logits(Batch batch);

    @Override
    void close();

    /** Of batches of one size. */
    static Respondent of(Classifier network, int batch) {
        if (network instanceof ReluNetwork relu) {
            ReluKernel kernel = new ReluKernel(relu, batch);
            return new Respondent() {

                @Override
                public double[] logits(Batch examples) {
                    return kernel.logits(examples);
                }

                @Override
                public void close() {
                    kernel.close();
                }
            };
        }
        return new Respondent() {

            @Override
            public double[] logits(Batch examples) {
                return ask(network, examples);
            }

            @Override
            public void close() {}
        };
    }

    private static double[] ask(Classifier network, Batch examples) {
        INDArray logits = network.logits(examples.array());
        if (logits.length() != (long) examples.size * network.outputs() || logits.size(0) != examples.size) {
            throw refusal(
                    "logits",
                    Arrays.toString(logits.shape()),
                    "is not " + network.outputs() + " for each of " + examples.size + " inputs, by " + network);
        }
        try (INDArray doubles = logits.castTo(DataType.DOUBLE)) {
            double[] entries = doubles.dup('c').data().asDouble();
            if (doubles != logits) {
                logits.close();
            }
            return entries;
        }
    }
}
