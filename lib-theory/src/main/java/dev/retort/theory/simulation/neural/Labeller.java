package dev.retort.theory.simulation.neural;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Labels the batches of one student: with true labels, with those of the teacher's checkpoints, or with both. */
final class Labeller implements AutoCloseable {

    private final Curriculum curriculum;
    private final @Nullable IntFunction<Checkpoint> schedule;
    private final int classes;
    private final int outputs;
    private final double[] targets;

    private @Nullable Respondent teacher;

    /** The step of the checkpoint in use. */
    private int current;

    /**
     * @param outputs the number of the student's outputs
     * @param run the teacher's training; null for true labels only
     */
    Labeller(Curriculum curriculum, @Nullable TrainingRun run, int classes, int outputs, int batch) {
        this.curriculum = curriculum;
        this.schedule = run == null || curriculum.trueLabels() == 1 ? null : curriculum.schedule(run);
        this.classes = classes;
        this.outputs = outputs;
        this.targets = new double[batch * outputs];
    }

    /** The labels of a batch, by example: expected labels for one output, probabilities for more. Kept until the next call. */
    double[] targets(Batch batch, int step) {
        double[] said = logits(batch, step);
        for (int j = 0; j < batch.size; j++) {
            if (classes == 2) {
                double label = mixed(said == null ? 0 : expected(said, batch.size, j), batch.sign(j));
                if (outputs == 1) {
                    targets[j] = label;
                } else {
                    targets[2 * j] = (1 + label) / 2;
                    targets[2 * j + 1] = (1 - label) / 2;
                }
            } else {
                probabilities(said, j, batch.labels[j]);
            }
        }
        return targets;
    }

    private double @Nullable [] logits(Batch batch, int step) {
        if (schedule == null) {
            return null;
        }
        Checkpoint wanted = schedule.apply(step);
        Respondent asked = teacher;
        if (asked == null || wanted.step() != current) {
            close();
            asked = Respondent.of(wanted.network(), batch.size);
            teacher = asked;
            current = wanted.step();
        }
        double[] said = asked.logits(batch);
        Respondent.requireFinite("teacher", wanted.network(), said);
        return said;
    }

    /** The teacher's expected label. */
    private double expected(double[] said, int size, int j) {
        double f = said.length == size ? said[j] : said[2 * j] - said[2 * j + 1];
        double temperature = curriculum.temperature();
        return temperature == 0 ? Math.signum(f) : Math.tanh(f / (2 * temperature));
    }

    private double mixed(double expected, double sign) {
        double share = curriculum.trueLabels();
        double ofTruth = (1 - curriculum.smoothing()) * sign;
        return share == 0 ? expected : share == 1 ? ofTruth : (1 - share) * expected + share * ofTruth;
    }

    private void probabilities(double @Nullable [] said, int j, int label) {
        int at = j * classes;
        if (said != null) {
            if (curriculum.temperature() == 0) {
                oneHot(said, at);
            } else {
                ReluTrainee.softmax(said, targets, at, classes, curriculum.temperature());
            }
        }
        double share = curriculum.trueLabels();
        if (share > 0) {
            for (int l = 0; l < classes; l++) {
                double ofTruth = curriculum.smoothing() / classes + (l == label ? 1 - curriculum.smoothing() : 0);
                targets[at + l] = share == 1 ? ofTruth : (1 - share) * targets[at + l] + share * ofTruth;
            }
        }
    }

    /** Puts all probability on the largest logit, in equal parts if several tie. */
    private void oneHot(double[] said, int at) {
        double largest = Double.NEGATIVE_INFINITY;
        int count = 0;
        for (int l = at; l < at + classes; l++) {
            count = said[l] > largest ? 1 : said[l] == largest ? count + 1 : count;
            largest = Math.max(largest, said[l]);
        }
        for (int l = at; l < at + classes; l++) {
            targets[l] = said[l] == largest ? 1.0 / count : 0;
        }
    }

    @Override
    public void close() {
        if (teacher != null) {
            teacher.close();
            teacher = null;
        }
    }
}
