/**
 * Pipelines run on arrays: designs are drawn, at random or from the user's own data, models are fitted, and the risk
 * that is measured is held against the one that was predicted.
 */
@NullMarked
package dev.retort.theory.simulation;

import org.jspecify.annotations.NullMarked;
