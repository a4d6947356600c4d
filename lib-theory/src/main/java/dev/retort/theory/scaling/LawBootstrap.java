package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Parallel;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Laws refitted to tables of runs whose deviations are resampled from those of the given runs, which shows how much a law
 * depends on them. A law that is built on another fitted law is refitted on a resampled one. Deviations are assumed to have
 * the same distribution for all runs, not necessarily normal, and a quantity need not depend on the constants linearly.
 *
 * <p>Deviations are the residuals divided by √(1 − h), h the leverage of the run (Davison and Hinkley, <i>Bootstrap Methods and their
 * Application</i>, 1997, section 6.2), and quantiles are widened as Student's distribution is wider than the normal one
 * (Hesterberg, <i>What Teachers Should Know About the Bootstrap</i>, The American Statistician 69, 2015).
 *
 * @param refits the laws by form: the form that was chosen, and those that predict nearly as well; at least one
 * @param <L> the law
 */
public record LawBootstrap<L>(List<Refits<L>> refits) {

    /**
     * The laws of one form.
     *
     * @param freedom the number of runs minus that of constants, at least 1; for a law built on another, the smaller of their
     *     two numbers
     * @param laws the laws, at least one
     * @param <L> the law
     */
    public record Refits<L>(int freedom, List<L> laws) {

        /**
         * Copies the list.
         *
         * @param freedom the number of runs minus that of constants
         * @param laws the laws
         * @throws IllegalArgumentException if the freedom is less than 1 or there is no law
         */
        public Refits {
            atLeastOne("freedom", freedom);
            laws = copy("laws", laws);
            if (laws.isEmpty()) {
                throw refusal("laws", 0, "is not at least one law");
            }
        }

        private Interval interval(ToDoubleFunction<? super L> quantity, double level) {
            double[] sorted = Parallel.numbers(laws.size(), k -> {
                L law = laws.get(k);
                return number("quantity", law, quantity.applyAsDouble(law));
            });
            Arrays.sort(sorted);
            double student = new TDistribution(freedom).inverseCumulativeProbability((1 - level) / 2);
            double share = new NormalDistribution().cumulativeProbability(student);
            // The k-th smallest of n is at k/(n + 1) on average; rounded so that the interval is too wide rather than
            // too narrow.
            int outside = (int) Math.max(0, Math.floor(share * (sorted.length + 1)) - 1);
            return new Interval(sorted[outside], sorted[sorted.length - 1 - outside]);
        }
    }

    /**
     * Copies the list.
     *
     * @param refits the laws by form
     * @throws IllegalArgumentException if there is no form
     */
    public LawBootstrap {
        refits = copy("refits", refits);
        if (refits.isEmpty()) {
            throw refusal("refits", 0, "is not at least one form");
        }
    }

    /**
     * The interval between quantiles of a quantity that is computed from the laws.
     *
     * @param quantity the quantity, such as {@code law -> law.loss(1e9, 1e11)}
     * @param level the confidence, between 0 and 1
     * @return the smallest interval that contains those of all forms
     * @throws IllegalArgumentException if the level is out of range, or the quantity of a law is NaN
     */
    public Interval interval(ToDoubleFunction<? super L> quantity, double level) {
        notNull("quantity", quantity);
        betweenZeroAndOne("level", level);
        return refits.stream()
                .map(each -> each.interval(quantity, level))
                .reduce(Interval::hull)
                .orElseThrow();
    }

    /**
     * The share of the laws that have a property.
     *
     * @param property the property, such as {@code law -> law.bestTeacher(1e9, 1e11).capacityGap()}
     * @return their share, from 0 to 1
     */
    public double share(Predicate<? super L> property) {
        notNull("property", property);
        return refits.stream()
                .flatMap(each -> each.laws().stream())
                .mapToDouble(law -> property.test(law) ? 1 : 0)
                .average()
                .orElseThrow();
    }
}
