/**
 * Sharpening a model by itself: the best of N responses, how many responses it takes on one prompt and on many, how an
 * imperfect verifier limits it, and what can be concluded from samples. Derived in the module's documentation, {@code
 * docs/sharpening.md}.
 */
@NullMarked
package dev.retort.theory.sharpening;

import org.jspecify.annotations.NullMarked;
