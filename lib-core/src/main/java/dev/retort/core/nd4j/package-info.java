/**
 * The one place of this module that touches ND4J: dense algebra and regression on its arrays.
 *
 * <p>Arrays of any real data type, order and stride are accepted, never modified and never closed; results are of type
 * {@code DOUBLE} whatever ND4J's ambient default. The work is done by OpenBLAS, called directly and on one thread, so
 * that trials can run in parallel; where no usable OpenBLAS is found, one warning is logged and plain Java is used.
 */
@NullMarked
package dev.retort.core.nd4j;

import org.jspecify.annotations.NullMarked;
