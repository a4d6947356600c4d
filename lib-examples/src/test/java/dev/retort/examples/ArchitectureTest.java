package dev.retort.examples;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.retort.core.RandomStreams;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.theory.distillation.Distillation;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** The directions in which the house may lean. */
class ArchitectureTest {

    private static final JavaClasses RETORT = new ClassFileImporter()
            .withImportOption(
                    location -> !location.contains("/test-classes/")) // a profile has them in a place of its own
            .importPackages("dev.retort");

    private static final JavaClasses LIBRARIES = RETORT.that(not(resideInAPackage("dev.retort.examples..")));

    @Test
    void seesAllModules() {
        assertThat(RETORT.contain(DeterministicEquivalent.class)).isTrue();
        assertThat(RETORT.contain(Distillation.class)).isTrue();
        assertThat(RETORT.contain(Main.class)).isTrue();
    }

    @Test
    void examplesRestOnTheoryAndTheoryOnCore() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy("dev.retort.core..")
                .layer("theory")
                .definedBy("dev.retort.theory..")
                .layer("examples")
                .definedBy("dev.retort.examples..")
                .whereLayer("examples")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("theory")
                .mayOnlyBeAccessedByLayers("examples")
                .check(RETORT);
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("dev.retort.(**)").should().beFreeOfCycles().check(RETORT);
    }

    @Test
    void arraysStayWhereArraysBelong() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.retort.core.nd4j..", "dev.retort.theory.matrix..", "dev.retort.theory.simulation..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco.."))
                .check(LIBRARIES);
    }

    @Test
    void assertionsStayInThePackageForTests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.retort.theory.testing..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.assertj..", "dev.retort.theory.testing.."))
                .check(RETORT);
    }

    @Test
    void nativeRoutinesAreCalledThroughOneSeam() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.retort.core.nd4j..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.bytedeco.."))
                .check(RETORT);
    }

    @Test
    void closedFormTheoryDoesNotKnowOfSimulation() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.retort.theory.distillation..",
                        "dev.retort.theory.testtime..",
                        "dev.retort.theory.incontext..",
                        "dev.retort.theory.progressive..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.retort.theory.simulation..", "dev.retort.theory.matrix..", "dev.retort.core.nd4j.."))
                .check(RETORT);
    }

    @Test
    void sweepsRestOnPipelinesAndNothingRestsOnSweeps() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.retort.theory.grid..", "dev.retort.examples..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.retort.theory.grid.."))
                .check(RETORT);
        noClasses()
                .that()
                .resideInAPackage("dev.retort.theory.grid..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.retort.theory.matrix..", "dev.retort.core.nd4j.."))
                .check(RETORT);
    }

    @Test
    void librariesAreQuietAndPrecise() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARIES);
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(RETORT);
    }

    @Test
    void randomnessHasAnExplicitSeedAndOneAlgorithm() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
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

    @Test
    void whatIsPublicIsFinalOrSealed() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
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
