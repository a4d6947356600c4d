/**
 * Small networks trained on sparse parities and other tasks, and taught by one another: one-shot, from an unfinished
 * checkpoint, progressively, through a layer, in chains. Runs the predictions of {@code dev.retort.theory.progressive} on ND4J arrays.
 */
@NullMarked
package dev.retort.theory.simulation.neural;

import org.jspecify.annotations.NullMarked;
