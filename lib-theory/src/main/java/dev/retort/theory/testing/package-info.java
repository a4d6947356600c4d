/**
 * AssertJ assertions for tests of one's own that hold a simulation against its prediction. AssertJ is an optional
 * dependency of Retort, needed by this package alone: whoever uses it has AssertJ 3 among the test dependencies.
 */
@NullMarked
package dev.retort.theory.testing;

import org.jspecify.annotations.NullMarked;
