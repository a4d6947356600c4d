package dev.retort.theory.incontext;

import java.util.function.ObjIntConsumer;

/** Where all pairs of some points come from, tile by tile. May be used by several threads. */
interface PairSource {

    /**
     * Goes through the points of some rows, beside all those of some columns.
     *
     * @param row the first of the rows
     * @param rowEnd behind the last of them
     * @param column the first of the columns
     * @param columnEnd behind the last of them
     * @param work told each point beside the others, which it must not keep, and how many rows came before
     */
    void forRows(int row, int rowEnd, int column, int columnEnd, ObjIntConsumer<Pairs> work);
}
