package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The features that a trained surrogate should see, so that its target's risk is smallest. Unlike the mask of a surrogate
 * that knows the truth ({@link FeatureMask#optimal}), this mask depends on the signal, the noise and the surrogate's own
 * samples: a seen feature has to be learnt, an unseen one acts as noise.
 *
 * <p>The search has two steps. The first finds the best k for masks that keep the k features of largest variance: it compares
 * all k if there are at most 400, otherwise 400 values of k and then more around the best, until its neighbours have been
 * compared. The second, for up to 5,000 features, adds or drops one feature at a time as long as that lowers the risk. It
 * ends with a mask that no single change improves, which need not be the best of all masks. Immutable.
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
        int[] strongestFirst = IntStream.range(0, task.dimension())
                .filter(i -> spectrum.eigenvalue(i) > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -spectrum.eigenvalue(i)))
                .mapToInt(Integer::intValue)
                .toArray();
        this.bestCount = bestCount(strongestFirst);
        BitSet kept = kept(strongestFirst, bestCount);
        if (strongestFirst.length <= MOST_TOGGLED) {
            improve(kept, strongestFirst);
        }
        this.best = mask(kept);
    }

    /**
     * The best mask of a trained surrogate.
     *
     * @param task the task, whose features must be listed
     * @param surrogate how the surrogate is trained; its own mask, if it has one, is replaced
     * @param target how the target is trained on the surrogate's labels
     * @return the result of the search
     * @throws IllegalArgumentException if an argument is null, or as {@link Distillation#target(Training)} does
     * @throws IllegalStateException if the task's features are not listed
     */
    public static SurrogateMask of(RegressionTask task, Training surrogate, Training target) {
        notNull("task", task).features();
        Distillation.of(task)
                .surrogate(notNull("surrogate", surrogate))
                .target(notNull("target", target)); // checks them
        return new SurrogateMask(task, surrogate, target);
    }

    private int bestCount(int[] strongestFirst) {
        int low = 1;
        int high = strongestFirst.length;
        while (true) {
            int step = Math.max(1, (high - low) / GRID);
            int last = high;
            int[] counts = IntStream.iterate(low, k -> k <= last, k -> k + step)
                    .filter(k -> !excessByCount.containsKey(k))
                    .toArray();
            List<Double> excess = Search.inParallel(counts.length, c -> excess(kept(strongestFirst, counts[c])));
            for (int c = 0; c < counts.length; c++) {
                excessByCount.put(counts[c], excess.get(c));
            }
            int best = excessByCount.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            if (step == 1) {
                return best;
            }
            low = Math.max(best - step, 1);
            high = Math.min(best + step, strongestFirst.length);
        }
    }

    private static BitSet kept(int[] strongestFirst, int count) {
        BitSet kept = new BitSet();
        IntStream.of(strongestFirst).limit(count).forEach(kept::set);
        return kept;
    }

    /** Adds and drops single features as long as that lowers the risk. */
    private void improve(BitSet kept, int[] features) {
        double smallest = excess(kept);
        boolean improved = true;
        while (improved) {
            improved = false;
            for (int i : features) {
                kept.flip(i);
                double excess = kept.isEmpty() ? Double.POSITIVE_INFINITY : excess(kept);
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

    private double excess(BitSet kept) {
        return pipeline(mask(kept)).predict().excess();
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
     * @return k, from 1 to the rank of the surrogate's spectrum
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
