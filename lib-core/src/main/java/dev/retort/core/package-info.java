/** What every module of Retort shares: the wording of a refused argument, and sums that do not lose digits. */
@NullMarked
package dev.retort.core;

import org.jspecify.annotations.NullMarked;
