/** Linear attention that answers after a context, and the improvement by one gradient step at test time. */
@NullMarked
package dev.retort.theory.testtime;

import org.jspecify.annotations.NullMarked;
