/**
 * Questions before an experiment, each answered by one call: how many samples a target needs, which features its surrogate
 * should see, how a budget of labels is best split, where a weak surrogate helps, and how many trials show it. All answers come
 * from closed forms of {@link dev.retort.theory.distillation}.
 */
@NullMarked
package dev.retort.theory.planning;

import org.jspecify.annotations.NullMarked;
