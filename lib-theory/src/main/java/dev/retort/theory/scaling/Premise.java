package dev.retort.theory.scaling;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.function.Function;

/**
 * A law that was fitted to other runs, and that a model is built on: its errors carry over to whatever the model says.
 *
 * @param estimate the law, with what its runs tell of it
 * @param given the model, if the law is as it is given
 */
record Premise<P, L>(LawEstimate<P> estimate, Function<? super P, ? extends LawModel<L>> given) {

    LawModel<L> model() {
        return given.apply(estimate.law());
    }

    /** The model with one constant of the law moved. */
    LawModel<L> shifted(int constant, double step) {
        return given.apply(estimate.shifted(constant, step));
    }

    /** The models on laws that fit the other runs with their deviations drawn anew. */
    List<LawModel<L>> redrawn(int times, RandomStreams streams) {
        return estimate.redrawn(times, streams).stream().<LawModel<L>>map(given).toList();
    }
}
