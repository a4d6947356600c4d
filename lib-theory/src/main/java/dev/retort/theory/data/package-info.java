/**
 * Reads a user's own table, reports what is wrong with it, and estimates from its rows alone the quantities that the theory needs and the
 * risks it predicts.
 *
 * <p>A {@link dev.retort.theory.data.DataTable} is read from a file or made from arrays.
 */
@NullMarked
package dev.retort.theory.data;

import org.jspecify.annotations.NullMarked;
