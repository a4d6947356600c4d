package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One axis of a {@link Panel}: linear or logarithmic (base 10), with a label.
 *
 * <p>Its range is that of the data with a small margin, unless it is fixed. Values that the axis cannot show, zero and below on a
 * logarithmic axis, are left out.
 */
public final class Axis {

    private static final double MARGIN = 0.04;

    final String label;
    private final boolean log;
    private final @Nullable Scale fixed;

    private Axis(String label, boolean log, @Nullable Scale fixed) {
        this.label = Arguments.notNull("label", label);
        this.log = log;
        this.fixed = fixed;
    }

    /**
     * {@return a linear axis}
     *
     * @param label its label; {@code _x}, {@code ^x}, {@code _{...}} and {@code ^{...}} make sub- and superscripts
     * @throws IllegalArgumentException if the label is null
     */
    public static Axis linear(String label) {
        return new Axis(label, false, null);
    }

    /**
     * {@return a logarithmic axis}
     *
     * @param label its label, with the same markup
     * @throws IllegalArgumentException if the label is null
     */
    public static Axis log(String label) {
        return new Axis(label, true, null);
    }

    /**
     * {@return this axis with a fixed range, outside which everything is clipped, and marked at the edge if it is above or below}
     *
     * @param from the low end, finite; greater than 0 if the axis is logarithmic
     * @param to the high end, finite and greater than {@code from}
     * @throws IllegalArgumentException if an end is not allowed, or the ends are not in order
     */
    public Axis withRange(double from, double to) {
        double low = log ? Arguments.positive("from", from) : Arguments.finite("from", from);
        if (!(Arguments.finite("to", to) > low)) {
            throw Arguments.refusal("to", to, "is not greater than from, " + from);
        }
        return new Axis(label, log, new Scale(log, position(low), position(to)));
    }

    private double position(double value) {
        return log ? Math.log10(value) : value;
    }

    Extent extent() {
        return new Extent();
    }

    /** The range of values that an axis has to show, ignoring those that it cannot show. */
    final class Extent {

        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;

        void add(double... values) {
            for (double value : values) {
                if (Double.isFinite(value) && !(log && value <= 0)) {
                    low = Math.min(low, position(value));
                    high = Math.max(high, position(value));
                }
            }
        }

        /**
         * Adds the two ends of an error bar. On a logarithmic axis the lower end is limited to one decade: a bar that nearly reaches zero
         * would leave no room for the data.
         */
        void addBar(double value, double error) {
            add(value + error, log ? Math.max(value - error, value / 10) : value - error);
        }

        Scale scale() {
            if (fixed != null) {
                return fixed;
            }
            if (low > high) {
                return new Scale(log, 0, 1);
            }
            double margin = 2 * MARGIN * (high / 2 - low / 2);
            if (low == high) {
                margin = log ? 0.3 : low == 0 ? 1 : Math.max(Double.MIN_NORMAL, Math.abs(low) / 10);
            }
            return new Scale(log, Math.max(-Double.MAX_VALUE, low - margin), Math.min(Double.MAX_VALUE, high + margin));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Axis axis
                && axis.label.equals(label)
                && axis.log == log
                && Objects.equals(axis.fixed, fixed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(label, log, fixed);
    }

    @Override
    public String toString() {
        String range = fixed == null ? "" : " from " + value(fixed.low()) + " to " + value(fixed.high());
        return "Axis[" + Label.of(label).plain() + (log ? ", logarithmic" : "") + range + "]";
    }

    private double value(double position) {
        return log ? Math.pow(10, position) : position;
    }
}
