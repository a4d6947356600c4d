/**
 * What the modules share and users do not need: checks of arguments, compensated sums, matrices in plain Java and their
 * decompositions, files that are written whole or not at all.
 */
@NullMarked
package dev.retort.core.internal;

import org.jspecify.annotations.NullMarked;
