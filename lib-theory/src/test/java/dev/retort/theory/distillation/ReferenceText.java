package dev.retort.theory.distillation;

import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;

/** The words in which files of reference values name spectra and signals. */
final class ReferenceText {

    private ReferenceText() {}

    static Spectrum spectrum(String text) {
        String[] words = text.split(" ", -1);
        double[] arguments = arguments(words);
        return switch (words[0]) {
            case "powerLaw" -> Spectrum.powerLaw(arguments[0], (int) arguments[1]);
            case "exponential" -> Spectrum.exponential(arguments[0], (int) arguments[1]);
            case "isotropic" -> Spectrum.isotropic(arguments[0], (int) arguments[1]);
            case "spiked" -> Spectrum.spiked(arguments[0], (int) arguments[1], (int) arguments[2]);
            case "values" -> Spectrum.of(arguments);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    static Signal signal(String text) {
        String[] words = text.split(" ", -1);
        double[] arguments = arguments(words);
        return switch (words[0]) {
            case "sourcePowerLaw" -> Signal.sourcePowerLaw(arguments[0]);
            case "constant" -> Signal.constant(arguments[0]);
            case "values" -> Signal.of(arguments);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static double[] arguments(String[] words) {
        return Arrays.stream(words, 1, words.length)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
