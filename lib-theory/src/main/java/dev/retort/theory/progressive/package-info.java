/**
 * Why a teacher's unfinished checkpoints teach better than the finished teacher: Fourier analysis of Boolean functions, sparse parities,
 * the numbers of samples that gradient learners need, and n-grams of grammars. All in closed form and in plain Java;
 * {@code dev.retort.theory.simulation.neural} trains the networks.
 *
 * <p>The points of the cube are vectors x of entries +1 and −1, uniformly distributed. Coordinates count from 0. A set A of
 * coordinates has the parity χ_A(x) = ∏_{i∈A} x_i, and a function g the Fourier coefficient ĝ(A) = E[g(x) χ_A(x)].
 */
@NullMarked
package dev.retort.theory.progressive;

import org.jspecify.annotations.NullMarked;
