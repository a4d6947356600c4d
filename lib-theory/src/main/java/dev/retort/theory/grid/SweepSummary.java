package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The outcome of a sweep, complete or interrupted.
 *
 * @param cells the number of cells of the grid
 * @param before the number of cells that had rows when the sweep began
 * @param now the number of cells that got rows since
 * @param failures the cells that failed, by index; they have no row and are tried again when the sweep is resumed
 * @param dropped the last line that the file had when the sweep began, if it was incomplete or wrong and was dropped: its number
 *     and what was wrong
 */
public record SweepSummary(int cells, int before, int now, List<Failure> failures, Optional<String> dropped) {

    private static final int SHOWN = 20;

    /**
     * Checks the numbers.
     *
     * @param cells the number of cells of the grid
     * @param before the number of cells that had rows when the sweep began
     * @param now the number of cells that got rows since
     * @param failures the cells that failed
     * @param dropped the last line that the file had, if it was dropped
     * @throws IllegalArgumentException if a number is negative, there is no cell, more cells are done and failed than there are, or an
     *     argument is null
     */
    public SweepSummary {
        atLeastOne("cells", cells);
        nonNegative("before", before);
        nonNegative("now", now);
        notNull("failures", failures).forEach(failure -> notNull("failures", failure));
        notNull("dropped", dropped);
        if ((long) before + now + failures.size() > cells) {
            throw refusal(
                    "cells",
                    cells,
                    "is not at least before + now + failures, " + ((long) before + now + failures.size()));
        }
        failures = List.copyOf(failures);
    }

    /**
     * A cell that could not be measured.
     *
     * @param cell its parameters
     * @param reason what was thrown, with its message
     * @param isRefused whether the parameters were refused, with an {@link IllegalArgumentException}
     */
    public record Failure(Cell cell, String reason, boolean isRefused) {

        /**
         * Checks the arguments.
         *
         * @param cell the parameters of the cell
         * @param reason what was thrown, with its message
         * @param isRefused whether the parameters were refused
         * @throws IllegalArgumentException if an argument is null
         */
        public Failure {
            notNull("cell", cell);
            notNull("reason", reason);
        }

        @Override
        public String toString() {
            return cell + ": " + reason;
        }
    }

    /**
     * Whether every cell has its row.
     *
     * @return true if nothing failed and nothing is missing
     */
    public boolean isComplete() {
        return before + now == cells;
    }

    /**
     * Whether the parameters of every cell were refused, so that there are no rows: the fault is then in the grid, not in single cells.
     *
     * @return true if every cell failed, each because its parameters were refused
     */
    public boolean isRefused() {
        return failures.size() == cells && failures.stream().allMatch(Failure::isRefused);
    }

    /**
     * The number of cells that were not measured because the sweep was interrupted.
     *
     * @return the number of cells that neither have a row nor failed
     */
    public int missing() {
        return cells - before - now - failures.size();
    }

    /**
     * Text for a terminal.
     *
     * @return the numbers, the line that was dropped, and the first 20 failures, one per line
     */
    @Override
    public String toString() {
        String numbers = (before + now) + " of " + cells + " cells done, " + now + " of them now; " + failures.size()
                + " failed, " + missing() + " missing";
        String loss =
                dropped.map(line -> "\n  dropped and measured again: " + line).orElse("");
        String more = failures.size() > SHOWN ? "\n  and " + (failures.size() - SHOWN) + " more" : "";
        return numbers
                + loss
                + failures.stream()
                        .limit(SHOWN)
                        .map(failure -> "\n  " + failure)
                        .collect(Collectors.joining())
                + more;
    }
}
