/**
 * Deterministic equivalents: the numbers, determined by a spectrum and a sample size, that replace a random design in every
 * high-dimensional risk.
 */
@NullMarked
package dev.retort.core.equivalent;

import org.jspecify.annotations.NullMarked;
