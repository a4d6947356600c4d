package dev.retort.examples.report;

import dev.retort.core.Arguments;
import org.jspecify.annotations.Nullable;

/**
 * One axis of a {@link Panel}: linear or logarithmic (base 10), with a label.
 *
 * <p>Its range is that of the data with a little margin, unless it is fixed. Values that the axis cannot show, zero and
 * below on a logarithmic one, are left out.
 */
public final class Axis {

    private static final double MARGIN = 0.04;

    private final String label;
    private final boolean log;
    private final @Nullable Scale fixed;

    private Axis(String label, boolean log, @Nullable Scale fixed) {
        this.label = label;
        this.log = log;
        this.fixed = fixed;
    }

    /**
     * A linear axis.
     *
     * @param label its label; {@code _x}, {@code ^x}, {@code _{...}} and {@code ^{...}} make sub- and superscripts
     * @return the axis
     */
    public static Axis linear(String label) {
        return new Axis(label, false, null);
    }

    /**
     * A logarithmic axis.
     *
     * @param label its label, with the same markup
     * @return the axis
     */
    public static Axis log(String label) {
        return new Axis(label, true, null);
    }

    /**
     * This axis with a fixed range; what lies outside is clipped.
     *
     * @param from the low end, finite; greater than 0 if the axis is logarithmic
     * @param to the high end, finite and greater than {@code from}
     * @return the refined axis
     * @throws IllegalArgumentException if an end is not allowed, or the ends are not in order
     */
    public Axis withRange(double from, double to) {
        if (log) {
            Arguments.positive("from", from);
        }
        Arguments.finite("from", from);
        Arguments.finite("to", to);
        if (!(to > from)) {
            throw Arguments.refusal("to", to, "is not greater than from, " + from);
        }
        return new Axis(label, log, scale(from, to));
    }

    private Scale scale(double from, double to) {
        return log ? new Scale(true, Math.log10(from), Math.log10(to)) : new Scale(false, from, to);
    }

    String label() {
        return label;
    }

    Extent extent() {
        return new Extent();
    }

    /** The values that an axis has to show; those that it cannot show do not count. */
    final class Extent {

        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;

        void add(double value) {
            if (Double.isFinite(value) && !(log && value <= 0)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }

        /**
         * Adds the two ends of an error bar. On a logarithmic axis the lower end counts for a decade at most: a bar
         * that all but reaches zero would leave no room for the data.
         */
        void addBar(double value, double error) {
            if (log && value <= 0) {
                return;
            }
            add(value + error);
            add(log ? Math.max(value - error, value / 10) : value - error);
        }

        Scale scale() {
            if (fixed != null) {
                return fixed;
            }
            if (low > high) {
                return log ? new Scale(true, 0, 1) : new Scale(false, 0, 1);
            }
            Scale tight = Axis.this.scale(low, high);
            double margin = MARGIN * (tight.high() / 2 - tight.low() / 2) * 2;
            if (log) {
                double least = tight.low() < tight.high() ? margin : 0.3;
                return new Scale(true, tight.low() - least, tight.high() + least);
            }
            double least = low < high ? margin : low == 0 ? 1 : Math.max(Double.MIN_NORMAL, Math.abs(low) / 10);
            return new Scale(false, Math.max(-Double.MAX_VALUE, low - least), Math.min(Double.MAX_VALUE, high + least));
        }
    }
}
