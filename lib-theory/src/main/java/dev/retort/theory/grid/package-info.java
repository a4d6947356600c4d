/**
 * Sweeps over any parameters of a pipeline: a grid, the quantities measured in each of its cells, and a file that is written row by row and
 * resumed after any interruption.
 */
@NullMarked
package dev.retort.theory.grid;

import org.jspecify.annotations.NullMarked;
