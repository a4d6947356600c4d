package dev.retort.core.nd4j.internal;

import java.io.IOException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, once, whether the OpenBLAS on the class path can be trusted. */
final class AlgebraSelection {

    /**
     * Older versions solve triangular systems and multiply matrices wrongly on processors with AVX-512 (OpenBLAS
     * issues 3454 and 3534). ND4J 1.0.0-M2.1 brings 0.3.19.
     */
    private static final int[] OLDEST = {0, 3, 21};

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(?:\\D.*)?");

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.core.nd4j");

    private AlgebraSelection() {}

    /** Loaded at the first use, which makes the decision. */
    private static final class Holder {
        static final DenseAlgebra ALGEBRA = select(openBlasVersion(), OpenBlasAlgebra::new);
    }

    static DenseAlgebra selected() {
        return Holder.ALGEBRA;
    }

    /**
     * @param version as bytedeco writes it, {@code 0.3.31-1.5.13}, or null if there is no OpenBLAS or it does not state its
     *     version
     * @param openBlas makes the algebra that uses OpenBLAS; may fail to link
     */
    static DenseAlgebra select(@Nullable String version, Supplier<DenseAlgebra> openBlas) {
        DenseAlgebra plainJava = new JavaAlgebra();
        if (version == null) {
            return fallBack(plainJava, "OpenBLAS is not on the class path (no META-INF/maven/org.bytedeco/openblas)");
        }
        if (!VERSION.matcher(version).matches()) {
            return fallBack(plainJava, "OpenBLAS has a version that cannot be read, \"" + version + "\"");
        }
        if (!recentEnough(version)) {
            return fallBack(plainJava, "OpenBLAS " + version + " is too old");
        }
        try {
            DenseAlgebra candidate = openBlas.get();
            if (AlgebraSelfTest.isPassedBy(candidate)) {
                return candidate;
            }
            return fallBack(plainJava, "OpenBLAS " + version + " failed its self-test on this processor");
        } catch (ArithmeticException | IllegalStateException e) { // a routine that gave up
            return fallBack(plainJava, "OpenBLAS " + version + " failed its self-test on this processor (" + e + ")");
        } catch (LinkageError e) { // a library or class is missing or incompatible
            return fallBack(plainJava, "OpenBLAS " + version + " could not be loaded (" + e + ")");
        }
    }

    private static DenseAlgebra fallBack(DenseAlgebra plainJava, String reason) {
        LOGGER.warn(
                "{}; dense algebra runs in plain Java, several times slower. To use OpenBLAS, add"
                        + " org.bytedeco:openblas-platform:0.3.31-1.5.13 and org.bytedeco:javacpp-platform:1.5.13"
                        + " to the build as direct dependencies.",
                reason);
        return plainJava;
    }

    private static @Nullable String openBlasVersion() {
        try {
            return Loader.getVersion("org.bytedeco", "openblas");
        } catch (IOException | LinkageError e) {
            return null;
        }
    }

    static boolean recentEnough(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return false;
        }
        for (int i = 0; i < OLDEST.length; i++) {
            int difference = Integer.compare(Integer.parseInt(matcher.group(i + 1)), OLDEST[i]);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return true;
    }
}
