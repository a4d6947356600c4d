package dev.retort.theory.simulation.neural;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A batch of examples of a task, refilled with new draws. */
final class Batch implements AutoCloseable {

    final int size;
    final int inputs;
    final int[] labels;
    private final double[] values;

    /** The inputs and a column of ones, so that biases are ordinary weights. */
    final Matrix extended;

    private final double[] extendedValues;
    private @Nullable INDArray array;

    Batch(int size, int inputs) {
        this.size = size;
        this.inputs = inputs;
        this.labels = new int[size];
        this.values = new double[Math.multiplyExact(size, inputs)];
        this.extendedValues = new double[Math.multiplyExact(size, inputs + 1)];
        this.extended = new Matrix(size, inputs + 1);
        for (int j = 0; j < size; j++) {
            extendedValues[j * (inputs + 1) + inputs] = 1;
        }
    }

    /** Draws new examples in place of the old ones. */
    void draw(LearningTask task, RandomGenerator random) {
        task.draw(random, values, labels);
        spread();
    }

    /** Copies given inputs, example by example. */
    void take(double[] given, int from) {
        System.arraycopy(given, from, values, 0, values.length);
        spread();
    }

    private void spread() {
        for (int j = 0; j < size; j++) {
            System.arraycopy(values, j * inputs, extendedValues, j * (inputs + 1), inputs);
        }
        extended.write(extendedValues);
        if (array != null) {
            array.close();
            array = null;
        }
    }

    /** The inputs of an example. */
    double input(int example, int i) {
        return values[example * inputs + i];
    }

    /** The inputs for the user's own networks, shape [size, inputs]. */
    INDArray array() {
        INDArray known = array;
        if (known == null) {
            known = Nd4j.create(values, new long[] {size, inputs}, 'c');
            array = known;
        }
        return known;
    }

    /** The expected label of an example of two classes: +1 for class 0, −1 for class 1. */
    double sign(int example) {
        return 1 - 2 * labels[example];
    }

    @Override
    public void close() {
        extended.close();
        if (array != null) {
            array.close();
        }
    }
}
