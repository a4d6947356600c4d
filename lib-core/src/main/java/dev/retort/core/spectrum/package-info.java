/**
 * What a regression problem is made of: the eigenvalues of its covariance, the signal expressed in its eigenvectors, and
 * the noise on its labels.
 */
@NullMarked
package dev.retort.core.spectrum;

import org.jspecify.annotations.NullMarked;
