package dev.retort.core.nd4j;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps native memory from being used after it has been released, and from being released while it is used, on any thread:
 * one use runs at a time, and {@link #close()} waits for its end. An object that reads the memory of an owner cannot be used
 * after the owner is closed either, and keeps it open during a use.
 */
final class Lifetime implements AutoCloseable {

    private final String name;
    private final @Nullable Lifetime owner;
    private final Runnable release;

    /**
     * Uses and closing exclude each other, so they take the write lock; dependants may use the memory at the same time, so
     * they take the read lock.
     */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    /**
     * @param name the type that may be closed, for messages
     * @param owner the owner of memory that is read too, or null
     * @param release releases the memory; called once
     */
    Lifetime(String name, @Nullable Lifetime owner, Runnable release) {
        this.name = name;
        this.owner = owner;
        this.release = release;
    }

    /**
     * Runs work that uses the memory.
     *
     * @throws IllegalStateException if this or the owner is closed
     */
    <T extends @Nullable Object> T use(Supplier<T> work) {
        lock.writeLock().lock();
        try {
            requireOpen();
            return owner == null ? work.get() : owner.lend(work);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T extends @Nullable Object> T lend(Supplier<T> work) {
        lock.readLock().lock();
        try {
            requireOpen();
            return owner == null ? work.get() : owner.lend(work);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                release.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
