package dev.retort.examples;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Shared by all commands: the version, the names of options in messages, paths, and whether results were written. */
final class Commands {

    private static final int FAILED = 1;

    private Commands() {}

    /** {@return the version in the manifest} */
    static String version() {
        return Optional.ofNullable(Commands.class.getPackage().getImplementationVersion())
                .orElse("development build");
    }

    /** Runs work for an option; exceptions about an argument then name the option instead. */
    static <T> T naming(String argument, String option, Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith(argument + ":")) {
                throw e;
            }
            throw new IllegalArgumentException(option + message.substring(argument.length()), e);
        }
    }

    /** {@return the path of a name} Rejects names that are not valid paths on this system. */
    static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            Charset locale = locale();
            throw new IllegalArgumentException(
                    isLost(name, locale) ? lost(name, locale) : "\"" + name + "\" is not a path: " + e.getReason(), e);
        }
    }

    /** The encoding of arguments and of names of files. */
    static Charset locale() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    }

    /**
     * Whether characters of an argument were lost: Java puts U+FFFD in place of a byte that the encoding does not have.
     */
    static boolean isLost(String argument, Charset locale) {
        return argument.indexOf('\uFFFD') >= 0 && !locale.newEncoder().canEncode('\uFFFD');
    }

    static String lost(String argument, Charset locale) {
        return "\"" + argument.replace('\uFFFD', '?') + "\" has characters that the encoding of this locale, " + locale
                + ", cannot express; set LC_ALL to one of UTF-8, such as C.UTF-8";
    }

    /** {@return the exit code of a command that ends with the given one, or 1 if some of its results were lost} */
    static int ended(int code, PrintStream out, PrintStream err) {
        if (!out.checkError()) {
            return code;
        }
        err.println(
                "The results could not be written to the standard output: the disk is full, or what read them has ended.");
        return code == 0 ? FAILED : code;
    }
}
