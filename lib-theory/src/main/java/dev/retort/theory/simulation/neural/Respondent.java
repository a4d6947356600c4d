package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes the logits of a network for one batch after another. */
interface Respondent extends AutoCloseable {

    /** The logits of a batch, by example; valid until the next call. */
    double[] logits(Batch batch);

    @Override
    void close();

    /** The respondent for a network and batches of one size. */
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

    /** Returns the result of a method of the user's network, which must not be null. */
    static <T> T returned(@Nullable T value, String method, Classifier network) {
        if (value == null) {
            throw new IllegalStateException(
                    "The network's method " + method + " returned null, in " + network + "; it must return a value");
        }
        return value;
    }

    /** Requires a network with the given number of inputs, and an output for each class or a single one for two classes. */
    static <T extends Classifier> T fitting(String name, @Nullable T network, int inputs, int classes) {
        T known = notNull(name, network);
        int outputs = known.outputs();
        if (known.inputs() != inputs || (outputs != classes && (outputs != 1 || classes != 2))) {
            throw refusal(
                    name,
                    known,
                    "has " + known.inputs() + " inputs and " + outputs + " outputs, and does not fit the task of "
                            + inputs + " inputs and " + classes + " classes");
        }
        return known;
    }

    /** A logit, or the sum of several, that is NaN or infinite; 0 if there is none. */
    static double notFinite(double[] logits) {
        double sum = 0;
        for (double logit : logits) {
            sum += logit;
        }
        return Double.isFinite(sum) ? 0 : sum;
    }

    /** Requires finite logits of a network whose training is over. */
    static void requireFinite(String name, Classifier network, double[] logits) {
        double odd = notFinite(logits);
        if (odd != 0) {
            throw refusal(name, network, "has logits of " + odd + ", which is not finite: its training diverged");
        }
    }

    private static double[] ask(Classifier network, Batch examples) {
        INDArray logits = returned(network.logits(examples.array()), "logits(INDArray)", network);
        if (logits.rank() == 0
                || logits.length() != (long) examples.size * network.outputs()
                || logits.size(0) != examples.size) {
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
