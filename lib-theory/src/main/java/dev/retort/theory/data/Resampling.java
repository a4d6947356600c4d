package dev.retort.theory.data;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.internal.Parallel;
import dev.retort.core.internal.ThinSvd;
import dev.retort.core.nd4j.internal.LargeSvd;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Trains students on rows that are drawn from a table without replacement, and tests them on the other rows. */
final class Resampling {

    /** The features, one column each. */
    private final double[][] columns;

    private final double[] labels;

    Resampling(double[][] columns, double[] labels) {
        this.columns = columns;
        this.labels = labels;
    }

    MeasuredRisk measured(int samples, double ridge, int draws, long seed) {
        double[] errors = Parallel.numbers(
                draws,
                draw -> error(samples, ridge, RandomStreams.of(seed).at(draw).generator()));
        double[] sorted = errors.clone();
        Arrays.sort(sorted);
        double median = (sorted[(draws - 1) / 2] + sorted[draws / 2]) / 2;
        return new MeasuredRisk(samples, ridge, SampleMean.of(errors), median);
    }

    private double error(int samples, double ridge, RandomGenerator random) {
        int[] rows = IntStream.range(0, labels.length).toArray();
        for (int k = 0; k < samples; k++) {
            int chosen = k + random.nextInt(rows.length - k);
            int row = rows[chosen];
            rows[chosen] = rows[k];
            rows[k] = row;
        }
        // The student's means are those of its own rows.
        double mean = meanOf(labels, rows, samples);
        double[] own = new double[samples];
        Arrays.setAll(own, i -> labels[rows[i]] - mean);
        double[][] features = new double[columns.length][samples];
        double[] means = new double[columns.length];
        for (int j = 0; j < columns.length; j++) {
            double[] column = columns[j];
            means[j] = meanOf(column, rows, samples);
            for (int i = 0; i < samples; i++) {
                features[j][i] = column[rows[i]] - means[j];
            }
        }
        double[] coefficients = fitted(features, own, samples * ridge);
        double squares = 0;
        double[] predictions = new double[rows.length - samples];
        Arrays.fill(predictions, mean);
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < predictions.length; i++) {
                predictions[i] += coefficients[j] * (columns[j][rows[samples + i]] - means[j]);
            }
        }
        for (int i = 0; i < predictions.length; i++) {
            double miss = labels[rows[samples + i]] - predictions[i];
            squares += miss * miss;
        }
        return squares / predictions.length;
    }

    private static double meanOf(double[] values, int[] rows, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[rows[i]];
        }
        return sum / count;
    }

    /** V D/(D² + penalty) Uᵀy, in the directions above rounding. */
    private static double[] fitted(double[][] features, double[] labels, double penalty) {
        double[] coefficients = new double[features.length];
        ThinSvd svd = LargeSvd.of(features);
        int rank = penalty == Double.POSITIVE_INFINITY || svd.value(0) == 0 ? 0 : svd.rank();
        for (int k = 0; k < rank; k++) {
            double d = svd.value(k);
            double[] left = svd.left(k);
            double projection = 0;
            for (int i = 0; i < labels.length; i++) {
                projection += left[i] * labels[i];
            }
            double factor = d / (d * d + penalty) * projection;
            double[] right = svd.right(k);
            for (int j = 0; j < coefficients.length; j++) {
                coefficients[j] += factor * right[j];
            }
        }
        return coefficients;
    }
}
