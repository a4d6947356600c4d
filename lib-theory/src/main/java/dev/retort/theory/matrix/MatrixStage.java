package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.nd4j.Covariance;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;

/**
 * One training of a pipeline: it maps the moments of the coefficients b that label its data to those of the trained
 * coefficients b'. With the covariance Σ of the training, T = (Σ+τ)⁻¹Σ and R = (Σ+τ)⁻¹,
 *
 * <pre>  E b' = T E b,      Var b' = T Var b Tᵀ + c RΣR,      c = (σ² + τ² tr(RΣR E bbᵀ))/(n(1−Ω)),</pre>
 *
 * where all matrices but Var b are diagonal in the basis of the training. Immutable.
 */
final class MatrixStage {

    private final MatrixTask task;
    private final Training training;
    private final Eigenbasis all;

    /** The basis of the features that the model sees. */
    private final Basis basis;

    private final DeterministicEquivalent equivalent;

    MatrixStage(MatrixTask task, Training training, Eigenbasis all) {
        this.task = task;
        this.training = training;
        this.all = all;
        if (training.spectrum().isPresent()) {
            throw refusal("spectrum", training, "has eigenvalues without eigenvectors; pass a covariance beside it");
        }
        if (!(training.estimator() instanceof Estimator.Ridge)) {
            throw refusal(
                    "training",
                    training,
                    "is not ridge regression, the only estimator of a matrix pipeline; use a"
                            + " Distillation, whose covariances share their eigenvectors");
        }
        if (training.ridge() < 0) {
            throw refusal(
                    "ridge",
                    training.ridge(),
                    "is below 0, which a matrix pipeline has no formulas for; use a Distillation, whose covariances share"
                            + " their eigenvectors");
        }
        if (!training.labels().equals(Labels.logits()) || training.teacherRows() != 1) {
            throw refusal(
                    "training",
                    training,
                    "is not on plain labels, which a matrix pipeline needs; use a Distillation,"
                            + " whose covariances share their eigenvectors");
        }
        training.mask().ifPresent(mask -> mask.checkFits("the number of features", task.dimension()));
        this.basis = training.mask().map(mask -> MaskedBasis.of(all, mask)).orElse(all);
        this.equivalent = DeterministicEquivalent.of(basis.spectrum(), training.samples(), training.ridge());
        for (double portion : portions()) {
            if (!(portion <= Spread.LARGEST)) {
                throw refusal("covariance", all.covariance(), "has eigenvalues too small beside the evaluation's");
            }
        }
    }

    MatrixTask task() {
        return task;
    }

    Training training() {
        return training;
    }

    /** The covariance of all features, seen or not. */
    Covariance covariance() {
        return all.covariance();
    }

    Basis basis() {
        return basis;
    }

    DeterministicEquivalent equivalent() {
        return equivalent;
    }

    /** Trains on labels from coefficients with the given moments. */
    Trained train(Moments given) {
        Moments labels = given.mixedWithTruth(training.teacherShare());
        double[] mean = task.truth().clone();
        for (int i = 0; i < mean.length; i++) {
            mean[i] += labels.deviation()[i];
        }
        Spread spread = labels.spread().labelsIn(basis);
        double[] variance = spread.variances(basis.size());
        double[] truth = basis.fromFeatures(task.truth());
        double[] deviation = basis.fromFeatures(labels.deviation());
        double[] guessed = basis.guessed(mean);
        double[] theta = new double[basis.size()];
        CompensatedSum missed = new CompensatedSum();
        for (int j = 0; j < theta.length; j++) {
            theta[j] = equivalent.learnability(j);
            double zeta = equivalent.zeta(j);
            // √Ω goes into the square: where Ω is small, a surrogate may be large in proportion.
            double scale = missed(j);
            double label = scale * (truth[j] + deviation[j] + guessed[j]);
            missed.add(label * label + times(scale * scale, variance[j]));
            deviation[j] = theta[j] * (deviation[j] + guessed[j]) - zeta * truth[j];
        }
        double noise = equivalent.rootOmega() * training.labelNoise(task.inEigenbasis());
        double unseen = basis.unseen(mean, labels.spread()) / task.unit() / task.unit();
        return new Trained(
                new Moments(inFeatures(deviation), spread.scaledBy(theta)),
                perSpareSample(noise * noise + times(equivalent.omega(), unseen)),
                perSpareSample(missed.value()));
    }

    /** The model's coefficient of a feature that it does not see is zero. */
    private double[] inFeatures(double[] deviation) {
        double[] features = basis.toFeatures(deviation);
        training.mask().ifPresent(mask -> {
            for (int i = 0; i < features.length; i++) {
                features[i] = mask.keeps(i) ? features[i] : -task.truth()[i];
            }
        });
        return features;
    }

    /** The trained coefficients: their moments without the variance that this training adds, and that variance. */
    final class Trained {

        private final Moments inherited;
        private final double labelNoise;
        private final double design;

        private Trained(Moments inherited, double labelNoise, double design) {
            this.inherited = inherited;
            this.labelNoise = labelNoise;
            this.design = design;
        }

        Moments moments() {
            Spread spread = inherited.spread().plus(basis, portions(), labelNoise + design);
            return new Moments(inherited.deviation(), spread);
        }

        RiskReport report() {
            double[] bias = task.evaluation().fromFeatures(inherited.deviation());
            double[] variance = inherited.spread().variancesIn(task.evaluation());
            double[] perFeature = perFeature();
            double[] ofNoise = new double[bias.length];
            double[] ofDesign = new double[bias.length];
            for (int i = 0; i < bias.length; i++) {
                double root = Math.sqrt(task.weight(i)) * bias[i];
                bias[i] = root * root;
                variance[i] = times(task.weight(i), variance[i]);
                ofNoise[i] = times(perFeature[i], labelNoise);
                ofDesign[i] = times(perFeature[i], design);
            }
            double noise = task.inEigenbasis().noise();
            return RiskReport.of(bias, ofNoise, ofDesign, variance, noise);
        }
    }

    /** √λ of the training in the units of the task. */
    double rootRatio(int j) {
        return Math.sqrt(basis.spectrum().eigenvalue(j)) / task.unit();
    }

    /** The diagonal of RΣR/df2. */
    private double[] portions() {
        double[] portions = new double[basis.size()];
        for (int j = 0; j < portions.length; j++) {
            double theta = equivalent.learnability(j);
            double root = theta == 0 ? 0 : theta / equivalent.rootOmega() / rootRatio(j);
            portions[j] = root * root / equivalent.samples();
        }
        return portions;
    }

    /** The contribution of each eigenvector of the evaluation to tr(Σ_eval RΣR)/df2. */
    private double[] perFeature() {
        double[] variance = Symmetric.diagonal(basis, portions()).diagonalIn(task.evaluation());
        for (int i = 0; i < variance.length; i++) {
            variance[i] *= task.weight(i);
        }
        return variance;
    }

    /** Ω times the risk caused by missing a variance of 1 in the labels. */
    double amplification() {
        return perSpareSample(Arrays.stream(perFeature()).sum());
    }

    /** √Ω times the standard deviation of the part that the training misses of a label's component along eigenvector j. */
    double missed(int j) {
        return equivalent.rootOmega() * equivalent.zeta(j) * rootRatio(j);
    }

    /** Divides by 1 − Ω; infinite at the interpolation threshold, unless the value is 0. */
    private double perSpareSample(double value) {
        return value == 0 ? 0 : value / equivalent.oneMinusOmega();
    }

    /** A product with 0 · ∞ = 0. */
    static double times(double factor, double value) {
        return factor == 0 || value == 0 ? 0 : factor * value;
    }

    @Override
    public String toString() {
        return training + (all.equals(task.evaluation()) ? "" : ", on a " + covariance());
    }
}
