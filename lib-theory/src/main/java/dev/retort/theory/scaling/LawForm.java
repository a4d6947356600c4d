package dev.retort.theory.scaling;

/** The form of a law: which of its constants are fitted. A table of few or noisy runs does not determine them all. */
public enum LawForm {

    /**
     * γ′ = 1 and c₁ = 0: five constants. The gap between student and teacher closes as the teacher gets worse, without a
     * bend.
     */
    NO_BEND("gamma = 1, c1 = 0"),

    /** γ′ = 1 and f₁ = 0.1: seven constants. The bend is a tenth wide. */
    FIXED_BEND("gamma = 1, f1 = 0.1"),

    /** γ = 1: five constants of the supervised law, eight of the distillation law. */
    UNIT_GAMMA("gamma = 1"),

    /** All constants: six of the supervised law, nine of the distillation law. */
    COMPLETE("all constants");

    private final String description;

    LawForm(String description) {
        this.description = description;
    }

    /** {@return the constants that are fixed} */
    @Override
    public String toString() {
        return description;
    }
}
