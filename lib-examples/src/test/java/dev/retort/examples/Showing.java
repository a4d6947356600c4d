package dev.retort.examples;

import dev.retort.examples.internal.Hidden;
import java.util.List;

/** Violates the rule that public types expose no internal types, which the Javadoc omits. */
public record Showing(List<Hidden> hidden) {}
