package dev.retort.core.nd4j;

import static dev.retort.fixtures.Refusals.refuses;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LinearRegressionArgumentsTest {

    private final INDArray features = Nd4j.create(new double[][] {{1, 2}, {3, 4}, {5, 7}});
    private final INDArray labels = Nd4j.create(new double[] {1, 2, 3});

    private void assertBothRefuse(INDArray f, INDArray l, String message) {
        refuses(message, () -> LinearRegression.minimumNorm(f, l));
        refuses(message, () -> LinearRegression.ridge(f, l, 0.1));
    }

    @Test
    void acceptsTheValidBaseCase() {
        LinearRegression.minimumNorm(features, labels);
        LinearRegression.ridge(features, labels, 0.1);
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        assertBothRefuse(null, labels, "features: null is not an array");
        assertBothRefuse(features, null, "labels: null is not an array");
    }

    @Test
    void refusesOtherRanks() {
        assertBothRefuse(labels, labels, "features: shape [3] is not of rank 2, [samples, features]");
        assertBothRefuse(
                features.reshape(3, 2, 1), labels, "features: shape [3, 2, 1] is not of rank 2, [samples, features]");
        assertBothRefuse(
                features,
                labels.reshape(3, 1, 1),
                "labels: shape [3, 1, 1] is not of rank 1 or 2, [samples] or [samples, sets]");
        assertBothRefuse(
                features, Nd4j.scalar(1.0), "labels: shape [] is not of rank 1 or 2, [samples] or [samples, sets]");
    }

    @Test
    void refusesEmptyArrays() {
        assertBothRefuse(Nd4j.create(DataType.DOUBLE, 0, 3), labels, "features: shape [0, 3] has no entries");
        assertBothRefuse(features, Nd4j.create(DataType.DOUBLE, 3, 0), "labels: shape [3, 0] has no entries");
    }

    @Test
    void refusesLabelsOfAnotherNumberOfSamples() {
        assertBothRefuse(
                features,
                Nd4j.create(new double[] {1, 2}),
                "labels: shape [2] does not have as many rows as features, shape [3, 2]");
        assertBothRefuse(
                features,
                labels.reshape(1, 3),
                "labels: shape [1, 3] does not have as many rows as features, shape [3, 2]");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesEntriesThatAreNotFinite(double value) {
        assertBothRefuse(features.dup().putScalar(2, 1, value), labels, "features[2, 1]: " + value + " is not finite");
        assertBothRefuse(
                features.dup('f').putScalar(0, 1, value).castTo(DataType.FLOAT),
                labels,
                "features[0, 1]: " + value + " is not finite");
        assertBothRefuse(features, labels.dup().putScalar(1, value), "labels[1]: " + value + " is not finite");
        assertBothRefuse(features, features.dup().putScalar(2, 0, value), "labels[2, 0]: " + value + " is not finite");
    }

    @Test
    void refusesTypesThatAreNotNumbers() {
        assertBothRefuse(features.castTo(DataType.BOOL), labels, "features: BOOL is not a numeric data type");
        assertBothRefuse(features, labels.castTo(DataType.BOOL), "labels: BOOL is not a numeric data type");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesAnImpossibleRidge(double ridge) {
        refuses("ridge: " + ridge + " is not finite", () -> LinearRegression.ridge(features, labels, ridge));
    }
}
