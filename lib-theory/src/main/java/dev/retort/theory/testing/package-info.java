/**
 * AssertJ assertions for users' own tests that compare a simulation with its prediction. AssertJ is an optional dependency of Retort,
 * needed by this package alone: its users need AssertJ 3 among their test dependencies.
 */
@NullMarked
package dev.retort.theory.testing;

import org.jspecify.annotations.NullMarked;
