package dev.retort.theory.distillation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Parses the tasks and trainings in tables of reference values. */
final class ReferenceText {

    private ReferenceText() {}

    /** The task of the columns "signal" and "noise" and of one with a spectrum. */
    static RegressionTask task(Row row, String spectrum) {
        return RegressionTask.of(spectrum(row.text(spectrum)), signal(row.text("signal")))
                .withNoise(row.number("noise"));
    }

    private static Spectrum spectrum(String text) {
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

    private static Signal signal(String text) {
        String[] words = text.split(" ", -1);
        double[] arguments = arguments(words);
        return switch (words[0]) {
            case "sourcePowerLaw" -> Signal.sourcePowerLaw(arguments[0]);
            case "constant" -> Signal.constant(arguments[0]);
            case "values" -> Signal.of(arguments);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** The stages of a chain, each written "spectrum; samples; ridge; noise; mask; share". */
    static List<Training> trainings(String text, int dimension) {
        return Stream.of(text.split(" \\| ", -1))
                .map(stage -> training(stage.split("; ", -1), dimension))
                .toList();
    }

    private static Training training(String[] words, int dimension) {
        Training training = Training.samples(Double.parseDouble(words[1]))
                .withRidge(Double.parseDouble(words[2]))
                .withTeacherShare(Double.parseDouble(words[5]));
        if (!words[0].equals("task")) {
            training = training.withSpectrum(spectrum(words[0]));
        }
        if (!words[3].equals("task")) {
            training = training.withNoise(Double.parseDouble(words[3]));
        }
        if (!words[4].equals("all")) {
            training = training.withMask(mask(Integer.parseInt(words[4]), dimension));
        }
        return training;
    }

    private static FeatureMask mask(int count, int dimension) {
        boolean[] keeps = new boolean[dimension];
        for (int i = 0; i < dimension; i++) {
            keeps[i] = count >= 0 ? i < count : i >= dimension + count;
        }
        return FeatureMask.of(keeps);
    }

    private static double[] arguments(String[] words) {
        return Arrays.stream(words, 1, words.length)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
