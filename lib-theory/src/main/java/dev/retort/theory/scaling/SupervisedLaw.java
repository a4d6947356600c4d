package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The empirical loss of models that are trained on data, L(N, D) = E + (A/N<sup>α</sup> + B/D<sup>β</sup>)<sup>γ</sup>, with
 * N parameters and D tokens. With γ = 1 it is the form of Hoffmann et al., <i>Training Compute-Optimal Large Language
 * Models</i> (arXiv 2203.15556, the "Chinchilla" law); γ was added by Busbridge et al., <i>Distillation Scaling Laws</i>
 * (ICML 2025, arXiv 2502.08606). Losses are cross-entropies in nats per token, and E is the irreducible loss, below which no
 * model goes.
 *
 * <p>The law describes experiments and is not a theorem: it holds where it was fitted. Closed forms for its consequences are
 * derived in {@code docs/training-laws.md}. Compute counts 6 floating-point operations for each parameter and token of a
 * training. Immutable.
 *
 * <pre>{@code
 * SupervisedLaw law = SupervisedLaw.busbridge2025();
 * double loss = law.loss(1e9, 1e11); // 2.2397
 * double tokens = law.tokensFor(2.2, 1e9); // 2.050e11
 * ComputeOptimal best = law.optimalFor(1e21);
 * double parameters = best.parameters(); // 3.054e9
 * }</pre>
 */
public final class SupervisedLaw {

    private static final double TRAINING = 6;

    /** Three more than the form with γ = 1 has constants. */
    private static final int LEAST_RUNS = 8;

    private final double irreducible;
    private final PowerTerms terms;

    private SupervisedLaw(double irreducible, PowerTerms terms) {
        this.irreducible = irreducible;
        this.terms = terms;
    }

    /**
     * The law of these constants.
     *
     * @param irreducible E, at least 0
     * @param a A, greater than 0
     * @param alpha α, greater than 0
     * @param b B, greater than 0
     * @param beta β, greater than 0
     * @param gamma γ, greater than 0
     * @return the law
     * @throws IllegalArgumentException if a constant is out of range
     */
    public static SupervisedLaw of(double irreducible, double a, double alpha, double b, double beta, double gamma) {
        return new SupervisedLaw(nonNegative("irreducible", irreducible), new PowerTerms(a, alpha, b, beta, gamma));
    }

    /**
     * The law of these constants with γ = 1.
     *
     * @param irreducible E, at least 0
     * @param a A, greater than 0
     * @param alpha α, greater than 0
     * @param b B, greater than 0
     * @param beta β, greater than 0
     * @return the law
     * @throws IllegalArgumentException if a constant is out of range
     */
    public static SupervisedLaw of(double irreducible, double a, double alpha, double b, double beta) {
        return of(irreducible, a, alpha, b, beta, 1);
    }

    /**
     * The law that Busbridge et al. (ICML 2025, arXiv 2502.08606) fitted to their own models: E = 1.220, A = 3355, α = 0.408,
     * B = 18186, β = 0.431, γ = 0.452. Parameters do not include the embedding. The constants depend on their data, tokenizer
     * and architecture: fit your own runs instead of planning with these.
     *
     * @return the law
     */
    public static SupervisedLaw busbridge2025() {
        return of(1.220, 3355, 0.408, 18186, 0.431, 0.452);
    }

    /**
     * Fits the law to runs on data, in its form with γ = 1 or with all constants, whichever predicts better in cross-validation.
     *
     * @param runs the runs; those with teachers are ignored. At least 8 on data, which differ in parameters and in tokens
     * @return the law, with its errors
     * @throws IllegalArgumentException if there are fewer with different settings, or all have the same parameters, tokens or loss
     */
    public static LawFit<SupervisedLaw> fit(RunTable runs) {
        return fit(runs, FitSettings.standard());
    }

    /**
     * Fits the law to runs on data.
     *
     * @param runs the runs; those with teachers are ignored. At least 8 on data, which differ in parameters and in tokens
     * @param settings starts, seed and forms
     * @return the law, with its errors
     * @throws IllegalArgumentException if there are fewer with different settings, or all have the same parameters, tokens or loss
     */
    public static LawFit<SupervisedLaw> fit(RunTable runs, FitSettings settings) {
        RunTable used = notNull("runs", runs).supervised();
        used.requireVariety("on data", "without a teacher's loss", LEAST_RUNS);
        List<LawModel<SupervisedLaw>> models =
                List.of(new SupervisedModel(used, LawForm.UNIT_GAMMA), new SupervisedModel(used, LawForm.COMPLETE));
        return LawFit.best(models, notNull("settings", settings), List.of());
    }

    /** {@return E, the irreducible loss, below which no model goes} */
    public double irreducible() {
        return irreducible;
    }

    /** {@return A} */
    public double a() {
        return terms.a();
    }

    /** {@return α, of the parameters} */
    public double alpha() {
        return terms.alpha();
    }

    /** {@return B} */
    public double b() {
        return terms.b();
    }

    /** {@return β, of the tokens} */
    public double beta() {
        return terms.beta();
    }

    /** {@return γ} */
    public double gamma() {
        return terms.gamma();
    }

    /**
     * The loss of a model.
     *
     * @param parameters N, greater than 0
     * @param tokens D, greater than 0
     * @return L(N, D)
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double loss(double parameters, double tokens) {
        return lossOf(positive("parameters", parameters), positive("tokens", tokens));
    }

    /** L(N, D), also of infinitely many tokens. */
    double lossOf(double parameters, double tokens) {
        return irreducible + Math.exp(terms.log(parameters, tokens));
    }

    private double excess(double parameters, double tokens) {
        return Math.exp(terms.log(positive("parameters", parameters), positive("tokens", tokens)));
    }

    /**
     * The derivative of the loss with respect to the parameters.
     *
     * @param parameters N, greater than 0
     * @param tokens D, greater than 0
     * @return ∂L/∂N, at most 0
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double lossByParameters(double parameters, double tokens) {
        return -excess(parameters, tokens) * terms.elasticityInParameters(parameters, tokens) / parameters;
    }

    /**
     * The derivative of the loss with respect to the tokens.
     *
     * @param parameters N, greater than 0
     * @param tokens D, greater than 0
     * @return ∂L/∂D, at most 0
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double lossByTokens(double parameters, double tokens) {
        return -excess(parameters, tokens) * terms.elasticityInTokens(parameters, tokens) / tokens;
    }

    /**
     * The number of tokens that a model needs to reach a loss.
     *
     * @param loss L, greater than 0
     * @param parameters N, greater than 0
     * @return D with L(N, D) = L; infinite if a model of this size cannot reach the loss
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double tokensFor(double loss, double parameters) {
        positive("parameters", parameters);
        double above = above(loss);
        return above > 0 ? terms.tokensFor(above, parameters) : Double.POSITIVE_INFINITY;
    }

    /**
     * The number of parameters that a model needs to reach a loss.
     *
     * @param loss L, greater than 0
     * @param tokens D, greater than 0
     * @return N with L(N, D) = L; infinite if no model can reach the loss with this many tokens
     * @throws IllegalArgumentException if a number is not positive and finite
     */
    public double parametersFor(double loss, double tokens) {
        positive("tokens", tokens);
        double above = above(loss);
        return above > 0 ? terms.parametersFor(above, tokens) : Double.POSITIVE_INFINITY;
    }

    private double above(double loss) {
        return positive("loss", loss) - irreducible;
    }

    /**
     * The best model for a training budget, 6 N D = flops: the one with α A/N<sup>α</sup> = β B/D<sup>β</sup>.
     *
     * @param flops the budget in floating-point operations, greater than 0
     * @return its size, tokens and loss; numbers out of range are 0 or infinite
     * @throws IllegalArgumentException if the budget is not positive and finite
     */
    public ComputeOptimal optimalFor(double flops) {
        double product = Math.log(positive("flops", flops)) - Math.log(TRAINING);
        double parameters = terms.logOfBestParameters(product);
        double tokens = product - parameters;
        return new ComputeOptimal(
                Math.exp(parameters), Math.exp(tokens), irreducible + Math.exp(terms.logOfLogs(parameters, tokens)));
    }

    /**
     * The smallest training budget that reaches a loss.
     *
     * @param loss L, greater than 0
     * @return floating-point operations; infinite if the loss is at most E
     * @throws IllegalArgumentException if the loss is not positive and finite
     */
    public double flopsFor(double loss) {
        double above = above(loss);
        return above > 0 ? TRAINING * terms.productFor(above) : Double.POSITIVE_INFINITY;
    }

    /** ln L. */
    double logLoss(double parameters, double tokens) {
        return Math.log(loss(parameters, tokens));
    }

    /** −∂ ln L/∂ ln N. */
    double elasticityInParameters(double parameters, double tokens) {
        return -lossByParameters(parameters, tokens) * parameters / loss(parameters, tokens);
    }

    /** −∂ ln L/∂ ln D. */
    double elasticityInTokens(double parameters, double tokens) {
        return -lossByTokens(parameters, tokens) * tokens / loss(parameters, tokens);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SupervisedLaw that && irreducible == that.irreducible && terms.equals(that.terms);
    }

    @Override
    public int hashCode() {
        return Objects.hash(irreducible, terms);
    }

    @Override
    public String toString() {
        String sum = String.format(Locale.ROOT, "%.5g/N^%.4g + %.5g/D^%.4g", a(), alpha(), b(), beta());
        String powers = gamma() == 1 ? sum : String.format(Locale.ROOT, "(%s)^%.4g", sum, gamma());
        return String.format(Locale.ROOT, "L = %.5g + %s", irreducible, powers);
    }
}
