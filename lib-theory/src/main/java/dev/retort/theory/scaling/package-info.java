/**
 * Scaling laws with their constants: how risks fall with the number of samples when spectrum and signal are power laws, how
 * noise and a finite number of features change that, and fits of exponents to curves; and the empirical laws of training
 * runs of large models. The derivations are in the module's documentation, {@code docs/scaling.md} and {@code docs/training-laws.md}.
 */
@NullMarked
package dev.retort.theory.scaling;

import org.jspecify.annotations.NullMarked;
