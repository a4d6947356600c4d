/**
 * Presents results: figures, tables, and pages that hold both.
 *
 * <p>Everything here is an immutable description, refined by {@code withX} methods. A {@link dev.retort.theory.report.Figure} gives the
 * same drawing as SVG and as PNG, a {@link dev.retort.theory.report.Table} the same rows for a terminal, a page and a spreadsheet. The text
 * produced depends only on the description, not on locale, fonts or time.
 */
@NullMarked
package dev.retort.theory.report;

import org.jspecify.annotations.NullMarked;
