package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.notNull;
import static java.util.stream.Collectors.joining;

import dev.retort.core.internal.WholeFile;
import dev.retort.examples.validation.Check.Kind;
import dev.retort.examples.validation.Check.Outcome;
import dev.retort.examples.validation.Check.Run;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.Stream;

/**
 * Checks of every formula of the library against reference digits of high precision, simulations, values that are exact at finite size, and
 * limits. Immutable.
 */
public final class Validation {

    private static final String NONE = "—";

    /** A formula and its results, in the order of its checks. */
    private record Finding(Formula formula, List<Outcome> outcomes) {

        Stream<Outcome> of(Kind kind) {
            return outcomes.stream().filter(outcome -> outcome.check().kind() == kind);
        }
    }

    private final List<Finding> findings;

    /** Tables of reference digits that nothing was compared with. */
    private final List<String> unread;

    private Validation(List<Finding> findings, List<String> unread) {
        this.findings = findings;
        this.unread = unread;
    }

    /** Every formula, in the order of the packages. */
    static List<Formula> formulas() {
        return Stream.of(
                        EquivalentFormulas.all(),
                        DistillationFormulas.all(),
                        PlanningFormulas.all(),
                        ScalingFormulas.all(),
                        TestTimeFormulas.all(),
                        InContextFormulas.all(),
                        ProgressiveFormulas.all(),
                        SharpeningFormulas.all(),
                        DataFormulas.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Checks every formula against the digits of the library.
     *
     * @param quick whether to use only a few rows of every table and a few trials
     * @param onFormula called with the name of each formula before it is checked, and with roughly the share of the work that is done, from
     *     0 to 1
     * @return the results
     */
    public static Validation run(boolean quick, ObjDoubleConsumer<? super String> onFormula) {
        return run(new Run(ReferenceTables.shipped(), quick), onFormula);
    }

    /**
     * Checks every formula against other digits.
     *
     * @param directory tables of reference digits, {@code distillation/chains.tsv} and so on; the library's own tables take the place of
     *     missing ones
     * @param quick whether to use only a few rows of every table and a few trials
     * @param onFormula called with the name of each formula before it is checked, and with roughly the share of the work that is done, from
     *     0 to 1
     * @return the results
     * @throws IllegalArgumentException if there is no such directory, or none of the tables in it, or another file; or if a table has no
     *     such columns or rows that a formula refuses
     */
    public static Validation against(Path directory, boolean quick, ObjDoubleConsumer<? super String> onFormula) {
        return run(new Run(ReferenceTables.in(notNull("directory", directory)), quick), onFormula);
    }

    private static Validation run(Run run, ObjDoubleConsumer<? super String> onFormula) {
        notNull("onFormula", onFormula);
        List<Formula> formulas = formulas();
        double whole = formulas.stream().mapToDouble(Formula::cost).sum();
        double done = 0;
        List<Finding> findings = new ArrayList<>();
        for (Formula formula : formulas) {
            onFormula.accept(formula.name(), done / whole);
            findings.add(new Finding(
                    formula,
                    formula.checks().stream().map(check -> check.run(run)).toList()));
            done += formula.cost();
        }
        return new Validation(List.copyOf(findings), List.copyOf(run.tables().unread()));
    }

    /**
     * {@return a line for every check that failed: the formula, the comparison, its error and the tolerance; and one for every table of
     * reference digits that no check reads}
     */
    public List<String> failures() {
        Stream<String> ignored = unread.stream().map(table -> table + ": no check reads this table");
        Stream<String> off = findings.stream()
                .flatMap(finding -> finding.outcomes().stream()
                        .filter(outcome -> !outcome.passes())
                        .map(outcome -> String.format(
                                Locale.ROOT,
                                "%s: %s: %.3g, but %s",
                                finding.formula().name(),
                                outcome.check().what(),
                                outcome.value(),
                                allowed(outcome.check()))));
        return Stream.concat(off, ignored).toList();
    }

    private static String allowed(Check check) {
        return check.kind() == Kind.ORDER
                ? String.format(Locale.ROOT, "%s ± %s is expected", number(check.target()), number(check.tolerance()))
                : String.format(Locale.ROOT, "%.2g is allowed", check.tolerance());
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Integer.toString((int) value) : Double.toString(value);
    }

    /** {@return a sentence with the numbers of formulas, checks and compared values, and of failures} */
    public String summary() {
        long checks = findings.stream()
                .mapToLong(finding -> finding.outcomes().size())
                .sum();
        long numbers = findings.stream()
                .flatMap(finding -> finding.outcomes().stream())
                .mapToLong(Outcome::count)
                .sum();
        int failed = failures().size();
        return findings.size() + " formulas, " + checks + " checks of " + numbers + " numbers: "
                + (failed == 0 ? "all pass" : failed + (failed == 1 ? " fails" : " fail"));
    }

    /**
     * Writes a page, {@code index.html}, and all results as comma-separated values, {@code validation.csv}.
     *
     * @param directory where to write them; created if necessary
     * @param circumstances when, with which version and how this was run, for the page
     * @throws IOException if a file cannot be written
     */
    public void save(Path directory, String circumstances) throws IOException {
        page(notNull("circumstances", circumstances))
                .save(notNull("directory", directory).resolve("index.html"));
        WholeFile.write(directory.resolve("validation.csv"), details().csv());
    }

    private Page page(String circumstances) {
        Page page = Page.of("Validation of the formulas")
                .withParagraph(summary() + ". " + circumstances)
                .withParagraph(
                        "All numbers on this page were computed when it was written. “Worst error” is the largest relative"
                                + " difference from reference digits, which independent programs computed with up to 400"
                                + " digits. “Worst |z|” is the largest difference from a simulation in standard errors,"
                                + " beyond an allowance for finite size: 4/n² where the correction of order 1/n is known,"
                                + " 3/n elsewhere, none where the formula is exact at every size. “Order” is the power of"
                                + " 1/n with which a formula that is a limit approaches the exact value at finite size."
                                + " “Limits” counts comparisons with numbers that are known in closed form or from a direct"
                                + " sum; the next column has the largest relative difference from them. A dash means that"
                                + " there is no such check: exact formulas have no order, and identities are not simulated.")
                .withHeading("Every formula")
                .withRecords(overview());
        List<String> failures = failures();
        if (!failures.isEmpty()) {
            page = page.withHeading("What failed");
            for (String failure : failures) {
                page = page.withParagraph(failure);
            }
        }
        return page.withHeading("Every check").withFoldedTable("All checks, with their tolerances", details());
    }

    private Table overview() {
        Table table = Table.of(
                "formula",
                "verdict",
                "worst error",
                "worst |z|",
                "order",
                "limits",
                "worst of them",
                "computed by",
                "source");
        for (Finding finding : findings) {
            long limits = finding.of(Kind.LIMIT).count();
            boolean passes = finding.outcomes().stream().allMatch(Outcome::passes);
            table = table.withRow(
                    finding.formula().name(),
                    passes ? "passes" : "FAILS",
                    worst(finding, Kind.DIGITS, "%.1e"),
                    worst(finding, Kind.SIMULATION, "%.2f"),
                    worst(finding, Kind.ORDER, "%.2f"),
                    limits == 0 ? NONE : Long.toString(limits),
                    worst(finding, Kind.LIMIT, "%.1e"),
                    finding.formula().types().stream().map(Class::getSimpleName).collect(joining(", ")),
                    finding.formula().source());
        }
        return table;
    }

    private static String worst(Finding finding, Kind kind, String format) {
        return finding.of(kind)
                .map(Outcome::value)
                .reduce((a, b) -> Double.isNaN(a) || a > b ? a : b)
                .map(value -> value == 0 ? "0" : String.format(Locale.ROOT, format, value))
                .orElse(NONE);
    }

    private Table details() {
        Table table = Table.of(
                "formula", "verdict", "kind", "compared with", "numbers", "worst", "expected", "allowed", "source");
        for (Finding finding : findings) {
            for (Outcome outcome : finding.outcomes()) {
                Check check = outcome.check();
                table = table.withRow(
                        finding.formula().name(),
                        outcome.passes() ? "passes" : "FAILS",
                        check.kind().name().toLowerCase(Locale.ROOT),
                        check.what(),
                        outcome.count(),
                        outcome.value(),
                        check.target(),
                        check.tolerance(),
                        finding.formula().source());
            }
        }
        return table;
    }

    @Override
    public String toString() {
        return "Validation[" + summary() + "]";
    }
}
