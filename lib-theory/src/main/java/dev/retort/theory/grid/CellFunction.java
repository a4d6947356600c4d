package dev.retort.theory.grid;

import java.io.Serializable;

/**
 * Computes something from the parameters of a cell: a pipeline, an experiment, the numbers of a row. Several threads, and on a cluster
 * several machines, call the same function at the same time; it must have no side effects, and everything it captures must be serialisable.
 *
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface CellFunction<R> extends Serializable {

    /**
     * Computes the result for one cell.
     *
     * @param cell the parameters
     * @return the result
     */
    R at(Cell cell);
}
