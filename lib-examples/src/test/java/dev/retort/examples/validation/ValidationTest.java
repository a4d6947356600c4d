package dev.retort.examples.validation;

import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.examples.validation.Check.Kind;
import dev.retort.examples.validation.Check.Outcome;
import dev.retort.theory.data.Diagnostics;
import dev.retort.theory.distillation.BestRidge;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.scaling.Regime;
import dev.retort.theory.testtime.ProportionalLimit;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValidationTest {

    private static final String PACKAGES = "dev\\.retort\\.(core\\.equivalent"
            + "|theory\\.(distillation|matrix|scaling|testtime|incontext|progressive|sharpening|planning|data))";

    /** The public types of the packages of formulas that compute something. */
    private static final Set<Class<?>> FORMULAS = new ClassFileImporter()
                    .importUrls(Stream.of(DeterministicEquivalent.class, Distillation.class)
                            .map(type ->
                                    type.getProtectionDomain().getCodeSource().getLocation())
                            .toList())
                    .stream()
                    .filter(type -> type.getPackageName().matches(PACKAGES) && type.isTopLevelClass())
                    .map(JavaClass::reflect)
                    .filter(ValidationTest::computes)
                    .collect(toSet());

    /**
     * Whether a type computes something: all public types do, except interfaces, enumerations, exceptions, and records
     * that only hold numbers.
     */
    private static boolean computes(Class<?> type) {
        boolean concrete = Modifier.isPublic(type.getModifiers())
                && !type.isInterface()
                && !type.isEnum()
                && !Throwable.class.isAssignableFrom(type);
        return concrete
                && (!type.isRecord() || Stream.of(type.getDeclaredMethods()).anyMatch(m -> computes(type, m)));
    }

    private static boolean computes(Class<?> record, Method method) {
        boolean component = Stream.of(record.getRecordComponents())
                .map(RecordComponent::getAccessor)
                .anyMatch(method::equals);
        return Modifier.isPublic(method.getModifiers()) && method.getReturnType() == double.class && !component;
    }

    private static Set<Class<?>> covered() {
        return Validation.formulas().stream()
                .flatMap(formula -> formula.types().stream())
                .collect(toSet());
    }

    @Test
    void everyFormulaHasAnEntry() {
        assertThat(FORMULAS).hasSizeGreaterThan(60);
        assertThat(covered())
                .as("a new formula needs an entry in dev.retort.examples.validation")
                .containsAll(FORMULAS);
    }

    @Test
    void theRuleDistinguishesFormulasFromDescriptions() {
        assertThat(FORMULAS)
                .contains(BestRidge.class, ProportionalLimit.class)
                .doesNotContain(Diagnostics.class, Regime.class, Pipeline.class);
        Set<Class<?>> without =
                covered().stream().filter(not(BestRidge.class::equals)).collect(toSet());
        assertThat(without.containsAll(FORMULAS)).isFalse();
    }

    @Test
    void everyEntryHasASourceAndAnExactComparison() {
        assertThat(Validation.formulas()).allSatisfy(formula -> {
            assertThat(formula.source()).isNotBlank();
            assertThat(formula.checks())
                    .anyMatch(check -> check.kind() == Kind.DIGITS || check.kind() == Kind.LIMIT)
                    .allMatch(check -> check.tolerance() <= (check.kind() == Kind.SIMULATION ? 4 : 0.1));
        });
        assertThat(Validation.formulas()).extracting(Formula::name).doesNotHaveDuplicates();
    }

    @Test
    void whatIsOffFails() {
        assertThat(outcome(1e-13, worst -> worst.compare(1 + 1e-12, 1)).passes())
                .isFalse();
        assertThat(outcome(1e-11, worst -> worst.compare(1 + 1e-12, 1)).passes())
                .isTrue();
        assertThat(outcome(1, worst -> worst.compare(Double.NaN, 1)).passes()).isFalse();
        assertThat(outcome(1, worst -> worst.compare(1e-300, 0)).passes()).isFalse();
        assertThat(outcome(1, worst -> {
                            worst.add(Double.NaN);
                            worst.add(0);
                        })
                        .passes())
                .isFalse();
        assertThat(outcome(1, worst -> {}).passes()).as("nothing was compared").isFalse();
        assertThat(outcome(0, worst -> worst.compare(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY))
                        .passes())
                .isTrue();
    }

    private static Outcome outcome(double tolerance, Consumer<Worst> compare) {
        Check check = new Check(Kind.LIMIT, "", 0, tolerance, (run, worst) -> compare.accept(worst));
        return check.run(new Check.Run(ReferenceTables.shipped(), true));
    }

    /** Runs the digit checks of a table, or of all tables if the name is empty. */
    private static List<Outcome> digits(ReferenceTables tables, String table) {
        Check.Run run = new Check.Run(tables, false);
        return Validation.formulas().stream()
                .flatMap(formula -> formula.checks().stream())
                .filter(check ->
                        check.kind() == Kind.DIGITS && check.what().contains(table.substring(table.indexOf('/') + 1)))
                .map(check -> check.run(run))
                .toList();
    }

    static SortedSet<String> tables() {
        return ReferenceTables.names();
    }

    /** A table that is read may still not be compared; the next test checks this. */
    @Test
    void everyTableIsReadByACheckOfDigits() {
        ReferenceTables shipped = ReferenceTables.shipped();
        assertThat(shipped.unread()).hasSizeGreaterThan(20).isEqualTo(tables());
        assertThat(digits(shipped, "")).allMatch(Outcome::passes);
        assertThat(shipped.unread()).as("tables that no check reads").isEmpty();
    }

    /** The eighth digit of every number of ten digits or more, or else the last digit of every decimal. */
    @ParameterizedTest
    @MethodSource("tables")
    void aWrongDigitInAnyTableIsFound(String table, @TempDir Path directory) throws IOException {
        Path file = directory.resolve(table);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        String right;
        try (InputStream in = Objects.requireNonNull(ReferenceTables.class.getResourceAsStream("reference/" + table))) {
            right = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String wrong = changed(right, "(?<=[\\t /-])[0-9.]{11,}(?=[\\t\\n /e]|$)|0x1\\.[0-9a-f]{8,}", 9);
        wrong = wrong.equals(right) ? changed(right, "(?<=[\\t -])[0-9]+\\.[0-9]+(?=[\\t\\n e]|$)", 100) : wrong;
        assertThat(wrong).isNotEqualTo(right);
        Files.writeString(file, wrong);
        boolean found;
        try {
            found = digits(ReferenceTables.in(directory), table).stream().anyMatch(outcome -> !outcome.passes());
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith(table + ", line ");
            found = true;
        }
        assertThat(found).as(table).isTrue();
    }

    private static String changed(String text, String numbers, int digit) {
        return Pattern.compile(numbers).matcher(text).replaceAll(match -> {
            StringBuilder number = new StringBuilder(match.group());
            int at = Math.min(digit, number.length() - 1);
            at = number.charAt(at) == '.' ? at - 1 : at;
            number.setCharAt(at, number.charAt(at) == '5' ? '6' : '5');
            return number.toString();
        });
    }

    @Test
    void rejectsTablesThatAreNotRead(@TempDir Path directory) throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReferenceTables.in(directory))
                .withMessageStartingWith("directory: " + directory + " has none of the tables [data/npy-files.tsv, ");
        Files.createDirectories(directory.resolve("distillation"));
        Files.writeString(directory.resolve(".hidden"), "");
        Files.writeString(directory.resolve("distillation/chain.tsv"), "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Validation.against(directory, true, (name, done) -> {}))
                .withMessageStartingWith("directory: " + directory
                        + " has a file that no check reads, distillation/chain.tsv; the tables are [");
    }

    @Test
    void ownTablesNeedADirectory() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Validation.against(Path.of("nowhere"), true, (name, done) -> {}))
                .withMessage("directory: nowhere is not a directory");
    }
}
