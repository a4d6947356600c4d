package dev.retort.theory.incontext;

import dev.retort.core.StandardNormal;
import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.SymmetricEigen;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.special.Gamma;

/**
 * The risk of the memorising predictor on its own tasks where it rarely confuses two of them: for two tasks by an integral, for more by
 * importance sampling. Source: {@code docs/in-context-predictors.md}. Immutable.
 */
final class ConfusedTasks {

    /** Step and range of the trapezoidal rule, whose errors are below the precision of doubles. */
    private static final double NEGLIGIBLE = -45;

    private final IsotropicContext context;

    /** c/4 = p/(2dσ²), where the labels of two tasks, χ²_d apart in units of their prior, are c χ²_d χ²_n apart in units of the noise. */
    private final double contrast;

    /** ln E (1 + c r/4)^(−n/2) over r ~ χ²_{d+2}. */
    private final double logScale;

    ConfusedTasks(IsotropicContext context) {
        this.context = context;
        this.contrast = context.taskPower() / context.dimension() / (2 * context.noise() * context.noise());
        this.logScale = logMean(contrast);
    }

    /**
     * The risk of two tasks, (p/4) ∫ E (1 + c r (1 + y²)/4)^(−n/2) / cosh(πy/2) dy, as the mean over the distance r is smooth in y.
     */
    double riskOfTwo() {
        double step = Math.min(1.0 / 6, 0.6 / Math.sqrt(Math.max(context.dimension() + 2, context.length())));
        double sum = Math.exp(logScale) / 2;
        double term = sum;
        for (int k = 1; term > sum * Math.ulp(1.0) / 16; k++) {
            double y = k * step;
            term = Math.exp(logMean(contrast * (1 + y * y))) / Math.cosh(Math.PI * y / 2);
            sum += term;
        }
        return context.taskPower() / 2 * step * sum;
    }

    /** ln of the density of ln r under χ²_{d+2}, times (1 + κ r)^(−n/2), at ln r = x; concave in x. */
    private double logDensity(double kappa, double x) {
        double half = context.dimension() / 2.0 + 1;
        double scaled = kappa * Math.exp(x);
        // Where κ r overflows, ln(1 + κ r) is ln κ + x.
        double log = Double.isInfinite(scaled) ? Math.log(kappa) + x : Math.log1p(scaled);
        return half * (x - Math.log(2)) - Math.exp(x) / 2 - Gamma.logGamma(half) - context.length() / 2.0 * log;
    }

    /** The place of the maximum of logDensity: where (d + 2)/2 − r/2 − (n/2) κr/(1 + κr) is 0. */
    private double mode(double kappa) {
        double a = context.dimension() + 2.0;
        double b = (a - context.length()) * kappa - 1;
        // κr² − b r − a = 0, by the root without cancellation.
        double root = Math.hypot(b, 2 * Math.sqrt(kappa) * Math.sqrt(a));
        return Math.log(b > 0 ? (b + root) / (2 * kappa) : 2 * a / (root - b));
    }

    private double logMean(double kappa) {
        double mode = mode(kappa);
        double most = logDensity(kappa, mode);
        double step = Math.min(0.25, 0.6 / Math.sqrt(Math.max(context.dimension() + 2, context.length())));
        double sum = 1;
        for (int side = -1; side <= 1; side += 2) {
            double log = 0;
            for (int k = 1; log > NEGLIGIBLE; k++) {
                log = logDensity(kappa, mode + side * k * step) - most;
                sum += Math.exp(log);
            }
        }
        return most + Math.log(step * sum);
    }

    /**
     * One draw for M tasks. One of the wrong tasks, chosen at random, is drawn together with a context in which it may be confused with the
     * right one: the density of distance, inputs and noise is multiplied by r/E · e^(−L/2), where L is the logarithm of the ratio of the
     * posterior probabilities of the right and the wrong task, r the square of their distance, and E the mean of r. The squared error is
     * divided by the mean of this factor over the wrong tasks.
     */
    double draw(int tasks, RandomGenerator random) {
        int d = context.dimension();
        double noise = context.noise();
        double prior = context.taskPower() / d;
        double distance = distance(random);
        double[][] inputs = new double[Math.max(1, context.length())][];
        double shrinkage = 1 / Math.sqrt(1 + contrast * distance);
        Arrays.setAll(inputs, i -> StandardNormal.sample(d, random));
        for (double[] row : inputs) {
            row[0] *= shrinkage;
        }
        DenseMatrix features = DenseMatrix.of(inputs);
        if (context.length() == 0) {
            features = features.scaled(0);
        }
        SymmetricEigen eigen =
                SymmetricEigen.of(features.transposed().times(features).toArray());
        double[] eigenvalues = eigen.values();
        double[] scales = new double[d];
        double[] wrong = new double[d]; // the wrong task less the right one, along the eigenvectors
        double[] right = new double[d];
        double[] pull = new double[d]; // Xᵀε
        for (int i = 0; i < d; i++) {
            double eigenvalue = Math.max(0, eigenvalues[i]);
            scales[i] = eigenvalue;
            wrong[i] = Math.sqrt(2 * prior * distance) * eigen.vector(i)[0];
            right[i] = Math.sqrt(prior / 2) * StandardNormal.next(random) - wrong[i] / 2;
            pull[i] = eigenvalue * wrong[i] / 2 + noise * Math.sqrt(eigenvalue) * StandardNormal.next(random);
        }
        double least = 0; // the least L; 0 for the right task
        double[] logs = new double[tasks - 1];
        double[] squares = new double[tasks - 1];
        double[][] apart = new double[tasks - 1][];
        for (int k = 0; k < logs.length; k++) {
            double[] other = k == 0 ? wrong : StandardNormal.sample(d, random);
            double log = 0;
            for (int i = 0; i < d; i++) {
                other[i] = k == 0 ? other[i] : Math.sqrt(prior) * other[i] - right[i];
                log += other[i] * (scales[i] * other[i] - 2 * pull[i]);
                squares[k] += other[i] * other[i];
            }
            logs[k] = log / (2 * noise * noise);
            apart[k] = other;
            least = Math.min(least, logs[k]);
        }
        double total = Math.exp(least);
        double likelihood = 0; // the density of this draw relative to a plain draw, times e^(least/2)
        double[] error = new double[d];
        for (int k = 0; k < logs.length; k++) {
            double weight = Math.exp(least - logs[k]);
            total += weight;
            likelihood += squares[k] / (2 * prior * d) * Math.exp((least - logs[k]) / 2);
            for (int i = 0; i < d; i++) {
                error[i] += weight * apart[k][i];
            }
        }
        double squaredError = 0;
        for (double sum : error) {
            squaredError += sum / total * (sum / total);
        }
        return squaredError == 0 ? 0 : squaredError * (tasks - 1) / likelihood * Math.exp(logScale + least / 2);
    }

    /** r from its density, which is log-concave in ln r: L. Devroye, Non-Uniform Random Variate Generation (1986), section VII.2. */
    private double distance(RandomGenerator random) {
        double mode = mode(contrast);
        double most = logDensity(contrast, mode);
        double height = Math.exp(most - logScale);
        while (true) {
            // Under min(1, e^(1 − |z|)), of area 4.
            double z = 2 * random.nextDouble() - 1;
            double ceiling = 0;
            if (random.nextBoolean()) {
                double tail = -Math.log1p(-random.nextDouble());
                z = z < 0 ? -1 - tail : 1 + tail;
                ceiling = -tail;
            }
            double x = mode + z / height;
            if (Math.log1p(-random.nextDouble()) + ceiling <= logDensity(contrast, x) - most) {
                return Math.exp(x);
            }
        }
    }
}
