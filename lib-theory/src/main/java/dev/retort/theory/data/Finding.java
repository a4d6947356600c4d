package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.notNull;

import java.util.List;

/**
 * Something about a table that its user should know before trusting results computed from it.
 *
 * @param kind what it is
 * @param columns the names of the columns that it is about; none if it is about rows
 * @param what what was found, in one sentence
 * @param advice what to do about it, in a sentence
 */
public record Finding(Kind kind, List<String> columns, String what, String advice) {

    /** Kinds of findings, the gravest first. */
    public enum Kind {
        /** A column that is the label, in whatever unit. */
        LABEL_COPY,
        /** Rows that are there more than once. */
        DUPLICATE_ROWS,
        /** A column that counts the rows. */
        INDEX,
        /** No more rows than columns, or hardly more. */
        FEW_ROWS,
        /** Columns whose units differ wildly. */
        UNITS,
        /** Columns that nearly determine each other. */
        NEARLY_COLLINEAR,
        /** A label with two values. */
        CLASSES,
        /** A column that others determine, up to rounding. */
        COLLINEAR,
        /** Columns that are equal. */
        DUPLICATE,
        /** Columns that hold one value, and were left out. */
        CONSTANT
    }

    /**
     * A finding.
     *
     * @param kind what it is
     * @param columns the names of the columns that it is about
     * @param what what was found
     * @param advice what to do about it
     * @throws IllegalArgumentException if an argument is null
     */
    public Finding {
        notNull("kind", kind);
        notNull("what", what);
        notNull("advice", advice);
        columns = copy("columns", columns);
    }

    @Override
    public String toString() {
        return what + " " + advice;
    }
}
