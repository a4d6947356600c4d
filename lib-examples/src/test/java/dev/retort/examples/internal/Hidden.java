package dev.retort.examples.internal;

/** Stands for an internal type, public only for other packages. */
public interface Hidden {}
