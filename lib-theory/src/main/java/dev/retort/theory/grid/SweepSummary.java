package dev.retort.theory.grid;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How far a sweep came.
 *
 * @param cells the number of cells of the grid
 * @param before how many of them had a row already when the sweep began
 * @param now how many got one
 * @param failures the cells that failed, by index; they have no row, and are tried again when the sweep is resumed
 */
public record SweepSummary(int cells, int before, int now, List<Failure> failures) {

    private static final int SHOWN = 20;

    /**
     * A summary.
     *
     * @param cells the number of cells of the grid
     * @param before how many of them had a row already when the sweep began
     * @param now how many got one
     * @param failures the cells that failed
     */
    public SweepSummary {
        failures = List.copyOf(failures);
    }

    /**
     * A cell that could not be measured.
     *
     * @param cell its parameters
     * @param reason what was thrown, with its message
     */
    public record Failure(Cell cell, String reason) {

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
     * The number of cells that were not tried, because the sweep was interrupted.
     *
     * @return how many have neither a row nor failed
     */
    public int missing() {
        return cells - before - now - failures.size();
    }

    /**
     * The numbers, and the first failures, one a line.
     *
     * @return text for people
     */
    @Override
    public String toString() {
        String numbers = (before + now) + " of " + cells + " cells done, " + now + " of them now; " + failures.size()
                + " failed, " + missing() + " missing";
        String more = failures.size() > SHOWN ? "\n  and " + (failures.size() - SHOWN) + " more" : "";
        return numbers
                + failures.stream()
                        .limit(SHOWN)
                        .map(failure -> "\n  " + failure)
                        .collect(Collectors.joining())
                + more;
    }
}
