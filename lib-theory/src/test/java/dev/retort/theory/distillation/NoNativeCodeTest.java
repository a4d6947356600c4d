package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The closed-form theory works where neither ND4J nor OpenBLAS is on the class path. */
class NoNativeCodeTest {

    @Test
    void aRiskIsComputedWithoutNd4j() throws Exception {
        try (URLClassLoader bare = new URLClassLoader(classPathWithoutNd4j(), ClassLoader.getPlatformClassLoader())) {
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> bare.loadClass("org.nd4j.linalg.api.ndarray.INDArray"));
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> bare.loadClass("org.bytedeco.javacpp.Loader"));
            Object risk = ((Callable<?>) bare.loadClass(Risk.class.getName())
                            .getDeclaredConstructor()
                            .newInstance())
                    .call();
            assertThat((Double) risk).isEqualTo(new Risk().call());
        }
    }

    private static URL[] classPathWithoutNd4j() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.contains("nd4j") && !entry.contains("bytedeco") && !entry.contains("javacpp")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }

    /** What a user computes. */
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
                    .gain();
        }
    }
}
