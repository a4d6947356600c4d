package dev.retort.core.nd4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EmptySource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlgebraSelectionTest {

    @ParameterizedTest
    @ValueSource(strings = {"0.3.21-1.5.8", "0.3.31-1.5.13", "0.3.31", "0.4.0-1.6", "1.0.0-2.0.0", "0.3.100-1.5.13"})
    void acceptsRecentVersions(String version) {
        assertThat(AlgebraSelection.recentEnough(version)).isTrue();
    }

    @ParameterizedTest
    @EmptySource
    @ValueSource(strings = {"0.3.19-1.5.7", "0.3.20-1.5.7", "0.2.22", "0.3", "unknown", "0.3.-31"})
    void refusesOldAndUnreadableVersions(String version) {
        assertThat(AlgebraSelection.recentEnough(version)).isFalse();
    }

    @Test
    void doesNotLoadAnOldVersion() {
        Supplier<DenseAlgebra> mustNotBeCalled = () -> {
            throw new AssertionError("OpenBLAS 0.3.19 was loaded");
        };
        assertWarnsOnce("OpenBLAS 0.3.19-1.5.7 is too old", "0.3.19-1.5.7", mustNotBeCalled);
    }

    @Test
    void distinguishesAMissingOpenBlasFromAnOldOne() {
        Supplier<DenseAlgebra> mustNotBeCalled = () -> {
            throw new AssertionError("OpenBLAS was loaded");
        };
        assertWarnsOnce("OpenBLAS is not on the class path", null, mustNotBeCalled);
        assertWarnsOnce("OpenBLAS has a version that cannot be read, \"0.x\"", "0.x", mustNotBeCalled);
    }

    @Test
    void survivesAMissingLibrary() {
        assertWarnsOnce("no jniopenblas in java.library.path", "0.3.31-1.5.13", () -> {
            throw new UnsatisfiedLinkError("no jniopenblas in java.library.path");
        });
    }

    @Test
    void survivesAMissingClass() {
        assertWarnsOnce("could not be loaded", "0.3.31-1.5.13", () -> {
            throw new NoClassDefFoundError("org/bytedeco/openblas/global/openblas");
        });
    }

    /** The broken routine is right while a dimension is below 80, as broken kernels were for some shapes. */
    @ParameterizedTest
    @EnumSource
    void noticesABrokenRoutine(BrokenAlgebra.Routine routine) {
        assertThat(AlgebraSelfTest.isPassedBy(new BrokenAlgebra(routine, 80))).isFalse();
    }

    @Test
    void fallsBackFromABrokenLibrary() {
        assertWarnsOnce(
                "failed its self-test on this processor;",
                "0.3.31-1.5.13",
                () -> new BrokenAlgebra(BrokenAlgebra.Routine.CONDITION));
        assertWarnsOnce(
                "failed its self-test on this processor (java.lang.ArithmeticException: dsyevd", "0.3.31", () -> {
                    throw new ArithmeticException("dsyevd: no convergence, info 1, order 150");
                });
    }

    @Test
    void choosesTheOpenBlasOfThisBuild() {
        assertThat(AlgebraSelfTest.isPassedBy(new JavaAlgebra())).isTrue();
        assertThat(AlgebraSelfTest.isPassedBy(new OpenBlasAlgebra())).isTrue();
        assertThat(DenseAlgebra.selected()).isInstanceOf(OpenBlasAlgebra.class).isSameAs(DenseAlgebra.selected());
    }

    private static void assertWarnsOnce(String reason, @Nullable String version, Supplier<DenseAlgebra> openBlas) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8)); // the stream of slf4j-simple
        try {
            assertThat(AlgebraSelection.select(version, openBlas)).isExactlyInstanceOf(JavaAlgebra.class);
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("WARN", reason, "org.bytedeco:openblas-platform", "org.bytedeco:javacpp-platform");
    }
}
