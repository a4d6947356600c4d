/**
 * From a table of one's own to an answer: reads it, says what is wrong with it, and estimates from its rows alone what the theory
 * needs and what it predicts.
 *
 * <p>A {@link dev.retort.theory.data.DataTable} is read from a file or made from arrays.
 */
@NullMarked
package dev.retort.theory.data;

import org.jspecify.annotations.NullMarked;
