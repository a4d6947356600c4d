package dev.retort.examples;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.retort.core.RandomStreams;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.Parallel;
import dev.retort.examples.internal.Hidden;
import dev.retort.theory.distillation.Distillation;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which package may depend on which. A rule lists its exceptions rather than the packages that it covers, so that a new package is
 * covered at once.
 */
class ArchitectureTest {

    /** The main code of the modules, located by one class of each. */
    private static final JavaClasses RETORT = new ClassFileImporter()
            .importUrls(Stream.of(DeterministicEquivalent.class, Distillation.class, Retort.class)
                    .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                    .toList());

    private static final JavaClasses LIBRARIES = RETORT.that(not(resideInAPackage("dev.retort.examples..")));

    /** The packages in order: each may depend only on those before it. */
    private static final List<String> PICTURE = List.of(
            "core",
            "core.spectrum",
            "core.equivalent",
            "core.nd4j",
            "theory.distillation",
            "theory.matrix",
            "theory.planning",
            "theory.scaling",
            "theory.testtime",
            "theory.incontext",
            "theory.progressive",
            "theory.sharpening",
            "theory.data",
            "theory.simulation",
            "theory.simulation.neural",
            "theory.grid",
            "theory.report",
            "theory.testing",
            "examples.validation",
            "examples",
            "examples.benchmark",
            "examples.spark");

    /** The packages that may use ND4J's arrays and OpenBLAS's memory. */
    private static final String[] OF_ARRAYS = {
        "dev.retort.core.nd4j..",
        "dev.retort.theory.matrix..",
        "dev.retort.theory.incontext..",
        "dev.retort.theory.data..",
        "dev.retort.theory.simulation.."
    };

    @Test
    void seesAllModulesAndNoTests() {
        assertThat(RETORT.contain(DeterministicEquivalent.class)).isTrue();
        assertThat(RETORT.contain(Distillation.class)).isTrue();
        assertThat(RETORT.contain(Retort.class)).isTrue();
        assertThat(RETORT.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void everyPackageHasAPlaceInTheOrder() {
        Set<String> found = RETORT.stream().map(ArchitectureTest::room).collect(Collectors.toSet());
        assertThat(PICTURE).as("a new package needs a place in this order").containsAll(found);
    }

    @Test
    void packagesDependOnlyOnEarlierOnes() {
        classes()
                .should(new ArchCondition<>("depend on packages below only") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getDirectDependenciesFromSelf().stream()
                                .filter(arrow ->
                                        arrow.getTargetClass().getPackageName().startsWith("dev.retort."))
                                .filter(arrow -> place(arrow.getTargetClass()) > place(type))
                                .forEach(arrow ->
                                        events.add(SimpleConditionEvent.violated(type, arrow.getDescription())));
                    }
                })
                .check(RETORT);
    }

    private static int place(JavaClass type) {
        return PICTURE.indexOf(room(type.getBaseComponentType()));
    }

    /** The package below "dev.retort"; an internal package counts as its parent. */
    private static String room(JavaClass type) {
        return type.getPackageName().replaceFirst("^dev\\.retort\\.", "").replaceFirst("\\.internal(\\..*)?$", "");
    }

    @Test
    void packagesHaveNoCyclicDependencies() {
        slices().matching("dev.retort.(**)").should().beFreeOfCycles().check(RETORT);
    }

    private static final ArchRule INTERNAL_STAYS_INSIDE = classes()
            .that()
            .resideOutsideOfPackage("..internal..")
            .should(new ArchCondition<>("not expose internal types") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (isShown(type)) {
                        Stream<JavaClass> parents =
                                Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream());
                        Stream<JavaClass> members = type.getMembers().stream()
                                .filter(member -> isShown(member.getModifiers()))
                                .flatMap(ArchitectureTest::signature);
                        Stream.concat(parents, members)
                                .filter(resideInAPackage("..internal.."))
                                .forEach(shown -> events.add(SimpleConditionEvent.violated(
                                        type, type.getName() + " shows " + shown.getName())));
                    }
                }
            });

    @Test
    void noPublicSignatureHasAnInternalType() {
        INTERNAL_STAYS_INSIDE.check(LIBRARIES);
    }

    @Test
    void findsASignatureWithAnInternalType() {
        assertThat(INTERNAL_STAYS_INSIDE
                        .evaluate(new ClassFileImporter().importClasses(Showing.class, Hidden.class))
                        .hasViolation())
                .isTrue();
    }

    private static boolean isShown(JavaClass type) {
        return isShown(type.getModifiers())
                && type.getEnclosingClass().map(ArchitectureTest::isShown).orElse(true);
    }

    private static boolean isShown(Set<JavaModifier> modifiers) {
        return modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED);
    }

    /** All types in the signature of a field, a method or a constructor. */
    private static Stream<JavaClass> signature(JavaMember member) {
        return member.getAllInvolvedRawTypes().stream().map(JavaClass::getBaseComponentType);
    }

    @Test
    void onlyArrayPackagesUseArrays() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OF_ARRAYS)
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco.."))
                .check(LIBRARIES);
    }

    @Test
    void closedFormsDoNotDependOnSimulation() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OF_ARRAYS)
                .and()
                .resideOutsideOfPackages("dev.retort.theory.grid..", "dev.retort.theory.testing..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(OF_ARRAYS))
                .check(LIBRARIES);
        noClasses()
                .that()
                .resideInAPackage("dev.retort.theory.grid..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.retort.theory.matrix..", "dev.retort.core.nd4j.."))
                .check(RETORT);
    }

    @Test
    void onlyTheTestingPackageUsesAssertJ() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.retort.theory.testing..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.assertj..", "dev.retort.theory.testing.."))
                .check(RETORT);
    }

    @Test
    void onlyTheReportPackageDraws() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.retort.theory.report..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.awt..", "javax.imageio.."))
                .check(RETORT);
        noClasses()
                .that()
                .resideInAPackage("dev.retort.theory.report..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.retort.theory..")
                        .and(not(resideInAPackage("dev.retort.theory.report.."))))
                .check(RETORT);
    }

    @Test
    void nativeRoutinesAreCalledFromOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.retort.core.nd4j..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.bytedeco.."))
                .check(RETORT);
    }

    @Test
    void librariesAreQuietAndPrecise() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARIES);
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(RETORT);
    }

    @Test
    void randomNumbersHaveAnExplicitSeedAndOneAlgorithm() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Random.class, SecureRandom.class, ThreadLocalRandom.class)
                .orShould()
                .dependOnClassesThat(
                        resideInAnyPackage("org.apache.commons.math3.random..", "org.nd4j.linalg.api.rng.."))
                .orShould()
                .callMethod(Math.class, "random")
                .check(RETORT);
        noClasses()
                .that()
                .doNotBelongToAnyOf(RandomStreams.class)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(RandomGeneratorFactory.class, SplittableRandom.class)
                .orShould()
                .callMethodWhere(target(name("nextGaussian"))) // other digits on another JDK
                .check(RETORT);
    }

    /** Elsewhere an exception of another thread would arrive as a copy with another message. */
    @Test
    void whatRunsOnAllProcessorsKeepsItsExceptions() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Parallel.class)
                .should()
                .callMethodWhere(target(nameMatching("parallel.*")).and(target(owner(resideInAPackage("java.util..")))))
                .check(RETORT);
    }

    @Test
    void publicTypesAreFinalOrSealed() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
                .and()
                .resideOutsideOfPackage("..internal..")
                .should(new ArchCondition<>("be final or sealed") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean closed = type.getModifiers().contains(JavaModifier.FINAL)
                                || type.reflect().isSealed();
                        events.add(new SimpleConditionEvent(type, closed, type.getName() + " is open to subclasses"));
                    }
                })
                .check(LIBRARIES);
    }
}
