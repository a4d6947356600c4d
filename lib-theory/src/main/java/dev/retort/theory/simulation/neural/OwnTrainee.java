package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;

import java.util.function.LongFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One of the user's own networks in training. */
final class OwnTrainee implements Trainee {

    private final LongFunction<? extends TrainableClassifier> factory;
    private final long seed;
    private final TrainableClassifier network;

    OwnTrainee(LongFunction<? extends TrainableClassifier> factory, long seed, LearningTask task) {
        this.factory = factory;
        this.seed = seed;
        this.network = Respondent.fitting("network", factory.apply(seed), task.inputs(), task.classes());
    }

    @Override
    public int outputs() {
        return network.outputs();
    }

    @Override
    public void step(Batch batch, double[] targets) {
        long[] shape = network.outputs() == 1 ? new long[] {batch.size} : new long[] {batch.size, network.outputs()};
        try (INDArray soft = Nd4j.create(targets, shape, 'c')) {
            network.step(batch.array(), soft);
        }
    }

    @Override
    public Classifier snapshot() {
        return snapshotOf(state());
    }

    @Override
    public byte[] state() {
        return Respondent.returned(network.state(), "state()", network);
    }

    @Override
    public void restore(byte[] state) {
        network.restore(state);
    }

    @Override
    public Classifier snapshotOf(byte[] state) {
        TrainableClassifier copy = notNull("network", factory.apply(seed));
        copy.restore(state);
        return copy;
    }

    @Override
    public void close() {}
}
