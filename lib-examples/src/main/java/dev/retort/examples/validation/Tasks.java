package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The tasks and pipelines that rows of reference digits describe in words. */
final class Tasks {

    private Tasks() {}

    /** The task that the columns "signal" and "noise" and one column of spectra describe. */
    static RegressionTask task(Row row, String spectrum) {
        return RegressionTask.of(spectrum(row.text(spectrum)), signal(row.text("signal")))
                .withNoise(row.number("noise"));
    }

    /** A spectrum of a column: {@code "powerLaw 1.5 200"}. */
    static Spectrum spectrum(String text) {
        double[] arguments = arguments(text);
        return switch (word(text)) {
            case "powerLaw" -> Spectrum.powerLaw(arguments[0], (int) arguments[1]);
            case "exponential" -> Spectrum.exponential(arguments[0], (int) arguments[1]);
            case "isotropic" -> Spectrum.isotropic(arguments[0], (int) arguments[1]);
            case "spiked" -> Spectrum.spiked(arguments[0], (int) arguments[1], (int) arguments[2]);
            case "values" -> Spectrum.of(arguments);
            default -> throw refusal("spectrum", text, "is unknown");
        };
    }

    private static Signal signal(String text) {
        double[] arguments = arguments(text);
        return switch (word(text)) {
            case "sourcePowerLaw" -> Signal.sourcePowerLaw(arguments[0]);
            case "constant" -> Signal.constant(arguments[0]);
            case "values" -> Signal.of(arguments);
            default -> throw refusal("signal", text, "is unknown");
        };
    }

    /** The pipeline that the column "stages" describes, each stage as "spectrum; samples; ridge; noise; mask; share", after a surrogate. */
    static Distillation pipeline(Row row, RegressionTask task, String surrogate) {
        Distillation.Draft draft = Distillation.of(task).surrogate(surrogate(surrogate, task));
        Distillation chain = null;
        for (String stage : row.text("stages").split(" \\| ", -1)) {
            Training training = training(stage.split("; ", -1), task.dimension());
            chain = chain == null ? draft.target(training) : chain.then(training);
        }
        if (chain == null) {
            throw refusal("row", row, "has no stages");
        }
        return chain;
    }

    private static Surrogate surrogate(String text, RegressionTask task) {
        return switch (text) {
            case "optimal" -> Surrogate.optimal();
            case "masked" -> Surrogate.optimallyMasked();
            case "1" -> Surrogate.groundTruth();
            default -> Surrogate.given(scaled(task, Double.parseDouble(text)));
        };
    }

    /** The truth times a number. */
    static double[] scaled(RegressionTask task, double factor) {
        return IntStream.range(0, task.dimension())
                .mapToDouble(i -> factor * task.coefficient(i))
                .toArray();
    }

    /** A stage: its spectrum, samples, ridge, noise, mask and share. */
    static Training training(String[] words, int dimension) {
        Training training = Training.samples(Double.parseDouble(words[1]))
                .withRidge(Double.parseDouble(words[2]))
                .withTeacherShare(Double.parseDouble(words[5]));
        if (!words[0].equals("task")) {
            training = training.withSpectrum(spectrum(words[0]));
        }
        if (!words[3].equals("task")) {
            training = training.withNoise(Double.parseDouble(words[3]));
        }
        return words[4].equals("all") ? training : training.withMask(mask(Integer.parseInt(words[4]), dimension));
    }

    /** A mask of the first features or, if the count is negative, of the last ones. */
    private static FeatureMask mask(int count, int dimension) {
        boolean[] keeps = new boolean[dimension];
        Arrays.fill(keeps, count < 0 ? dimension + count : 0, count < 0 ? dimension : count, true);
        return FeatureMask.of(keeps);
    }

    private static String word(String text) {
        return text.replaceFirst(" .*", "");
    }

    private static double[] arguments(String text) {
        return Stream.of(text.split(" ", -1))
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
