package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;

/** Probabilities from logits, and their divergence from others, without overflow or cancellation. */
final class Softmax {

    /**
     * If the centred differences of logits, divided by the temperature, are less than this, the divergence is computed from them, else from
     * both laws.
     */
    private static final double CLOSE = 0.5;

    /** KL(q‖p). */
    final double divergence;

    /** τ² KL(q‖p), which is finite where τ² is not. */
    final double scaledDivergence;

    /** τ (p − q). */
    final double[] scaledDifference;

    private Softmax(double divergence, double scaledDivergence, double[] scaledDifference) {
        this.divergence = divergence;
        this.scaledDivergence = scaledDivergence;
        this.scaledDifference = scaledDifference;
    }

    static double[] logits(String name, double[] logits) {
        if (notNull(name, logits).length < 2) {
            throw refusal(name + ".length", logits.length, "is not at least 2, the least number of classes");
        }
        return finite(name, logits);
    }

    /** Requires finite logits, one for each class, and returns them. */
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

    /** The logarithms of softmax(z). */
    static double[] logProbabilities(double[] z) {
        return scaledLogProbabilities(z, 1);
    }

    /** τ times the logarithms of softmax(z/τ), which are no larger than differences of logits, whatever the temperature. */
    static double[] scaledLogProbabilities(double[] z, double temperature) {
        double largest = Arrays.stream(z).max().orElseThrow();
        double logOfSum = Math.log(Arrays.stream(z)
                .map(logit -> Math.exp((logit - largest) / temperature))
                .sum());
        return Arrays.stream(z)
                .map(logit -> logit - largest - temperature * logOfSum)
                .toArray();
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

    /**
     * Compares p = softmax(z/τ) with q = softmax(reference/τ). Powers of τ are not computed on their own: they would overflow or underflow
     * at temperatures at which the products do not.
     */
    static Softmax compare(double[] z, double[] reference, double temperature) {
        double[] q = probabilities(reference, temperature);
        int classes = z.length;
        // p_i = q_i e^{v_i/τ − KL}, where v = z − reference less its mean under q, and KL = ln E_q e^{v/τ}.
        double first = z[0] - reference[0];
        double[] v = new double[classes];
        double mean = 0;
        for (int i = 0; i < classes; i++) {
            v[i] = z[i] - reference[i] - first;
            mean += q[i] * v[i];
        }
        double largest = 0;
        for (int i = 0; i < classes; i++) {
            v[i] -= mean;
            largest = Math.max(largest, Math.abs(v[i] / temperature));
        }
        return largest < CLOSE ? close(v, q, temperature) : apart(z, reference, q, temperature);
    }

    private static Softmax close(double[] v, double[] q, double temperature) {
        double sum = 0; // τ² (E e^{v/τ} − 1)
        for (int i = 0; i < v.length; i++) {
            sum += q[i] * v[i] * exponentialBeyondLine(v[i] / temperature) * v[i];
        }
        double beyondOne = sum / temperature / temperature;
        double scaled = beyondOne == 0 ? sum : sum * (Math.log1p(beyondOne) / beyondOne);
        double[] difference = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            double moved = v[i] - scaled / temperature;
            double exponent = moved / temperature;
            difference[i] = q[i] * moved * (exponent == 0 ? 1 : Math.expm1(exponent) / exponent);
        }
        return new Softmax(Math.log1p(beyondOne), scaled, difference);
    }

    private static Softmax apart(double[] z, double[] reference, double[] q, double temperature) {
        double[] p = probabilities(z, temperature);
        double[] logQ = scaledLogProbabilities(reference, temperature);
        double divergence = divergence(q, logQ, scaledLogProbabilities(z, temperature));
        double[] difference = new double[z.length];
        Arrays.setAll(difference, i -> temperature * (p[i] - q[i]));
        return new Softmax(divergence / temperature, divergence * temperature, difference);
    }

    /** KL(q‖p) from the logarithms of both; an entry of q that is 0 contributes nothing. */
    static double divergence(double[] q, double[] logQ, double[] logP) {
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            sum += q[i] == 0 ? 0 : q[i] * (logQ[i] - logP[i]);
        }
        return Math.max(0, sum);
    }

    /** (e^u − 1 − u)/u², 1/2 at u = 0. */
    private static double exponentialBeyondLine(double u) {
        double term = 0.5;
        double sum = 0;
        for (int j = 3; sum + term != sum; j++) { // 15 terms for u = 1/2
            sum += term;
            term *= u / j;
        }
        return sum;
    }
}
