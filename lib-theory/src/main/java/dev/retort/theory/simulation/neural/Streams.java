package dev.retort.theory.simulation.neural;

import dev.retort.core.RandomStreams;

/**
 * The uses of the random numbers of one seed. Each has its own stream, so that all students of a seed start with the same weights, see the
 * same batches and are measured on the same examples, whatever their curriculum.
 */
enum Streams {
    HELD_OUT(0),
    PROBE(1),
    TEACHER_START(2),
    TEACHER_BATCHES(3),
    STUDENT_START(4),
    STUDENT_BATCHES(5),
    PROJECTION(6),
    CHAIN(7);

    private final int index;

    Streams(int index) {
        this.index = index;
    }

    RandomStreams of(RandomStreams seed) {
        return seed.at(index);
    }
}
