package dev.retort.theory.matrix;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.theory.distillation.FiniteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;

/**
 * The expansion in 1/n of pipelines whose covariances need not share their eigenvectors. Derived in the module's documentation,
 * {@code docs/finite-size.md}; the symbols here are those of that page. Square matrices are stored row after row.
 */
final class MatrixExpansion {

    private MatrixExpansion() {}

    /** The expansion; empty where a variance is infinite or a term is not finite. */
    static Optional<FiniteSize> of(MatrixDistillation pipeline) {
        List<Step> steps = new ArrayList<>();
        Moments given = pipeline.surrogateLabels();
        for (MatrixStage stage : pipeline.stages()) {
            if (!(stage.equivalent().oneMinusOmega() > 0) || given.spread().unbounded() != null) {
                return Optional.empty();
            }
            steps.add(new Step(stage, given));
            given = stage.train(given).moments();
        }
        if (given.spread().unbounded() != null) {
            return Optional.empty();
        }
        Derivatives risk = Derivatives.ofRisk(pipeline.matrixTask());
        Correction correction = Correction.none(pipeline.matrixTask().dimension());
        for (Step step : steps) {
            correction = step.correct(correction);
        }
        CompensatedSum variance = new CompensatedSum();
        Derivatives derivatives = risk;
        for (int s = steps.size() - 1; s >= 0; s--) {
            variance.add(steps.get(s).variance(derivatives));
            derivatives = steps.get(s).byTeacher(derivatives);
        }
        double spareSamples =
                steps.stream().mapToDouble(step -> step.spareSamples).min().orElseThrow();
        OptionalDouble scatter = OptionalDouble.of(Math.sqrt(Math.max(variance.value(), 0)));
        return FiniteSize.ifFinite(risk.times(correction), scatter, spareSamples);
    }

    private static double sum(int size, IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < size; k++) {
            sum.add(term.applyAsDouble(k));
        }
        return sum.value();
    }

    /** Corrections of order 1/n of E b and E bbᵀ, in features. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Correction(double[] mean, double[] second) {

        static Correction none(int dimension) {
            return new Correction(new double[dimension], new double[dimension * dimension]);
        }

        /** The corrections of (1−w)β⋆ + w b. */
        Correction mixedWithTruth(double share, double[] truth) {
            if (share == 1) {
                return this;
            }
            int p = truth.length;
            double[] mixedMean = new double[p];
            Arrays.setAll(mixedMean, i -> share * mean[i]);
            double[] mixedSecond = new double[second.length];
            Arrays.setAll(
                    mixedSecond,
                    k -> share * share * second[k]
                            + (1 - share) * (truth[k / p] * mixedMean[k % p] + mixedMean[k / p] * truth[k % p]));
            return new Correction(mixedMean, mixedSecond);
        }
    }

    /** Derivatives A = ∂E/∂E bbᵀ and g = −½ ∂E/∂E b of the risk at the end, in features. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Derivatives(double[] bySecond, double[] byMean) {

        static Derivatives ofRisk(MatrixTask task) {
            Eigenbasis evaluation = task.evaluation();
            double[] weights = new double[task.dimension()];
            Arrays.setAll(weights, task::weight);
            double[] byMean = evaluation.fromFeatures(task.truth());
            for (int i = 0; i < weights.length; i++) {
                byMean[i] *= weights[i];
            }
            return new Derivatives(Symmetric.diagonal(evaluation, weights).inFeatures(), evaluation.toFeatures(byMean));
        }

        double times(Correction correction) {
            return sum(bySecond.length, k -> bySecond[k] * correction.second[k])
                    - 2 * sum(byMean.length, i -> byMean[i] * correction.mean[i]);
        }

        /** The derivatives with respect to the moments of b, where the labels are those of (1−w)β⋆ + w b. */
        Derivatives mixedWithTruth(double share, double[] truth) {
            if (share == 1) {
                return this;
            }
            int p = truth.length;
            double[] mixedMean = new double[p];
            for (int i = 0; i < p; i++) {
                int row = i * p;
                double ofTruth = sum(p, j -> bySecond[row + j] * truth[j]);
                mixedMean[i] = share * (byMean[i] - (1 - share) * ofTruth);
            }
            double[] mixedSecond = bySecond.clone();
            Arrays.setAll(mixedSecond, k -> share * share * bySecond[k]);
            return new Derivatives(mixedSecond, mixedMean);
        }
    }

    /**
     * One stage of the pipeline with the labels that it is trained on. All fields but {@link #hidden} are in the basis of its
     * training.
     */
    private static final class Step {

        private final MatrixStage stage;
        private final Basis basis;
        private final int size;

        private final double samples;
        private final double spare;
        private final double spareSamples;
        private final double[] theta;
        private final double[] zeta;

        /** λ. */
        private final double[] variance;

        /** The diagonal of M = TΣT, T = (Σ+τ)⁻¹: θ²/λ. */
        private final double[] profile;

        /** E b. */
        private final double[] mean;

        /** S = E bbᵀ. */
        private final double[] second;

        /** The covariance of the features that the model can neither see nor guess. */
        private final double[] hidden;

        /** X = σ² + tr(τ²M S), the variance of the labels about the average fit. */
        private final double missed;

        Step(MatrixStage stage, Moments teacher) {
            this.stage = stage;
            this.basis = stage.basis();
            this.size = basis.size();
            this.samples = stage.equivalent().samples();
            this.spare = stage.equivalent().oneMinusOmega();
            this.spareSamples = samples * spare;
            this.theta = new double[size];
            this.zeta = new double[size];
            this.variance = new double[size];
            this.profile = new double[size];
            for (int j = 0; j < size; j++) {
                double root = stage.rootRatio(j);
                theta[j] = stage.equivalent().learnability(j);
                zeta[j] = stage.equivalent().zeta(j);
                variance[j] = root * root;
                profile[j] = theta[j] == 0 ? 0 : theta[j] / root * (theta[j] / root);
            }
            MatrixTask task = stage.task();
            Moments labels = teacher.mixedWithTruth(stage.training().teacherShare());
            double[] inFeatures = task.truth().clone();
            for (int i = 0; i < inFeatures.length; i++) {
                inFeatures[i] += labels.deviation()[i];
            }
            this.mean = basis.labels(inFeatures);
            Symmetric random = labels.spread().bounded();
            this.second = random == null
                    ? new double[size * size]
                    : random.labelsIn(basis).inBasis().clone();
            for (int k = 0; k < second.length; k++) {
                second[k] += mean[k / size] * mean[k % size];
            }
            this.hidden = basis.hidden();
            for (int k = 0; k < hidden.length; k++) {
                hidden[k] = hidden[k] / task.unit() / task.unit();
            }
            double noise = stage.training().labelNoise(task.inEigenbasis());
            this.missed = noise * noise
                    + basis.unseen(inFeatures, labels.spread()) / task.unit() / task.unit()
                    + sum(j -> variance[j] * zeta[j] * zeta[j] * diagonal(second, j));
        }

        /** The corrections of the model that this stage trains, from those of its teacher. */
        Correction correct(Correction teacher) {
            Correction labels = teacher.mixedWithTruth(
                    stage.training().teacherShare(), stage.task().truth());
            double[] givenMean = basis.labels(labels.mean);
            double[] givenSecond = Symmetric.onBothSides(labels.second, basis::labels);
            double inherited = (MatrixExpansion.sum(hidden.length, k -> hidden[k] * labels.second[k])
                            + sum(j -> variance[j] * zeta[j] * zeta[j] * diagonal(givenSecond, j)))
                    / spareSamples;
            double delta = sum(j -> theta[j] * theta[j] * zeta[j]) / samples;
            double delta3 = sum(j -> Math.pow(theta[j], 3) * zeta[j]) / samples;
            double t2 = sum(j -> variance[j] * zeta[j] * zeta[j] * diagonal(second, j));
            double t3 = sum(j -> variance[j] * zeta[j] * zeta[j] * theta[j] * diagonal(second, j));
            double t4 = sum(j -> variance[j] * Math.pow(zeta[j], 3) * theta[j] * diagonal(second, j));
            double t13 = sum(j -> variance[j] * Math.pow(zeta[j], 3) * diagonal(second, j));
            double f = t3 - missed * delta / spare;
            double[] shrunk = new double[size];
            Arrays.setAll(shrunk, j -> theta[j] * zeta[j] * (theta[j] - delta / spare) / spareSamples);
            double[] trainedMean = new double[size];
            double[] trainedSecond = new double[second.length];
            Arrays.setAll(trainedSecond, k -> {
                int i = k / size;
                int j = k % size;
                double factor = theta[i] * theta[j] * zeta[i] * zeta[j] / spareSamples
                        - shrunk[i] * theta[j]
                        - theta[i] * shrunk[j];
                return theta[i] * theta[j] * givenSecond[k] + (i == j ? 0 : factor * second[k]);
            });
            for (int j = 0; j < size; j++) {
                if (theta[j] == 0) {
                    continue;
                }
                double h = -profile[j] / spareSamples;
                double dOmega = -2 * (h * delta + profile[j] * theta[j] / samples);
                double dOmega3 = -3 * (h * delta3 + profile[j] * theta[j] * theta[j] / samples);
                double dz = (dOmega - dOmega3) / spare - delta / spare * h + delta / spare * dOmega / spare;
                double ofSquare = -2 * shrunk[j]
                        - zeta[j] * zeta[j] * theta[j] * (2 * delta / spare - 3 * theta[j]) / spareSamples;
                double alone = -(h * (t3 - 3 * t4) - 2 * h * (t2 - t13) * delta / spare - missed * dz) / spareSamples
                        - f * dOmega / (spareSamples * spare);
                trainedSecond[j * (size + 1)] += profile[j] * inherited + ofSquare * diagonal(second, j) + alone;
                trainedMean[j] = theta[j] * givenMean[j] - shrunk[j] * mean[j];
            }
            return new Correction(
                    basis.toFeatures(trainedMean), Symmetric.onBothSides(trainedSecond, basis::toFeatures));
        }

        /**
         * The variance that this stage's data add to the final risk, from the derivatives of that risk with respect to the
         * model that the stage trains.
         */
        double variance(Derivatives byTrained) {
            double[] a = Symmetric.onBothSides(byTrained.bySecond, basis::fromFeatures);
            double[] g = basis.fromFeatures(byTrained.byMean);
            double alpha = alpha(a);
            double[] ama = squareOf(a);
            double p1 = 0;
            double p2 = 0;
            double y1 = 0;
            double linear = 0;
            double w2 = 0;
            double[] amg = new double[size];
            double[] ofLabels = new double[size];
            for (int k = 0; k < a.length; k++) {
                int i = k / size;
                int j = k % size;
                boolean same = i == j;
                double e = a[k] + (same ? alpha * variance[j] : 0);
                double ema = ama[k] + alpha * theta[i] * theta[i] * a[k];
                double eme = ema
                        + alpha * theta[j] * theta[j] * a[k]
                        + (same ? alpha * alpha * theta[j] * theta[j] * variance[j] : 0);
                p1 += second[k] * zeta[i] * e * theta[j] * zeta[j];
                p2 += second[k] * zeta[i] * zeta[j] * eme;
                y1 += second[k] * zeta[i] * ema;
                linear += second[k] * ama[k];
                w2 += same ? 0 : profile[i] * a[k] * (profile[j] * a[k]);
                amg[i] += a[k] * profile[j] * g[j];
                ofLabels[i] += a[k] * second[k];
            }
            double[] f = new double[size];
            Arrays.setAll(f, j -> theta[j] == 0 ? 0 : profile[j] / theta[j] * diagonal(a, j) - alpha * zeta[j]);
            double w1 = sum(j -> theta[j] * theta[j] * f[j]) / samples;
            w2 = (w2 + sum(j -> theta[j] * theta[j] * f[j] * f[j])) / samples;
            double y0 = sum(j -> theta[j] * zeta[j] * (ofLabels[j] - mean[j] * g[j]));
            y1 -= sum(j -> zeta[j] * mean[j] * (amg[j] + alpha * theta[j] * theta[j] * g[j]));
            double z = linear + sum(j -> profile[j] * g[j] * g[j] - 2 * mean[j] * amg[j]);
            if (missed == 0) {
                return 0;
            }
            double q1 = p1 / missed;
            double level = alpha - 2 * q1 - w1 / spare;
            double spread = p2 / missed - q1 * q1;
            double quadratic =
                    2 * missed * missed * (level * level + 2 * spread + w2 / spare + w1 * w1 / (spare * spare));
            double cross = missed * y0 * alpha - p1 * y0 - missed * y1 - missed * y0 * w1 / spare;
            return (quadratic + 4 * (missed * z + y0 * y0) + 8 * cross) / spareSamples;
        }

        /**
         * The derivatives with respect to the moments of the teacher, from those with respect to the moments of the model
         * that this stage trains.
         */
        Derivatives byTeacher(Derivatives byTrained) {
            double[] a = Symmetric.onBothSides(byTrained.bySecond, basis::fromFeatures);
            double[] g = basis.fromFeatures(byTrained.byMean);
            double alpha = alpha(a);
            for (int k = 0; k < a.length; k++) {
                a[k] *= theta[k / size] * theta[k % size];
            }
            for (int j = 0; j < size; j++) {
                a[j * (size + 1)] += alpha * zeta[j] * zeta[j] * variance[j];
                g[j] *= theta[j];
            }
            double[] bySecond = Symmetric.onBothSides(a, basis::ofLabels);
            for (int k = 0; k < bySecond.length; k++) {
                bySecond[k] += alpha * hidden[k];
            }
            return new Derivatives(bySecond, basis.ofLabels(g))
                    .mixedWithTruth(
                            stage.training().teacherShare(), stage.task().truth());
        }

        /** ∂E/∂σ². */
        private double alpha(double[] a) {
            return sum(j -> profile[j] * diagonal(a, j)) / spareSamples;
        }

        /** A M A. */
        private double[] squareOf(double[] a) {
            double[] scaled = a.clone();
            for (int k = 0; k < scaled.length; k++) {
                scaled[k] *= Math.sqrt(profile[k % size]);
            }
            try (OffHeapMatrix rows = OffHeapMatrix.of(size, size, scaled);
                    OffHeapMatrix square = OffHeapMatrix.zeros(size, size)
                            .filledBy(sum -> DenseAlgebra.selected().addProduct(1, rows, false, rows, true, sum))) {
                return square.toArray();
            }
        }

        private double diagonal(double[] square, int j) {
            return square[j * (size + 1)];
        }

        private double sum(IntToDoubleFunction term) {
            return MatrixExpansion.sum(size, term);
        }
    }
}
