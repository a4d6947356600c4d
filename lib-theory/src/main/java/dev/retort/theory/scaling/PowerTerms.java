package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.positive;

/**
 * (A/N<sup>α</sup> + B/D<sup>β</sup>)<sup>γ</sup>: the contribution of finite numbers of parameters and tokens to a loss.
 * Computed in logarithms, which do not overflow.
 */
record PowerTerms(double a, double alpha, double b, double beta, double gamma) {

    PowerTerms {
        positive("a", a);
        positive("alpha", alpha);
        positive("b", b);
        positive("beta", beta);
        positive("gamma", gamma);
    }

    private double logOfParameters(double parameters) {
        return Math.log(a) - alpha * Math.log(parameters);
    }

    private double logOfTokens(double tokens) {
        return Math.log(b) - beta * Math.log(tokens);
    }

    /** The logarithm of the expression. */
    double log(double parameters, double tokens) {
        return gamma * logOfSum(logOfParameters(parameters), logOfTokens(tokens));
    }

    /** ln(e<sup>first</sup> + e<sup>second</sup>). */
    static double logOfSum(double first, double second) {
        double larger = Math.max(first, second);
        double ratio = Math.exp(Math.min(first, second) - larger);
        // ln(1 + ratio), with a correction for the rounding of the sum: as accurate as log1p, which is slower.
        double sum = 1 + ratio;
        return larger + (Math.log(sum) - ((sum - 1) - ratio) / sum);
    }

    /** −∂ ln/∂ ln N. */
    double elasticityInParameters(double parameters, double tokens) {
        return gamma * alpha * logistic(logOfParameters(parameters) - logOfTokens(tokens));
    }

    /** −∂ ln/∂ ln D. */
    double elasticityInTokens(double parameters, double tokens) {
        return gamma * beta * logistic(logOfTokens(tokens) - logOfParameters(parameters));
    }

    /** 1/(1 + e<sup>−z</sup>). */
    static double logistic(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /** The tokens at which the expression has this value for given parameters; infinite if there is no such number. */
    double tokensFor(double value, double parameters) {
        double left = Math.pow(value, 1 / gamma) - Math.exp(logOfParameters(parameters));
        return left > 0 ? Math.exp((Math.log(b) - Math.log(left)) / beta) : Double.POSITIVE_INFINITY;
    }

    /** The parameters at which the expression has this value for given tokens; infinite if there is no such number. */
    double parametersFor(double value, double tokens) {
        return new PowerTerms(b, beta, a, alpha, gamma).tokensFor(value, tokens);
    }

    /**
     * The logarithm of the best number of parameters for a given logarithm of N D: there α A/N<sup>α</sup> = β
     * B/D<sup>β</sup>.
     */
    double logOfBestParameters(double logOfProduct) {
        return (Math.log(alpha) + Math.log(a) - Math.log(beta) - Math.log(b) + beta * logOfProduct) / (alpha + beta);
    }

    /** The logarithm of the expression, from those of parameters and tokens. */
    double logOfLogs(double logOfParameters, double logOfTokens) {
        return gamma * logOfSum(Math.log(a) - alpha * logOfParameters, Math.log(b) - beta * logOfTokens);
    }

    /** The product N D at whose best split the expression has this value. */
    double productFor(double value) {
        // A/N^α is this share of the sum, and B/D^β the rest.
        double share = beta / (alpha + beta);
        double log = Math.log(value) / gamma;
        double ofParameters = (Math.log(a) - Math.log(share) - log) / alpha;
        double ofTokens = (Math.log(b) - Math.log1p(-share) - log) / beta;
        return Math.exp(ofParameters + ofTokens);
    }
}
