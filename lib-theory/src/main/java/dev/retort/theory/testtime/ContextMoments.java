package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.Matrix;
import org.apache.commons.math3.analysis.polynomials.PolynomialFunction;
import org.jspecify.annotations.Nullable;

/**
 * The moments of the context vector u = Xᵀy of a task, with labels y, and of the residual r = β − Wu of the predictor Wu. Given t = |y|²/s,
 * which is chi-squared with n degrees of freedom, u is Gaussian, N(tg, tK), K = sΣx − ggᵀ; so every moment is the mean of a polynomial in
 * t. They are written as polynomials in t − n: with m = β − nWg, the part that the average predictor misses, nothing cancels when the
 * context is long.
 *
 * <p>All quantities are in units in which features and labels are of order one: x is divided by 2<sup>e/2</sup>, y by 2<sup>m</sup>, with
 * whole numbers e/2 and m, so that no unit overflows and no digit is lost. Not thread-safe.
 */
final class ContextMoments {

    private final Matrix features;
    private final Matrix weights;
    private final double[] beta;
    private final double noiseVariance;
    private final double length;

    private final int featureExponent;
    private final int labelExponent;

    private final double[] g;
    private final double[] missed;
    private final double signalPower;
    private final double labelVariance;

    /** t, and t − n, as polynomials in t − n. */
    private final PolynomialFunction t;

    private final PolynomialFunction aside = new PolynomialFunction(new double[] {0, 1});

    /** Σxʲ W, W Σxʲ and Σxʲ, computed when first needed. */
    private final @Nullable Matrix[] left = new Matrix[4];

    private final @Nullable Matrix[] right = new Matrix[4];
    private final @Nullable Matrix[] powers = new Matrix[4];

    private ContextMoments(InContextTask task, Matrix features, Matrix weights, double[] beta, int length) {
        this.length = length;
        this.featureExponent = Math.getExponent(features.largest()) / 2 * 2;
        this.features = features.scaled(Math.scalb(1.0, -featureExponent));
        int largest = Math.getExponent(largest(beta));
        double[] scaled = scaled(beta, -largest);
        int half = featureExponent / 2 + largest;
        double power = DotProduct.of(scaled, this.features.times(scaled));
        int signal = power == 0 ? Integer.MIN_VALUE : half + Math.getExponent(power) / 2;
        int noise = task.noise() == 0 ? Integer.MIN_VALUE : Math.getExponent(task.noise());
        this.labelExponent = Math.max(signal, noise) == Integer.MIN_VALUE ? 0 : Math.max(signal, noise);
        this.beta = scaled(scaled, half - labelExponent);
        this.noiseVariance = square(Math.scalb(task.noise(), -labelExponent));
        this.weights = weights.scaled(Math.scalb(1.0, featureExponent));
        this.g = this.features.times(this.beta);
        this.signalPower = DotProduct.of(this.beta, g);
        this.labelVariance = signalPower + noiseVariance;
        this.missed = sum(this.beta, -length, this.weights.times(g));
        this.t = new PolynomialFunction(new double[] {length, 1});
    }

    static ContextMoments of(InContextTask task, LinearAttention attention, int length) {
        Matrix features = notNull("task", task).features();
        Matrix weights = notNull("attention", attention).matrix();
        features.checkFits("attention", attention.dimension());
        nonNegative("contextLength", length);
        if (features instanceof DiagonalMatrix first && weights instanceof DiagonalMatrix second) {
            // Within a run all directions are equivalent: the task can be rotated into one of them.
            DiagonalMatrix runs = first.cutLike(second);
            double[] norms = new double[task.dimension()];
            double[] beta = task.beta();
            double largest = largest(beta);
            for (int i = 0; largest > 0 && i < beta.length; i++) {
                norms[i] = square(beta[i] / largest);
            }
            norms = runs.sumsOverRuns(norms);
            for (int run = 0; run < norms.length; run++) {
                norms[run] = largest * Math.sqrt(norms[run]);
            }
            return new ContextMoments(task, runs, second.cutLike(first), norms, length);
        }
        return inFull(task, attention, length);
    }

    /** The same in the coordinates of the features, without merging equal directions. */
    static ContextMoments inFull(InContextTask task, LinearAttention attention, int length) {
        return new ContextMoments(task, each(task.features()), each(attention.matrix()), task.beta(), length);
    }

    private static Matrix each(Matrix matrix) {
        return matrix instanceof DiagonalMatrix diagonal ? diagonal.cutEverywhere() : matrix;
    }

    /** a + factor · b. */
    private static double[] sum(double[] a, double factor, double[] b) {
        double[] sum = a.clone();
        Blocks.addRow(factor, b, 0, sum, 0, sum.length);
        return sum;
    }

    private static double largest(double[] vector) {
        double largest = 0;
        for (double entry : vector) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    private static double[] scaled(double[] vector, int exponent) {
        double[] scaled = new double[vector.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = Math.scalb(vector[i], exponent);
        }
        return scaled;
    }

    private static double square(double x) {
        return x * x;
    }

    /** The loss after a context of any length, in the user's units. */
    double loss(int evaluationLength) {
        double loss = Math.scalb(initialLoss(evaluationLength), 2 * labelExponent);
        if (!Double.isFinite(loss)) {
            throw refusal("weights", "their loss", "is not finite");
        }
        return loss;
    }

    private double initialLoss(double n) {
        double[] wg = weights.times(g);
        double[] m = sum(beta, -n, wg);
        return noiseVariance + form(m, 1, m) + n * (form(wg, 1, wg) + labelVariance * traceR(1, 1));
    }

    double missedShare() {
        if (signalPower == 0) {
            throw refusal("task", "its signal", "is zero");
        }
        return form(missed, 1, missed) / signalPower;
    }

    static ProportionalLimit limit(InContextTask task, LinearAttention attention, int length) {
        boolean isotropic = task.features() instanceof DiagonalMatrix diagonal
                && diagonal.isMultipleOfIdentity()
                && diagonal.smallest() == 1;
        if (!isotropic) {
            throw refusal("training", "its features", "are not uncorrelated with unit variance");
        }
        ContextMoments moments = of(task, attention, length);
        double scatter = length * moments.labelVariance * moments.traceR(1, 1);
        return new ProportionalLimit(
                task.signalPower(),
                task.noise(),
                Math.scalb(moments.form(moments.missed, 1, moments.missed), 2 * moments.labelExponent),
                Math.scalb(scatter, 2 * moments.labelExponent));
    }

    /** The step on one context and the loss on a fresh one of any length. */
    ImprovementCurve onFreshContexts(int evaluationLength) {
        double n = length;
        double ne = evaluationLength;
        double[] a = features.times(gradientPart(n));
        double[] ae = features.times(gradientPart(ne));
        double b1 = 2 * features.times(right(1)).innerOfDifferences(a, n * labelVariance, ae, ne * labelVariance, g);
        // E uuᵀ = n(n+1) ggᵀ + ns Σx, of the step and of the evaluation.
        double quadratic = ne * (ne + 1);
        double linear = ne * labelVariance;
        double a1 = 4 * productWithSecondMoment(quadratic, linear, new Residual(3));
        double own = n * (n + 1);
        double second = own * quadratic * square(gg(0))
                + (own * linear + n * labelVariance * quadratic) * gg(1)
                + n * labelVariance * linear * power(2).trace();
        double a2 = 4
                * power(2).trace()
                * (productWithSecondMoment(quadratic, linear, new Residual(1)) + noiseVariance * second);
        return curve(initialLoss(ne), b1, a1, a2);
    }

    /** The step and the loss on one context. */
    ImprovementCurve onSameContext() {
        double b1 = 2 * squareAndResidual(new Residual(2));
        double a1 = 4 * fourthPowerAndResidual(new Residual(3));
        double a2 = 4
                * power(2).trace()
                * (fourthPowerAndResidual(new Residual(1))
                        + noiseVariance
                                * mean(lengthSquared().multiply(lengthSquared()).add(lengthVariance())));
        return curve(initialLoss(length), b1, a1, a2);
    }

    /** The step and the loss on one given context, averaged over the training examples and the query alone. */
    ImprovementCurve onContext(double[] contextVector) {
        double[] u = scaled(contextVector, -featureExponent / 2 - labelExponent);
        double[] r = sum(beta, -1, weights.times(u));
        double uu = DotProduct.of(u, u);
        double loss = noiseVariance + form(r, 1, r);
        return curve(
                loss, 2 * uu * form(r, 2, r), 4 * square(uu) * form(r, 3, r), 4 * square(uu) * power(2).trace() * loss);
    }

    /** Leading order in 1/d: from one context to another, only the mean of u carries over. */
    ImprovementCurve leadingOrderOnFreshContexts() {
        return leadingOrder(square(length) * gg(0), form(missed, 2, missed));
    }

    /** Leading order in 1/d: within one context, the fluctuation of u carries over as well. */
    ImprovementCurve leadingOrderOnSameContext() {
        double spread = length * labelVariance;
        return leadingOrder(
                square(length) * gg(0) + spread * features.trace(), form(missed, 2, missed) + spread * traceR(2, 1));
    }

    private ImprovementCurve leadingOrder(double size, double learnt) {
        double spread = length * labelVariance;
        double loss = noiseVariance + form(missed, 1, missed) + spread * traceR(1, 1);
        double third = form(missed, 3, missed) + spread * traceR(3, 1);
        return curve(loss, 2 * size * learnt, 4 * square(size) * third, 4 * square(size) * power(2).trace() * loss);
    }

    private ImprovementCurve curve(double loss, double b1, double a1, double a2) {
        if (!Double.isFinite(loss + b1 * b1 + a1 + a2)) {
            throw refusal("weights", "their loss", "is not finite");
        }
        return ImprovementCurve.of(loss, b1, a1, a2, 2 * labelExponent, -2 * featureExponent - 2 * labelExponent);
    }

    /** N = E uʳᵀ = g aᵀ − ns Σx Wᵀ with this vector a. */
    private double[] gradientPart(double n) {
        double[] part = sum(beta, -(n + 1), weights.times(g));
        for (int i = 0; i < part.length; i++) {
            part[i] *= n;
        }
        return part;
    }

    /** E (uᵀPu)(rᵀQr) with P = quadratic · ggᵀ + linear · Σx. */
    private double productWithSecondMoment(double quadratic, double linear, Residual r) {
        double[] kg = timesK(g);
        PolynomialFunction alongG =
                poly(DotProduct.of(g, kg)).add(t.multiply(poly(square(gg(0))))).multiply(t);
        double alongTwice = 2 * DotProduct.of(kg, r.times(kg));
        PolynomialFunction covariance =
                t.multiply(t).multiply(poly(alongTwice).add(r.slope(kg).multiply(poly(gg(0)))));
        return quadratic * mean(alongG.multiply(r.square).add(covariance))
                + linear * mean(form(1).multiply(r.square).add(covariance(1, r)));
    }

    private double squareAndResidual(Residual r) {
        return mean(lengthSquared().multiply(r.square).add(covariance(0, r)));
    }

    /** E |u|⁴ rᵀQr. */
    private double fourthPowerAndResidual(Residual r) {
        double[] kg = timesK(g);
        double[] kkg = timesK(kg);
        PolynomialFunction tt = t.multiply(t);
        PolynomialFunction third = tt.multiply(t)
                .multiply(poly(8 * r.trace(0, 3)).add(r.slope(kkg).multiply(poly(4))))
                .add(tt.multiply(tt).multiply(poly(8 * DotProduct.of(kg, r.times(kg)))));
        PolynomialFunction one = lengthSquared();
        return mean(one.multiply(one)
                .multiply(r.square)
                .add(lengthVariance().multiply(r.square))
                .add(one.multiply(covariance(0, r)).multiply(poly(2)))
                .add(third));
    }

    /** E(uᵀΣxⁱu | t). */
    private PolynomialFunction form(int i) {
        return t.multiply(poly(labelVariance * power(i + 1).trace() - gg(i)).add(t.multiply(poly(gg(i)))));
    }

    private PolynomialFunction lengthSquared() {
        return form(0);
    }

    /** Var(|u|² | t). */
    private PolynomialFunction lengthVariance() {
        double traceSK = labelVariance * power(2).trace() - gg(1);
        double gKg = DotProduct.of(g, timesK(g));
        double traceKK = labelVariance * traceSK - gKg;
        return t.multiply(t).multiply(poly(2 * traceKK).add(t.multiply(poly(4 * gKg))));
    }

    /** Cov(uᵀΣxⁱu, rᵀQr | t). */
    private PolynomialFunction covariance(int i, Residual r) {
        double[] kpg = timesK(i == 0 ? g : features.times(g));
        double trace = labelVariance * r.trace(i + 1, 1) - DotProduct.of(kpg, r.ofG);
        return t.multiply(t).multiply(poly(2 * trace).add(r.slope(kpg)));
    }

    /** The residual in the norm of Q = Σxʲ, with R = WᵀQW. */
    private final class Residual {

        private final int j;
        private final double[] pull;
        private final double[] ofG;
        private final PolynomialFunction square;

        Residual(int j) {
            this.j = j;
            this.pull = weights.transposeTimes(power(j).times(missed));
            this.ofG = times(g);
            double spread = trace(0, 1);
            this.square = new PolynomialFunction(new double[] {
                form(missed, j, missed) + length * spread, spread - 2 * DotProduct.of(pull, g), DotProduct.of(g, ofG)
            });
        }

        double[] times(double[] vector) {
            return weights.transposeTimes(power(j).times(weights.times(vector)));
        }

        /** −4 vᵀWᵀQ E(r | t). */
        PolynomialFunction slope(double[] vector) {
            return poly(-4 * DotProduct.of(vector, pull)).add(aside.multiply(poly(4 * DotProduct.of(vector, ofG))));
        }

        /** tr(Σxⁱ R Kᵏ), one factor K after the other. */
        double trace(int i, int k) {
            if (k == 0) {
                return traceR(j, i);
            }
            double[] before = g;
            for (int step = 1; step < k; step++) {
                before = timesK(before);
            }
            double[] after = g;
            for (int step = 0; step < i; step++) {
                after = features.times(after);
            }
            return labelVariance * trace(i + 1, k - 1) - DotProduct.of(after, times(before));
        }
    }

    /** tr(Σxⁱ WᵀΣxʲW). */
    private double traceR(int j, int i) {
        return left(j).inner(right(i));
    }

    private double[] timesK(double[] vector) {
        double[] product = features.times(vector);
        double along = DotProduct.of(g, vector);
        for (int i = 0; i < product.length; i++) {
            product[i] = labelVariance * product[i] - along * g[i];
        }
        return product;
    }

    private double gg(int i) {
        return form(g, i, g);
    }

    /** aᵀΣxⁱb. */
    private double form(double[] a, int i, double[] b) {
        return DotProduct.of(a, i == 0 ? b : power(i).times(b));
    }

    private Matrix power(int i) {
        Matrix known = powers[i];
        if (known == null) {
            known = i == 1 ? features : features.times(power(i - 1));
            powers[i] = known;
        }
        return known;
    }

    private Matrix left(int j) {
        Matrix known = left[j];
        if (known == null) {
            known = features.times(j == 1 ? weights : left(j - 1));
            left[j] = known;
        }
        return known;
    }

    private Matrix right(int i) {
        Matrix known = right[i];
        if (known == null) {
            known = (i == 1 ? weights : right(i - 1)).times(features);
            right[i] = known;
        }
        return known;
    }

    private static PolynomialFunction poly(double constant) {
        return new PolynomialFunction(new double[] {constant});
    }

    /** The mean over t, by the central moments of the chi-squared law: μ_k = 2 (k−1) (μ_{k−1} + n μ_{k−2}). */
    private double mean(PolynomialFunction polynomial) {
        double[] coefficients = polynomial.getCoefficients();
        double mean = coefficients[0];
        double before = 1;
        double moment = 0;
        for (int k = 1; k < coefficients.length; k++) {
            mean += coefficients[k] * moment;
            double next = 2 * k * (moment + length * before);
            before = moment;
            moment = next;
        }
        return mean;
    }
}
