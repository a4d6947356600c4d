/** Benchmarks of the library; docs/benchmarks.md explains how to run them. */
@NullMarked
package dev.retort.examples.benchmark;

import org.jspecify.annotations.NullMarked;
