package dev.retort.examples.internal;

/** An example of an internal type, public only for other packages. */
public interface Hidden {}
