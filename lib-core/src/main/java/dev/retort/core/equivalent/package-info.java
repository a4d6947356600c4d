/**
 * Deterministic equivalents: the numbers that a spectrum and a sample size determine, and that stand in for a random design
 * in every high-dimensional risk.
 */
@NullMarked
package dev.retort.core.equivalent;

import org.jspecify.annotations.NullMarked;
