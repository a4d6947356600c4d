/**
 * Examples: the figures of the papers, and the same theory on real data. {@link dev.retort.examples.Retort} is the
 * command line that draws them, sweeps grids and analyses tables; each exhibit is also a program to read and copy from.
 */
@NullMarked
package dev.retort.examples;

import org.jspecify.annotations.NullMarked;
