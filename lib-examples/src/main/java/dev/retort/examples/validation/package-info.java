/**
 * The validation of every formula: {@link dev.retort.examples.validation.Validation} compares each of them with reference digits,
 * simulations and known limits, and reports the errors.
 */
@NullMarked
package dev.retort.examples.validation;

import org.jspecify.annotations.NullMarked;
