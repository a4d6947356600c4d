package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.theory.progressive.SparseParity;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A user's network in ND4J's SameDiff learns like the networks of this package. */
class SameDiffNetworkTest {

    private static final int INPUTS = 8;
    private static final int WIDTH = 6;
    private static final double RATE = 0.5;
    private static final int BATCH = 16;

    /** f(x) = ReLU(xW + b)a + c, trained on the logistic loss by gradients that SameDiff derives. */
    static final class SameDiffNetwork implements TrainableClassifier {

        private static final List<String> PARAMETERS = List.of("W", "b", "a", "c");

        private final int inputs;
        private final SameDiff graph = SameDiff.create();

        SameDiffNetwork(ReluNetwork start) {
            inputs = start.inputs();
            SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, inputs);
            SDVariable target = graph.placeHolder("target", DataType.DOUBLE, -1, 1);
            SDVariable hidden = x.mmul(graph.var(
                            "W", Nd4j.create(start.weights()).transpose().dup('c')))
                    .add(graph.var("b", Nd4j.create(start.biases()).reshape(1, start.width())));
            SDVariable logits = graph.nn()
                    .relu(hidden, 0)
                    .mmul(graph.var(
                            "a", Nd4j.create(start.outputWeights()).transpose().dup('c')))
                    .add(
                            "logits",
                            graph.var("c", Nd4j.create(start.outputBiases()).reshape(1, 1)));
            // ln(1 + e^f) − f (1 + ỹ)/2 for an expected label ỹ from −1 to 1.
            SDVariable loss =
                    graph.nn().softplus(logits).sub(target.add(1).div(2).mul(logits));
            loss.mean("loss");
            graph.setLossVariables("loss");
        }

        @Override
        public int inputs() {
            return inputs;
        }

        @Override
        public int outputs() {
            return 1;
        }

        /** A graph stores its intermediate results, so only one thread at a time may use it. */
        @Override
        public synchronized INDArray logits(INDArray x) {
            return graph.outputSingle(Map.of("x", x), "logits").dup();
        }

        @Override
        public synchronized void step(INDArray x, INDArray targets) {
            INDArray column = targets.reshape(targets.length(), 1);
            Map<String, INDArray> gradients = graph.calculateGradients(Map.of("x", x, "target", column), PARAMETERS);
            gradients.forEach((name, gradient) -> parameter(name).subi(gradient.mul(RATE)));
        }

        private INDArray parameter(String name) {
            return graph.getVariable(name).getArr();
        }

        @Override
        public synchronized byte[] state() {
            int size = PARAMETERS.stream()
                    .mapToInt(name -> (int) parameter(name).length())
                    .sum();
            ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * size);
            DoubleBuffer numbers = bytes.asDoubleBuffer();
            PARAMETERS.forEach(
                    name -> numbers.put(parameter(name).dup('c').data().asDouble()));
            return bytes.array();
        }

        @Override
        public synchronized void restore(byte[] state) {
            DoubleBuffer numbers = ByteBuffer.wrap(state).asDoubleBuffer();
            for (String name : PARAMETERS) {
                INDArray parameter = parameter(name);
                double[] values = new double[(int) parameter.length()];
                numbers.get(values);
                parameter.assign(Nd4j.create(values, parameter.shape(), 'c'));
            }
        }
    }

    private static final NetworkTraining OF_THIS_PACKAGE =
            settings(NetworkTraining.of(WIDTH)).withRate(RATE);

    private static final NetworkTraining IN_SAMEDIFF = settings(NetworkTraining.own(
            "ReLU in SameDiff", seed -> new SameDiffNetwork(ReluNetwork.random(INPUTS, WIDTH, 1, seed))));

    private static final ProgressiveDistillation EXPERIMENT = ProgressiveDistillation.of(
                    LearningTask.of(SparseParity.of(INPUTS, 2)), OF_THIS_PACKAGE, OF_THIS_PACKAGE)
            .withHeldOut(256);

    private static NetworkTraining settings(NetworkTraining network) {
        return network.withBatch(BATCH).withSteps(40).withEvaluationEvery(20).withCheckpointEvery(20);
    }

    @Test
    void itLearnsLikeTheSameNetworkOfThisPackage() {
        TrainingRun teacher = EXPERIMENT.teacher(3);
        TrainingRun teacherInSameDiff = EXPERIMENT.withTeacher(IN_SAMEDIFF).teacher(3);
        assertAlike(teacherInSameDiff, teacher);
        // It also works as a student of either teacher.
        Curriculum progressive = Curriculum.progressive(20);
        TrainingRun student = EXPERIMENT.student(teacher, progressive);
        ProgressiveDistillation own = EXPERIMENT.withStudent(IN_SAMEDIFF);
        assertAlike(own.student(teacher, progressive), student);
        assertAlike(own.student(teacherInSameDiff, progressive), student);
    }

    /** The tolerance for the same arithmetic in another order. */
    private static void assertAlike(TrainingRun inSameDiff, TrainingRun ofThisPackage) {
        INDArray points = points();
        for (int k = 0; k < ofThisPackage.checkpoints().size(); k++) {
            Checkpoint actual = inSameDiff.checkpoints().get(k);
            Checkpoint expected = ofThisPackage.checkpoints().get(k);
            assertThat(actual.step()).isEqualTo(expected.step());
            assertThat(actual.network().logits(points).data().asDouble())
                    .containsExactly(expected.network().logits(points).data().asDouble(), within(1e-12));
        }
        assertThat(ofThisPackage.last().network().logits(points).data().asDouble())
                .isNotEqualTo(ofThisPackage
                        .checkpoints()
                        .get(0)
                        .network()
                        .logits(points)
                        .data()
                        .asDouble());
    }

    private static INDArray points() {
        double[] normal = StandardNormal.sample(40 * INPUTS, RandomStreams.of(1).generator());
        return Nd4j.create(normal, new long[] {40, INPUTS}, 'c');
    }

    @Test
    void itContinuesFromItsFiles(@TempDir Path directory) {
        ProgressiveDistillation stored = EXPERIMENT.withTeacher(IN_SAMEDIFF).withStorage(directory);
        TrainingRun written = stored.teacher(5);
        TrainingRun read = stored.teacher(5);
        assertThat(read.history()).isEqualTo(written.history());
        INDArray points = points();
        assertThat(read.last().network().logits(points))
                .isEqualTo(written.last().network().logits(points));
    }
}
