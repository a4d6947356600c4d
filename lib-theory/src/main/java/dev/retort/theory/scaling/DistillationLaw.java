package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.jspecify.annotations.Nullable;

/**
 * The empirical loss of a student that is trained on the outputs of a teacher, after Busbridge et al., <i>Distillation Scaling
 * Laws</i> (ICML 2025, arXiv 2502.08606):
 *
 * <p>L<sub>S</sub> = L<sub>T</sub> + L<sub>T</sub><sup>−c₀</sup> [1 + (L<sub>T</sub>/(L̃<sub>S</sub> d₁))<sup>1/f₁</sup>]<sup>−c₁f₁</sup>
 * (A′/N<sub>S</sub><sup>α′</sup> + B′/D<sub>S</sub><sup>β′</sup>)<sup>γ′</sup>,
 *
 * <p>for a student of N<sub>S</sub> parameters on D<sub>S</sub> tokens and a teacher of loss L<sub>T</sub>; L̃<sub>S</sub> is
 * the loss of the student if it is trained on data, by the {@linkplain SupervisedLaw supervised law}. Losses are
 * cross-entropies in nats per token.
 *
 * <p>By the form of the law the student is always worse than its teacher. Students that surpass their teachers are outside it.
 *
 * <p>No constants are supplied: those of the publication could not be confirmed. Fit your own runs. The law describes
 * experiments and is not a theorem; its consequences are derived in {@code docs/training-laws.md}. Compute counts 6
 * floating-point operations for each parameter and token of a training, and 2 for each of a teacher's outputs. Immutable.
 *
 * <pre>{@code
 * DistillationLaw law = DistillationLaw.of(SupervisedLaw.busbridge2025(), 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.1); // invented
 * double student = law.loss(1e9, 1e11, 2.2); // 2.2153
 * BestTeacher best = law.bestTeacher(1e9, 1e11);
 * double teacher = best.teacherLoss(); // 1.9204
 * double meeting = law.meetingTokens(1e9, 2.2); // 1.672e11
 * double split = law.split(1e22, 1e9, 1).studentLoss(); // 2.0939
 * }</pre>
 */
public final class DistillationLaw {

    /** The law of students has nine constants. */
    private static final int LEAST_RUNS = 12;

    private static final double TRAINING = 6;
    private static final double INFERENCE = 2;

    /** Steps of the scans in logarithms that bracket minima and meetings; functions have bends a tenth wide. */
    private static final int SCAN = 1000;

    private static final double PRECISION = 1e-14;
    private static final int EVALUATIONS = 1000;

    /** The step of a search in the logarithm of tokens, narrower than any bend of a loss. */
    private static final double MEETING_STEP = 0.1;

    private final SupervisedLaw supervised;
    private final PowerTerms terms;
    private final double c0;
    private final double c1;
    private final double d1;
    private final double f1;

    private DistillationLaw(SupervisedLaw supervised, PowerTerms terms, double c0, double c1, double d1, double f1) {
        this.supervised = supervised;
        this.terms = terms;
        this.c0 = c0;
        this.c1 = c1;
        this.d1 = d1;
        this.f1 = f1;
    }

    /**
     * The law of these constants.
     *
     * @param supervised the law of students that are trained on data
     * @param a A′, greater than 0
     * @param alpha α′, greater than 0
     * @param b B′, greater than 0
     * @param beta β′, greater than 0
     * @param gamma γ′, greater than 0
     * @param c0 c₀, greater than 0: how fast the gap between student and teacher closes as the teacher gets worse
     * @param c1 c₁, at least 0: how much faster beyond the bend; 0 for no bend
     * @param d1 d₁, greater than 0: where the bend is, in ratios of the teacher's loss to L̃<sub>S</sub>
     * @param f1 f₁, greater than 0: how wide the bend is
     * @return the law
     * @throws IllegalArgumentException if the supervised law is null or a constant is out of range
     */
    public static DistillationLaw of(
            SupervisedLaw supervised,
            double a,
            double alpha,
            double b,
            double beta,
            double gamma,
            double c0,
            double c1,
            double d1,
            double f1) {
        return new DistillationLaw(
                notNull("supervised", supervised),
                new PowerTerms(a, alpha, b, beta, gamma),
                positive("c0", c0),
                nonNegative("c1", c1),
                positive("d1", d1),
                positive("f1", f1));
    }

    /**
     * Fits the supervised law to the runs on data, then this law to the distilled runs, in the form that predicts best in
     * cross-validation.
     *
     * @param runs the runs of both kinds: at least 8 on data and 12 with teachers, each kind with different parameters and tokens, and
     *     with different teachers
     * @return the law, with its errors and those of the supervised law
     * @throws IllegalArgumentException if there are fewer, if parameters, tokens or teachers do not differ, or if more than a tenth of the
     *     distilled runs, and more than two, have a loss more than 1 % below their teacher's, which the law excludes; they are named
     */
    public static LawFit<DistillationLaw> fit(RunTable runs) {
        FitSettings settings = FitSettings.standard();
        return fit(runs, SupervisedLaw.fit(runs, settings), settings);
    }

    /**
     * Fits the law to distilled runs, with a supervised law that was fitted to runs on data.
     *
     * @param runs the runs; those on data are ignored. At least 12 with teachers, which differ in parameters, tokens and teachers
     * @param supervised the law of students that are trained on data, whose errors are carried over to all intervals
     * @param settings starts, seed and forms
     * @return the law, with its errors and those of the supervised law
     * @throws IllegalArgumentException if there are fewer, if parameters, tokens or teachers do not differ, or if more than a tenth of the
     *     distilled runs, and more than two, have a loss more than 1 % below their teacher's, which the law excludes; they are named
     */
    public static LawFit<DistillationLaw> fit(RunTable runs, LawFit<SupervisedLaw> supervised, FitSettings settings) {
        RunTable used = fittable(runs);
        return LawFit.best(
                models(used, notNull("supervised", supervised).law()),
                supervised,
                (form, law) -> new DistillationModel(used, law, form),
                notNull("settings", settings),
                excluded(used));
    }

    /**
     * Fits the law to distilled runs, with a known supervised law, which is taken to have no errors.
     *
     * @param runs the runs; those on data are ignored. At least 12 with teachers, which differ in parameters, tokens and teachers
     * @param supervised the law of students that are trained on data
     * @param settings starts, seed and forms
     * @return the law, with its errors given that the supervised law is exact
     * @throws IllegalArgumentException if there are fewer, if parameters, tokens or teachers do not differ, or if more than a tenth of the
     *     distilled runs, and more than two, have a loss more than 1 % below their teacher's, which the law excludes; they are named
     */
    public static LawFit<DistillationLaw> fit(RunTable runs, SupervisedLaw supervised, FitSettings settings) {
        RunTable used = fittable(runs);
        return LawFit.best(
                models(used, notNull("supervised", supervised)), notNull("settings", settings), excluded(used));
    }

    private static RunTable fittable(RunTable runs) {
        RunTable used = notNull("runs", runs).distilled();
        used.requireVariety("with teachers", "with their teacher's loss", LEAST_RUNS);
        used.requireTeachers();
        return used;
    }

    private static List<LawModel<DistillationLaw>> models(RunTable runs, SupervisedLaw supervised) {
        return Arrays.stream(LawForm.values())
                .<LawModel<DistillationLaw>>map(form -> new DistillationModel(runs, supervised, form))
                .toList();
    }

    /**
     * A warning that names the runs whose losses are further below their teachers' than noise explains. More than a few are
     * refused.
     */
    private static List<String> excluded(RunTable runs) {
        double[] losses = runs.losses();
        double[] teachers = runs.teacherLosses();
        int[] below = IntStream.range(0, runs.size())
                .filter(i -> losses[i] < teachers[i] * (1 - HuberFit.FIRST_SCALE))
                .toArray();
        runs.requireFew(
                below,
                Math.max(2, runs.size() / 10),
                "have a loss more than 1 % below their teacher's, which this law excludes",
                "leave out runs whose students surpass their teachers");
        return below.length == 0
                ? List.of()
                : List.of("More than 1 % below the loss of the teacher, which the law excludes: " + runs.named(below));
    }

    /** {@return the law of students that are trained on data} */
    public SupervisedLaw supervised() {
        return supervised;
    }

    /** {@return A′} */
    public double a() {
        return terms.a();
    }

    /** {@return α′, of the student's parameters} */
    public double alpha() {
        return terms.alpha();
    }

    /** {@return B′} */
    public double b() {
        return terms.b();
    }

    /** {@return β′, of the student's tokens} */
    public double beta() {
        return terms.beta();
    }

    /** {@return γ′} */
    public double gamma() {
        return terms.gamma();
    }

    /** {@return c₀} */
    public double c0() {
        return c0;
    }

    /** {@return c₁} */
    public double c1() {
        return c1;
    }

    /** {@return d₁} */
    public double d1() {
        return d1;
    }

    /** {@return f₁} */
    public double f1() {
        return f1;
    }

    /** A student of given size and tokens, with any teacher. */
    private final class Student {
        private final double logTerms;
        private final double logSupervised;

        /** @param tokens may be infinite */
        Student(double parameters, double tokens) {
            this.logTerms = terms.log(parameters, tokens);
            this.logSupervised = Math.log(supervised.lossOf(parameters, tokens));
        }

        /** L_S − L_T. */
        double gap(double logTeacher) {
            return Math.exp(-c0 * logTeacher - c1 * f1 * softplus(bend(logTeacher)) + logTerms);
        }

        double loss(double logTeacher) {
            return Math.exp(logTeacher) + gap(logTeacher);
        }

        /** ln U. */
        private double bend(double logTeacher) {
            return (logTeacher - logSupervised - Math.log(d1)) / f1;
        }

        /** c₁ U/(1 + U). */
        double steepness(double logTeacher) {
            return c1 * PowerTerms.logistic(bend(logTeacher));
        }

        /** ∂ L_S/∂ ln L_T. */
        double slope(double logTeacher) {
            return Math.exp(logTeacher) - gap(logTeacher) * (c0 + steepness(logTeacher));
        }
    }

    private Student student(double parameters, double tokens) {
        return new Student(positive("parameters", parameters), positive("tokens", tokens));
    }

    /** ln(1 + e<sup>z</sup>). */
    static double softplus(double z) {
        return PowerTerms.logOfSum(z, 0);
    }

    /**
     * The loss of a student.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param tokens D<sub>S</sub>, greater than 0
     * @param teacherLoss L<sub>T</sub>, greater than 0
     * @return L<sub>S</sub>, greater than L<sub>T</sub>
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double loss(double parameters, double tokens, double teacherLoss) {
        double log = Math.log(positive("teacherLoss", teacherLoss));
        return teacherLoss + student(parameters, tokens).gap(log);
    }

    /**
     * The derivative of the student's loss with respect to its parameters.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param tokens D<sub>S</sub>, greater than 0
     * @param teacherLoss L<sub>T</sub>, greater than 0
     * @return ∂L<sub>S</sub>/∂N<sub>S</sub>
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double lossByParameters(double parameters, double tokens, double teacherLoss) {
        Student student = student(parameters, tokens);
        double log = Math.log(positive("teacherLoss", teacherLoss));
        return -student.gap(log)
                * (terms.elasticityInParameters(parameters, tokens)
                        + student.steepness(log) * supervised.elasticityInParameters(parameters, tokens))
                / parameters;
    }

    /**
     * The derivative of the student's loss with respect to its tokens.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param tokens D<sub>S</sub>, greater than 0
     * @param teacherLoss L<sub>T</sub>, greater than 0
     * @return ∂L<sub>S</sub>/∂D<sub>S</sub>
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double lossByTokens(double parameters, double tokens, double teacherLoss) {
        Student student = student(parameters, tokens);
        double log = Math.log(positive("teacherLoss", teacherLoss));
        return -student.gap(log)
                * (terms.elasticityInTokens(parameters, tokens)
                        + student.steepness(log) * supervised.elasticityInTokens(parameters, tokens))
                / tokens;
    }

    /**
     * The derivative of the student's loss with respect to its teacher's.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param tokens D<sub>S</sub>, greater than 0
     * @param teacherLoss L<sub>T</sub>, greater than 0
     * @return ∂L<sub>S</sub>/∂L<sub>T</sub>, negative where a better teacher makes a worse student
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double lossByTeacherLoss(double parameters, double tokens, double teacherLoss) {
        return student(parameters, tokens).slope(Math.log(positive("teacherLoss", teacherLoss))) / teacherLoss;
    }

    /**
     * The best teacher of a student, among all losses from the irreducible loss of the supervised law upwards. If a still
     * better teacher makes a worse student, the capacity gap begins here.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param tokens D<sub>S</sub>, greater than 0
     * @return the teacher's loss and the student's; {@link SupervisedLaw#parametersFor} gives the size of a teacher of that loss
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public BestTeacher bestTeacher(double parameters, double tokens) {
        Student student = student(parameters, tokens);
        // As L_S > L_T, the loss of the best teacher is below the student's loss with any teacher. As the gap falls
        // with L_T,
        // it is above the L_T at which the gap alone equals that loss.
        double high = Math.log(student.loss(student.logSupervised));
        double low = Math.min(high, student.logSupervised);
        while (student.gap(low) < Math.exp(high)) {
            low -= 1;
        }
        double least = Math.log(supervised.irreducible());
        low = Math.max(low, least);
        double step = (high - low) / SCAN;
        int best = 0;
        for (int i = 1; i <= SCAN; i++) {
            best = student.loss(low + i * step) < student.loss(low + best * step) ? i : best;
        }
        double from = low + Math.max(best - 1, 0) * step;
        double to = low + Math.min(best + 1, SCAN) * step;
        // Without a change of sign the best teacher is at the end, or at a bend as sharp as a corner.
        double log =
                student.slope(from) < 0 && student.slope(to) > 0 ? root(student::slope, from, to) : low + best * step;
        return new BestTeacher(Math.exp(log), student.loss(log), log > least);
    }

    private static double root(DoubleUnaryOperator function, double from, double to) {
        return new BrentSolver(PRECISION, PRECISION).solve(EVALUATIONS, function::applyAsDouble, from, to);
    }

    /**
     * The number of tokens at which distillation and supervised learning meet: with more tokens, the student does better on
     * data than with this teacher. Whether there is such a number follows from the limits of both losses for infinitely many
     * tokens, E + (A/N<sup>α</sup>)<sup>γ</sup> and this law without B/D<sup>β</sup> and B′/D<sup>β′</sup>, not from a
     * search; so the number may be far outside any runs: see {@link LawFit#outside}.
     *
     * @param parameters N<sub>S</sub>, greater than 0
     * @param teacherLoss L<sub>T</sub>, greater than 0
     * @return D<sub>S</sub> with L<sub>S</sub> = L̃<sub>S</sub>, the largest if there are several; infinite if distillation
     *     keeps its advantage for any number of tokens; {@link Double#MAX_VALUE} if there is such a number but it overflows;
     *     0 if data do better with any number, from one token on
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double meetingTokens(double parameters, double teacherLoss) {
        double n = positive("parameters", parameters);
        double log = Math.log(positive("teacherLoss", teacherLoss));
        if (advantage(n, Double.POSITIVE_INFINITY, log) > 0) {
            return Double.POSITIVE_INFINITY;
        }
        DoubleUnaryOperator advantage = logTokens -> advantage(n, Math.exp(logTokens), log);
        int last = (int) (Math.log(Double.MAX_VALUE) / MEETING_STEP);
        if (advantage.applyAsDouble(last * MEETING_STEP) > 0) {
            return Double.MAX_VALUE;
        }
        while (last >= 0 && !(advantage.applyAsDouble(last * MEETING_STEP) > 0)) {
            last--;
        }
        return last < 0 ? 0 : Math.exp(root(advantage, last * MEETING_STEP, (last + 1) * MEETING_STEP));
    }

    /** How much better the student does with the teacher than on data; tokens may be infinite. */
    private double advantage(double parameters, double tokens, double logTeacher) {
        return supervised.lossOf(parameters, tokens) - new Student(parameters, tokens).loss(logTeacher);
    }

    /**
     * The best split of a compute budget among the training of one teacher, its outputs and the training of its students,
     * where the teacher's loss follows the supervised law: flops = 6 N<sub>T</sub> D<sub>T</sub> + k (2 N<sub>T</sub> + 6
     * N<sub>S</sub>) D<sub>S</sub>.
     *
     * @param flops the budget for all of it, in floating-point operations, greater than 0
     * @param studentParameters N<sub>S</sub>, greater than 0
     * @param students k, how many students of this size share the teacher, at least 1
     * @return the teacher, the tokens and the losses
     * @throws IllegalArgumentException if a number is out of range, or no split of the budget has a loss that is a finite number
     */
    public BudgetSplit split(double flops, double studentParameters, int students) {
        Budget budget = new Budget(
                positive("flops", flops),
                positive("studentParameters", studentParameters),
                atLeastOne("students", students));
        return budget.best();
    }

    /** A split is given by the logarithm of the teacher's parameters and the logit of the share of its training. */
    private final class Budget {

        /** Steps of the teacher's size, from a thousandth of the student's to ten thousand times it. */
        private static final int SIZES = 80;

        private static final int SHARES = 80;

        /** The share of the training goes from e<sup>−12</sup> to 1 − e<sup>−12</sup>. */
        private static final double LARGEST_LOGIT = 12;

        private final double flops;
        private final double studentParameters;
        private final int students;

        Budget(double flops, double studentParameters, int students) {
            this.flops = flops;
            this.studentParameters = studentParameters;
            this.students = students;
        }

        BudgetSplit best() {
            double[] best = {0, 0};
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i <= SIZES; i++) {
                for (int j = 0; j <= SHARES; j++) {
                    double[] point = {
                        Math.log(studentParameters) + Math.log(10) * (7.0 * i / SIZES - 3),
                        LARGEST_LOGIT * (2.0 * j / SHARES - 1)
                    };
                    double loss = studentLoss(point);
                    if (loss < least) {
                        least = loss;
                        best = point;
                    }
                }
            }
            if (!(least < Double.POSITIVE_INFINITY)) {
                throw refusal("flops", flops, "cannot be split into numbers of tokens for students of this size");
            }
            double[] refined = new SimplexOptimizer(new SimpleValueChecker(PRECISION, PRECISION))
                    .optimize(
                            new MaxEval(100 * EVALUATIONS),
                            GoalType.MINIMIZE,
                            new ObjectiveFunction(this::studentLoss),
                            new InitialGuess(best),
                            new NelderMeadSimplex(2, 0.1))
                    .getPoint();
            return at(studentLoss(refined) <= least ? refined : best);
        }

        /** The teacher's parameters and tokens, and the tokens of each student. */
        private double[] sizes(double[] point) {
            double teacherParameters = Math.exp(point[0]);
            double teacherTokens = flops * PowerTerms.logistic(point[1]) / (TRAINING * teacherParameters);
            double left = flops * PowerTerms.logistic(-point[1]) / students;
            double studentTokens = left / (INFERENCE * teacherParameters + TRAINING * studentParameters);
            return new double[] {teacherParameters, teacherTokens, studentTokens};
        }

        /** The student's loss; NaN where numbers of tokens underflow. */
        private double studentLoss(double[] point) {
            double[] sizes = sizes(point);
            return new Student(studentParameters, sizes[2]).loss(Math.log(supervised.lossOf(sizes[0], sizes[1])));
        }

        private BudgetSplit at(double[] point) {
            double[] sizes = sizes(point);
            return new BudgetSplit(
                    sizes[0],
                    sizes[1],
                    supervised.lossOf(sizes[0], sizes[1]),
                    sizes[2],
                    studentLoss(point),
                    TRAINING * sizes[0] * sizes[1],
                    INFERENCE * sizes[0] * sizes[2] * students,
                    TRAINING * studentParameters * sizes[2] * students,
                    supervised.lossOf(studentParameters, flops / students / (TRAINING * studentParameters)));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DistillationLaw that
                && supervised.equals(that.supervised)
                && terms.equals(that.terms)
                && c0 == that.c0
                && c1 == that.c1
                && d1 == that.d1
                && f1 == that.f1;
    }

    @Override
    public int hashCode() {
        return Objects.hash(supervised, terms, c0, c1, d1, f1);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "L_S = L_T + L_T^-%.4g [1 + (L_T/(%.4g L))^(1/%.4g)]^-%.4g (%.5g/N^%.4g + %.5g/D^%.4g)^%.4g, %s",
                c0,
                d1,
                f1,
                c1 * f1,
                a(),
                alpha(),
                b(),
                beta(),
                gamma(),
                supervised);
    }
}
