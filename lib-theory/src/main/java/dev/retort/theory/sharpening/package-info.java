/**
 * Sharpening a model by itself: the best of N responses, how many it takes on one prompt and on many, what an imperfect
 * verifier makes of it, and what samples tell. Derived in
 * the module's documentation, {@code docs/sharpening.md}.
 */
@NullMarked
package dev.retort.theory.sharpening;

import org.jspecify.annotations.NullMarked;
