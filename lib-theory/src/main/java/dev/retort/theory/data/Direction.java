package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.List;

/**
 * One principal direction of the features, or several whose variances are too close for the rows to tell the directions apart.
 *
 * @param first the strongest of them, counted from 0
 * @param last the weakest of them, counted from 0
 * @param share their share of the variance of all features
 * @param gain the factor by which the best teacher's labels amplify (above 1) or shrink (below 1) the signal along them
 * @param kept whether the best mask, a teacher that can only drop directions, keeps them; of several, whether it keeps more than half
 * @param columns the columns with the largest weights in them, the largest first
 */
public record Direction(int first, int last, double share, double gain, boolean kept, List<String> columns) {

    /**
     * A direction.
     *
     * @param first the strongest
     * @param last the weakest
     * @param share their share of the variance
     * @param gain the best teacher's factor
     * @param kept whether the best mask keeps them
     * @param columns the columns with the largest weights in them
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public Direction {
        if (last < nonNegative("first", first)) {
            throw refusal("last", last, "is less than first, " + first);
        }
        nonNegative("share", share);
        number("gain", gain);
        columns = copy("columns", columns);
    }
}
