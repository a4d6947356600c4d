package dev.retort.theory.data;

import java.io.IOException;

/** Thrown when the content of a file is not a table of numbers. The message says where, and what to do about it. */
public final class TableFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    TableFormatException(String message) {
        super(message);
    }

    TableFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
