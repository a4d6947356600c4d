package dev.retort.examples;

import dev.retort.examples.internal.Hidden;
import java.util.List;

/** What no public type may do: Javadoc would mention a type that it does not describe. */
public record Showing(List<Hidden> hidden) {}
