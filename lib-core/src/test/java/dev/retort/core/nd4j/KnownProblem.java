package dev.retort.core.nd4j;

import dev.retort.core.RandomStreams;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A regression problem built from its singular value decomposition, whose solution is therefore known in closed form: b
 * = Σ v_i s_i / (s_i² + n · ridge) u_iᵀ y.
 */
public final class KnownProblem {

    public final int n;
    public final int p;
    public final double[][] x;
    public final double[] y;
    private final double[] s;
    private final double[][] u; // left singular vectors, one per row
    private final double[][] v;

    /** @param misfit size of the part of y outside the range of X; each part along a u_i is about s_i */
    public KnownProblem(int n, int p, double[] singularValues, double misfit, long seed) {
        RandomGenerator random = generator(seed);
        this.n = n;
        this.p = p;
        s = singularValues.clone();
        u = orthonormal(s.length + 1 <= n ? s.length + 1 : s.length, n, random);
        v = orthonormal(s.length, p, random);
        x = new double[n][p];
        y = new double[n];
        for (int r = 0; r < u.length; r++) {
            double along = r < s.length ? s[r] * (1 + random.nextDouble()) : misfit;
            for (int i = 0; i < n; i++) {
                y[i] += along * u[r][i];
                for (int j = 0; r < s.length && j < p; j++) {
                    x[i][j] += s[r] * u[r][i] * v[r][j];
                }
            }
        }
    }

    public static RandomGenerator generator(long seed) {
        return RandomStreams.of(seed).generator();
    }

    public static double[] gaussian(int count, RandomGenerator random) {
        return IntStream.range(0, count).mapToDouble(i -> random.nextGaussian()).toArray();
    }

    public static double[][] gaussian(int rows, int columns, RandomGenerator random) {
        return IntStream.range(0, rows).mapToObj(i -> gaussian(columns, random)).toArray(double[][]::new);
    }

    public static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    public static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    public static double distance(double[] a, double[] b) {
        return norm(IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray());
    }

    public INDArray features() {
        return Nd4j.create(x).castTo(DataType.DOUBLE);
    }

    public INDArray labels() {
        return Nd4j.create(y);
    }

    public double[] coefficients(double ridge) {
        double[] b = new double[p];
        for (int r = 0; r < s.length; r++) {
            double factor = s[r] == 0 ? 0 : dot(u[r], y) * s[r] / (s[r] * s[r] + n * ridge);
            for (int j = 0; j < p; j++) {
                b[j] += factor * v[r][j];
            }
        }
        return b;
    }

    /** The Gram–Schmidt procedure, applied twice for orthogonality to rounding. */
    private static double[][] orthonormal(int count, int length, RandomGenerator random) {
        double[][] vectors = gaussian(count, length, random);
        for (int i = 0; i < count; i++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < i; k++) {
                    double along = dot(vectors[i], vectors[k]);
                    for (int j = 0; j < length; j++) {
                        vectors[i][j] -= along * vectors[k][j];
                    }
                }
                double norm = norm(vectors[i]);
                for (int j = 0; j < length; j++) {
                    vectors[i][j] /= norm;
                }
            }
        }
        return vectors;
    }
}
