package dev.retort.examples.validation;

import dev.retort.examples.validation.Check.Kind;
import dev.retort.examples.validation.Check.Measurement;
import dev.retort.examples.validation.ReferenceTables.Row;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A formula of the library, its source and its checks. Immutable.
 *
 * @param name what it computes
 * @param source the paper and its equation, or "derived" and the document that derives it
 * @param types the classes that compute it
 * @param checks its checks
 */
record Formula(String name, String source, List<Class<?>> types, List<Check> checks) {

    /** 997 of 1000 measurements are within three standard errors of what they measure, and all but one of 15,000 within four. */
    private static final double CHANCE = 4;

    static Formula of(String name, String source, Class<?>... types) {
        return new Formula(name, source, List.of(types), List.of());
    }

    /** Adds a comparison with every row of a table of reference digits. */
    Formula withDigits(String table, double tolerance, BiConsumer<Row, Worst> compare) {
        return with(
                Kind.DIGITS,
                table,
                0,
                tolerance,
                (run, worst) -> run.forEachRow(table, row -> compare.accept(row, worst)));
    }

    /** Adds a comparison with more than one table. */
    Formula withDigitsOf(String tables, double tolerance, Measurement compare) {
        return with(Kind.DIGITS, tables, 0, tolerance, compare);
    }

    /** Adds a comparison with a simulation. */
    Formula withSimulation(String what, Measurement simulate) {
        return with(Kind.SIMULATION, what, 0, CHANCE, simulate);
    }

    /** Adds a measurement of the order in 1/n of the formula's error. */
    Formula withOrder(String what, double order, double tolerance, Measurement measure) {
        return with(Kind.ORDER, what, order, tolerance, measure);
    }

    /** Adds a comparison with numbers that are known by another way. */
    Formula withLimit(String what, double tolerance, Consumer<Worst> compare) {
        return with(Kind.LIMIT, what, 0, tolerance, (run, worst) -> compare.accept(worst));
    }

    /** Roughly how long its checks take, in arbitrary units: trials take much longer than anything else. */
    int cost() {
        return checks.stream()
                .mapToInt(check -> check.kind() == Kind.SIMULATION ? 10 : 1)
                .sum();
    }

    private Formula with(Kind kind, String what, double target, double tolerance, Measurement measurement) {
        Check check = new Check(kind, what, target, tolerance, measurement);
        return new Formula(
                name,
                source,
                types,
                Stream.concat(checks.stream(), Stream.of(check)).toList());
    }
}
