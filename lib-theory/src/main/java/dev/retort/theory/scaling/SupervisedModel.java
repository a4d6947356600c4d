package dev.retort.theory.scaling;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The supervised law with constants ln E, a, ln α, b, ln β and, if it is free, ln γ, where a and b are the logarithms of
 * A/N<sup>α</sup> and B/D<sup>β</sup> at the centre of the runs, so that they hardly depend on the exponents.
 */
final class SupervisedModel implements LawModel<SupervisedLaw> {

    private static final int E = 0;
    private static final int A = 1;
    private static final int ALPHA = 2;
    private static final int B = 3;
    private static final int BETA = 4;
    private static final int GAMMA = 5;

    private final LawForm form;
    private final RunTable runs;
    private final double centreOfParameters;
    private final double centreOfTokens;
    private final double[] parameters;
    private final double[] tokens;
    private final double leastLoss;
    private final double middleLoss;

    SupervisedModel(RunTable runs, LawForm form) {
        this.form = form;
        this.runs = runs;
        this.centreOfParameters = RunTable.centre(runs.parameters());
        this.centreOfTokens = RunTable.centre(runs.tokens());
        this.parameters = Arrays.stream(runs.parameters())
                .map(n -> Math.log(n) - centreOfParameters)
                .toArray();
        this.tokens = Arrays.stream(runs.tokens())
                .map(d -> Math.log(d) - centreOfTokens)
                .toArray();
        double[] sorted = IntStream.range(0, runs.size())
                .mapToDouble(i -> runs.losses()[i])
                .sorted()
                .toArray();
        this.leastLoss = sorted[0];
        this.middleLoss = Math.max(sorted[sorted.length / 2], 1.01 * leastLoss);
    }

    @Override
    public LawForm form() {
        return form;
    }

    @Override
    public RunTable runs() {
        return runs;
    }

    private boolean freeGamma() {
        return form == LawForm.COMPLETE;
    }

    @Override
    public double[][] bounds() {
        double[][] bounds = {
            // e^−9 of the least loss stands for an irreducible loss of zero.
            {Math.log(leastLoss) - 9, Math.log(leastLoss) + 0.1},
            {-100, 100},
            {Math.log(0.01), Math.log(5)},
            {-100, 100},
            {Math.log(0.01), Math.log(5)},
            {Math.log(0.05), Math.log(5)}
        };
        return freeGamma() ? bounds : Arrays.copyOf(bounds, GAMMA);
    }

    @Override
    public double[] start(RandomGenerator random) {
        double floor = leastLoss * LawModel.uniform(random, 0.1, 0.99);
        double gamma = freeGamma() ? LawModel.logUniform(random, 0.3, 1.5) : 0;
        double share = LawModel.uniform(random, 0.05, 0.95);
        double log = Math.log(middleLoss - floor) / Math.exp(gamma);
        double[] start = {
            Math.log(floor),
            log + Math.log(share),
            LawModel.logUniform(random, 0.1, 1),
            log + Math.log1p(-share),
            LawModel.logUniform(random, 0.1, 1),
            gamma
        };
        return freeGamma() ? start : Arrays.copyOf(start, GAMMA);
    }

    @Override
    public double predict(double[] constants, int run, double[] gradient) {
        double alpha = Math.exp(constants[ALPHA]);
        double beta = Math.exp(constants[BETA]);
        double gamma = freeGamma() ? Math.exp(constants[GAMMA]) : 1;
        double ofParameters = constants[A] - alpha * parameters[run];
        double ofTokens = constants[B] - beta * tokens[run];
        double log = PowerTerms.logOfSum(ofParameters, ofTokens);
        double share = PowerTerms.logistic(ofParameters - ofTokens);
        double whole = PowerTerms.logOfSum(constants[E], gamma * log);
        double reducible = Math.exp(gamma * log - whole);
        gradient[E] = Math.exp(constants[E] - whole);
        gradient[A] = reducible * gamma * share;
        gradient[ALPHA] = -gradient[A] * alpha * parameters[run];
        gradient[B] = reducible * gamma * (1 - share);
        gradient[BETA] = -gradient[B] * beta * tokens[run];
        if (freeGamma()) {
            gradient[GAMMA] = reducible * gamma * log;
        }
        return whole;
    }

    @Override
    public SupervisedLaw law(double[] constants) {
        double alpha = Math.exp(constants[ALPHA]);
        double beta = Math.exp(constants[BETA]);
        return SupervisedLaw.of(
                Math.exp(constants[E]),
                Math.exp(constants[A] + alpha * centreOfParameters),
                alpha,
                Math.exp(constants[B] + beta * centreOfTokens),
                beta,
                freeGamma() ? Math.exp(constants[GAMMA]) : 1);
    }

    @Override
    public double[] written(SupervisedLaw law) {
        double[] all = {law.irreducible(), law.a(), law.alpha(), law.b(), law.beta(), law.gamma()};
        return freeGamma() ? all : Arrays.copyOf(all, GAMMA);
    }
}
