/**
 * Linear predictors that learn from their context alone, and what they lose: exactly at finite size, or as a limit. Attention to a prompt
 * as a step of distillation, the bias of what it learns, and the discrepancy of two samples in a kernel.
 */
@NullMarked
package dev.retort.theory.incontext;

import org.jspecify.annotations.NullMarked;
