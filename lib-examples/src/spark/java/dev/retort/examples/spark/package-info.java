/** Sweeps on Apache Spark: measures the cells of the studies of {@link dev.retort.theory.grid} on a cluster. */
@NullMarked
package dev.retort.examples.spark;

import org.jspecify.annotations.NullMarked;
