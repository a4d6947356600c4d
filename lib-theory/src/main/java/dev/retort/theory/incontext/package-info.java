/**
 * Linear predictors that learn from their context alone, and their risks: exactly at finite size, or as a limit. Attention to a prompt as a
 * step of distillation, the bias of the weights it implies, and the discrepancy of two samples in a kernel.
 */
@NullMarked
package dev.retort.theory.incontext;

import org.jspecify.annotations.NullMarked;
