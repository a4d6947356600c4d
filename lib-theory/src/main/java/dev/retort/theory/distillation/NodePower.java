package dev.retort.theory.distillation;

/**
 * A quantity per node that grows with the square of the labels, such as their second moment. It is computed times the square
 * of a factor: the labels may be so large, and the factor so small, that only the product is representable. Immutable.
 */
@FunctionalInterface
interface NodePower {

    /** The quantity of node k times the square of the factor, in the units of the node. */
    double times(double factor, int k);
}
