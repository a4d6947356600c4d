package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Arguments;
import dev.retort.core.internal.Parallel;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The eigenvalues λ<sub>1</sub>, …, λ<sub>p</sub> of a feature covariance Σ: one per feature, in the order in which a {@link
 * Signal} and every other per-feature quantity is given. They need not be sorted, may repeat, and may be zero (such a feature
 * carries no variance: it does not contribute to a risk or to the rank).
 *
 * <p>Indices count from 0 in code and from 1 in formulas. Immutable.
 *
 * <pre>{@code
 * Spectrum measured = Spectrum.of(3.0, 1.0, 0.5, 0.25);
 * Spectrum model = Spectrum.powerLaw(2.0, 500); // decaying with the inverse square of the index
 * double last = model.eigenvalue(499); // 4e-6
 * }</pre>
 */
public final class Spectrum {

    /** A power takes tens of nanoseconds, waking another thread about ten thousand. */
    private static final int WORTH_SHARING = 10_000;

    /** The most features that are listed one by one where a shorter description exists; such a list takes a hundred megabytes. */
    public static final int MOST_LISTED = 10_000_000;

    private static final String TOO_MANY = "has too many features for a list, more than " + MOST_LISTED
            + "; Spectrum.of(spectrum.first(count).eigenvalues()) lists the first ones,"
            + " and the theory's Truncation bounds what the others change";

    /** Above this trace, sums of an eigenvalue and τ could overflow. */
    private static final double LARGEST_TRACE = 0x1p1020;

    /** Empty if there is a law. */
    private final double[] eigenvalues;

    private final @Nullable Law law;
    private final SpectralMeasure measure;

    private Spectrum(double[] eigenvalues) {
        this(eigenvalues, null, SpectralMeasure.of(eigenvalues));
    }

    private Spectrum(double[] eigenvalues, @Nullable Law law, SpectralMeasure measure) {
        this.eigenvalues = eigenvalues;
        this.law = law;
        this.measure = measure;
        if (measure.size() == 0) {
            throw refusal(
                    "eigenvalues", "all " + eigenvalues.length + " of them", "are zero, at least one must be positive");
        }
        if (!(measure.trace() < LARGEST_TRACE)) {
            throw refusal("eigenvalues", "their sum, " + measure.trace() + ",", "is not below 2^1020");
        }
    }

    /**
     * The spectrum with the given eigenvalues.
     *
     * <p>An eigenvalue that is negative by no more than rounding can explain, λ ≥ −64 · 2<sup>−52</sup> ·
     * λ<sub>max</sub> · p, is set to zero, and a warning is logged.
     *
     * @param eigenvalues the eigenvalues, one per feature, in any order
     * @return the spectrum, of dimension {@code eigenvalues.length}
     * @throws IllegalArgumentException if there is no eigenvalue, if one is NaN, infinite or negative, if all are zero, or if
     *     their sum is not below 2<sup>1020</sup>
     */
    public static Spectrum of(double... eigenvalues) {
        return new Spectrum(withoutRoundedZeros(eigenvalues));
    }

    /**
     * The spectrum with the given eigenvalues, see {@link #of(double...)}.
     *
     * @param eigenvalues the eigenvalues, one per feature, in any order
     * @return the spectrum, of dimension {@code eigenvalues.size()}
     * @throws IllegalArgumentException as {@link #of(double...)} does, or if an entry is null
     */
    public static Spectrum of(Collection<? extends Number> eigenvalues) {
        double[] values = new double[notNull("eigenvalues", eigenvalues).size()];
        int i = 0;
        for (Number eigenvalue : eigenvalues) {
            values[i] = notNull("eigenvalues[" + i + "]", eigenvalue).doubleValue();
            i++;
        }
        return of(values);
    }

    /**
     * The spectrum with the given eigenvalues, see {@link #of(double...)}.
     *
     * @param eigenvalues the eigenvalues, one per feature, in any order; the stream is consumed
     * @return the spectrum
     * @throws IllegalArgumentException as {@link #of(double...)} does
     */
    public static Spectrum of(DoubleStream eigenvalues) {
        return of(notNull("eigenvalues", eigenvalues).toArray());
    }

    /**
     * Eigenvalues given as value and multiplicity: {@code counts[0]} features with {@code values[0]}, then {@code
     * counts[1]} features with {@code values[1]}, and so on. Up to ten million features are listed.
     *
     * @param values the eigenvalues
     * @param counts how often each occurs, at least once; as many as there are values
     * @return the spectrum, whose dimension is the sum of the counts
     * @throws IllegalArgumentException as {@link #of(double...)} does, or if the lengths differ or a count is less than 1
     */
    public static Spectrum withMultiplicities(double[] values, int[] counts) {
        return withMultiplicities(
                values,
                Arrays.stream(notNull("counts", counts)).asDoubleStream().toArray());
    }

    /**
     * Eigenvalues given as value and multiplicity, see {@link #withMultiplicities(double[], double[])}.
     *
     * @param values the eigenvalues
     * @param counts how often each occurs, at least once; as many as there are values
     * @return the spectrum, whose dimension is the sum of the counts
     * @throws IllegalArgumentException as {@link #of(double...)} does, or if the lengths differ or a count is less than 1
     */
    public static Spectrum withMultiplicities(double[] values, long[] counts) {
        return withMultiplicities(
                values,
                Arrays.stream(notNull("counts", counts)).asDoubleStream().toArray());
    }

    /**
     * Eigenvalues given as value and multiplicity: {@code counts[0]} features with {@code values[0]}, then {@code counts[1]}
     * features with {@code values[1]}, and so on. Up to ten million features are listed; with more, such as those in the
     * degrees of a rotation-invariant kernel on a sphere, sums take each level at once, whatever its multiplicity.
     *
     * <pre>{@code
     * // The first four degrees of a kernel on the sphere in a thousand dimensions.
     * Spectrum kernel = Spectrum.withMultiplicities(
     *         new double[] {0.5, 3e-4, 2e-7, 1e-10}, new double[] {1, 1000, 500499, 167166000});
     * double tau = DeterministicEquivalent.of(kernel, 2000).tau(); // 9.4192e-5
     * }</pre>
     *
     * @param values the eigenvalues
     * @param counts how often each occurs: whole numbers, at least 1 and at most 1e100 in all; as many as there are values
     * @return the spectrum, whose dimension is the sum of the counts
     * @throws IllegalArgumentException as {@link #of(double...)} does, or if the lengths differ, a count is less than 1 or no
     *     whole number, or there are too many
     */
    public static Spectrum withMultiplicities(double[] values, double[] counts) {
        length("counts", notNull("counts", counts).length, "the number of values", notNull("values", values).length);
        double[] levels = withoutRoundedZeros(values);
        return ofLevels(levels, Levels.checked("counts", counts).clone());
    }

    private static Spectrum ofLevels(double[] values, double[] counts) {
        double dimension = Arrays.stream(counts).sum();
        if (dimension > MOST_LISTED) {
            return of(new Levels(values, counts));
        }
        double[] eigenvalues = new double[(int) dimension];
        int start = 0;
        for (int k = 0; k < counts.length; k++) {
            int end = start + (int) counts[k];
            Arrays.fill(eigenvalues, start, end, values[k]);
            start = end;
        }
        return new Spectrum(eigenvalues);
    }

    /**
     * The power law λ<sub>i</sub> = i<sup>−α</sup>, i = 1, …, p.
     *
     * @param alpha the decay α, greater than 0
     * @param dimension the number of features p, at least 1
     * @return the spectrum
     * @throws IllegalArgumentException if α or p is out of range, or the last eigenvalue underflows
     */
    public static Spectrum powerLaw(double alpha, int dimension) {
        positive("alpha", alpha);
        if (dimension > MOST_LISTED) {
            return powerLaw(alpha, 1, 0, dimension);
        }
        return decreasing("alpha", alpha, dimension, i -> Math.pow(i + 1.0, -alpha));
    }

    /**
     * The infinite power law, λ<sub>i</sub> = i<sup>−α</sup>, i = 1, 2, …
     *
     * @param alpha the decay α, greater than 1
     * @return the spectrum, which is not {@linkplain #isListed() listed}
     * @throws IllegalArgumentException as {@link #powerLaw(double, double, double)} does
     */
    public static Spectrum powerLaw(double alpha) {
        return powerLaw(alpha, 1, 0);
    }

    /**
     * The infinite power law, λ<sub>i</sub> = scale · (i + shift)<sup>−α</sup>, i = 1, 2, …, for equivalents of up to 1e10
     * samples. Sums over its features are exact to rounding, on about a thousand nodes; see the module's documentation,
     * {@code docs/equivalents.md}.
     *
     * @param alpha the decay α, greater than 1; up to about 25, where eigenvalues beyond 1e10 features underflow
     * @param scale what multiplies every eigenvalue, greater than 0
     * @param shift what is added to every index, greater than −1 and at most 1e15
     * @return the spectrum, which is not {@linkplain #isListed() listed}
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static Spectrum powerLaw(double alpha, double scale, double shift) {
        if (!(positive("alpha", alpha) > 1)) {
            throw refusal("alpha", alpha, "is not greater than 1, so the eigenvalues have no finite sum");
        }
        return of(law(alpha, scale, shift, Double.POSITIVE_INFINITY));
    }

    /**
     * The power law λ<sub>i</sub> = scale · (i + shift)<sup>−α</sup>, i = 1, …, p. Up to a few thousand features are listed,
     * more are summed like those of an infinite law; then τ, whose exact value near n = p depends on the last bits of n,
     * has a relative error of about 1e-15 · p/(p − n).
     *
     * @param alpha the decay α, greater than 0
     * @param scale what multiplies every eigenvalue, greater than 0
     * @param shift what is added to every index, greater than −1 and at most 1e15
     * @param dimension the number of features p, from 1 to 1e15
     * @return the spectrum
     * @throws IllegalArgumentException if an argument is out of range, or the last eigenvalue underflows
     */
    public static Spectrum powerLaw(double alpha, double scale, double shift, long dimension) {
        if (!(dimension >= 1 && dimension <= PowerLaw.MOST_FEATURES)) {
            throw refusal("dimension", dimension, "is not from 1 to " + PowerLaw.MOST_FEATURES);
        }
        PowerLaw law = law(positive("alpha", alpha), scale, shift, (double) dimension);
        return law.isShort()
                ? new Spectrum(IntStream.rangeClosed(1, (int) dimension)
                        .mapToDouble(law::value)
                        .toArray())
                : of(law);
    }

    private static PowerLaw law(double alpha, double scale, double shift, double last) {
        if (!(shift > -1 && shift <= PowerLaw.MOST_FEATURES)) {
            throw refusal("shift", shift, "is not greater than -1 and at most 1e15");
        }
        return PowerLaw.of(alpha, positive("scale", scale), shift, last);
    }

    private static Spectrum of(Law law) {
        return new Spectrum(new double[0], law, law.measure());
    }

    /**
     * The exponential spectrum λ<sub>i</sub> = e<sup>−rate·(i−1)</sup>, i = 1, …, p.
     *
     * @param rate the decay per feature, greater than 0
     * @param dimension the number of features p, at least 1
     * @return the spectrum
     * @throws IllegalArgumentException if the rate or p is out of range, or the last eigenvalue underflows
     */
    public static Spectrum exponential(double rate, int dimension) {
        positive("rate", rate);
        if (dimension > MOST_LISTED) {
            throw refusal(
                    "dimension",
                    dimension,
                    "is above " + MOST_LISTED + ", the most features that are listed; for more, give a power law");
        }
        return decreasing("rate", rate, dimension, i -> Math.exp(-rate * i));
    }

    /**
     * The isotropic spectrum: every eigenvalue the same.
     *
     * @param value the eigenvalue, greater than 0
     * @param dimension the number of features p, at least 1
     * @return the spectrum
     * @throws IllegalArgumentException if the value or p is out of range
     */
    public static Spectrum isotropic(double value, int dimension) {
        return ofLevels(new double[] {positive("value", value)}, new double[] {atLeastOne("dimension", dimension)});
    }

    /**
     * The spiked spectrum: a few features share one eigenvalue, all others have eigenvalue 1.
     *
     * @param spike the eigenvalue of the first {@code spikes} features, greater than 0
     * @param spikes how many features carry it, from 1 to p
     * @param dimension the number of features p
     * @return the spectrum
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static Spectrum spiked(double spike, int spikes, int dimension) {
        if (atLeastOne("spikes", spikes) > dimension) {
            throw refusal("spikes", spikes, "is not at most the dimension, " + dimension);
        }
        return ofLevels(new double[] {positive("spike", spike), 1}, new double[] {spikes, (double) dimension - spikes});
    }

    private static Spectrum decreasing(String decayName, double decay, int dimension, IntToDoubleFunction eigenvalue) {
        double last = eigenvalue.applyAsDouble(atLeastOne("dimension", dimension) - 1);
        if (last < Double.MIN_NORMAL) {
            throw refusal(
                    decayName,
                    decay,
                    "is too fast: the eigenvalue of feature " + dimension
                            + " underflows; take fewer features or a slower decay");
        }
        return new Spectrum(ofEach(dimension, eigenvalue));
    }

    /** A number for every feature, computed in parallel if there are enough features. */
    static double[] ofEach(int dimension, IntToDoubleFunction number) {
        if (dimension >= WORTH_SHARING) {
            return Parallel.numbers(dimension, number);
        }
        double[] numbers = new double[dimension];
        Arrays.setAll(numbers, number);
        return numbers;
    }

    private static double[] withoutRoundedZeros(double[] given) {
        if (notNull("eigenvalues", given).length == 0) {
            throw refusal("eigenvalues", "[]", "has no entry, at least one is needed");
        }
        double[] eigenvalues = finite("eigenvalues", given).clone();
        double largest = Arrays.stream(eigenvalues).max().orElseThrow();
        double rounding = 64 * Math.ulp(1.0) * Math.max(largest, 0) * eigenvalues.length;
        int clamped = 0;
        for (int i = 0; i < eigenvalues.length; i++) {
            if (eigenvalues[i] < -rounding) {
                nonNegative("eigenvalues[" + i + "]", eigenvalues[i]);
            }
            clamped += eigenvalues[i] < 0 ? 1 : 0;
            // This also replaces a negative zero, which would not equal zero.
            eigenvalues[i] = eigenvalues[i] <= 0 ? 0 : eigenvalues[i];
        }
        if (clamped > 0) {
            // The logger is created only here: without a provider, SLF4J prints a warning when the first logger is
            // created.
            LoggerFactory.getLogger(Spectrum.class)
                    .warn(
                            "Took {} of {} eigenvalues for zero: negative by no more than rounding",
                            clamped,
                            given.length);
        }
        return eigenvalues;
    }

    /** Whether the positive eigenvalues are the nodes of a measure, one by one. */
    boolean areNodesOf(SpectralMeasure exact) {
        return exact.hasNodes(eigenvalues);
    }

    /** An equal spectrum with a compressed measure, for equivalents at many sample sizes. */
    Spectrum gathered(SpectralMeasure compressed) {
        return new Spectrum(eigenvalues, law, compressed);
    }

    /**
     * Whether the eigenvalues are a list, one per feature. Otherwise the spectrum has too many features for a list: those of
     * a power law, possibly infinitely many, or of a few levels with their multiplicities. It then has a {@link #measure()}
     * and {@linkplain RegressionTask#nodes() nodes}.
     *
     * @return whether every sum over the features takes them one by one
     */
    public boolean isListed() {
        return law == null;
    }

    /** The law of a spectrum that is not listed. */
    Law law() {
        return Objects.requireNonNull(law);
    }

    /**
     * The number of features p, zero eigenvalues included.
     *
     * @return p, at least 1
     * @throws IllegalStateException if there are infinitely many, or too many for an array
     */
    public int dimension() {
        if (law == null) {
            return eigenvalues.length;
        }
        return whole("dimension", "features()", law.last());
    }

    /**
     * The number of features, also where {@link #dimension()} cannot hold it.
     *
     * @return p, at least 1; infinity for an infinite power law
     */
    public double features() {
        return law == null ? eigenvalues.length : law.last();
    }

    /**
     * The spectrum of the first features alone.
     *
     * @param count how many, from 1 to the number of features
     * @return the eigenvalues of these, listed if they are few
     * @throws IllegalArgumentException if the count is out of range, or above 1e15, or if none of these features varies
     */
    public Spectrum first(long count) {
        if (!(count >= 1 && count <= features())) {
            throw refusal("count", count, "is not from 1 to the number of features, " + Arguments.text(features()));
        }
        if (count == features()) {
            return this;
        }
        return law == null ? of(Arrays.copyOf(eigenvalues, (int) count)) : law.first((double) count);
    }

    /**
     * The eigenvalue λ of one feature.
     *
     * @param i the feature, counted from 0
     * @return λ<sub>i+1</sub>, at least 0
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double eigenvalue(long i) {
        if (!(i >= 0 && i < features())) {
            throw new IndexOutOfBoundsException("i: " + i + " is not between 0 and " + Arguments.text(features() - 1));
        }
        return law == null ? eigenvalues[(int) i] : law.value(1.0 + i);
    }

    /**
     * All eigenvalues, in the order of the features.
     *
     * @return a new array of length p
     * @throws IllegalStateException if there are more than ten million that are not {@linkplain #isListed() listed}; take
     *     sums over the {@link #measure()} instead
     */
    public double[] eigenvalues() {
        if (law == null) {
            return eigenvalues.clone();
        }
        if (features() > MOST_LISTED) {
            throw new IllegalStateException(this + " " + TOO_MANY);
        }
        return IntStream.rangeClosed(1, dimension()).mapToDouble(law::value).toArray();
    }

    /**
     * The {@link #eigenvalues()} of a spectrum that is an argument.
     *
     * @param name the name of the argument, for the message
     * @param spectrum the spectrum
     * @return a new array of length p
     * @throws IllegalArgumentException if the spectrum is null, or has more than ten million features that are not {@linkplain
     *     #isListed() listed}
     */
    public static double[] listed(String name, Spectrum spectrum) {
        if (!notNull(name, spectrum).isListed() && spectrum.features() > MOST_LISTED) {
            throw refusal(name, spectrum, TOO_MANY);
        }
        return spectrum.eigenvalues();
    }

    /**
     * The number of positive eigenvalues.
     *
     * @return the rank of Σ, from 1 to p
     * @throws IllegalStateException as {@link #dimension()} does
     */
    public int rank() {
        return whole("rank", "measure().rank()", measure.rank());
    }

    /** The number of zero eigenvalues. */
    double zeros() {
        return law == null ? eigenvalues.length - measure.rank() : law.zeros();
    }

    private int whole(String name, String asDouble, double number) {
        if (number > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException("The " + name + " of " + this + " is " + Arguments.text(number)
                    + ", not below 2^31 - 8; " + asDouble + " gives it as a double");
        }
        return (int) number;
    }

    /**
     * The positive eigenvalues as a measure: sorted, each value with its weight.
     *
     * @return the measure over which the sums of equivalents are taken
     */
    public SpectralMeasure measure() {
        return measure;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Spectrum that
                && Objects.equals(law, that.law)
                && Arrays.equals(eigenvalues, that.eigenvalues);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hashCode(law) + Arrays.hashCode(eigenvalues);
    }

    @Override
    public String toString() {
        if (law != null) {
            return "Spectrum of " + law;
        }
        return "Spectrum of " + dimension() + " features, rank " + rank() + ", eigenvalues from " + measure.value(0)
                + " to " + measure.value(measure.size() - 1);
    }
}
