package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.theory.progressive.HierarchicalParity;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import dev.retort.theory.progressive.SparseParity;
import java.util.random.RandomGenerator;

/**
 * A task that networks learn: random examples of inputs and classes. Implementations are immutable, and their {@code toString} must
 * distinguish different tasks, as stored checkpoints are matched to a task by it.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * import dev.retort.theory.simulation.neural.*;
 * LearningTask task = LearningTask.of(SparseParity.of(36, 6));
 * int inputs = task.inputs(); // 36
 * }</pre>
 */
public interface LearningTask {

    /**
     * A sparse parity: two classes, 0 where the label is +1.
     *
     * @param parity the parity
     * @return the task of learning it from uniform points of the cube
     * @throws IllegalArgumentException if it is null
     */
    static LearningTask of(SparseParity parity) {
        return new ParityTask(notNull("parity", parity));
    }

    /**
     * A tree of parities.
     *
     * @param tree the tree
     * @return the task of learning its classes from uniform points of the cube
     * @throws IllegalArgumentException if it is null
     */
    static LearningTask of(HierarchicalParity tree) {
        return new TreeTask(notNull("tree", tree));
    }

    /**
     * Random sentences with one masked token, with a class for each terminal. An input has an entry for each position and terminal, 1 where
     * the terminal stands, and 0 where it does not or the token is masked.
     *
     * @param grammar the law of sentences, with at least two terminals
     * @param length the number of tokens of every sentence
     * @return the task of predicting the token at a random position from all others
     * @throws IllegalArgumentException if the grammar is null, has only one terminal, or has no sentence of this length
     */
    static LearningTask of(ProbabilisticGrammar grammar, int length) {
        return new GrammarTask(notNull("grammar", grammar), length);
    }

    /**
     * The number of inputs.
     *
     * @return d, at least 1
     */
    int inputs();

    /**
     * The number of classes.
     *
     * @return L, at least 2
     */
    int classes();

    /**
     * Draws independent examples.
     *
     * @param random the source of randomness
     * @param inputs receives the inputs, example by example, each of {@link #inputs()} finite numbers
     * @param labels receives the class of each example, counted from 0; its length is the number of examples
     * @throws IllegalArgumentException if an argument is null, or the array of inputs is too short for that many examples
     */
    void draw(RandomGenerator random, double[] inputs, int[] labels);
}
