/**
 * What the modules share and users do not need: the wording of a refused argument, exact sums, matrices in plain Java and their
 * decompositions, files that are written whole.
 */
@NullMarked
package dev.retort.core.internal;

import org.jspecify.annotations.NullMarked;
