package dev.retort.theory.simulation;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The result of {@link OwnArrays}: the errors of all trained models on the test set. Immutable. */
public final class TestReport {

    private final List<TestError> stages;
    private final @Nullable TestError strong;

    TestReport(List<TestError> stages, @Nullable TestError strong) {
        this.stages = List.copyOf(stages);
        this.strong = strong;
    }

    /**
     * The errors of the models of all stages.
     *
     * @return one error per training, in their order
     */
    public List<TestError> stages() {
        return stages;
    }

    /**
     * The error of the surrogate, trained in the first stage on the teacher's labels.
     *
     * @return the error on the test set
     */
    public TestError surrogate() {
        return stages.get(0);
    }

    /**
     * The error of the target, trained in the last stage.
     *
     * @return the error on the test set
     */
    public TestError target() {
        return stages.get(stages.size() - 1);
    }

    /**
     * The error of a target trained on the true labels of the same features instead, if the last student has any.
     *
     * @return the error on the test set; empty if the last student was given without labels
     */
    public Optional<TestError> strong() {
        return Optional.ofNullable(strong);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TestReport that && stages.equals(that.stages) && Objects.equals(strong, that.strong);
    }

    @Override
    public int hashCode() {
        return Objects.hash(stages, strong);
    }

    @Override
    public String toString() {
        return stages.stream().map(TestError::toString).collect(Collectors.joining(" -> "))
                + (strong == null ? "" : "; on true labels " + strong);
    }
}
