package dev.retort.theory.simulation;

import java.util.Locale;

/**
 * The native memory that a run of {@link Trials} takes at most.
 *
 * @param bytesPerTrial what one trial takes at its largest stage
 * @param trialsAtOnce how many trials run side by side
 */
public record MemoryNeed(long bytesPerTrial, int trialsAtOnce) {

    /**
     * What the run takes.
     *
     * @return the bytes of all trials that run side by side
     */
    public long bytes() {
        return bytesPerTrial * trialsAtOnce;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d at once, at most %.4g MB each", trialsAtOnce, bytesPerTrial / 1e6);
    }
}
