package dev.retort.theory.matrix;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.Spectrum;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The eigenvectors of the covariance of all features. */
record Eigenbasis(Covariance covariance) implements Basis {

    @Override
    public Spectrum spectrum() {
        return covariance.spectrum();
    }

    @Override
    public double[] toFeatures(double[] rows) {
        return rotated(rows, covariance::fromEigenbasis);
    }

    @Override
    public double[] fromFeatures(double[] rows) {
        return rotated(rows, covariance::toEigenbasis);
    }

    @Override
    public double[] guessed(double[] rows) {
        return new double[rows.length];
    }

    @Override
    public double[] labels(double[] rows) {
        return fromFeatures(rows);
    }

    @Override
    public double[] ofLabels(double[] rows) {
        return toFeatures(rows);
    }

    @Override
    public double[] hidden() {
        return new double[Math.multiplyExact(size(), size())];
    }

    @Override
    public double unseen(double[] mean, Spread spread) {
        return 0;
    }

    /** X Σ for vectors X, one per row. */
    double[] timesCovariance(double[] rows) {
        double[] components = fromFeatures(rows);
        for (int k = 0; k < components.length; k++) {
            components[k] *= spectrum().eigenvalue(k % size());
        }
        return toFeatures(components);
    }

    @SuppressWarnings("try") // The scope leaves any workspace: arrays made in one could not be closed here.
    private double[] rotated(double[] rows, UnaryOperator<INDArray> rotation) {
        try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces();
                INDArray given = Nd4j.create(rows, new long[] {rows.length / size(), size()}, 'c');
                INDArray rotated = rotation.apply(given)) {
            return rotated.data().asDouble();
        }
    }
}
