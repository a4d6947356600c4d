package dev.retort.theory.distillation;

/** A continuous parameter of a training. */
enum Parameter {
    /** n */
    SAMPLES("number of samples"),
    /** r, or a weight decay */
    RIDGE("ridge"),
    /** The time at which gradient flow is stopped. */
    TIME("time"),
    /** The step size η of gradient descent. */
    RATE("rate"),
    /** q */
    RANDOM_FEATURES("number of random features");

    private final String text;

    Parameter(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
