package dev.retort.core.nd4j.internal;

import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap, where arrays live. */
public final class NativeMemory {

    private NativeMemory() {}

    /**
     * The most memory that may be allocated at the same time. JavaCPP, which allocates for ND4J and for Retort, allows as
     * much as the Java heap ({@code -Xmx}) unless {@code -Dorg.bytedeco.javacpp.maxbytes} sets another limit.
     *
     * @return the number of bytes; {@link Long#MAX_VALUE} if there is no limit
     * @throws IllegalStateException if there is no ND4J backend, as {@link Backend#require()} says
     */
    public static long limit() {
        Backend.require();
        long limit = Pointer.maxBytes();
        return limit > 0 ? limit : Long.MAX_VALUE;
    }
}
