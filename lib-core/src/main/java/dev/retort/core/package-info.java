/**
 * What every module of Retort shares: the wording of a refused argument, sums that do not lose digits, dot products, means with
 * their errors, streams of random numbers, the singular value decomposition.
 */
@NullMarked
package dev.retort.core;

import org.jspecify.annotations.NullMarked;
