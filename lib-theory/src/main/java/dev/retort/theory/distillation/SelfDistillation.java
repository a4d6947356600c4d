package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Arrays;
import java.util.Objects;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.jspecify.annotations.Nullable;

/**
 * Distillation on the teacher's own data: a model is trained, and then another one of the same kind on the same sample with
 * labels (1 − ξ)y + ξŷ, where ŷ are the first model's outputs. (In a {@link Distillation} every stage has fresh data.) With
 * the risk E(r) of ridge regression and P of {@code docs/self-distillation.md}, the student's excess risk is a parabola in ξ,
 *
 * <pre>  E(ξ) = E + ξ r E'(r) + ξ² r² D(r),      ξ* = −E'(r)/(2 r D(r)),</pre>
 *
 * so that the best mixing ξ* has the sign of −E': below 0 for a teacher of too much ridge, above 0 for one of too little, and
 * 0 at the best ridge, where self-distillation does not help. Without ridge it has no effect: the teacher's outputs are the
 * labels or their projection, from which the student learns the same.
 *
 * <p>Sources: Dang, Patil and Rinaldo, <i>Optimal Unconstrained Self-Distillation in Ridge Regression</i> (ICML 2026), for the
 * sign of ξ*; Pareek, Du and Oh (2024) for rounds; derived in {@code docs/self-distillation.md}. A limit of many samples and
 * features, off by O(1/n). Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 300), Signal.sourcePowerLaw(1.4)).withNoise(0.6);
 * SelfDistillation own = SelfDistillation.of(task, Training.samples(200).withRidge(0.05));
 * double before = own.excess(0); // 0.56853
 * double best = own.bestMixing(); // -1.9352
 * double after = own.bestExcess(); // 0.36659
 * double twice = own.rounds(2).excess(); // 0.32602
 * }</pre>
 */
public final class SelfDistillation {

    private static final int MOST_ROUNDS = 6;

    /** Ridges closer than this are treated by a series, others by partial fractions. */
    private static final double NEAR = 0.03;

    private final RegressionTask task;
    private final Training training;
    private final double studentRidge;
    private final SameData data;
    private final DeterministicEquivalent equivalent;

    private SelfDistillation(RegressionTask task, Training training, double studentRidge) {
        this.task = task;
        this.training = training;
        this.studentRidge = studentRidge;
        this.data = new SameData(task, training);
        this.equivalent = data.at(training.ridge());
    }

    /**
     * The self-distillation of a training.
     *
     * @param task the task
     * @param training how teacher and student are trained: ridge regression on all features of the task
     * @return the self-distillation
     * @throws IllegalArgumentException if the training has a mask, a spectrum of its own, a ridge below 0, other labels than
     *     plain ones or another estimator than ridge regression, or as {@link Training#equivalent(RegressionTask)} does
     */
    public static SelfDistillation of(RegressionTask task, Training training) {
        if (notNull("training", training).ridge() < 0) {
            throw refusal(
                    "ridge",
                    training.ridge(),
                    "is below 0, where self-distillation has no formulas; set it to 0 or more");
        }
        return new SelfDistillation(notNull("task", task), training, training.ridge());
    }

    /**
     * The same self-distillation with another ridge for the student.
     *
     * @param ridge the student's ridge, at least 0
     * @return a new self-distillation
     * @throws IllegalArgumentException if the ridge is negative, NaN or infinite
     */
    public SelfDistillation withStudentRidge(double ridge) {
        return new SelfDistillation(task, training, nonNegative("ridge", ridge));
    }

    /**
     * Whether the mixing has an effect: it has none without ridge.
     *
     * @return false if every mixing gives the same student
     */
    public boolean hasEffect() {
        return training.ridge() > 0;
    }

    /**
     * The excess risk of the student.
     *
     * @param mixing ξ, the teacher's part of the labels; 0 trains on the given labels alone, 1 on the teacher's alone
     * @return the excess risk
     * @throws IllegalArgumentException if ξ is NaN or infinite
     */
    public double excess(double mixing) {
        finite("mixing", mixing);
        if (!hasEffect() || mixing == 0) {
            DeterministicEquivalent student = data.at(studentRidge);
            return data.cross(student, student);
        }
        return onPath(path(mixing));
    }

    /**
     * The mixing at which the student's risk is smallest.
     *
     * @return ξ*, any number; 0 if mixing has no effect
     */
    public double bestMixing() {
        if (!hasEffect()) {
            return 0;
        }
        // The risk is a parabola in ξ: the student moves along a line.
        double[] zero = path(0);
        double[] direction = path(1);
        for (int i = 0; i < direction.length; i++) {
            direction[i] -= zero[i];
        }
        double square = form(direction, direction);
        return square == 0 ? 0 : -form(direction, zero) / square;
    }

    /**
     * The smallest excess risk that one round reaches.
     *
     * @return the student's excess risk at {@link #bestMixing()}
     */
    public double bestExcess() {
        return excess(bestMixing());
    }

    /**
     * The best sequence of rounds: round j fits labels (1 − ξ<sub>j</sub>) y + ξ<sub>j</sub> ŷ<sub>j−1</sub>, and the risk
     * after the last one is the smallest that any sequence reaches. More than three rounds hardly help. For a ridge well
     * below τ the result for six rounds is accurate to 1e-10; for one close to τ (more than enough ridge) that for four
     * rounds is accurate to 1e-10 and for six to 1e-6.
     *
     * @param count the number of rounds, from 1 to 6
     * @return the best sequence
     * @throws IllegalArgumentException if the count is not in that range
     * @throws IllegalStateException if the student's ridge differs from the teacher's
     */
    public Rounds rounds(int count) {
        atLeastOne("count", count);
        if (count > MOST_ROUNDS) {
            throw refusal(
                    "count", count, "is more than " + MOST_ROUNDS + "; further rounds change only rounding errors");
        }
        if (!hasEffect()) {
            return new Rounds(excess(0), new double[count], new double[count]);
        }
        double[][] gram = sameRidge(count);
        double[][] scaled = new double[count][count];
        double[] right = new double[count];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                scaled[i][j] = gram[i + 1][j + 1] / Math.sqrt(gram[i + 1][i + 1] * gram[j + 1][j + 1]);
            }
            right[i] = -gram[i + 1][0] / Math.sqrt(gram[i + 1][i + 1]);
        }
        double[] solved = new LUDecomposition(new Array2DRowRealMatrix(scaled, false), 0)
                .getSolver()
                .solve(new ArrayRealVector(right, false))
                .toArray();
        double[] weights = new double[count + 1];
        weights[0] = 1;
        double excess = gram[0][0];
        for (int i = 0; i < count; i++) {
            weights[i + 1] = solved[i] / Math.sqrt(gram[i + 1][i + 1]);
            excess += weights[i + 1] * gram[i + 1][0];
        }
        return new Rounds(excess, mixings(weights), Arrays.copyOfRange(weights, 1, weights.length));
    }

    /**
     * The excess risk after a sequence of rounds; (1, 1, …) is the classical repeated self-distillation without mixing, which
     * only ever adds regularisation.
     *
     * @param mixings ξ<sub>1</sub>, …, ξ<sub>k</sub>, from 1 to 6 of them
     * @return the excess risk after the last round
     * @throws IllegalArgumentException if there are none or more than 6, or one is NaN or infinite
     * @throws IllegalStateException if the student's ridge differs from the teacher's
     */
    public double excessAfter(double... mixings) {
        finite("mixings", notNull("mixings", mixings));
        atLeastOne("mixings.length", mixings.length);
        if (mixings.length > MOST_ROUNDS) {
            throw refusal("mixings.length", mixings.length, "is more than " + MOST_ROUNDS);
        }
        return hasEffect() ? form(weights(mixings), weights(mixings), sameRidge(mixings.length)) : excess(0);
    }

    private double[][] sameRidge(int order) {
        if (studentRidge != training.ridge()) {
            throw new IllegalStateException("All rounds need the same ridge; the student's is " + studentRidge
                    + ", the teacher's " + training.ridge());
        }
        return data.series(equivalent, order);
    }

    /** The student as a combination of models whose products are known: powers of the teacher's, or the models of both ridges. */
    private double[] path(double mixing) {
        double off = 1 - training.ridge() / studentRidge;
        if (Math.abs(off) < NEAR) {
            double[] weights = new double[MOST_ROUNDS + 1];
            weights[0] = 1;
            for (int j = 1; j < weights.length; j++) {
                weights[j] = -mixing * (training.ridge() / studentRidge) * Math.pow(off, j - 1);
            }
            return weights;
        }
        double ofTeacher = mixing * training.ridge() / (training.ridge() - studentRidge);
        return new double[] {1 - ofTeacher, ofTeacher};
    }

    private double onPath(double[] weights) {
        return form(weights, weights);
    }

    private double form(double[] first, double[] second) {
        if (first.length > 2) {
            return form(first, second, data.series(data.at(studentRidge), MOST_ROUNDS));
        }
        DeterministicEquivalent student = data.at(studentRidge);
        double cross = data.cross(equivalent, student);
        return form(first, second, new double[][] {
            {data.cross(student, student), cross}, {cross, data.cross(equivalent, equivalent)}
        });
    }

    private static double form(double[] first, double[] second, double[][] gram) {
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            for (int j = 0; j < second.length; j++) {
                sum += first[i] * second[j] * gram[i][j];
            }
        }
        return sum;
    }

    /**
     * The weights a in b_k = Σ a_j v_j for a sequence of mixings: π_0 = 1, π_j = (1 − ξ_j) + ξ_j h π_(j−1), in powers of 1 −
     * h, to which the v_j belong.
     */
    private static double[] weights(double[] mixings) {
        double[] weights = new double[mixings.length + 1];
        weights[0] = 1;
        for (double mixing : mixings) {
            // h π = π − (1 − h) π
            for (int j = weights.length - 1; j >= 1; j--) {
                weights[j] = mixing * (weights[j] - weights[j - 1]);
            }
            weights[0] = 1;
        }
        return weights;
    }

    /**
     * The sequence of mixings that has these weights: as a polynomial in h, π(0) is 1 − ξ of the last round, and (π −
     * π(0))/(ξh) is the polynomial of the round before.
     */
    private static double[] mixings(double[] weights) {
        int rounds = weights.length - 1;
        double[] mixings = new double[rounds];
        double[] rest = weights.clone();
        for (int j = rounds - 1; j >= 0; j--) {
            double atZero = Arrays.stream(rest, 0, j + 2).sum();
            mixings[j] = 1 - atZero;
            // (π − π(0))/h in powers of x = 1 − h: division by 1 − x, lowest power first.
            double quotient = 0;
            for (int i = 0; i <= j; i++) {
                quotient += i == 0 ? rest[0] - atZero : rest[i];
                rest[i] = quotient / mixings[j];
            }
        }
        return mixings;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SelfDistillation that
                && task.equals(that.task)
                && training.equals(that.training)
                && studentRidge == that.studentRidge;
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, training, studentRidge);
    }

    @Override
    public String toString() {
        return "SelfDistillation of " + training
                + (studentRidge == training.ridge() ? "" : " with the student's ridge " + studentRidge) + " on (" + task
                + ")";
    }

    /**
     * A sequence of rounds and its risk. Immutable.
     */
    public static final class Rounds {

        private final double excess;
        private final double[] mixings;
        private final double[] weights;

        private Rounds(double excess, double[] mixings, double[] weights) {
            this.excess = excess;
            this.mixings = mixings;
            this.weights = weights;
        }

        /**
         * The excess risk after the last round.
         *
         * @return E, at least 0
         */
        public double excess() {
            return excess;
        }

        /**
         * The mixing of each round.
         *
         * @return a new array of ξ<sub>1</sub>, …, ξ<sub>k</sub>; zeros if mixing has no effect
         */
        public double[] mixings() {
            return mixings.clone();
        }

        /**
         * The model after the last round in terms of the first one: b<sub>k</sub> = b + Σ a<sub>j</sub>v<sub>j</sub> with v<sub>j</sub>
         * = (−r)<sup>j</sup>/j! ∂<sup>j</sup>b/∂r<sup>j</sup>.
         *
         * @return a new array of a<sub>1</sub>, …, a<sub>k</sub>
         */
        public double[] weights() {
            return weights.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Rounds that
                    && Double.compare(excess, that.excess) == 0
                    && Arrays.equals(mixings, that.mixings)
                    && Arrays.equals(weights, that.weights);
        }

        @Override
        public int hashCode() {
            return Objects.hash(excess, Arrays.hashCode(mixings), Arrays.hashCode(weights));
        }

        @Override
        public String toString() {
            return "Rounds of mixings " + Arrays.toString(mixings) + ": excess " + excess;
        }
    }
}
