package dev.retort.core.equivalent;

import dev.retort.core.spectrum.Spectrum;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The fixed points of hard-cases.tsv, which generate-hard-cases.py computed to 22 digits. */
final class HardCases {

    private HardCases() {}

    record HardCase(
            String name,
            Spectrum spectrum,
            double samples,
            double ridge,
            double tau,
            double omega,
            double oneMinusOmega) {
        @Override
        public String toString() {
            return name + ", n = " + samples + ", ridge = " + ridge;
        }
    }

    static Stream<HardCase> all() {
        Map<String, Spectrum> spectra = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(HardCases.class.getResourceAsStream("hard-cases.tsv")),
                StandardCharsets.UTF_8))) {
            Stream.Builder<HardCase> cases = Stream.builder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] field = line.split("\t", -1);
                if (field[0].equals("spectrum")) {
                    spectra.put(field[1], spectrum(field[2]));
                } else if (field[0].equals("case")) {
                    cases.add(new HardCase(
                            field[1],
                            Objects.requireNonNull(spectra.get(field[1])),
                            Double.parseDouble(field[2]),
                            Double.parseDouble(field[3]),
                            Double.parseDouble(field[4]),
                            Double.parseDouble(field[5]),
                            Double.parseDouble(field[6])));
                }
            }
            return cases.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Spectrum spectrum(String text) {
        String[] nodes = text.split(" ", -1);
        double[] values = new double[nodes.length];
        int[] counts = new int[nodes.length];
        for (int k = 0; k < nodes.length; k++) {
            String[] node = nodes[k].split("\\*", -1);
            values[k] = Double.parseDouble(node[0]);
            counts[k] = node.length == 1 ? 1 : Integer.parseInt(node[1]);
        }
        return Spectrum.withMultiplicities(values, counts);
    }
}
