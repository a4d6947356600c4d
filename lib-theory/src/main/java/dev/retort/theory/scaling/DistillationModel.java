package dev.retort.theory.scaling;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The distillation law with constants ln c₀, a, ln α′, b, ln β′ and those of ln c₁, ln d₁, ln f₁ and ln γ′ that the form
 * leaves free, where a and b are the logarithms of the two terms at the centre of the runs, each including the factor
 * L<sub>T</sub><sup>−c₀</sup> there.
 */
final class DistillationModel implements LawModel<DistillationLaw> {

    private static final int C0 = 0;
    private static final int A = 1;
    private static final int ALPHA = 2;
    private static final int B = 3;
    private static final int BETA = 4;
    private static final int C1 = 5;
    private static final int D1 = 6;
    private static final int F1 = 7;
    private static final int GAMMA = 8;

    private static final double FIXED_WIDTH = 0.1;

    private final LawForm form;
    private final RunTable runs;
    private final SupervisedLaw supervised;
    private final double centreOfParameters;
    private final double centreOfTokens;
    private final double centreOfTeachers;
    private final double[] parameters;
    private final double[] tokens;

    /** ln L_T. */
    private final double[] teachers;

    /** ln(L_T/L̃_S). */
    private final double[] ratios;

    private final Interval range;
    private final double middleGap;

    DistillationModel(RunTable runs, SupervisedLaw supervised, LawForm form) {
        this.form = form;
        this.runs = runs;
        this.supervised = supervised;
        this.centreOfParameters = RunTable.centre(runs.parameters());
        this.centreOfTokens = RunTable.centre(runs.tokens());
        this.centreOfTeachers = RunTable.centre(runs.teacherLosses());
        this.parameters = Arrays.stream(runs.parameters())
                .map(n -> Math.log(n) - centreOfParameters)
                .toArray();
        this.tokens = Arrays.stream(runs.tokens())
                .map(d -> Math.log(d) - centreOfTokens)
                .toArray();
        this.teachers = Arrays.stream(runs.teacherLosses()).map(Math::log).toArray();
        double[] n = runs.parameters();
        double[] d = runs.tokens();
        double[] losses = runs.losses();
        double[] teacherLosses = runs.teacherLosses();
        this.ratios = IntStream.range(0, runs.size())
                .mapToDouble(i -> teachers[i] - supervised.logLoss(n[i], d[i]))
                .toArray();
        this.range = RunTable.range(ratios);
        double[] gaps = IntStream.range(0, runs.size())
                .mapToDouble(i -> Math.max(losses[i] - teacherLosses[i], 1e-3 * teacherLosses[i]))
                .sorted()
                .toArray();
        this.middleGap = Math.log(gaps[gaps.length / 2]);
    }

    @Override
    public LawForm form() {
        return form;
    }

    @Override
    public RunTable runs() {
        return runs;
    }

    private int size() {
        return switch (form) {
            case NO_BEND -> C1;
            case FIXED_BEND -> F1;
            case UNIT_GAMMA -> GAMMA;
            case COMPLETE -> GAMMA + 1;
        };
    }

    @Override
    public double[][] bounds() {
        double[][] bounds = {
            {Math.log(1e-3), Math.log(20)},
            {-200, 200},
            {Math.log(0.01), Math.log(5)},
            {-200, 200},
            {Math.log(0.01), Math.log(5)},
            {Math.log(1e-3), Math.log(1e5)},
            {-3, 3},
            {Math.log(0.005), Math.log(5)},
            {Math.log(0.1), Math.log(5)}
        };
        return Arrays.copyOf(bounds, size());
    }

    @Override
    public double[] start(RandomGenerator random) {
        double c1 = LawModel.logUniform(random, 0.5, 500);
        double d1 = LawModel.uniform(random, range.low() - 0.1, range.high() + 0.3);
        double f1 = form == LawForm.FIXED_BEND ? Math.log(FIXED_WIDTH) : LawModel.logUniform(random, 0.03, 1);
        double gamma = form == LawForm.COMPLETE ? LawModel.logUniform(random, 0.4, 1.5) : 0;
        double bend = form == LawForm.NO_BEND
                ? 0
                : Math.exp(c1 + f1) * DistillationLaw.softplus(((range.low() + range.high()) / 2 - d1) / Math.exp(f1));
        double log = (middleGap + bend) / Math.exp(gamma);
        double share = LawModel.uniform(random, 0.05, 0.95);
        double[] start = {
            LawModel.logUniform(random, 0.3, 5),
            log + Math.log(share),
            LawModel.logUniform(random, 0.1, 1),
            log + Math.log1p(-share),
            LawModel.logUniform(random, 0.1, 1),
            c1,
            d1,
            f1,
            gamma
        };
        return Arrays.copyOf(start, size());
    }

    @Override
    public double predict(double[] constants, int run, double[] gradient) {
        double alpha = Math.exp(constants[ALPHA]);
        double beta = Math.exp(constants[BETA]);
        double c0 = Math.exp(constants[C0]);
        double gamma = form == LawForm.COMPLETE ? Math.exp(constants[GAMMA]) : 1;
        double ofParameters = constants[A] - alpha * parameters[run];
        double ofTokens = constants[B] - beta * tokens[run];
        double log = PowerTerms.logOfSum(ofParameters, ofTokens);
        double share = PowerTerms.logistic(ofParameters - ofTokens);
        double logGap = gamma * log - c0 * (teachers[run] - centreOfTeachers);
        gradient[C0] = -c0 * (teachers[run] - centreOfTeachers);
        gradient[A] = gamma * share;
        gradient[ALPHA] = -gradient[A] * alpha * parameters[run];
        gradient[B] = gamma * (1 - share);
        gradient[BETA] = -gradient[B] * beta * tokens[run];
        if (form != LawForm.NO_BEND) {
            double c1 = Math.exp(constants[C1]);
            double f1 = form == LawForm.FIXED_BEND ? FIXED_WIDTH : Math.exp(constants[F1]);
            double z = (ratios[run] - constants[D1]) / f1;
            double bend = c1 * f1 * DistillationLaw.softplus(z);
            double upper = c1 * PowerTerms.logistic(z);
            logGap -= bend;
            gradient[C1] = -bend;
            gradient[D1] = upper;
            if (form != LawForm.FIXED_BEND) {
                gradient[F1] = upper * f1 * z - bend;
            }
        }
        if (form == LawForm.COMPLETE) {
            gradient[GAMMA] = gamma * log;
        }
        double whole = PowerTerms.logOfSum(teachers[run], logGap);
        double part = Math.exp(logGap - whole);
        for (int k = 0; k < gradient.length; k++) {
            gradient[k] *= part;
        }
        return whole;
    }

    @Override
    public DistillationLaw law(double[] constants) {
        double alpha = Math.exp(constants[ALPHA]);
        double beta = Math.exp(constants[BETA]);
        double c0 = Math.exp(constants[C0]);
        double gamma = form == LawForm.COMPLETE ? Math.exp(constants[GAMMA]) : 1;
        double ofTeachers = c0 * centreOfTeachers / gamma;
        boolean bent = form != LawForm.NO_BEND;
        return DistillationLaw.of(
                supervised,
                Math.exp(constants[A] + ofTeachers + alpha * centreOfParameters),
                alpha,
                Math.exp(constants[B] + ofTeachers + beta * centreOfTokens),
                beta,
                gamma,
                c0,
                bent ? Math.exp(constants[C1]) : 0,
                bent ? Math.exp(constants[D1]) : 1,
                bent && form != LawForm.FIXED_BEND ? Math.exp(constants[F1]) : FIXED_WIDTH);
    }

    @Override
    public double[] written(DistillationLaw law) {
        double[] all = {law.c0(), law.a(), law.alpha(), law.b(), law.beta(), law.c1(), law.d1(), law.f1(), law.gamma()};
        return Arrays.copyOf(all, size());
    }
}
