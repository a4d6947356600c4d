package dev.retort.core.nd4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackendTest {

    /** ND4J's own exception, which is nested in a class that cannot be initialised without a backend. */
    private static final class NoAvailableBackendException extends Exception {
        private static final long serialVersionUID = 1;
    }

    /**
     * Failures as ND4J wraps them. The causes were observed on incomplete class paths, and on Java 25 for denied
     * access.
     */
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new RuntimeException(new NoAvailableBackendException()),
                        "No ND4J backend on the class path: add org.nd4j:nd4j-native-platform"),
                Arguments.of(
                        new NoClassDefFoundError("org/nd4j/linalg/factory/Nd4j"),
                        "No ND4J backend on the class path, where org.nd4j.linalg.factory.Nd4j is missing: add org.nd4j"),
                Arguments.of(
                        new RuntimeException(new TypeNotPresentException(
                                "openblas", new ClassNotFoundException("org.bytedeco.openblas.global.openblas"))),
                        "No ND4J backend on the class path, where org.bytedeco.openblas.global.openblas is missing: add"),
                Arguments.of(
                        new RuntimeException(new UnsatisfiedLinkError("no jnind4jcpu in java.library.path: /usr/lib")),
                        "ND4J's backend cannot be loaded, because its native libraries cannot be (no jnind4jcpu in"
                                + " java.library.path: /usr/lib): add org.nd4j:nd4j-native, org.bytedeco:openblas and"
                                + " org.bytedeco:javacpp with the classifier linux-arm64"),
                Arguments.of(
                        new ExceptionInInitializerError(new IllegalCallerException("Illegal native access")),
                        "ND4J's backend cannot be loaded, because native access is denied: run Java with"
                                + " --enable-native-access=ALL-UNNAMED"),
                Arguments.of(
                        new OutOfMemoryError("totalBytes (0 + 8) > maxBytes (1)"),
                        "ND4J's backend cannot be loaded, because memory is exceeded (totalBytes (0 + 8) > maxBytes (1)):"
                                + " allow more by -Xmx, -Dorg.bytedeco.javacpp.maxbytes or"),
                Arguments.of(
                        new NoClassDefFoundError("Could not initialize class org.nd4j.linalg.factory.Nd4j"),
                        "ND4J's backend cannot be loaded: java.lang.NoClassDefFoundError: Could not initialize class"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void statesReasonAndRemedy(Throwable failure, String explanation) {
        assertThat(Backend.explanation(failure, "linux-arm64")).startsWith(explanation);
    }

    @Test
    void namesAPlatformWithoutLibrary() {
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no jniopenblas in java.library.path: /usr/lib");
        assertThat(Backend.explanation(failure, "linux-riscv64"))
                .isEqualTo("ND4J's backend cannot be loaded, because its native libraries cannot be (no jniopenblas in"
                        + " java.library.path: /usr/lib): there are none for this platform, linux-riscv64; predictions need"
                        + " none, and simulations run on Linux and macOS (x86_64, arm64) and on Windows (x86_64)");
    }

    @Test
    void isHere() {
        Backend.require();
        assertThat(NativeMemory.limit()).isPositive();
    }
}
