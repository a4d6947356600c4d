package dev.retort.core.internal;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks of arguments, worded alike throughout Retort: the argument's name, its value, and the rule it breaks.
 *
 * <p>A check of a number returns it, so that it can stand where the number is used. Every comparison is written so that NaN
 * fails it.
 */
public final class Arguments {

    private Arguments() {}

    /**
     * Requires an object.
     *
     * @param name the argument's name
     * @param value the object
     * @param <T> its type
     * @return the object
     * @throws IllegalArgumentException if it is null
     */
    public static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw refusal(name, "null", "is not allowed");
        }
        return value;
    }

    /**
     * Requires a finite number.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN or infinite
     */
    public static double finite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw refusal(name, value, "is not finite");
        }
        return value;
    }

    /**
     * Requires a number.
     *
     * @param name the argument's name
     * @param value its value, which may be infinite
     * @return the value
     * @throws IllegalArgumentException if the value is NaN
     */
    public static double number(String name, double value) {
        if (Double.isNaN(value)) {
            throw refusal(name, value, "is not a number");
        }
        return value;
    }

    /**
     * Requires a number that is not negative.
     *
     * @param name the argument's name
     * @param value its value, which may be infinite
     * @return the value
     * @throws IllegalArgumentException if the value is NaN or negative
     */
    public static double nonNegativeOrInfinite(String name, double value) {
        if (!(value >= 0)) {
            throw refusal(name, value, "is not at least 0");
        }
        return value;
    }

    /**
     * Requires a finite number greater than zero.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, infinite, zero or negative
     */
    public static double positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw refusal(name, value, "is not greater than 0 and finite");
        }
        return value;
    }

    /**
     * Requires a finite number that is not negative.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, infinite or negative
     */
    public static double nonNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refusal(name, value, "is not at least 0 and finite");
        }
        return value;
    }

    /**
     * Requires a number, perhaps infinite, of a function that the caller gave.
     *
     * @param function the function's name
     * @param at where it was evaluated
     * @param value its value there
     * @return the value
     * @throws IllegalArgumentException if the value is NaN
     */
    public static double number(String function, Object at, double value) {
        if (Double.isNaN(value)) {
            throw refusal(function + " at " + at, value, "is not a number");
        }
        return value;
    }

    /**
     * Requires a finite number of a function that the caller gave.
     *
     * @param function the function's name
     * @param at where it was evaluated
     * @param value its value there
     * @return the value
     * @throws IllegalArgumentException if the value is NaN or infinite
     */
    public static double finite(String function, Object at, double value) {
        if (!Double.isFinite(value)) {
            throw refusal(function + " at " + at, value, "is not finite");
        }
        return value;
    }

    /**
     * Requires a standard deviation whose square, the variance, is a number.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, infinite or negative, or its square overflows
     */
    public static double deviation(String name, double value) {
        if (nonNegative(name, value) * value == Double.POSITIVE_INFINITY) {
            throw refusal(name, value, "is above 1.3407e154, from which on the variance overflows; take a larger unit");
        }
        return value;
    }

    /**
     * Requires a share of a whole.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, negative or greater than 1
     */
    public static double fromZeroToOne(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw refusal(name, value, "is not from 0 to 1");
        }
        return value;
    }

    /**
     * Requires a probability that is neither 0 nor 1.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, or not greater than 0 and less than 1
     */
    public static double betweenZeroAndOne(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw refusal(name, value, "is not between 0 and 1");
        }
        return value;
    }

    /**
     * Requires a whole number of at least one.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is less than 1
     */
    public static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw refusal(name, value, "is not at least 1");
        }
        return value;
    }

    /**
     * Requires a number of at least one.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is NaN, infinite or less than 1
     */
    public static double atLeastOne(String name, double value) {
        if (!(value >= 1 && value < Double.POSITIVE_INFINITY)) {
            throw refusal(name, value, "is not at least 1 and finite");
        }
        return value;
    }

    /**
     * Requires a whole number that is not negative.
     *
     * @param name the argument's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is negative
     */
    public static int nonNegative(String name, int value) {
        if (value < 0) {
            throw refusal(name, value, "is not at least 0");
        }
        return value;
    }

    /**
     * Requires an array of finite numbers.
     *
     * @param name the array's name
     * @param values the array, of any length
     * @return the array itself, not a copy
     * @throws IllegalArgumentException if the array is null, or an entry is NaN or infinite; the message names its index, counted from 0
     */
    public static double[] finite(String name, double[] values) {
        for (int i = 0; i < notNull(name, values).length; i++) {
            if (!Double.isFinite(values[i])) {
                throw refusal(name + "[" + i + "]", values[i], "is not finite");
            }
        }
        return values;
    }

    /**
     * Requires an array, a list of coefficients or a spectrum of a given length.
     *
     * @param name the argument's name
     * @param length its length
     * @param rule what sets the length, for example {@code "the dimension of the spectrum"}
     * @param expected the length it must have; infinite for a spectrum without end, of which the message then advises to list
     *     the first eigenvalues
     * @throws IllegalArgumentException if the two lengths differ
     */
    public static void length(String name, double length, String rule, double expected) {
        if (length != expected) {
            String remedy = Double.isInfinite(expected)
                    ? "; list as many features, Spectrum.of(spectrum.first(" + text(length) + ").eigenvalues())"
                    : "";
            throw refusal(name + ".length", text(length), "is not " + rule + ", " + text(expected) + remedy);
        }
    }

    /**
     * A whole number as text.
     *
     * @param count the number, possibly infinite
     * @return its digits without a fraction; beyond the range of long, the text of a double
     */
    public static String text(double count) {
        return count < Long.MAX_VALUE ? Long.toString((long) count) : Double.toString(count);
    }

    /**
     * Requires a list without null.
     *
     * @param name the list's name
     * @param values its entries
     * @param <T> their type
     * @return an immutable copy
     * @throws IllegalArgumentException if the list or an entry is null; the message names its index, counted from 0
     */
    public static <T> List<T> copy(String name, List<? extends T> values) {
        for (int i = 0; i < notNull(name, values).size(); i++) {
            notNull(name + "[" + i + "]", values.get(i));
        }
        return List.copyOf(values);
    }

    /**
     * Requires an index into a list.
     *
     * @param name the argument's name
     * @param value the index, counted from 0
     * @param size the length of the list
     * @return the index
     * @throws IndexOutOfBoundsException if it is negative, or not less than the size
     */
    public static int index(String name, int value, long size) {
        if (value < 0 || value >= size) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "%s: %d is not between 0 and %d", name, value, size - 1));
        }
        return value;
    }

    /**
     * The exception for an argument that breaks a rule.
     *
     * @param name the argument's name
     * @param value its value
     * @param rule the rule, worded to follow the value: {@code "is not greater than 0"}
     * @return an exception that reads {@code name: value rule}
     */
    public static IllegalArgumentException refusal(String name, Object value, String rule) {
        return new IllegalArgumentException(String.format(Locale.ROOT, "%s: %s %s", name, value, rule));
    }
}
