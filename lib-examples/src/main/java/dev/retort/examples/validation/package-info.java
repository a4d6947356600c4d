/**
 * What vouches for the formulas: {@link dev.retort.examples.validation.Validation} computes each of them again, holds it against
 * reference digits, simulation and what is known of its limits, and writes down how far off it was.
 */
@NullMarked
package dev.retort.examples.validation;

import org.jspecify.annotations.NullMarked;
