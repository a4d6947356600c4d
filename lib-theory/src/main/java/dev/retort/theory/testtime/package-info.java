/** Linear attention that answers after a context, and what one gradient step at test time improves. */
@NullMarked
package dev.retort.theory.testtime;

import org.jspecify.annotations.NullMarked;
