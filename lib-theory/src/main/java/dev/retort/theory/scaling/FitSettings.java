package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a law is fitted to runs. Immutable.
 *
 * @param starts how many random starts the search has, at least 1
 * @param seed the seed of starts and of the folds of the cross-validation
 * @param forms the forms among which the cross-validation chooses, at least one; forms that a law does not have are ignored
 */
public record FitSettings(int starts, long seed, List<LawForm> forms) {

    /**
     * Checks the settings.
     *
     * @param starts how many random starts the search has
     * @param seed the seed
     * @param forms the forms
     * @throws IllegalArgumentException if there is no start or no form
     */
    public FitSettings {
        atLeastOne("starts", starts);
        forms = copy("forms", forms);
        if (forms.isEmpty()) {
            throw refusal("forms", 0, "is not at least one form");
        }
    }

    /** {@return 30 starts of seed 1, and all forms} */
    public static FitSettings standard() {
        return new FitSettings(30, 1, List.of(LawForm.values()));
    }

    /**
     * The settings with another number of starts.
     *
     * @param number how many, at least 1
     * @return such settings
     * @throws IllegalArgumentException if there is none
     */
    public FitSettings withStarts(int number) {
        return new FitSettings(number, seed, forms);
    }

    /**
     * The settings with another seed.
     *
     * @param number the seed
     * @return such settings
     */
    public FitSettings withSeed(long number) {
        return new FitSettings(starts, number, forms);
    }

    /**
     * The settings with these forms only.
     *
     * @param among the forms, at least one
     * @return such settings
     * @throws IllegalArgumentException if there is none
     */
    public FitSettings withForms(LawForm... among) {
        return new FitSettings(starts, seed, Arrays.asList(notNull("among", among)));
    }

    @Override
    public String toString() {
        return "FitSettings: " + starts + " starts, seed " + seed + ", forms "
                + forms.stream().map(form -> "\"" + form + "\"").collect(Collectors.joining(", "));
    }
}
