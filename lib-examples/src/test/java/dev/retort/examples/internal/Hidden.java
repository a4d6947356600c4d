package dev.retort.examples.internal;

/** Stands for what is public for another package's sake alone. */
public interface Hidden {}
