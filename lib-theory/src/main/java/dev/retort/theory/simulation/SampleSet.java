package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.nd4j.internal.ArrayArguments;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A copy of the user's samples, with labels or without. Immutable. */
final class SampleSet {

    private final int columns;

    /** The features, row by row. */
    private final double[] features;

    private final double @Nullable [] labels;

    private SampleSet(int columns, double[] features, double @Nullable [] labels) {
        this.columns = columns;
        this.features = features;
        this.labels = labels;
    }

    static SampleSet unlabelled(String name, INDArray features) {
        String ofFeatures = name + " features";
        int columns =
                Math.toIntExact(ArrayArguments.features(ofFeatures, features).size(1));
        return new SampleSet(columns, ArrayArguments.finiteEntries(ofFeatures, features), null);
    }

    static SampleSet labelled(String name, INDArray features, INDArray labels) {
        SampleSet samples = unlabelled(name, features);
        String ofLabels = name + " labels";
        double[] entries =
                ArrayArguments.finiteEntries(ofLabels, ArrayArguments.labels(ofLabels, labels, samples.rows()));
        return new SampleSet(samples.columns, samples.features, entries);
    }

    int rows() {
        return features.length / columns;
    }

    int columns() {
        return columns;
    }

    boolean hasLabels() {
        return labels != null;
    }

    /** The features of the first rows. */
    INDArray features(int rows) {
        return Nd4j.create(Arrays.copyOf(features, rows * columns), new long[] {rows, columns}, 'c');
    }

    /** The labels of the first rows. */
    double[] labels(int rows) {
        if (labels == null) {
            throw new IllegalStateException("These samples have no labels");
        }
        return Arrays.copyOf(labels, rows);
    }

    /** The error of a model on these samples. */
    TestError error(double[] model) {
        double[] squares;
        try (INDArray all = features(rows())) {
            squares = LinearRegression.predict(all, model);
        }
        double[] truth = labels(rows());
        for (int i = 0; i < squares.length; i++) {
            double error = squares[i] - truth[i];
            squares[i] = error * error;
        }
        return new TestError(squares);
    }

    /**
     * Refuses samples with another number of features than the first samples.
     *
     * @param name the name of these samples in messages
     * @param of the owner of the first samples in messages
     */
    SampleSet beside(String name, String of, SampleSet first) {
        if (columns != first.columns) {
            throw refusal(
                    name + " features", columns + " columns", "are not as many as the " + of + "'s, " + first.columns);
        }
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SampleSet that
                && columns == that.columns
                && Arrays.equals(features, that.features)
                && Arrays.equals(labels, that.labels);
    }

    @Override
    public int hashCode() {
        return Objects.hash(columns, Arrays.hashCode(features), Arrays.hashCode(labels));
    }

    @Override
    public String toString() {
        return rows() + " x " + columns + (labels == null ? " without labels" : "");
    }
}
