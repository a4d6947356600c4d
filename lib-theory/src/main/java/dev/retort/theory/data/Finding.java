package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.copy;

import java.util.List;

/**
 * Something about a table that its user should know before believing what is computed from it.
 *
 * @param kind what it is
 * @param columns the names of the columns that it is about; none if it is about rows
 * @param what what was found, in a sentence
 * @param advice what to do about it, in a sentence
 */
public record Finding(Kind kind, List<String> columns, String what, String advice) {

    /** Kinds of findings. */
    public enum Kind {
        /** Columns that hold one value, and were left out. */
        CONSTANT,
        /** Columns that are equal. */
        DUPLICATE,
        /** A column that others determine, up to rounding. */
        COLLINEAR,
        /** Columns that nearly determine each other. */
        NEARLY_COLLINEAR,
        /** Columns whose units differ wildly. */
        UNITS,
        /** A column that counts the rows. */
        INDEX,
        /** A column that is the label, in whatever unit. */
        LABEL_COPY,
        /** A label with two values. */
        CLASSES,
        /** Rows that are there more than once. */
        DUPLICATE_ROWS,
        /** No more rows than columns, or hardly more. */
        FEW_ROWS
    }

    /**
     * A finding.
     *
     * @param kind what it is
     * @param columns the names of the columns that it is about
     * @param what what was found
     * @param advice what to do about it
     */
    public Finding {
        columns = copy("columns", columns);
    }

    @Override
    public String toString() {
        return what + " " + advice;
    }
}
