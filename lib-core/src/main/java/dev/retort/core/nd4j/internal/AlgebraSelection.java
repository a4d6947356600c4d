package dev.retort.core.nd4j.internal;

import dev.retort.core.RandomStreams;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, once, whether the OpenBLAS on the class path can be trusted. */
final class AlgebraSelection {

    /**
     * Before it, OpenBLAS solved triangular systems and multiplied matrices wrongly on processors with AVX-512 (OpenBLAS
     * issues 3454 and 3534). ND4J 1.0.0-M2.1 brings 0.3.19.
     */
    private static final int[] OLDEST = {0, 3, 21};

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(?:\\D.*)?");

    /** Right routines agree to a small multiple of n · 1e-16; wrong ones were off by 1 and more. */
    private static final double AGREEMENT = 1e-10;

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.core.nd4j");

    private AlgebraSelection() {}

    /** Loaded, and so decided, at the first use. */
    private static final class Holder {
        static final DenseAlgebra ALGEBRA = select(openBlasVersion(), OpenBlasAlgebra::new);
    }

    static DenseAlgebra selected() {
        return Holder.ALGEBRA;
    }

    /**
     * @param version as bytedeco counts, {@code 0.3.31-1.5.13}, or null if there is no OpenBLAS, or none that tells
     * @param openBlas makes the algebra that wants OpenBLAS; may fail to link
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
            if (agree(candidate, plainJava)) {
                return candidate;
            }
            return fallBack(plainJava, "OpenBLAS " + version + " failed its self-test on this processor");
        } catch (LinkageError e) { // no library, no class, or one that does not fit
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

    /** Compares two implementations on the smallest shapes at which broken versions of OpenBLAS gave wrong results. */
    static boolean agree(DenseAlgebra candidate, DenseAlgebra reference) {
        RandomGenerator random = RandomStreams.of(20261123).generator();
        return productsAgree(candidate, reference, random)
                && choleskyAgrees(candidate, reference, random)
                && trianglesAgree(candidate, reference, random)
                && inversesAgree(candidate, reference, random)
                && factorsMultiplyBack(candidate, reference, random)
                && eigenvectorsMultiplyBack(candidate, reference, random);
    }

    private static boolean productsAgree(DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        try (OffHeapMatrix a = uniform(102, 83, random);
                OffHeapMatrix b = uniform(276, 102, random);
                OffHeapMatrix actual = OffHeapMatrix.zeros(83, 276);
                OffHeapMatrix expected = OffHeapMatrix.zeros(83, 276)) {
            candidate.addProduct(1, a, true, b, true, actual);
            reference.addProduct(1, a, true, b, true, expected);
            return close(actual, expected);
        }
    }

    private static boolean choleskyAgrees(DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        try (OffHeapMatrix x = uniform(96, 288, random);
                OffHeapMatrix actual = candidate.gramOfRows(x);
                OffHeapMatrix expected = reference.gramOfRows(x)) {
            return candidate.cholesky(actual) > 0 && reference.cholesky(expected) > 0 && close(actual, expected);
        }
    }

    private static boolean trianglesAgree(DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        for (int n = 21; n <= 64; n++) {
            try (OffHeapMatrix lower = uniform(n, n, random);
                    OffHeapMatrix actual = uniform(n, n, random);
                    OffHeapMatrix expected = actual.copy();
                    OffHeapMatrix wide = uniform(n, 2 * n + 1, random);
                    OffHeapMatrix expectedWide = wide.copy()) {
                // A heavy diagonal keeps the condition near 1: what differs is then the routine, not the rounding.
                for (int i = 0; i < n; i++) {
                    lower.pointer().put(i * (n + 1L), 2.0 * n);
                }
                candidate.solveTriangular(lower, n % 2 == 0, actual);
                reference.solveTriangular(lower, n % 2 == 0, expected);
                candidate.multiplyFromLeft(lower, wide);
                reference.multiplyFromLeft(lower, expectedWide);
                if (!close(actual, expected) || !close(wide, expectedWide)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean inversesAgree(DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        int order = 144; // more than the 128, at most, that OpenBLAS takes as one block
        try (OffHeapMatrix actual = uniform(order, order, random)) {
            for (int i = 0; i < order; i++) {
                actual.pointer().put(i * (order + 1L), order / 8.0);
            }
            try (OffHeapMatrix expected = actual.copy()) {
                candidate.invertTriangular(actual);
                reference.invertTriangular(expected);
                return close(actual, expected);
            }
        }
    }

    /** Pivots may differ between implementations, but L Q is W, and W Qᵀ is L, for either. */
    private static boolean factorsMultiplyBack(DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        int rows = 48; // more than one block of LAPACK's, which takes 32
        int columns = 96;
        try (OffHeapMatrix given = uniform(rows, columns, random);
                OffHeapMatrix expected = given.copy();
                OffHeapMatrix factored = given.copy()) {
            RowFactors factors = candidate.factorRows(factored);
            double[] lower = new double[rows * columns];
            for (int i = 0; i < rows; i++) {
                System.arraycopy(factored.row(i), 0, lower, i * columns, i + 1);
                expected.setRow(i, given.row(factors.order(i)));
            }
            try (OffHeapMatrix l = OffHeapMatrix.of(rows, columns, lower);
                    OffHeapMatrix product = l.copy();
                    OffHeapMatrix quotient = expected.copy();
                    OffHeapMatrix ofReference = l.copy()) {
                candidate.rotate(factors, true, product);
                candidate.rotate(factors, false, quotient);
                reference.rotate(factors, true, ofReference);
                return close(product, expected) && close(quotient, l) && close(ofReference, expected);
            }
        }
    }

    private static boolean eigenvectorsMultiplyBack(
            DenseAlgebra candidate, DenseAlgebra reference, RandomGenerator random) {
        int order = 64; // beyond the 25 below which LAPACK does not divide and conquer
        try (OffHeapMatrix x = uniform(order, order, random);
                OffHeapMatrix symmetric = reference.gramOfRows(x)) {
            symmetric.mirrorLower();
            try (OffHeapMatrix vectors = symmetric.copy();
                    OffHeapMatrix product = OffHeapMatrix.zeros(order, order)) {
                double[] eigenvalues = candidate.eigen(vectors);
                double[] scaled = vectors.toArray();
                for (int k = 0; k < scaled.length; k++) {
                    scaled[k] *= eigenvalues[k / order];
                }
                try (OffHeapMatrix weighted = OffHeapMatrix.of(order, order, scaled)) {
                    reference.addProduct(1, vectors, true, weighted, false, product);
                }
                return close(product, symmetric);
            }
        }
    }

    private static OffHeapMatrix uniform(int rows, int columns, RandomGenerator random) {
        return OffHeapMatrix.of(
                rows, columns, random.doubles((long) rows * columns, -1, 1).toArray());
    }

    private static boolean close(OffHeapMatrix actual, OffHeapMatrix expected) {
        double[] a = actual.toArray();
        double[] e = expected.toArray();
        for (int i = 0; i < a.length; i++) {
            if (!(Math.abs(a[i] - e[i]) <= AGREEMENT * (1 + Math.abs(e[i])))) {
                return false;
            }
        }
        return true;
    }
}
