/**
 * Retort at work: the figures of the papers and the same on real data. {@link dev.retort.examples.Main} runs everything and
 * writes a page; each exhibit is also a program to read and copy from.
 */
@NullMarked
package dev.retort.examples;

import org.jspecify.annotations.NullMarked;
