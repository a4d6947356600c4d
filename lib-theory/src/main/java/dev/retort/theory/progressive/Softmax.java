package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;

/** Probabilities from logits, and how far two of them are apart, where neither overflow nor cancellation spoils them. */
final class Softmax {

    /** Below, differences are computed from their small parts; above, as they stand. */
    private static final double CLOSE = 0.5;

    /** q, of the logits that are compared with. */
    final double[] reference;

    /** p. */
    final double[] probabilities;

    /** KL(q‖p) and p − q. */
    final double divergence;

    final double[] difference;

    private Softmax(double[] reference, double[] probabilities, double divergence, double[] difference) {
        this.reference = reference;
        this.probabilities = probabilities;
        this.divergence = divergence;
        this.difference = difference;
    }

    static double[] logits(String name, double[] logits) {
        if (notNull(name, logits).length < 2) {
            throw refusal(name + ".length", logits.length, "is not at least 2, the least number of classes");
        }
        return finite(name, logits);
    }

    /** Requires logits of as many classes. */
    static double[] logits(String name, double[] logits, int classes) {
        length(name, notNull(name, logits).length, "the number of classes", classes);
        return logits(name, logits);
    }

    static int label(int label, int classes) {
        if (label < 0 || label >= classes) {
            throw refusal("label", label, "is not a class, from 0 to " + (classes - 1));
        }
        return label;
    }

    /** The logarithms of softmax(z/τ). */
    static double[] logProbabilities(double[] z, double temperature) {
        double largest = Arrays.stream(z).max().orElseThrow();
        double[] scaled =
                Arrays.stream(z).map(logit -> (logit - largest) / temperature).toArray();
        double logOfSum = Math.log(Arrays.stream(scaled).map(Math::exp).sum());
        return Arrays.stream(scaled).map(s -> s - logOfSum).toArray();
    }

    static double[] probabilities(double[] z, double temperature) {
        double largest = Arrays.stream(z).max().orElseThrow();
        double[] weights = Arrays.stream(z)
                .map(logit -> Math.exp((logit - largest) / temperature))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /** All of the probability on the largest logit, in equal parts if there are several. */
    static double[] oneHot(double[] z) {
        double largest = Arrays.stream(z).max().orElseThrow();
        double share = 1.0 / Arrays.stream(z).filter(logit -> logit == largest).count();
        return Arrays.stream(z).map(logit -> logit == largest ? share : 0).toArray();
    }

    /** Compares p = softmax(z/τ) with q = softmax(reference/τ). */
    static Softmax compare(double[] z, double[] reference, double temperature) {
        double[] q = probabilities(reference, temperature);
        double[] p = probabilities(z, temperature);
        int classes = z.length;
        // p_i = q_i e^{u_i − KL}, where u = (z − reference)/τ less its mean under q, and KL = ln E_q e^u.
        double[] u = new double[classes];
        double mean = 0;
        for (int i = 0; i < classes; i++) {
            u[i] = (z[i] - reference[i]) / temperature;
            mean += q[i] * (u[i] - u[0]);
        }
        double first = u[0];
        double largest = 0;
        for (int i = 0; i < classes; i++) {
            u[i] = u[i] - first - mean;
            largest = Math.max(largest, Math.abs(u[i]));
        }
        double divergence = 0;
        if (largest < CLOSE) {
            for (int i = 0; i < classes; i++) {
                divergence += q[i] * exponentialBeyondLine(u[i]);
            }
            divergence = Math.log1p(divergence);
        } else {
            divergence = divergence(q, logProbabilities(reference, temperature), logProbabilities(z, temperature));
        }
        double[] difference = new double[classes];
        for (int i = 0; i < classes; i++) {
            difference[i] = largest < CLOSE ? q[i] * Math.expm1(u[i] - divergence) : p[i] - q[i];
        }
        return new Softmax(q, p, divergence, difference);
    }

    /** KL(q‖p) from both logarithms; an entry of q that is 0 has no part in it. */
    static double divergence(double[] q, double[] logQ, double[] logP) {
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            sum += q[i] == 0 ? 0 : q[i] * (logQ[i] - logP[i]);
        }
        return Math.max(0, sum);
    }

    /** e^u − 1 − u. */
    private static double exponentialBeyondLine(double u) {
        double term = u * u / 2;
        double sum = 0;
        for (int j = 3; sum + term != sum; j++) { // 15 terms for u = 1/2
            sum += term;
            term *= u / j;
        }
        return sum;
    }
}
