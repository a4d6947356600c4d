package dev.retort.theory.simulation;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@link OwnArrays} found: the errors on the test set of all models that were trained. Immutable. */
public final class TestReport {

    private final List<TestError> stages;
    private final @Nullable TestError strong;

    TestReport(List<TestError> stages, @Nullable TestError strong) {
        this.stages = List.copyOf(stages);
        this.strong = strong;
    }

    /**
     * The model of every stage.
     *
     * @return one error per training, in their order
     */
    public List<TestError> stages() {
        return stages;
    }

    /**
     * The surrogate, trained in the first stage on the teacher's labels.
     *
     * @return its error
     */
    public TestError surrogate() {
        return stages.get(0);
    }

    /**
     * The target, trained in the last stage.
     *
     * @return its error
     */
    public TestError target() {
        return stages.get(stages.size() - 1);
    }

    /**
     * The target trained on the true labels of the same features instead, as far as the last student has any.
     *
     * @return its error; nothing if the last student was given without labels
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
