package dev.retort.core.spectrum;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A task of listed features, gathered on the nodes of the compressed measure. Immutable. */
final class GatheredTask {

    private final RegressionTask task;
    private final Compression compression;
    /** The powers by node of the compressed measure. */
    private final double[] powers;

    private GatheredTask(RegressionTask task, Compression compression, double[] powers) {
        this.task = task;
        this.compression = compression;
        this.powers = powers;
    }

    static GatheredTask of(RegressionTask task) {
        SpectralMeasure measure = task.spectrum().measure();
        SpectralMeasure exact =
                measure.isList() ? measure : SpectralMeasure.of(task.spectrum().eigenvalues());
        if (task.spectrum().areNodesOf(exact)) {
            Compression compression = task.features().compressed(exact);
            return new GatheredTask(task, compression, compression.powers());
        }
        Compression compression = Compression.of(exact, null);
        return new GatheredTask(task, compression, powers(task.features(), compression));
    }

    /** The powers of features in any order. */
    private static double[] powers(TaskNodes features, Compression compression) {
        double[] powers = new double[compression.measure().size()];
        @Nullable ChebyshevSums[] sums = new ChebyshevSums[powers.length];
        for (int i = 0; i < features.size(); i++) {
            double lambda = features.eigenvalue(i);
            if (lambda == 0) {
                continue;
            }
            double power = features.truth(i) * features.truth(i);
            Compression.Octave octave = compression.octave(lambda);
            if (octave.gathered()) {
                ChebyshevSums gathered = sums[octave.start()];
                if (gathered == null) {
                    gathered = new ChebyshevSums(octave.least(), octave.greatest());
                    sums[octave.start()] = gathered;
                }
                gathered.add(lambda, power);
            } else {
                powers[compression.nodeOf(lambda, octave)] += power;
            }
        }
        for (int k = 0; k < sums.length; k++) {
            ChebyshevSums gathered = sums[k];
            if (gathered != null) {
                System.arraycopy(gathered.weights(), 0, powers, k, ChebyshevSums.NODES);
            }
        }
        return powers;
    }

    SpectralMeasure measure() {
        return compression.measure();
    }

    TaskNodes nodes() {
        return nodes(new BitSet());
    }

    /** The nodes, except that the octaves with these exponents keep their features. */
    private TaskNodes nodes(BitSet listed) {
        SpectralMeasure measure = compression.measure();
        int most = measure.size() + 1 + (listed.isEmpty() ? 0 : task.dimension());
        double[] eigenvalues = new double[most];
        double[] weights = new double[most];
        double[] power = new double[most];
        int size = 0;
        for (int k = 0; k < measure.size(); k++) {
            if (!listed.get(compression.octave(measure.value(k)).place())) {
                eigenvalues[size] = measure.value(k);
                weights[size] = measure.weight(k);
                power[size++] = powers[k];
            }
        }
        for (int i = 0; !listed.isEmpty() && i < task.dimension(); i++) {
            double lambda = task.spectrum().eigenvalue(i);
            if (lambda > 0 && listed.get(compression.octave(lambda).place())) {
                double truth = task.features().truth(i);
                eigenvalues[size] = lambda;
                weights[size] = 1;
                power[size++] = truth * truth;
            }
        }
        int zeros = task.dimension() - task.spectrum().rank();
        if (zeros > 0) {
            weights[size++] = zeros;
        }
        return TaskNodes.gathered(
                Arrays.copyOf(eigenvalues, size), Arrays.copyOf(weights, size), Arrays.copyOf(power, size), lambda -> {
                    Compression.@Nullable Octave octave = lambda > 0 ? compression.octaveOrNull(lambda) : null;
                    if (octave == null || !octave.gathered() || listed.get(octave.place())) {
                        return null;
                    }
                    BitSet more = (BitSet) listed.clone();
                    more.set(octave.place());
                    return nodes(more);
                });
    }
}
