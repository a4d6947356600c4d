package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.copy;

import java.util.List;

/**
 * One principal direction of the features, or several whose variances are too near to each other for the rows to tell the directions
 * apart.
 *
 * @param first the first of them, counted from 0, the strongest
 * @param last the last of them
 * @param share their part in the variance of all features
 * @param gain the factor by which the best teacher's labels exaggerate (above 1) or play down (below 1) what depends on them
 * @param kept whether the best teacher that can only leave directions out keeps them; of several, whether it keeps more than half
 * @param columns the columns with the largest part in them, the largest first
 */
public record Direction(int first, int last, double share, double gain, boolean kept, List<String> columns) {

    /**
     * A direction.
     *
     * @param first the first
     * @param last the last
     * @param share their part in the variance
     * @param gain the best teacher's factor
     * @param kept whether the best mask keeps them
     * @param columns the columns with the largest part in them
     */
    public Direction {
        columns = copy("columns", columns);
    }
}
