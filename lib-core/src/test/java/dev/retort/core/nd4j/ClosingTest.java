package dev.retort.core.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.internal.JavaAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.nd4j.internal.RowFactors;
import dev.retort.core.spectrum.Spectrum;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Objects with native memory are safe to call when they are closed, in any thread, and free their memory when a call
 * fails.
 */
class ClosingTest {

    private static final int SAMPLES = 6;
    private static final int FEATURES = 9;
    private static final Spectrum EVALUATION = Spectrum.powerLaw(1, FEATURES);
    private static final double[] TRUTH = new double[FEATURES];

    private static INDArray features(int samples, int features) {
        double[] entries = StandardNormal.sample(
                samples * features, RandomStreams.of(samples).generator());
        return Nd4j.create(entries, new long[] {samples, features}, 'c');
    }

    private static INDArray truth() {
        return Nd4j.ones(DataType.DOUBLE, FEATURES);
    }

    /** Every public method by name. */
    private static Map<String, ThrowingCallable> calls(FactoredRegression regression, int samples) {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("solve(double[])", () -> regression.solve(new double[samples]));
        calls.put("solve(INDArray)", () -> regression.solve(Nd4j.ones(DataType.DOUBLE, samples)));
        calls.put("predict", () -> regression.predict(TRUTH));
        calls.put("signAverage", () -> regression.signAverage(EVALUATION));
        calls.put("signAverages", () -> regression.signAverages(EVALUATION, 1, 2));
        calls.put("beginning", () -> regression.beginning(1));
        calls.put("method", regression::method);
        calls.put("reciprocalCondition", regression::reciprocalCondition);
        calls.put("samples", regression::samples);
        calls.put("features", regression::features);
        calls.put("teach", () -> SignAveragedModel.fixed(TRUTH).teach(regression, 1, TRUTH, 0.1));
        calls.put("teach on average", () -> {
            try (AveragedModel teacher = AveragedModel.fixed(truth())) {
                teacher.teach(regression, 0.5, truth(), 0.1).close();
            }
        });
        return calls;
    }

    @Test
    void knowsAllCalls() {
        assertThat(publicMethods(FactoredRegression.class))
                .containsExactlyInAnyOrder(
                        "solve",
                        "predict",
                        "signAverage",
                        "signAverages",
                        "beginning",
                        "method",
                        "reciprocalCondition",
                        "samples",
                        "features");
        assertThat(publicMethods(ExplicitFit.class)).containsExactlyInAnyOrder("solve", "samples", "features");
        assertThat(publicMethods(AveragedModel.class))
                .containsExactlyInAnyOrder("teach", "excessRisk", "noiseRisk", "mean", "close");
    }

    private static List<String> publicMethods(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !name.equals("toString")) // which reads no memory that is closed
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void aClosedRegressionRefusesEveryCall(double ridge) {
        FactoredRegression regression = FactoredRegression.of(features(SAMPLES, FEATURES), ridge);
        FactoredRegression some =
                FactoredRegression.of(features(SAMPLES, FEATURES), new int[] {0, 2, 3, 4, 5, 6, 8}, ridge);
        FactoredRegression beginning = regression.beginning(SAMPLES - 1);
        regression.close();
        regression.close(); // does nothing
        some.close();
        calls(regression, SAMPLES).forEach((name, call) -> refuses(name, call));
        calls(some, SAMPLES).forEach((name, call) -> refuses(name, call));
        calls(beginning, SAMPLES - 1).forEach((name, call) -> refuses("beginning: " + name, call));
        beginning.close();
    }

    private static void refuses(String name, ThrowingCallable call) {
        assertThatIllegalStateException().as(name).isThrownBy(call).withMessage("FactoredRegression is closed");
    }

    @Test
    void aClosedExplicitFitRefusesEveryCall() {
        ExplicitFit fit = ExplicitFit.of(features(SAMPLES, FEATURES), features(FEATURES, SAMPLES));
        fit.close();
        fit.close(); // does nothing
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> fit.solve(new double[SAMPLES]),
                fit::samples,
                fit::features,
                () -> SignAveragedModel.fixed(TRUTH).teach(fit, 1, TRUTH, 0.1))) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("ExplicitFit is closed");
        }
    }

    @Test
    void aClosedModelRefusesEveryCall() {
        Covariance covariance = Covariance.diagonal(EVALUATION);
        try (FactoredRegression regression = FactoredRegression.of(features(SAMPLES, FEATURES), 0);
                AveragedModel fixed = AveragedModel.fixed(truth())) {
            AveragedModel taught = fixed.teach(regression, 1, truth(), 0.1);
            taught.close();
            taught.close(); // does nothing
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> taught.teach(regression, 1, truth(), 0.1),
                    () -> taught.excessRisk(covariance, truth()),
                    () -> taught.noiseRisk(covariance),
                    taught::mean)) {
                assertThatIllegalStateException().isThrownBy(call).withMessage("AveragedModel is closed");
            }
        }
    }

    @Test
    void aClosedArrayIsNotRead() {
        INDArray features = features(SAMPLES, FEATURES);
        try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
            features.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> regression.predict(TRUTH))
                    .withMessage("An array was closed before the matrix or fit that reads its memory");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FactoredRegression.of(features, 0))
                    .withMessage("features: an array is closed");
        }
    }

    @Test
    void aClosedMatrixRefusesItsEntries() {
        OffHeapMatrix matrix = OffHeapMatrix.identity(3);
        OffHeapMatrix rows = matrix.leadingRows(2);
        matrix.close();
        matrix.close(); // does nothing
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                matrix::toArray,
                matrix::copy,
                matrix::transposed,
                matrix::sumOfSizes,
                matrix::lowerTriangle,
                () -> matrix.row(0),
                () -> matrix.at(0, 0),
                () -> matrix.scale(1),
                () -> matrix.toNd4j(9),
                () -> matrix.set(new double[9]),
                () -> rows.row(0))) {
            assertThatIllegalStateException().isThrownBy(call);
        }
    }

    /**
     * An object may be closed at any time during calls of another thread, which either get their result or an
     * exception.
     */
    @Test
    void anotherThreadMayClose() throws InterruptedException {
        INDArray features = features(60, FEATURES);
        AtomicInteger results = new AtomicInteger();
        AtomicInteger refusals = new AtomicInteger();
        for (int run = 0; run < 60; run++) {
            FactoredRegression regression = FactoredRegression.of(features, 0);
            double[] expected = regression.solve(new double[60]);
            Thread user = new Thread(() -> {
                try {
                    while (true) {
                        assertThat(regression.solve(new double[60])).containsExactly(expected);
                        regression.signAverage(EVALUATION);
                        results.incrementAndGet();
                    }
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessage("FactoredRegression is closed");
                    refusals.incrementAndGet();
                }
            });
            user.start();
            Thread.sleep(run % 5);
            regression.close();
            user.join();
        }
        assertThat(refusals).hasValue(60);
        assertThat(results.get()).isPositive();
    }

    /** Counts operations down, and then fails once. */
    private static final class FailingAlgebra extends JavaAlgebra {

        private int left;

        private void step() {
            if (left-- == 0) {
                throw new OutOfMemoryError("for the test");
            }
        }

        @Override
        public void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c) {
            step();
            super.addGramOfRows(x, c);
        }

        @Override
        public void addProduct(
                double factor,
                OffHeapMatrix a,
                boolean transposeA,
                OffHeapMatrix b,
                boolean transposeB,
                OffHeapMatrix c) {
            step();
            super.addProduct(factor, a, transposeA, b, transposeB, c);
        }

        @Override
        public double cholesky(OffHeapMatrix symmetric) {
            step();
            return super.cholesky(symmetric);
        }

        @Override
        public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
            step();
            super.solveTriangular(lower, transposed, vectors);
        }

        @Override
        public void invertTriangular(OffHeapMatrix lower) {
            step();
            super.invertTriangular(lower);
        }

        @Override
        public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
            step();
            super.multiplyFromLeft(lower, b);
        }

        @Override
        public RowFactors factorRows(OffHeapMatrix w) {
            step();
            return super.factorRows(w);
        }

        @Override
        public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
            step();
            super.rotate(factors, transposed, vectors);
        }
    }

    /**
     * Fails at the first step, then at the second, and so on until nothing fails, on every path of the factorisations.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {"wide", "wide, ridge", "tall", "tall, ridge", "singular", "singular, ridge", "some", "huge"})
    void failedCallsKeepNoNativeMemory(String kind) {
        int p = 60;
        INDArray x = features(kind.startsWith("tall") ? 80 : 45, p);
        if (kind.startsWith("singular")) {
            x.putRow(1, x.getRow(0).dup());
        }
        if (kind.equals("huge")) {
            x.muli(1e150);
        }
        boolean seesSome = kind.equals("some") || kind.equals("huge");
        int[] seen = IntStream.range(3, 58).toArray();
        double ridge = kind.endsWith("ridge") ? 0.1 : 0;
        double[] labels = new double[Math.toIntExact(x.size(0))];
        Spectrum evaluation = Spectrum.powerLaw(1, p);
        double[] truth = new double[p];
        INDArray truthArray = Nd4j.ones(DataType.DOUBLE, p);
        FailingAlgebra algebra = new FailingAlgebra();
        int failures = 0;
        boolean failed = true;
        while (failed) {
            algebra.left = failures;
            long before = Pointer.totalBytes();
            failed = false;
            try (FactoredRegression regression = FactoredRegression.of(algebra, x, seesSome ? seen : null, ridge)) {
                regression.solve(labels);
                regression.signAverages(evaluation, 2, labels.length);
                SignAveragedModel.fixed(truth).teach(regression, 1, truth, 0.1);
                try (AveragedModel teacher = AveragedModel.fixed(truthArray);
                        AveragedModel student = teacher.teach(regression, 0.5, truthArray, 0.1);
                        AveragedModel next = student.teach(regression, 0.5, truthArray, 0.1)) {
                    next.noiseRisk(Covariance.diagonal(evaluation));
                }
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessage("for the test");
                failed = true;
                failures++;
            }
            // A vector has at least 360 bytes; ND4J keeps about ten bytes for each array that it has created.
            assertThat(Pointer.totalBytes() - before).as("failure %d", failures).isLessThan(300);
        }
        assertThat(failures).isGreaterThan(15);
    }

    @Test
    void aFailedUseLeavesTheRegressionUsable() {
        FailingAlgebra algebra = new FailingAlgebra();
        algebra.left = Integer.MAX_VALUE;
        try (FactoredRegression regression = FactoredRegression.of(algebra, features(SAMPLES, FEATURES), null, 0)) {
            algebra.left = 1;
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> regression.solve(new double[SAMPLES]));
            assertThatCode(() -> regression.solve(new double[SAMPLES])).doesNotThrowAnyException();
        }
    }
}
