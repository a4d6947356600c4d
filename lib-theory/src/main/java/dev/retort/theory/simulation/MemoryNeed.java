package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;

/**
 * An upper bound on the native memory of a run of {@link Trials}.
 *
 * @param bytesPerTrial the bytes that one trial needs at its largest stage, at least 0
 * @param trialsAtOnce the number of trials that run in parallel, at least 1
 */
public record MemoryNeed(long bytesPerTrial, int trialsAtOnce) {

    /**
     * Checks the numbers.
     *
     * @param bytesPerTrial the bytes that one trial needs
     * @param trialsAtOnce the number of trials that run in parallel
     * @throws IllegalArgumentException if a number is out of range
     */
    public MemoryNeed {
        if (bytesPerTrial < 0) {
            throw refusal("bytesPerTrial", bytesPerTrial, "is not at least 0");
        }
        atLeastOne("trialsAtOnce", trialsAtOnce);
    }

    /**
     * The need of as many parallel trials as fit into the memory allowed.
     *
     * @throws IllegalArgumentException if not even one fits
     */
    static MemoryNeed of(long bytesPerTrial, int trialsAtOnce, long allowed) {
        if (bytesPerTrial > allowed) {
            throw refusal(
                    "memory",
                    allowed + " bytes",
                    "is less than the " + bytesPerTrial
                            + " that a trial may take; see withMemory, and JavaCPP's maxbytes");
        }
        return new MemoryNeed(bytesPerTrial, (int) Math.min(trialsAtOnce, allowed / Math.max(1, bytesPerTrial)));
    }

    /**
     * The memory of the whole run.
     *
     * @return the bytes of all trials that run in parallel, capped at {@link Long#MAX_VALUE}
     */
    public long bytes() {
        return bytesPerTrial > Long.MAX_VALUE / trialsAtOnce ? Long.MAX_VALUE : bytesPerTrial * trialsAtOnce;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d at once, at most %.4g MB each", trialsAtOnce, bytesPerTrial / 1e6);
    }
}
