package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;

/** The first phase of layer-by-layer training: the student's hidden layer learns a projection of the teacher's. */
final class LayerMatching implements AutoCloseable {

    private final ReluTrainee student;
    private final double rate;
    private final ReluKernel teacher;

    /** P, [width of the student, width of the teacher]. */
    private final Matrix projection;

    private final Matrix activations;
    private final Matrix projected;
    private final double[] zeros;
    private final double[] targets;

    LayerMatching(Trainee student, Classifier teacher, double rate, int batch, RandomStreams streams) {
        if (!(student instanceof ReluTrainee relu) || !(teacher instanceof ReluNetwork layer)) {
            throw refusal(
                    "curriculum", "layer by layer", "needs networks with one hidden layer as student and teacher");
        }
        int width = relu.network().width();
        double scale = 1 / Math.sqrt(layer.width());
        double[] entries = StandardNormal.sample(Math.multiplyExact(width, layer.width()), streams.generator());
        for (int i = 0; i < entries.length; i++) {
            entries[i] *= scale;
        }
        this.student = relu;
        this.rate = rate;
        this.teacher = new ReluKernel(layer, batch);
        this.projection = Matrix.of(width, layer.width(), entries);
        this.activations = new Matrix(batch, layer.width());
        this.projected = new Matrix(batch, width);
        this.zeros = new double[batch * width];
        this.targets = new double[batch * width];
    }

    void step(Batch batch) {
        activations.write(teacher.activations(batch));
        projected.write(zeros);
        projected.addProduct(1, activations, false, projection, true);
        projected.read(targets);
        student.match(batch, targets, rate);
    }

    @Override
    public void close() {
        teacher.close();
        projection.close();
        activations.close();
        projected.close();
    }
}
