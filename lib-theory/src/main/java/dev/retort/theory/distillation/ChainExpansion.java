package dev.retort.theory.distillation;

import dev.retort.core.internal.CompensatedSum;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The expansion in 1/n of pipelines whose stages are linear in their labels, with labels that are linear in the teacher's
 * coefficients. Derived in the module's documentation, {@code docs/finite-size.md}; the symbols here are those of that page.
 * Everything is in the units of the nodes.
 */
final class ChainExpansion {

    private ChainExpansion() {}

    /** The effect of one stage of a pipeline on the corrections. */
    interface Step {

        /**
         * Replaces the corrections of E b and E b² of the stage's labels by those of the coefficients that it trains.
         *
         * @param second summed over the features of a node
         */
        void correct(double[] mean, double[] second);

        /** n(1 − Ω). */
        double spareSamples();
    }

    /** The expansion; empty where the formulas are not known or not finite. */
    static Optional<FiniteSize> of(Distillation pipeline) {
        boolean known = pipeline.surrogate().sources().isEmpty()
                && pipeline.stages().stream().allMatch(ChainExpansion::isKnown)
                && pipeline.predict().excess() < Double.POSITIVE_INFINITY;
        if (!known) {
            return Optional.empty();
        }
        List<Step> steps = IntStream.range(0, pipeline.stages().size())
                .mapToObj(s ->
                        step(pipeline.stages().get(s), pipeline.labelsOfStages().get(s)))
                .toList();
        List<RidgeStep> ridges = steps.stream()
                .filter(RidgeStep.class::isInstance)
                .map(RidgeStep.class::cast)
                .toList();
        OptionalDouble scatter =
                ridges.size() == steps.size() ? OptionalDouble.of(Math.sqrt(variance(ridges))) : OptionalDouble.empty();
        double spareSamples =
                steps.stream().mapToDouble(Step::spareSamples).min().orElseThrow();
        return FiniteSize.ifFinite(correction(pipeline, steps), scatter, spareSamples);
    }

    private static boolean isKnown(Stage stage) {
        boolean known = stage instanceof RidgeStage || stage instanceof FilterStage || stage instanceof StochasticStage;
        return known && stage.training().hasLinearLabels() && !stage.isAtThreshold();
    }

    private static Step step(Stage stage, Moments teacher) {
        if (stage instanceof RidgeStage ridge) {
            return new RidgeStep(ridge, teacher);
        }
        return stage instanceof FilterStage filter
                ? new FilterStep(filter, stage.labels(teacher))
                : new ExactStep(stage, teacher.coordinates());
    }

    /** δE, of order 1/n: the mean of the excess risk over experiments is E + δE + O(1/n²). */
    private static double correction(Distillation pipeline, List<Step> steps) {
        Coordinates nodes = pipeline.labels().coordinates();
        double[] mean = new double[nodes.size()];
        double[] second = new double[nodes.size()];
        for (int s = 0; s < steps.size(); s++) {
            double share = pipeline.stages().get(s).training().teacherShare();
            for (int k = 0; k < nodes.size(); k++) {
                double ofLabels = share * mean[k];
                second[k] = 2 * (1 - share) * nodes.power(k) * nodes.truth(k) * ofLabels + share * share * second[k];
                mean[k] = ofLabels;
            }
            steps.get(s).correct(mean, second);
        }
        return sum(nodes, k -> nodes.matters(k) ? second[k] - 2 * nodes.power(k) * nodes.truth(k) * mean[k] : 0);
    }

    /** The standard deviation of the excess risk over experiments. */
    private static double variance(List<RidgeStep> steps) {
        Coordinates nodes = steps.get(0).nodes;
        double[] bySquare = new double[nodes.size()];
        double[] byMean = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            bySquare[k] = nodes.matters(k) ? 1 : 0;
            byMean[k] = nodes.matters(k) ? nodes.truth(k) : 0;
        }
        Deque<RidgeStep> backwards = new ArrayDeque<>();
        steps.forEach(backwards::addFirst);
        CompensatedSum variance = new CompensatedSum();
        for (RidgeStep step : backwards) {
            variance.add(step.addVariance(bySquare, byMean));
        }
        return Math.max(variance.value(), 0);
    }

    static double sum(Coordinates nodes, IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            sum.add(term.applyAsDouble(k));
        }
        return sum.value();
    }

    /** Applies a stage's linear map of the moments to the labels' corrections. */
    static void inherit(Stage stage, Coordinates nodes, double[] mean, double[] second) {
        double[] given = second.clone();
        double[] amounts = stage.rawAmounts(nodes, (factor, k) -> factor * factor * given[k], factor -> 0);
        for (int r = 0; r < amounts.length; r++) {
            amounts[r] = stage.perSpare(amounts[r]);
        }
        IntToDoubleFunction added = stage.addedVariances(amounts, nodes);
        for (int k = 0; k < nodes.size(); k++) {
            double theta = stage.theta(nodes, k);
            mean[k] *= theta;
            second[k] = theta * theta * given[k] + nodes.weight(k) * added.applyAsDouble(k);
        }
    }

    /** A stage whose moments are exact at every size. */
    private record ExactStep(Stage stage, Coordinates nodes) implements Step {

        @Override
        public void correct(double[] mean, double[] second) {
            inherit(stage, nodes, mean, second);
        }

        @Override
        public double spareSamples() {
            return Double.POSITIVE_INFINITY;
        }
    }

    /** Ridge regression on given labels. */
    private static final class RidgeStep implements Step {

        private final Coordinates nodes;
        private final Moments labels;
        private final double share;

        private final double samples;
        private final double spare;
        private final double spareSamples;
        private final double[] theta;
        private final double[] zeta;

        /** ρ, the variance of the training's feature in the units of the node. */
        private final double[] ratio;

        /** E b² for the labels' coefficients b, summed over the features of a node. */
        private final double[] square;

        /** X = σ² + Σ ρζ² E b², the variance of the labels about the average fit. */
        private final double missed;

        RidgeStep(RidgeStage stage, Moments teacher) {
            Labelled labelled = stage.labels(teacher);
            this.labels = labelled.moments();
            this.nodes = labels.coordinates();
            this.share = stage.training().teacherShare();
            this.samples = stage.equivalent().samples();
            this.spare = stage.spare();
            this.spareSamples = samples * spare;
            this.theta = new double[nodes.size()];
            this.zeta = new double[nodes.size()];
            this.ratio = new double[nodes.size()];
            this.square = new double[nodes.size()];
            for (int k = 0; k < nodes.size(); k++) {
                theta[k] = stage.theta(nodes, k);
                zeta[k] = stage.zeta(nodes, k);
                ratio[k] = stage.rootRatio(nodes, k) * stage.rootRatio(nodes, k);
                square[k] = labels.power(1, k);
            }
            this.missed = labelled.noise() * labelled.noise() + sum(k -> ratio[k] * zeta[k] * zeta[k] * square[k]);
        }

        @Override
        public double spareSamples() {
            return spareSamples;
        }

        @Override
        public void correct(double[] mean, double[] second) {
            double inherited = sum(k -> ratio[k] * zeta[k] * zeta[k] * second[k]) / spareSamples;
            double delta = sum(k -> nodes.weight(k) * theta[k] * theta[k] * zeta[k]) / samples;
            double delta3 = sum(k -> nodes.weight(k) * Math.pow(theta[k], 3) * zeta[k]) / samples;
            double t2 = sum(k -> ratio[k] * zeta[k] * zeta[k] * square[k]);
            double t3 = sum(k -> ratio[k] * zeta[k] * zeta[k] * theta[k] * square[k]);
            double t4 = sum(k -> ratio[k] * Math.pow(zeta[k], 3) * theta[k] * square[k]);
            double t13 = sum(k -> ratio[k] * Math.pow(zeta[k], 3) * square[k]);
            double f = t3 - missed * delta / spare;
            for (int k = 0; k < nodes.size(); k++) {
                if (theta[k] == 0) {
                    mean[k] = 0;
                    second[k] = 0;
                    continue;
                }
                double profile = theta[k] * theta[k] / ratio[k];
                double h = -profile / spareSamples;
                double shrunk = theta[k] * zeta[k] * (theta[k] - delta / spare) / spareSamples;
                double dOmega = -2 * (h * delta + profile * theta[k] / samples);
                double dOmega3 = -3 * (h * delta3 + profile * theta[k] * theta[k] / samples);
                double dz = (dOmega - dOmega3) / spare - delta / spare * h + delta / spare * dOmega / spare;
                double ofSquare =
                        -2 * shrunk - zeta[k] * zeta[k] * theta[k] * (2 * delta / spare - 3 * theta[k]) / spareSamples;
                double alone = -(h * (t3 - 3 * t4) - 2 * h * (t2 - t13) * delta / spare - missed * dz) / spareSamples
                        - f * dOmega / (spareSamples * spare);
                second[k] = theta[k] * theta[k] * second[k]
                        + nodes.weight(k) * profile * inherited
                        + ofSquare * square[k]
                        + nodes.weight(k) * alone;
                mean[k] = theta[k] * mean[k] - shrunk * labels.mean(k);
            }
        }

        /**
         * The variance that this stage's data add to the final risk. Replaces the derivatives of the risk with respect to the
         * moments of the trained coefficients, ∂E/∂E b² and −½ ∂E/∂E b, by those with respect to the moments of its teacher.
         */
        double addVariance(double[] bySquare, double[] byMean) {
            double alpha = sum(k -> theta[k] == 0 ? 0 : nodes.weight(k) * theta[k] * theta[k] * bySquare[k] / ratio[k])
                    / spareSamples;
            double[] e = new double[nodes.size()];
            double[] f = new double[nodes.size()];
            double[] b = new double[nodes.size()];
            double[] c = new double[nodes.size()];
            for (int k = 0; k < nodes.size(); k++) {
                if (theta[k] > 0) {
                    double a = bySquare[k];
                    double cross = nodes.power(k) * byMean[k] * labels.mean(k);
                    e[k] = theta[k] * (a / ratio[k] + alpha);
                    f[k] = theta[k] * a / ratio[k] - zeta[k] * alpha;
                    b[k] = a * square[k] - cross;
                    c[k] = a * a * square[k] - 2 * a * cross + nodes.power(k) * byMean[k] * byMean[k];
                }
            }
            double p1 = sum(k -> ratio[k] * zeta[k] * zeta[k] * square[k] * e[k]);
            double w1 = sum(k -> nodes.weight(k) * theta[k] * theta[k] * f[k]) / samples;
            double w2 = sum(k -> nodes.weight(k) * theta[k] * theta[k] * f[k] * f[k]) / samples;
            double y0 = sum(k -> theta[k] * zeta[k] * b[k]);
            double y1 = sum(k -> theta[k] * zeta[k] * b[k] * e[k]);
            double z = sum(k -> theta[k] == 0 ? 0 : theta[k] * theta[k] / ratio[k] * c[k]);
            double variance = 0;
            if (missed > 0) {
                double q1 = p1 / missed;
                double ofNoise = missed - sum(k -> ratio[k] * zeta[k] * zeta[k] * square[k]);
                double spread = sum(k -> ratio[k] * zeta[k] * zeta[k] * square[k] * (e[k] - q1) * (e[k] - q1))
                        + Math.max(ofNoise, 0) * q1 * q1;
                double level = alpha - 2 * q1 - w1 / spare;
                double quadratic = 2
                        * missed
                        * missed
                        / spareSamples
                        * (level * level + 2 * spread / missed + w2 / spare + w1 * w1 / (spare * spare));
                double linear = (missed * z + y0 * y0) / spareSamples;
                double covariance =
                        -2 / spareSamples * (missed * y0 * alpha - p1 * y0 - missed * y1 - missed * y0 * w1 / spare);
                variance = quadratic + 4 * linear - 4 * covariance;
            }
            for (int k = 0; k < nodes.size(); k++) {
                double byLabelSquare = theta[k] * theta[k] * bySquare[k] + alpha * zeta[k] * zeta[k] * ratio[k];
                byMean[k] = share * theta[k] * byMean[k] - share * (1 - share) * byLabelSquare * nodes.truth(k);
                bySquare[k] = share * share * byLabelSquare;
            }
            return variance;
        }

        private double sum(IntToDoubleFunction term) {
            return ChainExpansion.sum(nodes, term);
        }
    }
}
