/**
 * Sharpening a model by itself: the best of N responses, how many it takes, and what an imperfect verifier makes of it. Derived in
 * the module's documentation, {@code docs/sharpening.md}.
 */
@NullMarked
package dev.retort.theory.sharpening;

import org.jspecify.annotations.NullMarked;
