/**
 * The parts of a regression problem: the eigenvalues of its covariance, the signal in the basis of its eigenvectors, and the
 * noise on its labels.
 */
@NullMarked
package dev.retort.core.spectrum;

import org.jspecify.annotations.NullMarked;
