package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.RandomStreams;
import dev.retort.theory.progressive.SparseParity;
import java.util.List;
import java.util.Locale;

/**
 * The linear part of a network's output on a sparse parity: ĉ_i, the mean of tanh(f(x)/2) x_i over random points, where tanh(f/2) is the
 * label that the network expects. The coefficients on the support stand out while a teacher's accuracy rises, but not before or after: this
 * is the signal that an unfinished teacher gives to a student. Immutable.
 *
 * <p>Panigrahi et al. (arXiv 2410.05464) measure the mean of x_i times the probability of a class, which is half of this.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * import dev.retort.theory.simulation.neural.*;
 * DegreeOneProbe probe = DegreeOneProbe.of(SparseParity.of(3, 1), 2000, 7);
 * ReluNetwork network = ReluNetwork.of(new double[][] {{1, 0, 0}}, new double[1], new double[][] {{2}}, -1);
 * double inside = probe.measure(network).inside(); // 0.46
 * }</pre>
 */
public final class DegreeOneProbe {

    private final SparseParity task;
    private final int samples;
    private final RandomStreams streams;

    private DegreeOneProbe(SparseParity task, int samples, RandomStreams streams) {
        this.task = task;
        this.samples = samples;
        this.streams = streams;
    }

    /**
     * The linear part.
     *
     * @param inside the mean of |ĉ_i| over the support
     * @param outside the mean of |ĉ_i| over the other coordinates; 0 if there are none
     * @param noiseFloor the expected value of either for labels without a linear part: √(2/(πn)) times the root mean square of tanh(f/2)
     */
    public record Signal(double inside, double outside, double noiseFloor) {

        /**
         * Checks the numbers.
         *
         * @param inside the mean over the support, at least 0
         * @param outside the mean over the other coordinates, at least 0
         * @param noiseFloor the expected value without a linear part, at least 0
         * @throws IllegalArgumentException if a number is negative, NaN or infinite
         */
        public Signal {
            nonNegative("inside", inside);
            nonNegative("outside", outside);
            nonNegative("noiseFloor", noiseFloor);
        }

        /**
         * How much the support stands out.
         *
         * @return inside/outside; infinite if only the value outside is 0, and 1 if both are 0
         */
        public double ratio() {
            return inside == outside ? 1 : inside / outside;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%.4f on the support, %.4f off it (noise %.4f)", inside, outside, noiseFloor);
        }
    }

    /**
     * A probe.
     *
     * @param task the parity
     * @param samples the number of points n, at least 1
     * @param seed the seed of the points, any number
     * @return the probe
     * @throws IllegalArgumentException if {@code samples < 1}
     */
    public static DegreeOneProbe of(SparseParity task, int samples, long seed) {
        return new DegreeOneProbe(notNull("task", task), atLeastOne("samples", samples), RandomStreams.of(seed));
    }

    /**
     * Measures a network.
     *
     * @param network a network with an input for each coordinate and one output or two
     * @return its linear part
     * @throws IllegalArgumentException if the network is null, does not fit the parity, or has a logit that is not finite
     */
    public Signal measure(Classifier network) {
        return measure(List.of(notNull("network", network))).get(0);
    }

    /**
     * Measures several networks, at the same points.
     *
     * @param networks networks, each with an input for each coordinate and one output or two
     * @return the linear part of each
     * @throws IllegalArgumentException if a network is null, does not fit the parity, or has a logit that is not finite
     */
    public List<Signal> measure(List<? extends Classifier> networks) {
        copy("networks", networks).forEach(network -> Respondent.fitting("network", network, task.dimension(), 2));
        try (Examples points = new Examples(LearningTask.of(task), samples, streams)) {
            return networks.stream().map(network -> measure(network, points)).toList();
        }
    }

    private Signal measure(Classifier network, Examples points) {
        int d = task.dimension();
        double[] sums = new double[d + 1];
        points.forEach(network, (block, logits) -> {
            Respondent.requireFinite("network", network, logits);
            for (int j = 0; j < block.size; j++) {
                double f = network.outputs() == 1 ? logits[j] : logits[2 * j] - logits[2 * j + 1];
                double expected = Math.tanh(f / 2);
                for (int i = 0; i < d; i++) {
                    sums[i] += expected * block.input(j, i);
                }
                sums[d] += expected * expected;
            }
        });
        double inside = 0;
        double outside = 0;
        for (int i = 0; i < d; i++) {
            double size = Math.abs(sums[i]) / samples;
            inside += task.isInSupport(i) ? size : 0;
            outside += task.isInSupport(i) ? 0 : size;
        }
        int others = d - task.size();
        double floor = Math.sqrt(2 / (Math.PI * samples) * (sums[d] / samples));
        return new Signal(inside / task.size(), others == 0 ? 0 : outside / others, floor);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DegreeOneProbe that
                && task.equals(that.task)
                && samples == that.samples
                && streams.equals(that.streams);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * task.hashCode() + samples) + streams.hashCode();
    }

    @Override
    public String toString() {
        return "linear part at " + samples + " points of the " + task;
    }
}
