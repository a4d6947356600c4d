package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.ParameterGrid;
import dev.retort.theory.incontext.AttentionDistillation;
import dev.retort.theory.incontext.Kernel;
import dev.retort.theory.incontext.Mmd;
import dev.retort.theory.progressive.BooleanFunction;
import dev.retort.theory.progressive.DistillationLoss;
import dev.retort.theory.progressive.FourierGap;
import dev.retort.theory.progressive.SupportRecovery;
import dev.retort.theory.progressive.ThresholdUnit;
import dev.retort.theory.simulation.Pretraining;
import dev.retort.theory.simulation.PromptTrials;
import dev.retort.theory.simulation.Trials;
import dev.retort.theory.testtime.InContextTask;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import dev.retort.theory.testtime.TestTimeTraining;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The closed-form theory works without ND4J and OpenBLAS on the class path. */
class NoNativeCodeTest {

    @ParameterizedTest
    @ValueSource(classes = {Risk.class, Step.class, Cell.class, Parity.class, Prompt.class})
    void theoryIsComputedWithoutNd4j(Class<? extends Callable<Double>> use) throws Exception {
        try (URLClassLoader bare = classPathWithout("nd4j", "bytedeco", "javacpp")) {
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> bare.loadClass("org.nd4j.linalg.api.ndarray.INDArray"));
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> bare.loadClass("org.bytedeco.javacpp.Loader"));
            Object bareResult = ((Callable<?>) bare.loadClass(use.getName())
                            .getDeclaredConstructor()
                            .newInstance())
                    .call();
            assertThat((Double) bareResult)
                    .isEqualTo(use.getDeclaredConstructor().newInstance().call());
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Measured.class, Prompts.class, Weights.class})
    void simulationSaysThatItNeedsABackend(Class<? extends Callable<Double>> use) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader whole = thread.getContextClassLoader(); // which ND4J searches for backends
        try (URLClassLoader bare = classPathWithout("nd4j-native")) {
            thread.setContextClassLoader(bare);
            Callable<?> call = (Callable<?>)
                    bare.loadClass(use.getName()).getDeclaredConstructor().newInstance();
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatIllegalStateException()
                        .isThrownBy(call::call)
                        .withMessageStartingWith(
                                "No ND4J backend on the class path: add org.nd4j:nd4j-native-platform");
            }
        } finally {
            thread.setContextClassLoader(whole);
        }
    }

    /** Runs with only the jars that the theory needs. */
    @ParameterizedTest
    @ValueSource(classes = {Measured.class, Prompts.class, Weights.class})
    void simulationSaysThatItNeedsNd4j(Class<? extends Callable<Double>> use) throws Exception {
        try (URLClassLoader bare = classPathWithout("nd4j", "bytedeco", "javacpp")) {
            Callable<?> call = (Callable<?>)
                    bare.loadClass(use.getName()).getDeclaredConstructor().newInstance();
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatIllegalStateException()
                        .isThrownBy(call::call)
                        .withMessageStartingWith(
                                "No ND4J backend on the class path, where org.nd4j.linalg.factory.Nd4j is"
                                        + " missing: add org.nd4j:nd4j-native-platform");
            }
        }
    }

    private static URLClassLoader classPathWithout(String... parts) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Stream.of(parts).noneMatch(entry::contains)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** A user's computation. */
    public static final class Risk implements Callable<Double> {

        /** Loaded by name. */
        public Risk() {}

        @Override
        public Double call() {
            return Distillation.of(RegressionTask.of(Spectrum.powerLaw(2.0, 50), Signal.sourcePowerLaw(1.5))
                            .withNoise(0.1))
                    .surrogate(Surrogate.optimal())
                    .target(Training.samples(20))
                    .againstStrongLabels()
                    .advantage();
        }
    }

    /** A computation with matrices. */
    public static final class Step implements Callable<Double> {

        /** Loaded by name. */
        public Step() {}

        @Override
        public Double call() {
            double[][] covariance = {{1, 0.5}, {0.5, 2}};
            LinearAttention start = LinearAttention.pretrained(TaskPrior.of(covariance, covariance), 8);
            return TestTimeTraining.of(InContextTask.of(covariance, 1, -1), start, 8)
                    .predict()
                    .loss(5);
        }
    }

    /** Cells of a sweep that only predicts. */
    public static final class Cell implements Callable<Double> {

        /** Loaded by name. */
        public Cell() {}

        @Override
        public Double call() {
            RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 50), Signal.sourcePowerLaw(1.5));
            return GridStudy.predicting(
                            ParameterGrid.of("samples", 10, 20),
                            cell -> Distillation.of(task).target(Training.samples(cell.get("samples"))))
                    .measure(1)
                    .results()[0];
        }
    }

    /** Trials need arrays. */
    public static final class Measured implements Callable<Double> {

        /** Loaded by name. */
        public Measured() {}

        @Override
        public Double call() {
            RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 5), Signal.sourcePowerLaw(1.5));
            return Distillation.of(task)
                    .target(Training.samples(3))
                    .simulate(Trials.of(2))
                    .mean();
        }
    }

    /** A computation with parities and their losses. */
    public static final class Parity implements Callable<Double> {

        /** Loaded by name. */
        public Parity() {}

        @Override
        public Double call() {
            FourierGap gap = FourierGap.of(20, 4);
            double loss = DistillationLoss.of(2).value(new double[] {1, 0}, new double[] {0, 2});
            BooleanFunction unit = BooleanFunction.of(4, ThresholdUnit.of(4, 0)::value);
            return SupportRecovery.oneShot(gap).hoeffdingSamples(0.1) + loss + unit.coefficient(1);
        }
    }

    /** Attention to a prompt of plain arrays. */
    public static final class Prompt implements Callable<Double> {

        /** Loaded by name. */
        public Prompt() {}

        @Override
        public Double call() {
            double[][] keys = {{1, 0}, {0, 1}};
            double[][] values = {{1}, {2}};
            AttentionDistillation prompt = AttentionDistillation.of(keys, values);
            return prompt.attention(new double[] {1, 1})[0]
                    + prompt.limit().norm()
                    + Mmd.of(Kernel.gaussian(1)).distance(keys, new double[][] {{1, 1}});
        }
    }

    /** Simulated prompts need arrays. */
    public static final class Prompts implements Callable<Double> {

        /** Loaded by name. */
        public Prompts() {}

        @Override
        public Double call() {
            TestTimeTraining training = TestTimeTraining.of(InContextTask.isotropic(2, 1), LinearAttention.zero(2), 3);
            return training.simulate(PromptTrials.of(1, Trials.of(2))).loss(0).mean();
        }
    }

    /** Pre-training needs arrays. */
    public static final class Weights implements Callable<Double> {

        /** Loaded by name. */
        public Weights() {}

        @Override
        public Double call() {
            return Pretraining.of(TaskPrior.isotropic(2, 1), 3).run().weight(0, 0);
        }
    }
}
