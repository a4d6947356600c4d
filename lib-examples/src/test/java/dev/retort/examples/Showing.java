package dev.retort.examples;

import dev.retort.examples.internal.Hidden;
import java.util.List;

/** Breaks the rule that public types expose no internal ones, which the Javadoc leaves out. */
public record Showing(List<Hidden> hidden) {}
