package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;

/**
 * The native memory that a run of {@link Trials} takes at most.
 *
 * @param bytesPerTrial what one trial takes at its largest stage, at least 0
 * @param trialsAtOnce how many trials run side by side, at least 1
 */
public record MemoryNeed(long bytesPerTrial, int trialsAtOnce) {

    /**
     * The need of some trials.
     *
     * @param bytesPerTrial what one trial takes
     * @param trialsAtOnce how many run side by side
     * @throws IllegalArgumentException if one of them is less than it may be
     */
    public MemoryNeed {
        if (bytesPerTrial < 0) {
            throw refusal("bytesPerTrial", bytesPerTrial, "is not at least 0");
        }
        atLeastOne("trialsAtOnce", trialsAtOnce);
    }

    /**
     * As many trials at once as fit.
     *
     * @throws IllegalArgumentException if not one does
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
     * What the run takes.
     *
     * @return the bytes of all trials that run side by side; {@link Long#MAX_VALUE} if they are more
     */
    public long bytes() {
        return bytesPerTrial > Long.MAX_VALUE / trialsAtOnce ? Long.MAX_VALUE : bytesPerTrial * trialsAtOnce;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d at once, at most %.4g MB each", trialsAtOnce, bytesPerTrial / 1e6);
    }
}
