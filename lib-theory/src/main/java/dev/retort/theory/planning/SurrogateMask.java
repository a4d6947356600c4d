package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.internal.Parallel;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.core.spectrum.TaskNodes;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The features that a trained surrogate should see, so that its target's risk is smallest. Unlike the mask of a surrogate
 * that knows the truth ({@link FeatureMask#optimal}), this mask depends on the signal, the noise and the surrogate's own
 * samples: a seen feature has to be learnt, an unseen one acts as noise.
 *
 * <p>The search has two steps. The first finds the best k for masks that keep the k features of largest variance: it
 * compares all k if there are at most 400, otherwise 400 values with equal ratios and then more around the best, until
 * its neighbours have been compared. The second, for up to 5,000 features that are listed, adds or drops one feature at
 * a time as long as that lowers the risk. It ends with a mask that no single change improves, which need not be the
 * best of all masks. On a spectrum that is not listed, the first step compares up to a billion features. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.3)).withNoise(0.2);
 * SurrogateMask search = SurrogateMask.of(task, Training.samples(180), Training.samples(30));
 * int strongest = search.bestCount(); // 31: the best of the masks that keep the strongest features
 * FeatureMask best = search.best();
 * double excess = search.risk().excess(); // 0.8741
 * double unmasked = search.excess()[199]; // 1.2176: a surrogate that sees every feature
 * double strong = Distillation.of(task).target(Training.samples(30)).predict().excess(); // 0.9947: true labels
 * }</pre>
 */
public final class SurrogateMask {

    private static final int GRID = 400;
    private static final int MOST_TOGGLED = 5_000;
    private static final int MOST_COUNTED = 1_000_000_000;

    private final RegressionTask task;
    private final Training surrogate;
    private final Training target;
    private final TreeMap<Integer, Double> excessByCount = new TreeMap<>();
    private final int bestCount;
    private final FeatureMask best;

    private SurrogateMask(RegressionTask task, Training surrogate, Training target) {
        this.task = task;
        this.surrogate = surrogate;
        this.target = target;
        Spectrum spectrum = surrogate.spectrum(task);
        if (isInOrder(spectrum)) {
            int most = (int) Math.min(spectrum.measure().rank(), MOST_COUNTED);
            this.bestCount = bestCount(most, FeatureMask::keepingFirst);
            this.best = FeatureMask.keepingFirst(bestCount);
            return;
        }
        double[] eigenvalues = Spectrum.listed("surrogate.spectrum", spectrum);
        int[] strongestFirst = IntStream.range(0, eigenvalues.length)
                .filter(i -> eigenvalues[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -eigenvalues[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        this.bestCount = bestCount(strongestFirst.length, count -> mask(kept(strongestFirst, count)));
        BitSet kept = kept(strongestFirst, bestCount);
        if (strongestFirst.length <= MOST_TOGGLED) {
            improve(kept, strongestFirst);
        }
        this.best = mask(kept);
    }

    /** Whether neither spectrum is listed, and the features of largest variance are the first. */
    private boolean isInOrder(Spectrum spectrum) {
        if (spectrum.isListed() || task.spectrum().isListed()) {
            return false;
        }
        TaskNodes nodes = RegressionTask.of(spectrum, Signal.constant(0)).indexed();
        return IntStream.range(1, nodes.size()).allMatch(k -> nodes.eigenvalue(k) <= nodes.eigenvalue(k - 1));
    }

    /**
     * The best mask of a trained surrogate.
     *
     * @param task the task
     * @param surrogate how the surrogate is trained; its own mask, if it has one, is replaced
     * @param target how the target is trained on the surrogate's labels
     * @return the result of the search
     * @throws IllegalArgumentException if an argument is null, as {@link Distillation#target(Training)} does, or if there are
     *     too many features for a list, and they are not in descending order of their variance
     */
    public static SurrogateMask of(RegressionTask task, Training surrogate, Training target) {
        Distillation.of(notNull("task", task))
                .surrogate(notNull("surrogate", surrogate))
                .target(notNull("target", target)); // checks them
        return new SurrogateMask(task, surrogate, target);
    }

    private int bestCount(int most, IntFunction<FeatureMask> strongest) {
        int low = 1;
        int high = most;
        while (true) {
            int[] counts = counts(low, high)
                    .filter(count -> !excessByCount.containsKey(count))
                    .toArray();
            List<Double> excess = Parallel.values(counts.length, c -> excess(strongest.apply(counts[c])));
            for (int c = 0; c < counts.length; c++) {
                excessByCount.put(counts[c], excess.get(c));
            }
            int best = excessByCount.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            low = Objects.requireNonNullElse(excessByCount.lowerKey(best), best);
            high = Objects.requireNonNullElse(excessByCount.higherKey(best), best);
            if (Math.max(best - low, high - best) <= 1) {
                return best;
            }
        }
    }

    /** All numbers from one to another if they are few, otherwise some with equal ratios. */
    private static IntStream counts(int low, int high) {
        double ratio = (double) high / low;
        return high - low < GRID
                ? IntStream.rangeClosed(low, high)
                : IntStream.rangeClosed(0, GRID)
                        .map(j -> (int) Math.round(low * Math.pow(ratio, (double) j / GRID)))
                        .distinct();
    }

    private static BitSet kept(int[] strongestFirst, int count) {
        BitSet kept = new BitSet();
        IntStream.of(strongestFirst).limit(count).forEach(kept::set);
        return kept;
    }

    /** Adds and drops single features as long as that lowers the risk. */
    private void improve(BitSet kept, int[] features) {
        double smallest = excess(mask(kept));
        boolean improved = true;
        while (improved) {
            improved = false;
            for (int i : features) {
                kept.flip(i);
                double excess = kept.isEmpty() ? Double.POSITIVE_INFINITY : excess(mask(kept));
                if (excess < smallest) {
                    smallest = excess;
                    improved = true;
                } else {
                    kept.flip(i);
                }
            }
        }
    }

    private FeatureMask mask(BitSet kept) {
        boolean[] keeps = new boolean[task.dimension()];
        kept.stream().forEach(i -> keeps[i] = true);
        return FeatureMask.of(keeps);
    }

    private double excess(FeatureMask mask) {
        return pipeline(mask).predict().excess();
    }

    private Distillation pipeline(FeatureMask mask) {
        return Distillation.of(task).surrogate(surrogate.withMask(mask)).target(target);
    }

    /**
     * The best mask found.
     *
     * @return the features that the surrogate should see
     */
    public FeatureMask best() {
        return best;
    }

    /**
     * The best number of features for masks that keep the strongest ones, the result of the first step.
     *
     * @return k, from 1 to the rank of the surrogate's spectrum, or to a billion
     */
    public int bestCount() {
        return bestCount;
    }

    /**
     * The numbers of strongest features that the first step tried.
     *
     * @return a new array in ascending order; all numbers, if there are at most 400
     */
    public int[] counts() {
        return excessByCount.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * The target's excess risk for each of {@link #counts()}.
     *
     * @return a new array
     */
    public double[] excess() {
        return excessByCount.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * The pipeline with the best mask.
     *
     * @return the pipeline of surrogate and target
     */
    public Distillation pipeline() {
        return pipeline(best);
    }

    /**
     * The risk with the best mask.
     *
     * @return the target's risk
     */
    public RiskReport risk() {
        return pipeline().predict();
    }

    /** Whether another search was of the same task and trainings, and so has the same result. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SurrogateMask that
                && task.equals(that.task)
                && surrogate.equals(that.surrogate)
                && target.equals(that.target);
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, surrogate, target);
    }

    @Override
    public String toString() {
        return "SurrogateMask: " + best + ", " + risk();
    }
}
