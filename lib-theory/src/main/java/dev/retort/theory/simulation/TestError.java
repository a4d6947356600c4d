package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.SampleMean;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The mean squared error of one model on the points of a test set, with its standard error as an estimate of the error on new points.
 * Immutable.
 */
public final class TestError {

    private final double[] squares;
    private final SampleMean mean;

    TestError(double[] squares) {
        this.squares = squares;
        this.mean = SampleMean.of(squares);
    }

    /**
     * The mean squared error.
     *
     * @return the mean of (xᵀb − y)² over the test points
     */
    public double mean() {
        return mean.mean();
    }

    /**
     * The standard error of the mean. It accounts for the choice of the test points; the model is taken as fixed.
     *
     * @return the standard deviation over the points, divided by the root of their number
     */
    public double standardError() {
        return mean.standardError();
    }

    /**
     * The squared error on each point.
     *
     * @return a new array of (xᵀb − y)², in the order of the test points
     */
    public double[] squares() {
        return squares.clone();
    }

    /**
     * The significance of the difference between this model's error and another's on the same points. It is taken point by point, so that
     * points that are hard for both models do not add to its scatter.
     *
     * @param other the error of another model on the same test set
     * @return (this mean − the other) in standard errors of the difference; 0 if they are equal, ±infinity if they differ by
     *     the same on every point
     * @throws IllegalArgumentException if the other is null or has another number of points
     */
    public double zScore(TestError other) {
        length("other", notNull("other", other).squares.length, "the number of test points", squares.length);
        double[] differences = squares.clone();
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= other.squares[i];
        }
        return SampleMean.of(differences).zScore(0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TestError that && Arrays.equals(squares, that.squares);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(squares);
    }

    @Override
    public String toString() {
        return "mean squared error " + mean + " on " + squares.length + " points";
    }
}
