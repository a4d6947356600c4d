package dev.retort.theory.simulation.neural;

import dev.retort.core.RandomStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Examples that are drawn once, for measuring networks. */
final class Examples implements AutoCloseable {

    /** The size of a block, small enough that the activations of a wide network stay in the cache. */
    private static final int BLOCK = 256;

    private final List<Batch> blocks = new ArrayList<>();
    private final int count;
    private final int inputs;
    private final int classes;

    /** Draws the examples; the last block may be smaller. */
    Examples(LearningTask task, int count, RandomStreams streams) {
        this.count = count;
        this.inputs = task.inputs();
        this.classes = task.classes();
        for (int done = 0; done < count; done += BLOCK) {
            Batch block = new Batch(Math.min(BLOCK, count - done), task.inputs());
            block.draw(task, streams.at(blocks.size()).generator());
            blocks.add(block);
        }
    }

    int count() {
        return count;
    }

    /** Passes all examples, block by block, with a network's logits for them. */
    void forEach(Classifier network, BiConsumer<Batch, double[]> use) {
        Respondent.fitting("network", network, inputs, classes);
        try (Respondent whole = Respondent.of(network, blocks.get(0).size);
                Respondent last = Respondent.of(network, blocks.get(blocks.size() - 1).size)) {
            for (Batch block : blocks) {
                use.accept(block, (block.size == blocks.get(0).size ? whole : last).logits(block));
            }
        }
    }

    /**
     * The accuracy of a network in training; ties count as wrong.
     *
     * @throws IllegalStateException if a logit is not finite
     */
    double accuracy(Classifier network) {
        int[] right = new int[1];
        int outputs = network.outputs();
        forEach(network, (block, logits) -> {
            double odd = Respondent.notFinite(logits);
            if (odd != 0) {
                throw new IllegalStateException(
                        "Training diverged: the network's logits are " + odd + "; lower its rate, " + network);
            }
            for (int j = 0; j < block.size; j++) {
                right[0] += isRight(logits, j * outputs, outputs, block.labels[j]) ? 1 : 0;
            }
        });
        return right[0] / (double) count;
    }

    private static boolean isRight(double[] logits, int at, int outputs, int label) {
        if (outputs == 1) {
            return label == 0 ? logits[at] > 0 : logits[at] < 0;
        }
        for (int l = 0; l < outputs; l++) {
            if (l != label && !(logits[at + l] < logits[at + label])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        blocks.forEach(Batch::close);
    }
}
