package dev.retort.core.equivalent;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import java.util.Map;
import java.util.stream.Stream;

/** The fixed points of hard-cases.tsv on the spectra of hard-spectra.tsv, to 22 digits. */
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
        Map<String, Spectrum> spectra = ReferenceTable.rows(HardCases.class, "hard-spectra.tsv")
                .collect(toMap(row -> row.text("name"), row -> spectrum(row.text("eigenvalues"))));
        return ReferenceTable.rows(HardCases.class, "hard-cases.tsv")
                .map(row -> new HardCase(
                        row.text("spectrum"),
                        requireNonNull(spectra.get(row.text("spectrum"))),
                        row.number("n"),
                        row.number("ridge"),
                        row.number("tau"),
                        row.number("omega"),
                        row.number("1 - omega")));
    }

    static Spectrum spectrum(String text) {
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
