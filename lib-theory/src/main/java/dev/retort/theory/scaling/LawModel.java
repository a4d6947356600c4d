package dev.retort.theory.scaling;

import java.util.random.RandomGenerator;

/** A form of a law on the runs of a table, as a function of free constants, most of them logarithms. */
interface LawModel<L> {

    LawForm form();

    RunTable runs();

    /** The lowest and the highest value of each free constant. */
    double[][] bounds();

    /** A guess from which a search starts. */
    double[] start(RandomGenerator random);

    /**
     * The logarithm of the predicted loss of a run.
     *
     * @param gradient is set to the derivatives by the constants
     */
    double predict(double[] constants, int run, double[] gradient);

    L law(double[] constants);

    /** The constants of a law as it is written down, those that this form fits. */
    double[] written(L law);

    /** A number between two others, evenly in its logarithm, in its logarithm. */
    static double logUniform(RandomGenerator random, double from, double to) {
        return uniform(random, Math.log(from), Math.log(to));
    }

    static double uniform(RandomGenerator random, double from, double to) {
        return from + (to - from) * random.nextDouble();
    }
}
