package dev.retort.theory.scaling;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.function.Function;

/**
 * A law that was fitted to other runs, and that a model is built on: its errors carry over to the model's predictions.
 *
 * @param estimate the law with its errors
 * @param given makes the model for given constants of the law
 */
record Premise<P, L>(LawEstimate<P> estimate, Function<? super P, ? extends LawModel<L>> given) {

    LawModel<L> model() {
        return given.apply(estimate.law());
    }

    /** The model with one constant of the law moved. */
    LawModel<L> shifted(int constant, double step) {
        return given.apply(estimate.shifted(constant, step));
    }

    /** The models built on laws that fit the other runs with resampled deviations. */
    List<LawModel<L>> redrawn(int times, RandomStreams streams) {
        return estimate.redrawn(times, streams).stream().<LawModel<L>>map(given).toList();
    }
}
