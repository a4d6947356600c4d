package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.math.BigDecimal;
import java.math.MathContext;
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

    /** Mixings may be of any size: their products, and differences of products, overflow doubles long before risks do. */
    private static final MathContext DIGITS = MathContext.DECIMAL128;

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
     * @return the excess risk, infinite if it overflows
     * @throws IllegalArgumentException if ξ is NaN or infinite
     * @throws IllegalStateException if the ridge and the eigenvalues are so far apart that derivatives of the risk overflow
     */
    public double excess(double mixing) {
        finite("mixing", mixing);
        if (!hasEffect() || mixing == 0) {
            DeterministicEquivalent student = data.at(studentRidge);
            return data.cross(student, student);
        }
        return excess(path(mixing), products());
    }

    /**
     * The mixing at which the student's risk is smallest.
     *
     * @return ξ*, any finite number, at most {@link Double#MAX_VALUE} in absolute value; 0 if mixing has no effect
     */
    public double bestMixing() {
        if (!hasEffect()) {
            return 0;
        }
        double[][] products = products();
        if (Double.isInfinite(products[0][0])) {
            // On as many samples as the rank, a student without ridge has a finite risk only if it sees none of the
            // noise
            // of the given labels.
            return 1 - studentRidge / training.ridge();
        }
        if (Double.isInfinite(products[1][1])) {
            return 0; // the risk of the teacher overflows, and so does that of every student that follows it
        }
        // The risk is a parabola in ξ: the student moves along a line.
        BigDecimal[] zero = path(0);
        BigDecimal[] direction = path(1);
        for (int i = 0; i < direction.length; i++) {
            direction[i] = direction[i].subtract(zero[i], DIGITS);
        }
        BigDecimal square = form(direction, direction, products);
        if (square.signum() <= 0) {
            return 0;
        }
        double best =
                form(direction, zero, products).negate().divide(square, DIGITS).doubleValue();
        return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, best));
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
        double[][] products = sameRidge(count);
        Rounds best = new Rounds(Math.max(0, products[0][0]), new double[count], new double[count]);
        for (int k = 1; k <= count; k++) {
            Rounds longer = rounds(k, count, products);
            // One more round cannot do harm, except by rounding where it has nothing left to improve.
            if (longer.excess >= 0 && longer.excess <= best.excess) {
                best = longer;
            }
        }
        return best;
    }

    /** The best sequence of some rounds, after others that change nothing. */
    private static Rounds rounds(int count, int all, double[][] products) {
        double[][] scaled = new double[count][count];
        double[] right = new double[count];
        for (int i = 0; i < count; i++) {
            double norm = Math.sqrt(products[i + 1][i + 1]);
            for (int j = 0; j < count; j++) {
                scaled[i][j] = products[i + 1][j + 1] / norm / Math.sqrt(products[j + 1][j + 1]);
            }
            right[i] = -products[i + 1][0] / norm;
        }
        double[] solved = new LUDecomposition(new Array2DRowRealMatrix(scaled, false), 0)
                .getSolver()
                .solve(new ArrayRealVector(right, false))
                .toArray();
        double[] weights = new double[count + 1];
        weights[0] = 1;
        double excess = products[0][0];
        for (int i = 0; i < count; i++) {
            weights[i + 1] = solved[i] / Math.sqrt(products[i + 1][i + 1]);
            excess += weights[i + 1] * products[i + 1][0];
        }
        double[] mixings = new double[all];
        System.arraycopy(mixings(weights), 0, mixings, all - count, count);
        return new Rounds(excess, mixings, Arrays.copyOfRange(weights, 1, all + 1));
    }

    /**
     * The excess risk after a sequence of rounds; (1, 1, …) is the classical repeated self-distillation without mixing, which
     * only ever adds regularisation.
     *
     * @param mixings ξ<sub>1</sub>, …, ξ<sub>k</sub>, from 1 to 6 of them
     * @return the excess risk after the last round, infinite if it overflows
     * @throws IllegalArgumentException if there are none or more than 6, or one is NaN or infinite
     * @throws IllegalStateException if the student's ridge differs from the teacher's, or the ridge and the eigenvalues are so
     *     far apart that derivatives of the risk overflow
     */
    public double excessAfter(double... mixings) {
        finite("mixings", notNull("mixings", mixings));
        atLeastOne("mixings.length", mixings.length);
        if (mixings.length > MOST_ROUNDS) {
            throw refusal("mixings.length", mixings.length, "is more than " + MOST_ROUNDS);
        }
        return hasEffect() ? excess(weights(mixings), sameRidge(mixings.length)) : excess(0);
    }

    private double[][] sameRidge(int order) {
        if (studentRidge != training.ridge()) {
            throw new IllegalStateException("All rounds need the same ridge; the student's is " + studentRidge
                    + ", the teacher's " + training.ridge());
        }
        return data.series(equivalent, order);
    }

    /** The student as a combination of models whose products are known: powers of the teacher's, or the models of both ridges. */
    private BigDecimal[] path(double mixing) {
        BigDecimal given = new BigDecimal(mixing);
        if (isNear()) {
            double ratio = training.ridge() / studentRidge;
            BigDecimal[] weights = new BigDecimal[MOST_ROUNDS + 1];
            weights[0] = BigDecimal.ONE;
            for (int j = 1; j < weights.length; j++) {
                weights[j] = given.multiply(new BigDecimal(-ratio * Math.pow(1 - ratio, j - 1)), DIGITS);
            }
            return weights;
        }
        BigDecimal ridge = new BigDecimal(training.ridge());
        BigDecimal ofTeacher = given.multiply(ridge).divide(ridge.subtract(new BigDecimal(studentRidge)), DIGITS);
        return new BigDecimal[] {BigDecimal.ONE.subtract(ofTeacher, DIGITS), ofTeacher};
    }

    private boolean isNear() {
        return Math.abs(1 - training.ridge() / studentRidge) < NEAR;
    }

    /** The products E (u − β⋆)ᵀΣ(v − β⋆) of the models that make up a {@link #path}, or of their parts. */
    private double[][] products() {
        DeterministicEquivalent student = data.at(studentRidge);
        if (isNear()) {
            return data.series(student, MOST_ROUNDS);
        }
        double cross = data.cross(equivalent, student);
        return new double[][] {{data.cross(student, student), cross}, {cross, data.cross(equivalent, equivalent)}};
    }

    private static double excess(BigDecimal[] weights, double[][] products) {
        for (int i = 0; i < weights.length; i++) {
            if (Double.isInfinite(products[i][i]) && weights[i].signum() != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        // Below 0 only by rounding.
        return Math.max(0, form(weights, weights, products).doubleValue());
    }

    private static BigDecimal form(BigDecimal[] first, BigDecimal[] second, double[][] products) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < first.length; i++) {
            for (int j = 0; j < second.length; j++) {
                if (first[i].signum() != 0 && second[j].signum() != 0) {
                    BigDecimal weight = first[i].multiply(second[j], DIGITS);
                    sum = sum.add(weight.multiply(new BigDecimal(products[i][j]), DIGITS), DIGITS);
                }
            }
        }
        return sum;
    }

    /**
     * The weights a in b_k = Σ a_j v_j for a sequence of mixings: π_0 = 1, π_j = (1 − ξ_j) + ξ_j h π_(j−1), in powers of 1 −
     * h, to which the v_j belong.
     */
    private static BigDecimal[] weights(double[] mixings) {
        BigDecimal[] weights = new BigDecimal[mixings.length + 1];
        Arrays.fill(weights, BigDecimal.ZERO);
        weights[0] = BigDecimal.ONE;
        for (double mixing : mixings) {
            BigDecimal given = new BigDecimal(mixing);
            // h π = π − (1 − h) π
            for (int j = weights.length - 1; j >= 1; j--) {
                weights[j] = given.multiply(weights[j].subtract(weights[j - 1], DIGITS), DIGITS);
            }
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
                rest[i] = mixings[j] == 0 ? 0 : quotient / mixings[j];
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
