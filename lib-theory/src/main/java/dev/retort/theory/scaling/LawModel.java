package dev.retort.theory.scaling;

import java.util.random.RandomGenerator;

/** A form of a law as a function of its free constants, most of them logarithms, on the runs of a table. */
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
     * @param gradient is set to the derivatives with respect to the constants
     */
    double predict(double[] constants, int run, double[] gradient);

    L law(double[] constants);

    /** The constants that this form fits, as they appear in the law's formula. */
    double[] written(L law);

    /** The logarithm of a random number between two others, uniform in the logarithm. */
    static double logUniform(RandomGenerator random, double from, double to) {
        return uniform(random, Math.log(from), Math.log(to));
    }

    static double uniform(RandomGenerator random, double from, double to) {
        return from + (to - from) * random.nextDouble();
    }
}
