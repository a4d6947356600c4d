/** Dense matrices outside the Java heap and the routines for them: OpenBLAS where it passes a self-test, else plain Java. */
@NullMarked
package dev.retort.core.nd4j.internal;

import org.jspecify.annotations.NullMarked;
