/**
 * AssertJ assertions for tests of one's own that hold a simulation against its prediction. AssertJ is an optional
 * dependency of Retort, needed by this package alone: its users have AssertJ 3 among their test dependencies.
 */
@NullMarked
package dev.retort.theory.testing;

import org.jspecify.annotations.NullMarked;
