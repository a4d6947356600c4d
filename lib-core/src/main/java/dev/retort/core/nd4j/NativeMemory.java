package dev.retort.core.nd4j;

import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap, where arrays live. */
public final class NativeMemory {

    private NativeMemory() {}

    /**
     * How much may be allocated at the same time. JavaCPP, which allocates for ND4J and for Retort, allows as much as the Java
     * heap may have ({@code -Xmx}) unless {@code -Dorg.bytedeco.javacpp.maxbytes} says otherwise, and refuses more.
     *
     * @return the number of bytes; {@link Long#MAX_VALUE} if there is no limit
     */
    public static long limit() {
        long limit = Pointer.maxBytes();
        return limit > 0 ? limit : Long.MAX_VALUE;
    }
}
