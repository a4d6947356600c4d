package dev.retort.theory.planning;

import static dev.retort.core.Arguments.notNull;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which features a surrogate that is itself trained should see, for its target's sake. Unlike the mask of a surrogate that
 * knows the truth ({@link FeatureMask#optimal}), it depends on the signal, the noise and the surrogate's own samples: a
 * feature that is seen has to be learnt, one that is not seen acts as noise.
 *
 * <p>Two steps. First, of the masks that keep the k features of largest variance, the best k: a grid of 400 values that is
 * refined around its best until neighbours are compared (all k, if there are no more than that). Then, up to 5,000
 * features, feature after feature is added or dropped wherever that helps, until none does: a mask that no single change
 * improves. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.3)).withNoise(0.2);
 * SurrogateMask search = SurrogateMask.of(task, Training.samples(180), Training.samples(30));
 * int strongest = search.bestCount(); // 31: of the masks that keep the strongest features
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
     * @param surrogate how the surrogate is trained; a mask of its own is replaced
     * @param target how the target is trained on the surrogate's labels
     * @return the search's outcome
     * @throws IllegalArgumentException as {@link Distillation#target(Training)} does
     * @throws IllegalStateException if the task's features are not listed
     */
    public static SurrogateMask of(RegressionTask task, Training surrogate, Training target) {
        notNull("task", task).features();
        // What is refused is refused in this thread, with its own words: others wrap their exceptions.
        Distillation.of(task).surrogate(notNull("surrogate", surrogate)).target(notNull("target", target));
        return new SurrogateMask(task, surrogate, target);
    }

    private int bestCount(int[] strongestFirst) {
        int low = 1;
        int high = strongestFirst.length;
        while (true) {
            int step = Math.max(1, (high - low) / GRID);
            int first = low;
            int last = high;
            IntStream.iterate(first, k -> k <= last, k -> k + step)
                    .filter(k -> !excessByCount.containsKey(k))
                    .boxed()
                    .toList()
                    .parallelStream()
                    .map(k -> Map.entry(k, excess(kept(strongestFirst, k))))
                    .toList()
                    .forEach(entry -> excessByCount.put(entry.getKey(), entry.getValue()));
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

    /** Adds and drops single features until that no longer helps. */
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
     * The best number of strongest features.
     *
     * @return k, from 1 to the rank of the surrogate's spectrum
     */
    public int bestCount() {
        return bestCount;
    }

    /**
     * The numbers of strongest features that were tried.
     *
     * @return a new array in ascending order; all of them, if there are at most 400
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
     * @return surrogate and target
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
}
