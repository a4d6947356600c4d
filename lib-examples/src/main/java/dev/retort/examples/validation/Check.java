package dev.retort.examples.validation;

import dev.retort.examples.validation.ReferenceTables.Row;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One thing that is checked of a formula.
 *
 * @param kind against what
 * @param what what is compared
 * @param target what the number that is measured should be: 0 for deviations, or the expected order
 * @param tolerance how far it may be off
 * @param measurement what finds the deviations
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
        /** Limits and identities: numbers that are known otherwise; relative errors. */
        LIMIT
    }

    /** Finds deviations. */
    @FunctionalInterface
    interface Measurement {
        void in(Run run, Worst worst);
    }

    /**
     * What a check may use.
     *
     * @param tables the reference digits
     * @param quick whether a few rows and trials will do
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

        /** How many trials are run of those that a thorough check takes. */
        int trials(int thorough) {
            return quick ? Math.max(10, thorough / 20) : thorough;
        }
    }

    /**
     * What was found.
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
