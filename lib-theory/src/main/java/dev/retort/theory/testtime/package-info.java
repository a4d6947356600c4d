/** Linear regression in context: how one-step test-time training improves it, and the predictors it is compared with. */
@NullMarked
package dev.retort.theory.testtime;

import org.jspecify.annotations.NullMarked;
