/**
 * The closed forms on ND4J arrays: pipelines whose covariances are matrices that need not share their eigenvectors. The
 * derivation is in the module's documentation, {@code docs/distillation.md}.
 *
 * <p>Arrays that are passed in are neither modified nor closed; results are of type {@code DOUBLE} and belong to the caller.
 * Products and decompositions are those of {@link dev.retort.core.nd4j}: OpenBLAS on one thread, or plain Java.
 */
@NullMarked
package dev.retort.theory.matrix;

import org.jspecify.annotations.NullMarked;
