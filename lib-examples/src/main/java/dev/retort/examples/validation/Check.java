package dev.retort.examples.validation;

import dev.retort.examples.validation.ReferenceTables.Row;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** One check of a formula.
 *
 * @param kind what the formula is compared with
 * @param what a description of the comparison
 * @param target the expected result: 0 for deviations, or the order
 * @param tolerance the largest allowed difference from it
 * @param measurement finds the deviations
 */
record Check(Kind kind, String what, double target, double tolerance, Measurement measurement) {

    /** What a formula can be compared with. */
    enum Kind {
        /** Reference digits; relative errors. */
        DIGITS,
        /** Means of trials; standard errors. */
        SIMULATION,
        /** The exponent k in the distance n^−k from the value that is exact at finite size. */
        ORDER,
        /** Limits and identities: numbers that are known by another way; relative errors. */
        LIMIT
    }

    /** Finds deviations. */
    @FunctionalInterface
    interface Measurement {
        void in(Run run, Worst worst);
    }

    /** The settings of a run.
     *
     * @param tables the reference digits
     * @param quick whether to use only a few rows and trials
     */
    record Run(ReferenceTables tables, boolean quick) {

        /** The rows of a table, or a few that are spread over it. */
        List<Row> rows(String table) {
            List<Row> rows = tables.rows(table);
            int step = quick ? Math.max(1, rows.size() / 4) : 1;
            return IntStream.range(0, rows.size())
                    .filter(i -> i % step == 0)
                    .mapToObj(rows::get)
                    .toList();
        }

        /** Compares the rows of a table, or a few that are spread over it. */
        void forEachRow(String table, Consumer<Row> compare) {
            rows(table).forEach(row -> row.read(compare));
        }

        /** How many trials to run where a thorough check runs the given number. */
        int trials(int thorough) {
            return quick ? Math.max(10, thorough / 20) : thorough;
        }
    }

    /** The result of a check.
     *
     * @param check the check
     * @param value the worst deviation, or the order
     * @param count how many numbers were compared
     */
    record Outcome(Check check, double value, int count) {

        boolean passes() {
            return count > 0 && Math.abs(value - check.target) <= check.tolerance;
        }
    }

    Outcome run(Run run) {
        Worst worst = new Worst();
        measurement.in(run, worst);
        return new Outcome(this, worst.value(), worst.count());
    }
}
