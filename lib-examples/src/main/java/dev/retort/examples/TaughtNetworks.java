package dev.retort.examples;

import static java.util.Objects.requireNonNull;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks in ND4J's SameDiff that classify photographs of clothing: small ones that learn from few labels, and larger ones that learn from
 * the small ones. The seeds fix all that is random, and networks are trained one after the other; but the last digits of OpenBLAS's matrix
 * products depend on the processor.
 */
final class TaughtNetworks {

    private static final int CLASSES = 10;

    /** The side of the images in pixels; it is halved, each new pixel being the mean of four. */
    private static final int SIDE = 28;

    private static final int INPUTS = SIDE * SIDE / 4;
    private static final int BATCH = 200;
    private static final double RATE = 0.05;
    private static final double MOMENTUM = 0.9;

    private static final String TEACHER = "the teacher";
    private static final String SOFT = "student of its probabilities";
    private static final String HARD = "student of the classes it names";
    private static final String TRUTH = "student of true labels";
    private static final String FEW = "as large, on the teacher's images";

    /**
     * The sizes of networks and data.
     *
     * @param teacher the width of the teachers
     * @param student the width of the students
     * @param labelled how many images are labelled, for each of the teachers
     * @param unlabelled how many images the students have
     * @param steps the number of training steps, for every network
     */
    record Size(int teacher, int student, List<Integer> labelled, int unlabelled, int steps) {

        /** Takes less than a minute. */
        static final Size STANDARD = new Size(8, 64, List.of(100, 400, 1600), 4000, 100);
    }

    /** A network with one hidden layer of ReLUs, trained on the softmax cross entropy with gradients derived by SameDiff. */
    private static final class Network {

        private static final List<String> PARAMETERS = List.of("hidden", "hidden biases", "output", "output biases");

        private final SameDiff graph = SameDiff.create();

        Network(int width) {
            SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, INPUTS);
            SDVariable target = graph.placeHolder("target", DataType.DOUBLE, -1, CLASSES);
            SDVariable hidden = graph.nn().relu(layer(x, "hidden", INPUTS, width), 0);
            SDVariable logits = layer(hidden, "output", width, CLASSES);
            graph.nn().softmax("probabilities", logits, 1);
            graph.nn().logSoftmax(logits).mul(target).sum(1).mean().neg("loss");
            graph.setLossVariables("loss");
        }

        private SDVariable layer(SDVariable from, String name, int inputs, int outputs) {
            return from.mmul(graph.var(name, Nd4j.zeros(DataType.DOUBLE, inputs, outputs)))
                    .add(graph.var(name + " biases", Nd4j.zeros(DataType.DOUBLE, 1, outputs)));
        }

        private INDArray parameter(String name) {
            return graph.getVariable(name).getArr();
        }

        /** Trains from new weights, whose variance is 2 over the number of inputs of their layer. Biases begin at 0. */
        void train(INDArray images, INDArray targets, int steps, RandomStreams streams) {
            Map<String, INDArray> velocities = new HashMap<>();
            RandomGenerator weights = streams.at(0).generator();
            for (String name : PARAMETERS) {
                INDArray parameter = parameter(name);
                velocities.put(name, parameter.assign(0).dup());
                if (parameter.size(0) > 1) {
                    double[] values = StandardNormal.sample((int) parameter.length(), weights);
                    parameter
                            .assign(Nd4j.create(values, parameter.shape(), 'c'))
                            .muli(Math.sqrt(2.0 / parameter.size(0)));
                }
            }
            RandomGenerator batches = streams.at(1).generator();
            for (int t = 0; t < steps; t++) {
                int[] batch = batches.ints(BATCH, 0, (int) images.size(0)).toArray();
                Map<String, INDArray> gradients = graph.calculateGradients(
                        Map.of("x", rows(images, batch), "target", rows(targets, batch)), PARAMETERS);
                velocities.forEach((name, velocity) -> {
                    velocity.muli(MOMENTUM).addi(requireNonNull(gradients.get(name)));
                    parameter(name).subi(velocity.mul(RATE));
                });
            }
        }

        /** The probabilities of the classes, a row for each image. */
        INDArray probabilities(INDArray images) {
            return graph.outputSingle(Map.of("x", images), "probabilities").dup();
        }
    }

    private final INDArray images;
    private final int[] classes;
    private final Size size;
    private final long[] seeds;

    /** The networks are reused for all trainings, as SameDiff takes longer to derive a gradient than to train with it. */
    private final Network teacher;

    private final Network student;

    /** For each kind of network and number of teacher's labels, the accuracies for all seeds. */
    private final Map<String, double[][]> accuracies = new LinkedHashMap<>();

    private TaughtNetworks(FashionMnist data, Size size, long... seeds) {
        this.images = shrunk(data.images());
        this.classes = data.classes();
        this.size = size;
        this.seeds = seeds;
        this.teacher = new Network(size.teacher);
        this.student = new Network(size.student);
        for (String name : List.of(TEACHER, SOFT, HARD, TRUTH, FEW)) {
            accuracies.put(name, new double[size.labelled.size()][seeds.length]);
        }
    }

    /** Averages two by two pixels into one, and standardises them. */
    private static INDArray shrunk(INDArray images) {
        int count = (int) images.size(0);
        double[] grey = images.data().asDouble();
        double[] shrunk = new double[count * INPUTS];
        for (int k = 0; k < grey.length; k++) {
            int image = k / (SIDE * SIDE);
            int row = k / SIDE % SIDE / 2;
            int column = k % SIDE / 2;
            shrunk[image * INPUTS + row * (SIDE / 2) + column] += grey[k] / 4;
        }
        INDArray array = Nd4j.create(shrunk, new long[] {count, INPUTS}, 'c');
        return array.subi(array.meanNumber()).divi(array.stdNumber());
    }

    /** Trains all networks for each seed, which draws the images and the first weights too. */
    static Exhibit exhibit(FashionMnist data, Size size, long... seeds) {
        TaughtNetworks networks = new TaughtNetworks(data, size, seeds);
        for (int s = 0; s < seeds.length; s++) {
            networks.train(s);
        }
        return networks.exhibit();
    }

    /** Trains all networks of one seed. Students start from the same weights and see the same batches, whatever labels they learn from. */
    private void train(int s) {
        RandomStreams streams = RandomStreams.of(seeds[s]);
        int[] order = shuffled(classes.length, streams.at(0).generator());
        int most = size.labelled.get(size.labelled.size() - 1);
        int[] unlabelled = Arrays.copyOfRange(order, most, most + size.unlabelled);
        int[] others = Arrays.copyOfRange(order, most + size.unlabelled, order.length);
        INDArray own = rows(images, unlabelled);
        INDArray unseen = rows(images, others);
        student.train(own, indicators(classes(unlabelled)), size.steps, streams.at(2));
        double onTruth = accuracy(student, unseen, others);
        for (int k = 0; k < size.labelled.size(); k++) {
            int[] labelled = Arrays.copyOf(order, size.labelled.get(k));
            INDArray seen = rows(images, labelled);
            INDArray given = indicators(classes(labelled));
            teacher.train(seen, given, size.steps, streams.at(1));
            INDArray probabilities = teacher.probabilities(own);
            keep(TEACHER, k, s, accuracy(teacher, unseen, others));
            student.train(own, probabilities, size.steps, streams.at(2));
            keep(SOFT, k, s, accuracy(student, unseen, others));
            student.train(own, indicators(named(probabilities)), size.steps, streams.at(2));
            keep(HARD, k, s, accuracy(student, unseen, others));
            student.train(seen, given, size.steps, streams.at(2));
            keep(FEW, k, s, accuracy(student, unseen, others));
            keep(TRUTH, k, s, onTruth);
        }
    }

    /** Takes rows in one operation; {@code getRows} needs one for each row. */
    private static INDArray rows(INDArray array, int... rows) {
        return Nd4j.pullRows(array, 1, rows);
    }

    private void keep(String name, int k, int s, double accuracy) {
        accuracies(name)[k][s] = accuracy;
    }

    private double[][] accuracies(String name) {
        return requireNonNull(accuracies.get(name));
    }

    private int[] classes(int[] rows) {
        return Arrays.stream(rows).map(i -> classes[i]).toArray();
    }

    private static INDArray indicators(int[] named) {
        double[] indicators = new double[named.length * CLASSES];
        for (int i = 0; i < named.length; i++) {
            indicators[i * CLASSES + named[i]] = 1;
        }
        return Nd4j.create(indicators, new long[] {named.length, CLASSES}, 'c');
    }

    /** The most probable class of each image. */
    private static int[] named(INDArray probabilities) {
        return probabilities.argMax(1).toIntVector();
    }

    private double accuracy(Network network, INDArray inputs, int[] rows) {
        int[] named = named(network.probabilities(inputs));
        long right = IntStream.range(0, rows.length)
                .filter(i -> named[i] == classes[rows[i]])
                .count();
        return (double) right / rows.length;
    }

    private static int[] shuffled(int count, RandomGenerator random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    private Exhibit exhibit() {
        double[] labelled =
                size.labelled.stream().mapToDouble(Integer::doubleValue).toArray();
        Panel errors =
                Panel.of("(a) accuracy on unseen images", Axis.log("labels of the teacher"), Axis.linear("accuracy"));
        for (Map.Entry<String, double[][]> accuracy : accuracies.entrySet()) {
            errors = errors.with(Markers.of(accuracy.getKey(), labelled, means(accuracy.getValue())));
        }
        List<String> taught = List.of(SOFT, HARD);
        Panel leads = Panel.of(
                        "(b) how far students are ahead of their teacher",
                        Axis.log("labels of the teacher"),
                        Axis.linear("difference of accuracies"))
                .with(Rule.horizontal(0, ""));
        for (String name : taught) {
            leads = leads.with(Markers.of(name, labelled, means(leads(name))));
        }
        Table table = Table.of("labels")
                .withGroup("accuracy", accuracies.keySet().toArray(String[]::new))
                .withGroup("ahead of the teacher", taught.toArray(String[]::new));
        for (int k = 0; k < labelled.length; k++) {
            List<Object> row = new ArrayList<>(List.of(size.labelled.get(k)));
            for (double[][] accuracy : accuracies.values()) {
                row.add(SampleMean.of(accuracy[k]));
            }
            for (String name : taught) {
                row.add(SampleMean.of(leads(name)[k]));
            }
            table = table.withRow(row.toArray());
        }
        return new Exhibit(
                "taught-networks",
                "Networks that teach larger ones",
                List.of(
                        """
                        Fashion-MNIST, all ten classes, in 14 x 14 pixels. A teacher with %d hidden ReLUs learns from few labelled \
                        images, and a student with %d learns from %d other images, which only the teacher labels: with its class \
                        probabilities, or with its most probable class. For comparison, a network as large as the student learns \
                        from the true labels of the same %d images, and from the teacher's labelled images. All are trained for \
                        %d steps in ND4J's SameDiff.""".formatted(size.teacher, size.student, size.unlabelled, size.unlabelled, size.steps),
                        """
                        What the theory explains: a student that has only the answers of its teacher learns the teacher's systematic \
                        mistakes along with its knowledge, so that it ends near the teacher, and true labels of as many images are far \
                        better. A student can be better than its teacher if it is shrunk and the teacher is noisy. Here early \
                        stopping is the only shrinkage, and no such lead is visible: in accuracy, students of probabilities are \
                        ahead by %s with the fewest labels and by %s with the most.""".formatted(SampleMean.of(leads(SOFT)[0]), SampleMean.of(leads(SOFT)[labelled.length - 1])),
                        """
                        What the theory does not explain: it covers linear models of given features, and says nothing about \
                        features that networks learn, the width of either network, or accuracies. So nothing here is predicted, \
                        and no line is drawn. Nor is the small teacher the best use of its labels: the larger network does better \
                        when trained on them."""),
                Figure.of(errors, leads),
                "Means over " + seeds.length
                        + " seeds, each with its own images and initial weights, with standard errors; in (b) those of"
                        + " differences within a seed.",
                table);
    }

    private static List<SampleMean> means(double[][] accuracies) {
        return Arrays.stream(accuracies).map(SampleMean::of).toList();
    }

    /** The accuracy of students less that of their own teachers, by number of labels and seed. */
    private double[][] leads(String name) {
        double[][] leads = new double[size.labelled.size()][seeds.length];
        for (int k = 0; k < leads.length; k++) {
            for (int s = 0; s < seeds.length; s++) {
                leads[k][s] = accuracies(name)[k][s] - accuracies(TEACHER)[k][s];
            }
        }
        return leads;
    }
}
