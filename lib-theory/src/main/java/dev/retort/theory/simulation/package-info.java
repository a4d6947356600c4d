/**
 * Runs pipelines on arrays: draws designs, at random or from the user's own data, fits models, and compares the measured risk with the
 * prediction.
 */
@NullMarked
package dev.retort.theory.simulation;

import org.jspecify.annotations.NullMarked;
