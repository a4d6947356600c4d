package dev.retort.examples.validation;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.theory.sharpening.BestOfN;
import dev.retort.theory.sharpening.PromptCoverage;
import dev.retort.theory.sharpening.SeenResponses;
import java.util.List;
import java.util.random.RandomGenerator;

/** The best of several responses. */
final class SharpeningFormulas {

    private static final String SOURCE =
            "Huang et al., arXiv 2412.01951; exact law derived, lib-theory/docs/sharpening.md";

    /** The probabilities of four responses; two of their scores are equal. */
    private static final double[] MASS = {0.4, 0.3, 0.2, 0.1};

    private static final double[] SCORE = {1, 2, 2, 5};

    private SharpeningFormulas() {}

    static List<Formula> all() {
        return List.of(bestOfN(), coverage(), seen());
    }

    private static Formula bestOfN() {
        return Formula.of("best of N responses", SOURCE, BestOfN.class)
                .withSimulation("mean score of the best of three", (run, worst) -> {
                    RandomGenerator random = RandomStreams.of(3).generator();
                    double[] best = new double[run.trials(100_000)];
                    for (int t = 0; t < best.length; t++) {
                        best[t] = Math.max(draw(random), Math.max(draw(random), draw(random)));
                    }
                    worst.measure(
                            SampleMean.of(best), BestOfN.of(MASS, SCORE, 3).expectedScore());
                })
                .withLimit("all triples of draws; one draw; pass@k by counting", 1e-14, worst -> {
                    double mean = 0;
                    for (int i = 0; i < 64; i++) {
                        int a = i % 4;
                        int b = i / 4 % 4;
                        int c = i / 16;
                        mean += MASS[a] * MASS[b] * MASS[c] * Math.max(SCORE[a], Math.max(SCORE[b], SCORE[c]));
                    }
                    BestOfN three = BestOfN.of(MASS, SCORE, 3);
                    worst.compare(three.expectedScore(), mean);
                    worst.compare(three.probability(3), 1 - Math.pow(0.9, 3));
                    worst.compare(BestOfN.of(MASS, SCORE, 1).probability(1), 0.3);
                    // Of ten samples four are right; none of three is with probability C(6, 3)/C(10, 3).
                    worst.compare(BestOfN.passAt(10, 4, 3), 1 - 20 / 120.0);
                });
    }

    private static double draw(RandomGenerator random) {
        double u = random.nextDouble();
        return u < 0.4 ? 1 : u < 0.9 ? 2 : 5;
    }

    private static Formula coverage() {
        return Formula.of("draws over many prompts", SOURCE, PromptCoverage.class)
                .withLimit("C = E 1/p⋆; missed after N draws, E (1 − p⋆)^N", 1e-14, worst -> {
                    PromptCoverage prompts = PromptCoverage.of(new double[] {0.5, 0.2, 0.1, 0.01});
                    worst.compare(prompts.coverage(), (2 + 5 + 10 + 100) / 4.0);
                    worst.compare(
                            prompts.missed(3),
                            (Math.pow(0.5, 3) + Math.pow(0.8, 3) + Math.pow(0.9, 3) + Math.pow(0.99, 3)) / 4);
                });
    }

    private static Formula seen() {
        return Formula.of("estimates from a sample of responses", SOURCE, SeenResponses.class)
                .withLimit("mass seen, sharpened by M draws", 1e-14, worst -> {
                    SeenResponses responses = SeenResponses.of(
                            List.of("42", "42", "41"), new double[] {Math.log(0.5), Math.log(0.5), Math.log(0.3)});
                    worst.compare(responses.seenMass(), 0.8);
                    worst.compare(responses.bestMass().low(), 0.5);
                    worst.compare(responses.sharpened(4), 1 - Math.pow(0.5, 4));
                });
    }
}
