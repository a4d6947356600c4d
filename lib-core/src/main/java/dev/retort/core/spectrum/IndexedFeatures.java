package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The features of a task with too many features for a list, on nodes of their index. Everything that depends on a
 * feature is a function of its index: the eigenvalue of the task, the contribution of the signal, and the eigenvalues
 * of other laws that the nodes carry. The sum is cut where one of these functions, or the summand, jumps. Immutable.
 *
 * <p>Beyond the last panel, the remainder of infinite laws is proportional to an eigenvalue, or to the power of the
 * signal. Two nodes represent it, one without power and one without weight. In each of them a carried law has the
 * eigenvalue that makes its own sum right, not the eigenvalue of an index.
 */
final class IndexedFeatures {

    private final Law law;
    private final Signal signal;
    private final List<Law> carried;

    /** The indices after which sums are cut, in ascending order. */
    private final double[] cuts;

    IndexedFeatures(Law law, Signal signal) {
        this(law, signal, List.of(), new double[0]);
    }

    private IndexedFeatures(Law law, Signal signal, List<Law> carried, double[] cuts) {
        this.law = law;
        this.signal = signal;
        this.carried = carried;
        this.cuts = cuts;
    }

    /** Null if nothing is to be split. */
    @Nullable
    IndexedFeatures splitAt(double lambda) {
        double count = law.countAbove(lambda);
        boolean isRest = law instanceof PowerLaw power && power.isInfinite() && count > power.rest();
        return isRest ? null : splitAfter(count);
    }

    /** Null if nothing is to be split. */
    @Nullable
    IndexedFeatures splitAfter(double count) {
        return count >= 1 && count < law.last() && Arrays.binarySearch(cuts, count) < 0
                ? new IndexedFeatures(law, signal, carried, with(cuts, count))
                : null;
    }

    /** Null if the nodes already carry the law. */
    @Nullable
    IndexedFeatures carrying(Spectrum spectrum) {
        if (spectrum.isListed() || spectrum.features() != law.last()) {
            throw refusal("spectrum", spectrum, "is not a law with as many features as the task's, " + law);
        }
        Law other = spectrum.law();
        if (other.equals(law) || carried.contains(other)) {
            return null;
        }
        signal.checkCarries(law, other);
        double[] more = cuts;
        double reached = 0;
        for (double stretch : other.stretches()) {
            reached += stretch;
            more = reached < law.last() && Arrays.binarySearch(more, reached) < 0 ? with(more, reached) : more;
        }
        return new IndexedFeatures(
                law, signal, Stream.concat(carried.stream(), Stream.of(other)).toList(), more);
    }

    private static double[] with(double[] cuts, double cut) {
        return DoubleStream.concat(Arrays.stream(cuts), DoubleStream.of(cut))
                .sorted()
                .toArray();
    }

    /** The position of a law in the eigenvalues of a node: 0 for the task's law, −1 for a law that is not carried. */
    int place(Spectrum spectrum) {
        if (spectrum.isListed()) {
            return -1;
        }
        int place = carried.indexOf(spectrum.law());
        return place >= 0 ? place + 1 : spectrum.law().equals(law) ? 0 : -1;
    }

    /**
     * One of the nodes.
     *
     * @param index its index, or the last index of the features that it represents
     * @param eigenvalues the eigenvalues of the task and of the carried laws
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Node(double index, double[] eigenvalues, double weight, double power) {}

    List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        double[] stretches = law.stretches();
        double before = 0;
        for (int s = 0; s < stretches.length; s++) {
            double left = stretches[s];
            for (double cut : cuts) {
                if (cut > before && cut < before + left) {
                    add(nodes, s, before, cut - before);
                    left -= cut - before;
                    before = cut;
                }
            }
            add(nodes, s, before, left);
            before += left;
        }
        return nodes;
    }

    /** Adds the nodes of some features of a stretch. */
    private void add(List<Node> nodes, int stretch, double before, double count) {
        double steepness = laws().mapToDouble(Law::steepness).max().orElseThrow();
        if (steepness == 0) {
            double[] eigenvalues = laws().mapToDouble(other -> level(other, stretch, before + count))
                    .toArray();
            double power = signal.powerOf(unit(eigenvalues[0]), stretch, before, count);
            nodes.add(new Node(before + count, eigenvalues, count, power));
            return;
        }
        IndexSum sum = new IndexSum(steepness, signal.steepness());
        double rest = 0;
        if (Double.isInfinite(count)) {
            double furthest =
                    laws().mapToDouble(other -> ((PowerLaw) other).rest()).max().orElseThrow();
            rest = sum.addWithoutEnd(before + 1, furthest);
        } else {
            sum.add(before + 1, before + count);
        }
        double[] index = sum.index();
        double[] weight = sum.weight();
        for (int k = 0; k < index.length; k++) {
            double at = index[k];
            double[] eigenvalues = laws().mapToDouble(other -> other.value(at)).toArray();
            nodes.add(new Node(at, eigenvalues, weight[k], weight[k] * signal.power(unit(eigenvalues[0]), at)));
        }
        if (rest > 0) {
            addRest(nodes, rest);
        }
    }

    /** The features of infinite laws from an index on, represented by two nodes. */
    private void addRest(List<Node> nodes, double index) {
        for (Law other : laws().toList()) {
            if (other.value(index) < Double.MIN_NORMAL) {
                throw refusal(
                        "spectrum",
                        other,
                        "is too steep beside " + law + ": its eigenvalues underflow where the others still contribute;"
                                + " give both laws the same number of features");
            }
        }
        PowerLaw own = (PowerLaw) law;
        double lambda = own.value(index);
        double features = own.featuresFrom(index);
        double[] ofWeight = laws().map(PowerLaw.class::cast)
                .mapToDouble(other -> other.value(index) * (other.featuresFrom(index) / features))
                .toArray();
        nodes.add(new Node(index, ofWeight, features, 0));
        double[] ofPower = laws().map(PowerLaw.class::cast)
                .mapToDouble(other -> other.equals(own) ? lambda : lambda * signal.seenFrom(index, own, other))
                .toArray();
        nodes.add(new Node(index, ofPower, 0, signal.powerFrom(index, lambda * features)));
    }

    private Stream<Law> laws() {
        return Stream.concat(Stream.of(law), carried.stream());
    }

    /** The eigenvalue of a level. If the counts are the task's, rounding of huge counts does not matter. */
    private double level(Law other, int stretch, double index) {
        return other instanceof Levels levels && Arrays.equals(levels.stretches(), law.stretches())
                ? levels.ofLevel(stretch)
                : other.value(index);
    }

    /** The unit in which coefficients are squared: that of the eigenvalue, or their own where the variance is 0. */
    private static double unit(double lambda) {
        return lambda > 0 ? lambda : 1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IndexedFeatures that
                && law.equals(that.law)
                && signal.equals(that.signal)
                && carried.equals(that.carried)
                && Arrays.equals(cuts, that.cuts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(law, signal, carried, Arrays.hashCode(cuts));
    }
}
