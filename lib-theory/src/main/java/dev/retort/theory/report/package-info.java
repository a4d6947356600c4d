/**
 * What a run shows: figures, tables, and a page that holds both.
 *
 * <p>Everything here is an immutable description, refined by {@code withX} methods. A {@link
 * dev.retort.theory.report.Figure} gives the same drawing as SVG and as PNG, a {@link
 * dev.retort.theory.report.Table} the same rows for a terminal, a page and a spreadsheet. The text that comes out
 * depends on nothing but the description: neither locale, fonts nor the clock.
 */
@NullMarked
package dev.retort.theory.report;

import org.jspecify.annotations.NullMarked;
