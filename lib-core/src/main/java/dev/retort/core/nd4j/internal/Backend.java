package dev.retort.core.nd4j.internal;

import java.util.Locale;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's backend, which the application chooses and which is loaded when the first array is needed. */
public final class Backend {

    private static final String MISSING = "No ND4J backend on the class path";
    private static final String CANNOT_BE_LOADED = "ND4J's backend cannot be loaded";
    private static final String TO_ADD = "add org.nd4j:nd4j-native-platform, and beside it"
            + " org.bytedeco:openblas-platform and org.bytedeco:javacpp-platform";

    /** The platforms for which ND4J's libraries are published, though its platform artifact does not include them all. */
    private static final Set<String> PLATFORMS = Set.of(
            "linux-x86_64",
            "linux-arm64",
            "linux-armhf",
            "macosx-x86_64",
            "macosx-arm64",
            "windows-x86_64",
            "android-arm",
            "android-arm64",
            "android-x86",
            "android-x86_64");

    private Backend() {}

    /** The JVM tells only the first caller why a class could not be initialised, so the answer is kept. */
    private static final class FirstUse {

        @SuppressWarnings("StaticAssignmentOfThrowable") // The failure of the first use, which tells the cause.
        static final @Nullable Throwable FAILURE = failure();

        private static @Nullable Throwable failure() {
            try {
                Nd4j.getBackend();
                return null;
            } catch (LinkageError | RuntimeException | OutOfMemoryError e) {
                return e;
            }
        }
    }

    /**
     * Requires a backend, before the first array is made.
     *
     * @throws IllegalStateException if there is none on the class path, or if it cannot be loaded: because its native
     *     libraries for this platform are missing, native access is denied, or there is too little memory. The message says
     *     which, and what to do
     */
    public static void require() {
        Throwable failure = FirstUse.FAILURE;
        if (failure != null) {
            throw new IllegalStateException(explanation(failure, platform()), failure);
        }
    }

    /**
     * Why ND4J could not be loaded, and what to do about it.
     *
     * @param platform this platform, as the classifiers of artifacts name it
     */
    static String explanation(Throwable failure, String platform) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                return CANNOT_BE_LOADED + ", because memory is exceeded (" + cause.getMessage()
                        + "): allow more by -Xmx, -Dorg.bytedeco.javacpp.maxbytes or"
                        + " -Dorg.bytedeco.javacpp.maxphysicalbytes";
            }
            if (cause instanceof IllegalCallerException) {
                return CANNOT_BE_LOADED + ", because native access is denied: run Java with"
                        + " --enable-native-access=ALL-UNNAMED";
            }
            if (cause instanceof UnsatisfiedLinkError) {
                return CANNOT_BE_LOADED + ", because its native libraries cannot be (" + firstLine(cause) + "): "
                        + (PLATFORMS.contains(platform)
                                ? "add org.nd4j:nd4j-native, org.bytedeco:openblas and org.bytedeco:javacpp with the"
                                        + " classifier " + platform
                                : "there are none for this platform, " + platform + "; predictions need none, and"
                                        + " simulations run on Linux and macOS (x86_64, arm64) and on Windows (x86_64)");
            }
            if (cause.getClass().getSimpleName().equals("NoAvailableBackendException")) {
                return MISSING + ": " + TO_ADD;
            }
            root = cause;
        }
        boolean isMissing = root instanceof ClassNotFoundException || root instanceof NoClassDefFoundError;
        return isMissing && !firstLine(root).startsWith("Could not initialize")
                ? MISSING + ", where " + firstLine(root).replace('/', '.') + " is missing: " + TO_ADD
                : CANNOT_BE_LOADED + ": " + root;
    }

    /** This platform, as the classifiers of artifacts name it. */
    private static String platform() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) {
            return (System.getProperty("os.name") + " " + System.getProperty("os.arch")).toLowerCase(Locale.ROOT);
        }
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
