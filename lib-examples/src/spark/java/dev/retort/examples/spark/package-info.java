/** Sweeps on Apache Spark: the studies of {@link dev.retort.theory.grid}, their cells measured on a cluster. */
@NullMarked
package dev.retort.examples.spark;

import org.jspecify.annotations.NullMarked;
