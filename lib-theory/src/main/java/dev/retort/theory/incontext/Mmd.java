package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.internal.CompensatedSum;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The maximum mean discrepancy of two distributions P and Q in a kernel k, the distance of their mean features:
 *
 * <pre>  MMD² = ‖E_P φ − E_Q φ‖² = E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y),   X, X′ ~ P and Y, Y′ ~ Q independent.</pre>
 *
 * It is estimated from samples x<sub>1</sub>, …, x<sub>m</sub> of P and y<sub>1</sub>, …, y<sub>n</sub> of Q, given one point per row, or
 * computed in closed form between Gaussians; a permutation test tells whether it is more than chance. Source: Gretton, Borgwardt, Rasch,
 * Schölkopf and Smola, <i>A kernel two-sample test</i> (JMLR 13, 2012).
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * double[][] x = {{0, 1}, {1, 0}, {1, 1}, {2, 1}};
 * double[][] y = {{3, 3}, {4, 2}, {3, 4}};
 * Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(999).withSeed(7);
 * double squared = mmd.biased(x, y).mean(); // 1.1207
 * double p = mmd.permutationTest(x, y).pValue(); // 0.023
 *
 * double[][] variance = {{1}};
 * double shifted = Mmd.of(Kernel.gaussian(1)).betweenGaussians(new double[] {0}, variance, new double[] {1}, variance); // 0.1773
 * }</pre>
 *
 * <p>Kernel matrices are computed in tiles and not kept, so that m = n = 5,000 takes only megabytes. All processors are used, and results
 * do not depend on their number. Immutable.
 */
public final class Mmd {

    /** The rounding by which two equal statistics may differ, in units of the largest kernel value. */
    private static final double TIE = 1e-12;

    private final Kernel kernel;
    private final int permutations;
    private final long seed;

    private Mmd(Kernel kernel, int permutations, long seed) {
        this.kernel = kernel;
        this.permutations = permutations;
        this.seed = seed;
    }

    /**
     * The discrepancy in a kernel, tested by 999 permutations of seed 0.
     *
     * @param kernel the kernel
     * @return the discrepancy
     */
    public static Mmd of(Kernel kernel) {
        return new Mmd(notNull("kernel", kernel), 999, 0);
    }

    /**
     * Sets how many permutations a test draws.
     *
     * @param count their number B, at least 1; the smallest p-value is 1/(B + 1)
     * @return the same discrepancy with another number
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Mmd withPermutations(int count) {
        return new Mmd(kernel, atLeastOne("count", count), seed);
    }

    /**
     * Sets the seed of permutations and of simulated samples.
     *
     * @param newSeed any number
     * @return the same discrepancy with another seed
     */
    public Mmd withSeed(long newSeed) {
        return new Mmd(kernel, permutations, newSeed);
    }

    /**
     * The kernel.
     *
     * @return k
     */
    public Kernel kernel() {
        return kernel;
    }

    /**
     * The discrepancy of two samples, that is, of the uniform distributions on their points.
     *
     * @param x points, shape {@code [m][d]}, one a row
     * @param y points, shape {@code [n][d]}
     * @return MMD, the root of the {@linkplain #biased biased} estimate, at least 0
     * @throws IllegalArgumentException if a sample is empty, the points differ in dimension, an entry is NaN or infinite, or the
     *     kernel leaves the range of numbers on them
     */
    public double distance(double[][] x, double[][] y) {
        return Math.sqrt(biased(x, y).mean());
    }

    /**
     * The biased estimate, mean k(x<sub>i</sub>, x<sub>j</sub>) + mean k(y<sub>i</sub>, y<sub>j</sub>) − 2 mean k(x<sub>i</sub>,
     * y<sub>j</sub>) over all i and j. On average it exceeds MMD² by (E k(X, X) − E k(X, X′))/m and the same of Y over n.
     *
     * @param x points, shape {@code [m][d]}, one a row
     * @param y points, shape {@code [n][d]}
     * @return the estimate of MMD², at least 0, with the standard error of the jackknife, as in {@link #unbiased}; NaN for that if
     *     a sample has a single point
     * @throws IllegalArgumentException if a sample is empty, the points differ in dimension, an entry is NaN or infinite, or the
     *     kernel leaves the range of numbers on them
     */
    public SampleMean biased(double[][] x, double[][] y) {
        return biased(pooled(x, y));
    }

    /**
     * As {@link #biased}, for ND4J arrays, as in {@link #unbiasedOfArrays}.
     *
     * @param x points, shape {@code [m, d]}, one a row, of any numeric type, order and stride; not modified
     * @param y points, shape {@code [n, d]}; not modified
     * @return the estimate of MMD², as {@link #biased} has it
     * @throws IllegalArgumentException if an array is not of rank 2, or as {@link #biased} does
     */
    public SampleMean biasedOfArrays(INDArray x, INDArray y) {
        return ofArrays(x, y, this::biased);
    }

    private SampleMean biased(PooledKernel pooled) {
        Totals totals = Totals.of(pooled);
        double m = pooled.firstCount();
        double n = pooled.secondCount();
        double squared = totals.first / m / m + totals.second / n / n - 2 * totals.between / m / n;
        if (m < 2 || n < 2) {
            return new SampleMean(Math.max(0, squared), Double.NaN);
        }
        double ofFirst = spread(pooled.firstCount(), i -> {
            double rest = totals.first - 2 * totals.sums.withFirst(i) + pooled.diagonal(i);
            double between = totals.between - totals.sums.withSecond(i);
            return rest / (m - 1) / (m - 1) + totals.second / n / n - 2 * between / (m - 1) / n;
        });
        double ofSecond = spread(pooled.secondCount(), j -> {
            int i = pooled.firstCount() + j;
            double rest = totals.second - 2 * totals.sums.withSecond(i) + pooled.diagonal(i);
            double between = totals.between - totals.sums.withFirst(i);
            return totals.first / m / m + rest / (n - 1) / (n - 1) - 2 * between / m / (n - 1);
        });
        return new SampleMean(Math.max(0, squared), Math.sqrt(ofFirst + ofSecond));
    }

    /**
     * The unbiased estimate: like the biased one, but without the pairs of a point with itself. It may be negative.
     *
     * <p>Its standard error is that of the jackknife, (m − 1)/m Σ<sub>i</sub> (U<sub>−i</sub> − mean)² and the same of y, from the
     * estimates U<sub>−i</sub> that leave out one point. For P ≠ Q it is consistent for large samples. It is never too small on average, up
     * to the difference between samples of m and of m − 1 (Efron and Stein, <i>The jackknife estimate of variance</i>, Ann. Statist. 9,
     * 1981); for P = Q, where the error is of the order 1/m, the variance is overestimated twofold. Whether P = Q is a question for
     * {@link #permutationTest}.
     *
     * @param x points, shape {@code [m][d]}, one a row, at least 2
     * @param y points, shape {@code [n][d]}, at least 2
     * @return the estimate of MMD² with its standard error, which is NaN if a sample has only two points
     * @throws IllegalArgumentException if a sample has fewer than 2 points, the points differ in dimension, an entry is NaN or
     *     infinite, or the kernel leaves the range of numbers on them
     */
    public SampleMean unbiased(double[][] x, double[][] y) {
        return unbiased(pooled(x, y));
    }

    /**
     * As {@link #unbiased}, for ND4J arrays: inner products come from OpenBLAS if it is available, about twice as fast with points of
     * hundreds of coordinates, and distances from inner products, except where too many digits would cancel. Values agree with those of
     * Java arrays to some 10<sup>−14</sup> of the largest. Takes a copy of the points outside the Java heap.
     *
     * @param x points, shape {@code [m, d]}, one a row, at least 2, of any numeric type, order and stride; not modified
     * @param y points, shape {@code [n, d]}, at least 2; not modified
     * @return the estimate of MMD², as {@link #unbiased} has it
     * @throws IllegalArgumentException if an array is not of rank 2, or as {@link #unbiased} does
     */
    public SampleMean unbiasedOfArrays(INDArray x, INDArray y) {
        return ofArrays(x, y, this::unbiased);
    }

    private SampleMean unbiased(PooledKernel pooled) {
        atLeastTwo("x", pooled.firstCount());
        atLeastTwo("y", pooled.secondCount());
        Totals totals = Totals.of(pooled);
        double m = pooled.firstCount();
        double n = pooled.secondCount();
        double first = totals.first - totals.firstDiagonal;
        double second = totals.second - totals.secondDiagonal;
        double squared = first / m / (m - 1) + second / n / (n - 1) - 2 * totals.between / m / n;
        if (m < 3 || n < 3) {
            return new SampleMean(squared, Double.NaN);
        }
        double ofFirst = spread(pooled.firstCount(), i -> {
            double rest = first - 2 * (totals.sums.withFirst(i) - pooled.diagonal(i));
            double between = totals.between - totals.sums.withSecond(i);
            return rest / (m - 1) / (m - 2) + second / n / (n - 1) - 2 * between / (m - 1) / n;
        });
        double ofSecond = spread(pooled.secondCount(), j -> {
            int i = pooled.firstCount() + j;
            double rest = second - 2 * (totals.sums.withSecond(i) - pooled.diagonal(i));
            double between = totals.between - totals.sums.withFirst(i);
            return first / m / (m - 1) + rest / (n - 1) / (n - 2) - 2 * between / m / (n - 1);
        });
        return new SampleMean(squared, Math.sqrt(ofFirst + ofSecond));
    }

    /**
     * The estimate whose time is proportional to the sample size: the mean of k(x<sub>1</sub>, x<sub>2</sub>) + k(y<sub>1</sub>,
     * y<sub>2</sub>) − k(x<sub>1</sub>, y<sub>2</sub>) − k(x<sub>2</sub>, y<sub>1</sub>) and the same for points 3 and 4, and so on. It is
     * unbiased, may be negative, and is normally distributed for many points, under P = Q too; but its error is larger than that of {@link
     * #unbiased}. It depends on the order of the points, so shuffle them if they are sorted. Points without a partner are left out.
     *
     * @param x points, shape {@code [m][d]}, one a row, at least 2
     * @param y points, shape {@code [n][d]}, at least 2
     * @return the estimate of MMD² with its standard error, which is NaN if there is only one pair of points in a sample
     * @throws IllegalArgumentException if a sample has fewer than 2 points, the points differ in dimension, an entry is NaN or
     *     infinite, or the kernel leaves the range of numbers on them
     */
    public SampleMean linearTime(double[][] x, double[][] y) {
        Points first = Points.of("x", x);
        Points all = together(first, first.alike("y", y));
        int m = first.count();
        int pairs = Math.min(atLeastTwo("x", m), atLeastTwo("y", all.count() - m)) / 2;
        double[] terms = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            double[] x1 = all.row(2 * i);
            double[] y1 = all.row(m + 2 * i);
            double[][] x2 = all.columns(2 * i + 1, 2 * i + 2);
            double[][] y2 = all.columns(m + 2 * i + 1, m + 2 * i + 2);
            terms[i] = single(x1, x2) + single(y1, y2) - single(x1, y2) - single(y1, x2);
            kernel.checkValue(terms[i]);
        }
        return pairs == 1 ? new SampleMean(terms[0], Double.NaN) : SampleMean.of(terms);
    }

    private double single(double[] x, double[][] y) {
        double[] value = new double[1];
        kernel.fill(x, y, value);
        return value[0];
    }

    private static int atLeastTwo(String name, int count) {
        if (count < 2) {
            throw refusal(name + ".length", count, "is not at least 2");
        }
        return count;
    }

    private PooledKernel pooled(double[][] x, double[][] y) {
        Points first = Points.of("x", x);
        Points all = together(first, first.alike("y", y));
        return PooledKernel.of(kernel, all, all, first.count());
    }

    /** Measures arrays, with inner products from OpenBLAS if it is available. */
    private <T> T ofArrays(INDArray x, INDArray y, Function<PooledKernel, T> measure) {
        Points first = Points.of("x", x);
        Points all = together(first, first.alike("y", Points.of("y", y)));
        try (PointProducts pairs = PointProducts.of(all)) {
            return measure.apply(PooledKernel.of(kernel, all, pairs, first.count()));
        }
    }

    /**
     * Both samples, centred if the kernel allows it and no digits are lost: if the samples are far apart, centring could round the digits
     * of points near the origin, which affects their differences.
     */
    private Points together(Points first, Points second) {
        kernel.checkDimension(first.dimension());
        Points all = first.followedBy(second);
        if (!kernel.ignoresShifts()) {
            return all;
        }
        double[] centre = all.centre();
        Points centred = all.less(centre);
        return kernel.needsCentre() || centred.restores(all, centre) ? centred : all;
    }

    /** (count − 1)/count Σ (value − mean)²: the contribution of a sample to the jackknife variance. */
    private static double spread(int count, IntToDoubleFunction values) {
        double[] left = IntStream.range(0, count).mapToDouble(values).toArray();
        double error = SampleMean.of(left).standardError() * (count - 1.0);
        return error * error;
    }

    /** Sums of kernel values, including those of points with themselves. */
    private static final class Totals {

        final PooledKernel.RowSums sums;
        final double first;
        final double second;
        final double between;
        final double firstDiagonal;
        final double secondDiagonal;

        private Totals(PooledKernel pooled) {
            int m = pooled.firstCount();
            int all = m + pooled.secondCount();
            sums = pooled.rowSums();
            first = sum(0, m, sums::withFirst);
            second = sum(m, all, sums::withSecond);
            between = sum(0, m, sums::withSecond);
            firstDiagonal = sum(0, m, pooled::diagonal);
            secondDiagonal = sum(m, all, pooled::diagonal);
        }

        static Totals of(PooledKernel pooled) {
            return new Totals(pooled);
        }

        private static double sum(int from, int to, IntToDoubleFunction values) {
            CompensatedSum sum = new CompensatedSum();
            for (int i = from; i < to; i++) {
                sum.add(values.applyAsDouble(i));
            }
            return sum.value();
        }
    }

    /**
     * The squared discrepancy of two normal distributions, in closed form: for Gaussian, linear and softmax kernels, the product of
     * the last two, polynomial kernels of degree 1 and 2, the Laplace kernel between diagonal covariances, the energy kernel in one
     * dimension, and for sums, multiples and restrictions of these. Covariances may be singular.
     *
     * @param firstMean m<sub>1</sub>, shape {@code [d]}
     * @param firstCovariance S<sub>1</sub>, shape {@code [d][d]}
     * @param secondMean m<sub>2</sub>, shape {@code [d]}
     * @param secondCovariance S<sub>2</sub>, shape {@code [d][d]}
     * @return MMD², at least 0, with an error of some 10<sup>−16</sup> of E k(X, X′)
     * @throws IllegalArgumentException if shapes do not fit, an entry is NaN or infinite, a covariance is not symmetric and positive
     *     semidefinite, the kernel has no closed form, or the discrepancy is infinite, as in the softmax kernel where an
     *     eigenvalue of S<sub>1</sub>², S<sub>2</sub>² or S<sub>1</sub>S<sub>2</sub> is 1 or more
     */
    public double betweenGaussians(
            double[] firstMean, double[][] firstCovariance, double[] secondMean, double[][] secondCovariance) {
        GaussianLaw first = GaussianLaw.of("first", firstMean, firstCovariance);
        GaussianLaw second = GaussianLaw.of("second", secondMean, secondCovariance);
        length("secondMean", second.dimension(), "the dimension of the first", first.dimension());
        kernel.checkDimension(first.dimension());
        double squared = kernel.squaredDiscrepancy(first, second);
        kernel.checkValue(squared);
        return squared;
    }

    /**
     * The witness: the function whose means under P and Q differ most, up to a factor, f(t) = mean k(x<sub>i</sub>, t) − mean
     * k(y<sub>j</sub>, t). It is positive where the first sample is denser.
     *
     * @param x points, shape {@code [m][d]}, one a row
     * @param y points, shape {@code [n][d]}
     * @param at the points at which it is evaluated, shape {@code [k][d]}
     * @return a new array of f at these points
     * @throws IllegalArgumentException if a set is empty, the points differ in dimension, an entry is NaN or infinite, or the
     *     kernel leaves the range of numbers on them
     */
    public double[] witness(double[][] x, double[][] y, double[][] at) {
        Points first = Points.of("x", x);
        Points second = first.alike("y", y);
        double[][] points = first.alike("at", at).columns(0, at.length);
        kernel.checkDimension(first.dimension());
        double[] values = new double[at.length];
        double[] witness = new double[at.length];
        addMean(first, 1, points, values, witness);
        addMean(second, -1, points, values, witness);
        return witness;
    }

    private void addMean(Points sample, double sign, double[][] points, double[] values, double[] sums) {
        for (int i = 0; i < sample.count(); i++) {
            kernel.fill(sample.row(i), points, values);
            for (int j = 0; j < values.length; j++) {
                sums[j] += sign * values[j] / sample.count();
            }
        }
        for (double sum : sums) {
            kernel.checkValue(sum);
        }
    }

    /**
     * A bound on the difference between the {@linkplain #distance discrepancy of two samples} and that of their distributions, which holds
     * with a probability of at least 1 − δ: √(K/m) + √(K/n) + √(2K ln(2/δ)(m + n)/(mn)). This is the classical theorem (Gretton et al.,
     * theorem 7) with its first two terms halved by Jensen's inequality.
     *
     * @param kernelBound K, at least k(x, x) at all points, for example that of {@link Kernel#bound()}
     * @param m the size of the first sample, at least 1
     * @param n the size of the second, at least 1
     * @param delta δ, between 0 and 1
     * @return the bound on |MMD of the samples − MMD|
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static double deviationBound(double kernelBound, int m, int n, double delta) {
        double k = positive("kernelBound", kernelBound);
        double rates = 1.0 / atLeastOne("m", m) + 1.0 / atLeastOne("n", n);
        return Math.sqrt(k / m)
                + Math.sqrt(k / n)
                + Math.sqrt(2 * k * rates * Math.log(2 / betweenZeroAndOne("delta", delta)));
    }

    /**
     * The most by which the {@linkplain #linearTime linear-time estimate} exceeds MMD², with a probability of at least 1 − δ, in a kernel
     * with 0 ≤ k ≤ K: K√(8 ln(1/δ)/⌊m/2⌋), by Hoeffding's inequality for terms between −2K and 2K. The same bound holds for how far it
     * falls below. For a kernel of both signs, |k| ≤ K, pass 2K.
     *
     * @param kernelBound K
     * @param samples m, the size of the smaller sample, at least 2
     * @param delta δ, between 0 and 1
     * @return the bound on the estimate − MMD²
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static double linearTimeDeviationBound(double kernelBound, int samples, double delta) {
        int pairs = atLeastTwo("samples", samples) / 2;
        return positive("kernelBound", kernelBound)
                * Math.sqrt(8 * Math.log(1 / betweenZeroAndOne("delta", delta)) / pairs);
    }

    /**
     * Tests whether two samples can come from one distribution: the p-value is the share of random divisions of all points into m and n
     * whose squared discrepancy is at least as large. The p-value is exactly valid at every sample size, if the points are independent (or
     * exchangeable, under the hypothesis). Kernel values are computed once for all permutations; the cost is (m + n)² of them, and (m +
     * n)²/2 multiplications a permutation.
     *
     * @param x points, shape {@code [m][d]}, one a row
     * @param y points, shape {@code [n][d]}
     * @return the statistic and its p-value
     * @throws IllegalArgumentException if a sample is empty, the points differ in dimension, an entry is NaN or infinite, or the
     *     kernel leaves the range of numbers on them
     */
    public PermutationTest permutationTest(double[][] x, double[][] y) {
        return permutationTest(pooled(x, y));
    }

    /**
     * As {@link #permutationTest}, for ND4J arrays, as in {@link #unbiasedOfArrays}.
     *
     * @param x points, shape {@code [m, d]}, one a row, of any numeric type, order and stride; not modified
     * @param y points, shape {@code [n, d]}; not modified
     * @return the statistic and its p-value
     * @throws IllegalArgumentException if an array is not of rank 2, or as {@link #permutationTest} does
     */
    public PermutationTest permutationTestOfArrays(INDArray x, INDArray y) {
        return ofArrays(x, y, this::permutationTest);
    }

    private PermutationTest permutationTest(PooledKernel pooled) {
        int m = pooled.firstCount();
        int n = pooled.secondCount();
        boolean[][] sets = divisions(m, m + n);
        PooledKernel.SetSums all = pooled.sumsWithin(sets);
        PooledKernel.RowSums sums = all.rows;
        double[] within = all.within;
        double[] rows = new double[m + n];
        double total = 0;
        double largest = 1;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = sums.withFirst(i) + sums.withSecond(i);
            total += rows[i];
            largest = Math.max(
                    largest, Math.abs(pooled.diagonal(i))); // |k(x, y)| is at most the larger of k(x, x) and k(y, y)
        }
        double observed = 0;
        int asLarge = 0;
        for (int b = 0; b < sets.length; b++) {
            double outgoing = 0;
            for (int i = 0; i < rows.length; i++) {
                outgoing += sets[b][i] ? rows[i] : 0;
            }
            double between = outgoing - within[b];
            double rest = total - outgoing - between;
            double statistic = within[b] / m / m + rest / n / n - 2 * between / m / n;
            if (b == 0) {
                observed = statistic;
            } else if (statistic >= observed - TIE * largest) {
                asLarge++;
            }
        }
        return new PermutationTest(Math.max(0, observed), (1.0 + asLarge) / sets.length, permutations);
    }

    /** The actual division into two samples, and random divisions of the same sizes. */
    private boolean[][] divisions(int m, int all) {
        boolean[][] sets = new boolean[permutations + 1][all];
        for (int i = 0; i < m; i++) {
            sets[0][i] = true;
        }
        RandomStreams streams = RandomStreams.of(seed);
        for (int b = 1; b < sets.length; b++) {
            RandomGenerator random = streams.at(b).generator();
            int missing = m;
            // Takes each point with probability missing/(all − i), so that all sets of m points are equally likely.
            for (int i = 0; missing > 0; i++) {
                if (random.nextInt(all - i) < missing) {
                    sets[b][i] = true;
                    missing--;
                }
            }
        }
        return sets;
    }

    /**
     * The power of the permutation test: how often it tells two distributions apart. For your own data, draw rows at random.
     *
     * @param first draws a point of P
     * @param second draws a point of Q
     * @param samples the size m = n of both samples, at least 1
     * @param level α, at which the test rejects
     * @param runs how many pairs of samples are drawn and tested, at least 2
     * @return the share of runs in which the test rejects, with its standard error
     * @throws IllegalArgumentException if a number is out of its range, or if the {@linkplain #withPermutations permutations} are too
     *     few for the level
     */
    public SampleMean power(
            Function<? super RandomGenerator, double[]> first,
            Function<? super RandomGenerator, double[]> second,
            int samples,
            double level,
            int runs) {
        notNull("first", first);
        notNull("second", second);
        atLeastOne("samples", samples);
        return SampleMean.of(Draws.of(runs, seed, random -> {
                    double[][] x = draw(first, samples, random);
                    double[][] y = draw(second, samples, random);
                    return withSeed(random.nextLong()).permutationTest(x, y).rejects(level) ? 1.0 : 0.0;
                })
                .stream()
                .mapToDouble(Double::doubleValue)
                .toArray());
    }

    private static double[][] draw(
            Function<? super RandomGenerator, double[]> sampler, int samples, RandomGenerator random) {
        double[][] points = new double[samples][];
        for (int i = 0; i < samples; i++) {
            points[i] = sampler.apply(random);
        }
        return points;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mmd that
                && kernel.equals(that.kernel)
                && permutations == that.permutations
                && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kernel.hashCode() + permutations) + Long.hashCode(seed);
    }

    @Override
    public String toString() {
        return "maximum mean discrepancy in the " + kernel + ", " + permutations + " permutations of seed " + seed;
    }
}
