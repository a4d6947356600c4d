package dev.retort.theory.incontext;

import java.util.function.ObjIntConsumer;

/** A source of all pairs of some points, tile by tile. May be used by several threads. */
interface PairSource {

    /**
     * Visits the points of some rows, each together with all points of some columns.
     *
     * @param row the first of the rows
     * @param rowEnd one past the last of the rows
     * @param column the first of the columns
     * @param columnEnd one past the last of the columns
     * @param work called with each row's pairs, which it must not keep, and the number of rows before it
     */
    void forRows(int row, int rowEnd, int column, int columnEnd, ObjIntConsumer<Pairs> work);
}
