/** What every module of Retort shares: the wording of a refused argument. */
@NullMarked
package dev.retort.core;

import org.jspecify.annotations.NullMarked;
