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
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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
     * Whether a type computes something: one that is public, but for interfaces, enumerations, exceptions, and records that hold
     * numbers only.
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
                .as("a new formula has to be given an entry in dev.retort.examples.validation")
                .containsAll(FORMULAS);
    }

    @Test
    void theRuleTellsFormulasFromDescriptions() {
        assertThat(FORMULAS)
                .contains(BestRidge.class, ProportionalLimit.class)
                .doesNotContain(Diagnostics.class, Regime.class, Pipeline.class);
        Set<Class<?>> without =
                covered().stream().filter(not(BestRidge.class::equals)).collect(toSet());
        assertThat(without.containsAll(FORMULAS)).isFalse();
    }

    @Test
    void everyEntryHasASourceAndIsHeldAgainstSomethingExact() {
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

    @Test
    void tablesOfOneselfNeedADirectory() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Validation.against(Path.of("nowhere"), true, (name, done) -> {}))
                .withMessage("directory: nowhere is not a directory");
    }
}
