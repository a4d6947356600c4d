/** What every module of Retort shares: streams of random numbers, and means with their errors. */
@NullMarked
package dev.retort.core;

import org.jspecify.annotations.NullMarked;
