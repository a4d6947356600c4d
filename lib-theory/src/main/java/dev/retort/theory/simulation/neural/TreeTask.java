package dev.retort.theory.simulation.neural;

import dev.retort.theory.progressive.HierarchicalParity;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** A tree of parities on uniform points. */
record TreeTask(HierarchicalParity tree) implements LearningTask {

    @Override
    public int inputs() {
        return tree.dimension();
    }

    @Override
    public int classes() {
        return tree.classes();
    }

    @Override
    public void draw(RandomGenerator random, double[] inputs, int[] labels) {
        int d = tree.dimension();
        ParityTask.check(random, inputs, labels, d);
        for (int j = 0; j < labels.length; j++) {
            for (int i = 0; i < d; i += Long.SIZE) {
                ParityTask.signs(random.nextLong(), inputs, j * d + i, Math.min(Long.SIZE, d - i));
            }
            labels[j] = tree.label(Arrays.copyOfRange(inputs, j * d, (j + 1) * d));
        }
    }

    @Override
    public String toString() {
        return tree.toString();
    }
}
