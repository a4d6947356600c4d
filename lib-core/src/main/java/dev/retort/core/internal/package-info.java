/**
 * What the modules share and users do not need: checks of arguments, work on all processors, compensated sums, matrices in plain
 * Java and their decompositions, access to files whose failures say what is wrong, files that are written whole or not at all.
 */
@NullMarked
package dev.retort.core.internal;

import org.jspecify.annotations.NullMarked;
