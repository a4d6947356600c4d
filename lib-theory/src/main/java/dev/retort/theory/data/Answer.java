package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.notNull;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is either given, perhaps with a caution, or withheld, with the reason. Immutable.
 *
 * @param <T> the type of the answer
 */
public final class Answer<T> {

    private final @Nullable T value;
    private final String remark;

    private Answer(@Nullable T value, String remark) {
        this.value = value;
        this.remark = remark;
    }

    static <T> Answer<T> given(T value) {
        return new Answer<>(value, "");
    }

    static <T> Answer<T> given(T value, String caution) {
        return new Answer<>(value, caution);
    }

    static <T> Answer<T> withheld(String reason) {
        return new Answer<>(null, reason);
    }

    /** {@return whether there is an answer} */
    public boolean isGiven() {
        return value != null;
    }

    /**
     * The answer.
     *
     * @return the answer
     * @throws IllegalStateException if it is withheld, with the reason
     */
    public T value() {
        if (value == null) {
            throw new IllegalStateException("Withheld: " + remark);
        }
        return value;
    }

    /** {@return why the answer is withheld, or the caution that goes with it; empty if there is none} */
    public String remark() {
        return remark;
    }

    /**
     * Maps the answer, or the reason why it is withheld, to a common type.
     *
     * @param given applied to the answer if it is given
     * @param withheld applied to the reason if the answer is withheld
     * @param <R> the type of the result
     * @return the result of the function that was applied
     */
    public <R> R either(Function<? super T, ? extends R> given, Function<String, ? extends R> withheld) {
        notNull("given", given);
        notNull("withheld", withheld);
        return value == null ? withheld.apply(remark) : given.apply(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Answer<?> answer && Objects.equals(value, answer.value) && remark.equals(answer.remark);
    }

    @Override
    public int hashCode() {
        return Objects.hash(value, remark);
    }

    @Override
    public String toString() {
        return value == null
                ? "withheld: " + remark
                : remark.isEmpty() ? value.toString() : value + " (" + remark + ")";
    }
}
