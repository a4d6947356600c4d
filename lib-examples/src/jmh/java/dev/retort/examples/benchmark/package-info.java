/** Benchmarks of the library; docs/benchmarks.md tells how to run them. */
@NullMarked
package dev.retort.examples.benchmark;

import org.jspecify.annotations.NullMarked;
