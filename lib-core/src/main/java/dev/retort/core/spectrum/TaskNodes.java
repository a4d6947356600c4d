package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Arguments;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The features of a {@link RegressionTask} gathered into nodes, over which all risks are summed. For functions φ of the
 * eigenvalue,
 *
 * <pre>  Σ_i φ(λ_i) = Σ_k weight_k φ(λ_k)    if φ(0) = 0,      Σ_i λ_iβ⋆_i² φ(λ_i) = Σ_k power_k truth_k² φ(λ_k).</pre>
 *
 * <p>A task whose features are listed one by one has a node for each of them, in their order, with weight and power one and
 * the whitened coefficient √λ β⋆ as truth. Nodes that stand for several features ({@link RegressionTask#gathered()}, power
 * laws that are not listed) have truth one; single weights and powers among them may be negative, and φ must be a rational
 * function of λ whose poles have no positive real part, on each side of an eigenvalue at which the nodes are {@linkplain
 * #splitAt(double) split}. The sums are then exact to about 1e-15 of Σ |φ|. Immutable.
 */
public final class TaskNodes {

    private final double[] eigenvalues;
    private final double[] weights;
    private final double[] powers;
    private final double[] truths;

    private final boolean areFeatures;
    private final Splitter splitter;

    /** The origin of nodes of laws; null for other nodes. */
    private final @Nullable Indices indices;

    /** Splits nodes so that none stands for features on both sides of an eigenvalue; returns null if none does already. */
    interface Splitter {
        @Nullable
        TaskNodes splitAt(double lambda);
    }

    /** Features in an order, with the index and the eigenvalues of each node. */
    private record Indices(IndexedFeatures features, List<IndexedFeatures.Node> nodes) {}

    /** The features of a list, one by one. */
    static TaskNodes ofFeatures(Spectrum spectrum, Signal signal) {
        double[] eigenvalues = spectrum.eigenvalues();
        double[] ones = new double[eigenvalues.length];
        Arrays.fill(ones, 1);
        double[] truths = Spectrum.ofEach(eigenvalues.length, i -> signal.whitened(eigenvalues[i], i));
        return new TaskNodes(eigenvalues, ones, ones, truths, true, lambda -> null, null);
    }

    /** The features of laws, on nodes of their index; without a truth where the variance is 0. */
    static TaskNodes of(IndexedFeatures features) {
        List<IndexedFeatures.Node> nodes = features.nodes();
        double[] eigenvalues =
                nodes.stream().mapToDouble(node -> node.eigenvalues()[0]).toArray();
        return new TaskNodes(
                eigenvalues,
                nodes.stream().mapToDouble(IndexedFeatures.Node::weight).toArray(),
                nodes.stream().mapToDouble(IndexedFeatures.Node::power).toArray(),
                Arrays.stream(eigenvalues).map(lambda -> lambda > 0 ? 1 : 0).toArray(),
                false,
                lambda -> ofNullable(features.splitAt(lambda)),
                new Indices(features, nodes));
    }

    private static @Nullable TaskNodes ofNullable(@Nullable IndexedFeatures features) {
        return features == null ? null : of(features);
    }

    /** Nodes that stand for several features, with truth one. */
    static TaskNodes gathered(double[] eigenvalues, double[] weights, double[] powers, Splitter splitter) {
        double[] truths = new double[eigenvalues.length];
        Arrays.fill(truths, 1);
        return new TaskNodes(eigenvalues, weights, powers, truths, false, splitter, null);
    }

    private TaskNodes(
            double[] eigenvalues,
            double[] weights,
            double[] powers,
            double[] truths,
            boolean areFeatures,
            Splitter splitter,
            @Nullable Indices indices) {
        this.areFeatures = areFeatures;
        this.splitter = splitter;
        this.indices = indices;
        this.eigenvalues = eigenvalues;
        this.weights = weights;
        this.powers = powers;
        this.truths = truths;
    }

    /**
     * Whether each node is a feature, in the order of the features.
     *
     * @return false if nodes stand for several features
     */
    public boolean areFeatures() {
        return areFeatures;
    }

    /**
     * The number of nodes.
     *
     * @return how many there are
     */
    public int size() {
        return eigenvalues.length;
    }

    /**
     * The eigenvalue of a node.
     *
     * @param k the node, counted from 0
     * @return λ, at least 0
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double eigenvalue(int k) {
        return eigenvalues[checked(k)];
    }

    /**
     * The number of features that a node stands for.
     *
     * @param k the node, counted from 0
     * @return its weight in sums over features
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double weight(int k) {
        return weights[checked(k)];
    }

    /**
     * The weight of a node in sums over the signal.
     *
     * @param k the node, counted from 0
     * @return the factor of the square of its truth
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double power(int k) {
        return powers[checked(k)];
    }

    /**
     * The whitened coefficient of a node.
     *
     * @param k the node, counted from 0
     * @return √λ β⋆ for a node that is a feature, one for a node that stands for several
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double truth(int k) {
        return truths[checked(k)];
    }

    /** The compression of the measure of these nodes, along with their powers; nodes with eigenvalue zero have none. */
    Compression compressed(SpectralMeasure measure) {
        return Compression.of(measure, truths);
    }

    /**
     * The same features on nodes of which none stands for features on both sides of an eigenvalue, so that φ may jump there.
     * Earlier splits are kept. Only the last node of an infinite power law, which stands for infinitely many features, is
     * never split: all its features count as being on the side of its eigenvalue.
     *
     * @param lambda the eigenvalue, at least 0; features that have it belong to the larger ones
     * @return these nodes or others, in another order
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    public TaskNodes splitAt(double lambda) {
        TaskNodes split = splitter.splitAt(nonNegative("lambda", lambda));
        return split == null ? this : split;
    }

    /**
     * The same features on nodes of which none stands for features on both sides of an index, so that φ may jump there.
     *
     * @param count how many features are on the near side, at least 0
     * @return these nodes or others, in the same order
     * @throws IllegalArgumentException if the count is negative, NaN or infinite
     * @throws IllegalStateException if the nodes are those of a {@linkplain RegressionTask#gathered() gathered} task
     */
    public TaskNodes splitAfter(double count) {
        nonNegative("count", count);
        TaskNodes split = areFeatures ? null : ofNullable(indices().features().splitAfter(count));
        return split == null ? this : split;
    }

    /**
     * Where a node is in the order of the features: its index, whole or not, or the last one of those that it stands for. Of nodes
     * {@linkplain #splitAfter split} after some features, those with an index up to that number stand for these.
     *
     * @param k the node, counted from 0
     * @return the index, counted from 1
     * @throws IndexOutOfBoundsException if there is no such node
     * @throws IllegalStateException if the nodes are those of a {@linkplain RegressionTask#gathered() gathered} task
     */
    public double index(int k) {
        return areFeatures
                ? checked(k) + 1.0
                : indices().nodes().get(checked(k)).index();
    }

    /**
     * The same features on nodes whose sums may also contain the eigenvalues of another spectrum, feature by feature: φ(λ,
     * λ'), rational in each, and λ'/λ times that. The other spectrum must have as many features, and if the features of the task
     * are not listed one by one it must be a law as well; together they have about a thousand nodes, as one of them does.
     *
     * @param spectrum the other spectrum
     * @return these nodes or others, in the same order
     * @throws IllegalArgumentException if the spectrum does not fit, or if Σ λ'β⋆² has no finite value
     * @throws IllegalStateException if the nodes are those of a {@linkplain RegressionTask#gathered() gathered} task
     */
    public TaskNodes carrying(Spectrum spectrum) {
        notNull("spectrum", spectrum);
        if (areFeatures) {
            if (spectrum.features() != size()) {
                throw refusal("spectrum", spectrum, "does not have the " + size() + " features of the task");
            }
            return this;
        }
        TaskNodes carrying = ofNullable(indices().features().carrying(spectrum));
        return carrying == null ? this : carrying;
    }

    /**
     * The eigenvalue of a node under a spectrum that the nodes {@linkplain #carrying carry}, or the task's own.
     *
     * @param spectrum the spectrum
     * @param k the node, counted from 0
     * @return λ', at least 0
     * @throws IndexOutOfBoundsException if there is no such node
     * @throws IllegalArgumentException if the spectrum is null
     * @throws IllegalStateException if the spectrum is not carried
     */
    public double eigenvalue(Spectrum spectrum, int k) {
        notNull("spectrum", spectrum);
        checked(k);
        if (areFeatures) {
            return spectrum.eigenvalue(k);
        }
        int place = indices().features().place(spectrum);
        if (place < 0) {
            throw new IllegalStateException(spectrum + " is not carried by these nodes; ask for nodes that do");
        }
        return indices().nodes().get(k).eigenvalues()[place];
    }

    private int checked(int k) {
        return Arguments.index("k", k, size());
    }

    private Indices indices() {
        if (indices == null) {
            throw new IllegalStateException(
                    "The nodes of a gathered task have lost the order of its features; take those of features()");
        }
        return indices;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // Gathered nodes are compared by themselves: the features that they stand for determine them.
        return other instanceof TaskNodes that
                && areFeatures == that.areFeatures
                && Arrays.equals(eigenvalues, that.eigenvalues)
                && Arrays.equals(weights, that.weights)
                && Arrays.equals(powers, that.powers)
                && Arrays.equals(truths, that.truths)
                && Objects.equals(features(), that.features());
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                areFeatures, Arrays.hashCode(eigenvalues), Arrays.hashCode(weights), Arrays.hashCode(powers));
    }

    /** The features of laws; null for other nodes. */
    private @Nullable IndexedFeatures features() {
        return indices == null ? null : indices.features();
    }

    @Override
    public String toString() {
        return "TaskNodes: " + size()
                + (areFeatures ? " features, one by one" : " nodes that stand for several features");
    }
}
