package dev.retort.theory.simulation;

import dev.retort.core.RandomStreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a random trial in parallel until its means are known precisely enough. Outcomes count in the order in which they were started,
 * not finished, so that the results and their number do not depend on the threads. An instance is used for one run.
 *
 * @param <T> the type of an outcome
 */
final class Repetition<T> {

    /** With this many trials a standard error is itself uncertain by a quarter; with fewer it is too often far too small by chance. */
    private static final int LEAST_TO_STOP_BY = 10;

    private final int limit;
    private final @Nullable Precision precision;
    private final Consumer<? super Progress> listener;
    private final Function<RandomGenerator, T> trial;
    private final Function<T, double[]> measured;

    private final RandomStreams streams;
    private final BlockingQueue<Delivery<T>> deliveries = new LinkedBlockingQueue<>();
    private int begun;
    private boolean stopped;

    private final List<T> outcomes = new ArrayList<>();
    private final List<Scatter> scatters = new ArrayList<>();
    private final long start = System.nanoTime();

    /**
     * @param limit the maximum number of repetitions
     * @param precision the precision at which to stop earlier; null for none
     * @param listener called after each outcome, in their order
     * @param trial the trial
     * @param measured the numbers of an outcome whose means are wanted, at least one, and equally many for each outcome
     */
    Repetition(
            int limit,
            long seed,
            @Nullable Precision precision,
            Consumer<? super Progress> listener,
            Function<RandomGenerator, T> trial,
            Function<T, double[]> measured) {
        this.limit = limit;
        this.precision = precision;
        this.listener = listener;
        this.trial = trial;
        this.measured = measured;
        this.streams = RandomStreams.of(seed);
    }

    /**
     * The standard error at which a mean is known precisely enough.
     *
     * @param error the standard error, absolute or as a fraction of the mean
     * @param relative whether it is a fraction of the mean
     */
    record Precision(double error, boolean relative) {

        double allowedError(double mean) {
            return relative ? error * Math.abs(mean) : error;
        }

        @Override
        public String toString() {
            return (relative ? "a relative error of " : "a standard error of ") + error;
        }
    }

    /** The result of one repetition: an outcome or a failure. */
    private record Delivery<T>(
            int index, @Nullable T outcome, @Nullable Throwable failure) {}

    private record Task(int index, RandomGenerator random) {}

    /**
     * Runs the repetitions.
     *
     * @return the outcomes, in the order of the random generators, which is the same for any number of threads; fewer than the limit if
     *     the precision was reached, or if the thread was interrupted, in which case its interrupted status is set again
     * @throws IllegalStateException if one failed, with what it threw as the cause
     */
    List<T> run(int threads) {
        try {
            for (int worker = 0; worker < Math.min(threads, limit); worker++) {
                Thread thread = new Thread(this::work, "retort-trial");
                thread.setDaemon(true);
                thread.start();
            }
            collect();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stop();
        }
        return outcomes;
    }

    /** Takes one task after the other until there are no more. */
    private void work() {
        for (Task task = next(); task != null; task = next()) {
            deliveries.add(perform(task));
        }
    }

    @SuppressWarnings("CatchingUnchecked") // any failure is reported to the thread that waits for it
    private Delivery<T> perform(Task task) {
        try {
            return new Delivery<>(task.index, trial.apply(task.random), null);
        } catch (Throwable e) {
            return new Delivery<>(task.index, null, e);
        }
    }

    private synchronized @Nullable Task next() {
        return stopped || begun == limit
                ? null
                : new Task(begun, streams.at(begun++).generator());
    }

    private synchronized void stop() {
        stopped = true;
    }

    private void collect() throws InterruptedException {
        Map<Integer, Delivery<T>> early = new HashMap<>();
        while (outcomes.size() < limit) {
            Delivery<T> delivery = deliveries.take();
            early.put(delivery.index, delivery);
            while (early.containsKey(outcomes.size())) {
                add(early.remove(outcomes.size()));
                if (isEnough()) {
                    return;
                }
            }
        }
    }

    private void add(Delivery<T> delivery) {
        T outcome = delivery.outcome;
        if (outcome == null) {
            throw new IllegalStateException(
                    "Trial " + (delivery.index + 1) + " of " + limit + " failed: " + delivery.failure,
                    delivery.failure);
        }
        outcomes.add(outcome);
        double[] numbers = measured.apply(outcome);
        for (int j = 0; j < numbers.length; j++) {
            if (scatters.size() == j) {
                scatters.add(new Scatter());
            }
            scatters.get(j).add(numbers[j]);
        }
        listener.accept(progress());
    }

    private boolean isEnough() {
        return precision != null && outcomes.size() >= LEAST_TO_STOP_BY && needed() <= outcomes.size();
    }

    private Progress progress() {
        int done = outcomes.size();
        Scatter last = scatters.get(scatters.size() - 1);
        long elapsed = System.nanoTime() - start;
        double left = Math.max(0, Math.min(limit, Math.max(needed(), LEAST_TO_STOP_BY)) - done);
        return new Progress(
                done, limit, last.mean(), last.standardError(), Duration.ofNanos(elapsed), Duration.ofNanos((long)
                        (elapsed * (left / done))));
    }

    /** The estimated number of repetitions that the precision needs, from the scatter so far. */
    private double needed() {
        if (precision == null) {
            return limit;
        }
        double needed = 0;
        for (Scatter number : scatters) {
            double excess = widening() * number.standardError() / precision.allowedError(number.mean());
            // 0/0 is an error of zero where none is allowed: no more are needed.
            needed = Math.max(needed, Double.isNaN(excess) ? 0 : outcomes.size() * excess * excess);
        }
        return needed;
    }

    /**
     * The factor that gives an error estimated from few trials the coverage of a known one: the quantile of Student's t where the normal
     * quantile is 1, to three terms in the inverse degrees of freedom (Abramowitz, Stegun, 26.7.5).
     */
    private double widening() {
        double half = 0.5 / (outcomes.size() - 1);
        return 1 + half * (1 + half * (1 + half / 2));
    }

    /** Mean and standard error of one number over the repetitions, scaled so that its square does not overflow or underflow. */
    private static final class Scatter {

        private final SummaryStatistics scaled = new SummaryStatistics();
        private int unit;

        void add(double number) {
            if (scaled.getSumsq() == 0) { // nothing yet, or nothing but zeros
                unit = Math.getExponent(number);
            }
            scaled.addValue(Math.scalb(number, -unit));
        }

        double mean() {
            return Math.scalb(scaled.getMean(), unit);
        }

        double standardError() {
            return scaled.getN() < 2
                    ? Double.POSITIVE_INFINITY
                    : Math.scalb(scaled.getStandardDeviation() / Math.sqrt((double) scaled.getN()), unit);
        }
    }
}
