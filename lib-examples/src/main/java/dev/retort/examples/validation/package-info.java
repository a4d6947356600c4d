/**
 * The validation of every formula: {@link dev.retort.examples.validation.Validation} computes each of them again, compares it with
 * reference digits, simulations and known limits, and reports the errors.
 */
@NullMarked
package dev.retort.examples.validation;

import org.jspecify.annotations.NullMarked;
