package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The laws that fit tables drawn from a table of runs, with replacement: how much a law depends on which runs there are. It assumes neither
 * that residuals are normal nor that what is asked depends on the constants linearly, and needs some dozens of runs.
 *
 * @param laws the laws, at least one
 * @param <L> the law
 */
public record LawBootstrap<L>(List<L> laws) {

    /**
     * Copies the list.
     *
     * @param laws the laws
     * @throws IllegalArgumentException if there is no law
     */
    public LawBootstrap {
        laws = copy("laws", laws);
        if (laws.isEmpty()) {
            throw refusal("laws", 0, "is not at least one law");
        }
    }

    /**
     * The interval between quantiles of anything that is computed from the laws.
     *
     * @param quantity what is computed, such as {@code law -> law.loss(1e9, 1e11)}
     * @param level the confidence, between 0 and 1
     * @return from the quantile (1 − level)/2 to (1 + level)/2
     * @throws IllegalArgumentException if the level is out of range
     */
    public Interval interval(ToDoubleFunction<? super L> quantity, double level) {
        if (!(level > 0 && level < 1)) {
            throw refusal("level", level, "is not between 0 and 1");
        }
        double[] sorted = laws.stream()
                .mapToDouble(notNull("quantity", quantity))
                .sorted()
                .toArray();
        // As many outside on either side, rounded so that the interval is rather too wide.
        int outside = (int) Math.floor((1 - level) / 2 * sorted.length);
        return new Interval(sorted[outside], sorted[sorted.length - 1 - outside]);
    }
}
