package dev.retort.theory.grid;

import java.io.Serializable;

/**
 * What is made of the parameters of a cell: a pipeline, trials, numbers. Called by several threads at once, and on a cluster
 * by several machines; so it must be free of side effects, and what it captures must be serialisable.
 *
 * @param <R> what is made
 */
@FunctionalInterface
public interface CellFunction<R> extends Serializable {

    /**
     * Makes it.
     *
     * @param cell the parameters
     * @return what they make
     */
    R at(Cell cell);
}
