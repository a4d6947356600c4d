package dev.retort.core.nd4j;

import org.nd4j.linalg.factory.Nd4j;

/** ND4J's backend, which the application chooses and this library does without until an array is asked for. */
public final class Backend {

    private Backend() {}

    /**
     * Requires a backend, before the first array is made.
     *
     * @throws IllegalStateException if none is on the class path, with what to add
     */
    public static void require() {
        try {
            Nd4j.getBackend();
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "No ND4J backend on the class path: add org.nd4j:nd4j-native-platform, and beside it"
                            + " org.bytedeco:openblas-platform and org.bytedeco:javacpp-platform",
                    e);
        }
    }
}
