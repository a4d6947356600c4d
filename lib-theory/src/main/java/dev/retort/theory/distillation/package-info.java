/**
 * Distillation in closed form: a surrogate labels data, a target learns from them, and the target's risk follows from the
 * spectrum and the sample size. The derivations are in the module's documentation, {@code docs/distillation.md}.
 */
@NullMarked
package dev.retort.theory.distillation;

import org.jspecify.annotations.NullMarked;
