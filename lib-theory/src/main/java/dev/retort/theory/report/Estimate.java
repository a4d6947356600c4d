package dev.retort.theory.report;

import dev.retort.core.Arguments;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * A value with its standard error, as a cell of a {@link Table}.
 *
 * @param value the value
 * @param error its standard error, at least 0, or NaN if it is not known
 */
public record Estimate(double value, double error) {

    /**
     * A value with its standard error.
     *
     * @param value the value
     * @param error its standard error
     * @throws IllegalArgumentException if the error is negative
     */
    public Estimate {
        if (error < 0) {
            throw Arguments.refusal("error", error, "is not at least 0");
        }
    }

    /** {@return the value and its error, in as many decimals as show two figures of the error: 0.1234±0.0012} */
    @Override
    public String toString() {
        if (!(error > 0) || !Double.isFinite(error) || !Double.isFinite(value)) {
            return Table.number(value) + "±" + Table.number(error);
        }
        BigDecimal rounded = BigDecimal.valueOf(error).round(new MathContext(2, RoundingMode.HALF_EVEN));
        int decimals = rounded.scale() + 2 - rounded.precision();
        if (decimals < 0 || decimals > 8) {
            return String.format(Locale.ROOT, "%.3e±%.1e", value, error);
        }
        String digits = "%." + decimals + "f";
        return String.format(Locale.ROOT, digits + "±" + digits, value, error);
    }
}
