/**
 * Questions before an experiment, each answered by one call: how many samples a student needs, which features its teacher
 * should see, how a budget of labels is best split, and where a weak teacher helps. All answers come from closed forms of
 * {@link dev.retort.theory.distillation}.
 */
@NullMarked
package dev.retort.theory.planning;

import org.jspecify.annotations.NullMarked;
