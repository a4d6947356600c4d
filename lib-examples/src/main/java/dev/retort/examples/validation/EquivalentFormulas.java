package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;
import static java.util.stream.Collectors.toMap;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.equivalent.ComplexEquivalent;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.equivalent.EstimatedEquivalent;
import dev.retort.core.equivalent.RandomFeatureEquivalent;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.Check.Run;
import dev.retort.examples.validation.ReferenceTables.Row;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Fixed points: what a spectrum, samples and a ridge determine. */
final class EquivalentFormulas {

    private static final String DOCUMENT = "lib-core/docs/equivalents.md";

    private EquivalentFormulas() {}

    static List<Formula> all() {
        return List.of(deterministic(), randomFeatures(), complex(), estimated());
    }

    private static Formula deterministic() {
        return Formula.of(
                        "implicit regularisation τ and Ω",
                        "Han and Xu, arXiv 2307.02044: n = Σ λ/(λ+τ) + n r/τ; " + DOCUMENT,
                        DeterministicEquivalent.class)
                .withDigitsOf("equivalent/hard-cases.tsv and hard-spectra.tsv", 4e-15, EquivalentFormulas::hardCases)
                .withDigits("equivalent/power-laws.tsv", 1e-12, (row, worst) -> {
                    Spectrum law = Spectrum.powerLaw(row.number("alpha"), row.number("scale"), row.number("shift"));
                    DeterministicEquivalent equivalent = DeterministicEquivalent.of(law, row.number("n"));
                    worst.compare(equivalent.tau(), row.number("tau"));
                    worst.compare(equivalent.omega(), row.number("omega"));
                })
                .withDigits("equivalent/negative-ridges.tsv", 1e-13, EquivalentFormulas::compareNegativeRidge)
                .withLimit("isotropic: τ = p/n − 1, Ω = n/p", 1e-14, worst -> {
                    DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.isotropic(1, 500), 200);
                    worst.compare(equivalent.tau(), 1.5);
                    worst.compare(equivalent.omega(), 0.4);
                })
                .withLimit("dτ/dr = 1/(1 − Ω)", 1e-13, worst -> {
                    DeterministicEquivalent equivalent =
                            DeterministicEquivalent.of(Spectrum.powerLaw(1.5, 300), 100, 1e-3);
                    worst.compare(equivalent.dTauDRidge(), 1 / equivalent.oneMinusOmega());
                });
    }

    /** Near the least ridge 1 − Ω vanishes like the root of the distance, and an ulp of the ridge counts that much more. */
    private static void compareNegativeRidge(Row row, Worst worst) {
        Spectrum spectrum = Tasks.spectrum(row.text("spectrum"));
        double samples = row.number("samples");
        double least = row.number("least ridge");
        worst.compare(DeterministicEquivalent.leastRidge(spectrum, samples), least);
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples, row.number("ridge"));
        double distance = 1 - row.number("ridge") / least;
        double tau = row.number("tau");
        worst.compare(equivalent.tau(), tau, Math.abs(tau) / Math.sqrt(distance));
        double omega = row.number("omega");
        worst.compare(equivalent.omega(), omega, omega / Math.sqrt(distance));
        double left = row.number("oneMinusOmega");
        worst.compare(equivalent.oneMinusOmega(), left, left / distance);
    }

    private static void hardCases(Run run, Worst worst) {
        Map<String, Spectrum> spectra = run.tables().rows("equivalent/hard-spectra.tsv").stream()
                .collect(toMap(row -> row.text("name"), row -> spectrum(row.text("eigenvalues"))));
        run.forEachRow("equivalent/hard-cases.tsv", row -> {
            DeterministicEquivalent equivalent = DeterministicEquivalent.of(
                    named(row.text("spectrum"), spectra), row.number("n"), row.number("ridge"));
            worst.compare(equivalent.tau(), row.number("tau"));
        });
    }

    private static Spectrum named(String name, Map<String, Spectrum> spectra) {
        Spectrum spectrum = spectra.get(name);
        if (spectrum == null) {
            throw refusal("spectrum", name, "is not one of " + spectra.keySet());
        }
        return spectrum;
    }

    /** Hexadecimal eigenvalues, {@code value*multiplicity}. */
    private static Spectrum spectrum(String text) {
        List<String[]> nodes = Stream.of(text.split(" ", -1))
                .map(node -> node.split("\\*", -1))
                .toList();
        return Spectrum.withMultiplicities(
                nodes.stream().mapToDouble(node -> Double.parseDouble(node[0])).toArray(),
                nodes.stream()
                        .mapToInt(node -> node.length == 1 ? 1 : Integer.parseInt(node[1]))
                        .toArray());
    }

    private static Formula randomFeatures() {
        return Formula.of(
                        "equivalent of random features",
                        "Defilippis, Loureiro and Misiakiewicz (2024), the fixed point (ν₁, ν₂); " + DOCUMENT,
                        RandomFeatureEquivalent.class)
                .withDigitsOf("equivalent/random-features.tsv", 4e-15, (run, worst) -> {
                    List<Row> rows = run.tables().rows("equivalent/random-features.tsv");
                    Map<String, Spectrum> spectra = rows.stream()
                            .filter(row -> row.cells().get(0).equals("spectrum"))
                            .collect(toMap(
                                    row -> row.cells().get(1),
                                    row -> spectrum(row.cells().get(2))));
                    run.forEachRow("equivalent/random-features.tsv", row -> {
                        if (row.cells().get(0).equals("case")) {
                            Spectrum spectrum = named(row.cells().get(1), spectra);
                            double[] numbers = row.numbersFrom(2);
                            double tau = RandomFeatureEquivalent.of(spectrum, numbers[0], numbers[1], numbers[2])
                                    .tau();
                            worst.compare(tau, numbers[3]);
                        }
                    });
                })
                .withLimit("infinitely many random features: ridge regression", 1e-14, worst -> {
                    Spectrum spectrum = Spectrum.powerLaw(1.5, 300);
                    RandomFeatureEquivalent endless =
                            RandomFeatureEquivalent.of(spectrum, 150, Double.POSITIVE_INFINITY, 1e-3);
                    DeterministicEquivalent ridge = DeterministicEquivalent.of(spectrum, 150, 1e-3);
                    worst.compare(endless.tau(), ridge.tau());
                    worst.compare(endless.omega(), ridge.omega());
                });
    }

    private static Formula complex() {
        return Formula.of(
                        "equivalent at complex ridges",
                        "derived, " + DOCUMENT + ": n = Σ λ/(λ+κ) + n r/κ",
                        ComplexEquivalent.class)
                .withLimit("on the real axis: τ", 1e-15, worst -> {
                    for (double ridge : new double[] {0, 1e-3, 2}) {
                        worst.compare(
                                ComplexEquivalent.of(Spectrum.powerLaw(1.5, 40), 10, ridge, 0)
                                        .kappaReal(),
                                DeterministicEquivalent.of(Spectrum.powerLaw(1.5, 40), 10, ridge)
                                        .tau());
                    }
                })
                .withLimit("isotropic: the root of n(1 + κ)κ = pκ + n r(1 + κ)", 1e-13, worst -> {
                    // n(1 + κ)κ = pκ + n r(1 + κ), with p = 30, n = 20, r = 0.1 + 0.3i.
                    ComplexEquivalent found = ComplexEquivalent.of(Spectrum.isotropic(1, 30), 20, 0.1, 0.3);
                    double x = found.kappaReal();
                    double y = found.kappaImaginary();
                    worst.compare(20 * (x + x * x - y * y), 30 * x + 20 * (0.1 * (1 + x) - 0.3 * y));
                    worst.compare(20 * (y + 2 * x * y), 30 * y + 20 * (0.3 * (1 + x) + 0.1 * y));
                });
    }

    private static Formula estimated() {
        return Formula.of(
                        "τ and Ω from rows alone",
                        "Wei, Hu and Steinhardt, arXiv 2203.06176, for τ̂; errors derived, " + DOCUMENT,
                        EstimatedEquivalent.class)
                .withSimulation("Gaussian rows of known covariance", (run, worst) -> {
                    Spectrum spectrum = Spectrum.powerLaw(1.2, 100);
                    DeterministicEquivalent exact = DeterministicEquivalent.of(spectrum, 80, 0.05);
                    for (int draw = 0; draw < run.trials(20); draw++) {
                        RandomGenerator random = RandomStreams.of(5).at(draw).generator();
                        double[][] rows = new double[80][];
                        for (int i = 0; i < rows.length; i++) {
                            rows[i] = StandardNormal.sample(100, random);
                            for (int j = 0; j < 100; j++) {
                                rows[i][j] *= Math.sqrt(spectrum.eigenvalue(j));
                            }
                        }
                        EstimatedEquivalent seen = EstimatedEquivalent.of(rows, 0.05);
                        worst.measure(seen.tau(), exact.tau());
                        worst.measure(seen.omega(), exact.omega());
                    }
                })
                .withLimit("orthogonal rows without ridge: τ̂ = s²/n", 1e-14, worst -> {
                    EstimatedEquivalent seen = EstimatedEquivalent.of(new double[][] {{2, 0, 0}, {0, 2, 0}}, 0);
                    worst.compare(seen.tau().mean(), 2);
                });
    }
}
