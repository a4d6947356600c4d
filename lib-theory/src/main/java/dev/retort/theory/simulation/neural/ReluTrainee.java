package dev.retort.theory.simulation.neural;

/** A two-layer network in training. */
final class ReluTrainee implements Trainee {

    private final int batch;
    private final int outputs;
    private final Loss loss;
    private final double rate;
    private final double decay;
    private final double[] slopes;
    private ReluKernel kernel;

    ReluTrainee(ReluNetwork start, int batch, Loss loss, double rate, double decay) {
        this.batch = batch;
        this.outputs = start.outputs();
        this.loss = loss;
        this.rate = rate;
        this.decay = decay;
        this.slopes = new double[batch * outputs];
        this.kernel = new ReluKernel(start, batch);
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void step(Batch examples, double[] targets) {
        double[] logits = kernel.logits(examples);
        requireFinite(logits);
        if (outputs == 1) {
            for (int j = 0; j < batch; j++) {
                slopes[j] = loss.slope(logits[j], targets[j]);
            }
        } else {
            for (int j = 0; j < batch; j++) {
                softmax(logits, slopes, j * outputs, outputs, 1);
                for (int l = j * outputs; l < (j + 1) * outputs; l++) {
                    slopes[l] -= targets[l];
                }
            }
        }
        kernel.step(examples, slopes, rate, 1 - rate * decay);
    }

    /** Moves the hidden layer towards given activations, by example. */
    void match(Batch examples, double[] targets, double matchingRate) {
        requireFinite(kernel.activations(examples));
        kernel.match(examples, targets, matchingRate);
    }

    private void requireFinite(double[] said) {
        double odd = Respondent.notFinite(said);
        if (odd != 0) {
            throw new IllegalStateException(
                    "Training diverged: the network's logits are " + odd + "; lower the" + " rate, " + rate);
        }
    }

    /** Probabilities from logits over a temperature. */
    static void softmax(double[] logits, double[] into, int at, int count, double temperature) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int l = at; l < at + count; l++) {
            largest = Math.max(largest, logits[l]);
        }
        double sum = 0;
        for (int l = at; l < at + count; l++) {
            into[l] = Math.exp((logits[l] - largest) / temperature);
            sum += into[l];
        }
        for (int l = at; l < at + count; l++) {
            into[l] /= sum;
        }
    }

    ReluNetwork network() {
        ReluNetwork network = kernel.network();
        if (!network.isFinite()) {
            throw new IllegalStateException("Training diverged: a weight is not finite; lower the rate, " + rate);
        }
        return network;
    }

    @Override
    public Classifier snapshot() {
        return network();
    }

    @Override
    public byte[] state() {
        return network().bytes();
    }

    @Override
    public void restore(byte[] state) {
        kernel.close();
        kernel = new ReluKernel(ReluNetwork.ofBytes(state), batch);
    }

    @Override
    public Classifier snapshotOf(byte[] state) {
        return ReluNetwork.ofBytes(state);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
