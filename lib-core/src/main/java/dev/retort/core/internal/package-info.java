/** What the modules share and users do not need: the wording of a refused argument, exact sums, a singular value decomposition. */
@NullMarked
package dev.retort.core.internal;

import org.jspecify.annotations.NullMarked;
