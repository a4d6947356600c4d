package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.BestRidge;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.Sensitivities;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How the risks of a weak teacher and of its student fall when both grow: ridge regression on random features, with λ =
 * i<sup>−α</sup>, λβ² = i<sup>−b</sup>, and with samples, width and ridge that are powers of one scale s. The question is
 * whether the student's law can be better than its teacher's. Local exponents, −d ln E/d ln s, are exact derivatives along
 * these powers, not finite differences.
 *
 * <p>The student sees only the teacher's outputs, without noise. There are two extremes. Where the teacher's error is the
 * variance of noisy labels, a student that sees many of the teacher's labels filters it, up to the exponent (b − 1)/b of the
 * {@linkplain #minimaxExponent() minimax rate}. Where the teacher's error is the bias of few random features, a student
 * filters their fluctuation, but no student's error is of a smaller order than the square of its teacher's ({@link
 * Point#bound()}).
 *
 * <p>Sources: Wu, Chen, Misiakiewicz and Mondelli, <i>Improved Scaling Laws via Weak-to-Strong Generalization in Random Feature Ridge
 * Regression</i> (arXiv 2603.05691), for the question; Medvedev et al. (ICML 2025) for the bound; the exponents follow from {@link
 * Distillation}, see {@code docs/scaling.md}. Immutable.
 *
 * <pre>{@code
 * RandomFeatureScaling noisy = RandomFeatureScaling.of(1.5, 2.5)
 *         .withNoise(1)
 *         .withTeacher(RandomFeatureScaling.Growth.samples(1)) // n = s, all features, no ridge: it interpolates the noise
 *         .withStudent(RandomFeatureScaling.Growth.samples(3).withBestRidge());
 * RandomFeatureScaling.Point point = noisy.at(1000);
 * double teacher = point.teacherExponent(); // -0.00114: it does not learn
 * double student = point.studentExponent(); // 0.584
 * double limit = noisy.minimaxExponent(); // 0.6
 * }</pre>
 */
public final class RandomFeatureScaling {

    /** The number of samples that stands for infinitely many, for a model of finite width. */
    private static final double ENDLESS = 1e100;

    private final double alpha;
    private final double b;
    private final double noise;
    private final Growth teacher;
    private final Growth student;

    private RandomFeatureScaling(double alpha, double b, double noise, Growth teacher, Growth student) {
        this.alpha = alpha;
        this.b = b;
        this.noise = noise;
        this.teacher = teacher;
        this.student = student;
    }

    /**
     * The laws for an infinite spectrum and signal: without noise, with teachers and students without ridge on n = s samples
     * and all features.
     *
     * @param alpha the decay α of the eigenvalues, greater than 1
     * @param b the decay of the signal λβ², greater than 1
     * @return the laws
     * @throws IllegalArgumentException if a decay is out of range
     */
    public static RandomFeatureScaling of(double alpha, double b) {
        Spectrum.powerLaw(alpha);
        if (!(b > 1 && b < Double.POSITIVE_INFINITY)) {
            throw refusal("b", b, "is not greater than 1 and finite, so that the signal has a finite power");
        }
        return new RandomFeatureScaling(alpha, b, 0, Growth.samples(1), Growth.samples(1));
    }

    /**
     * The same laws with noise on the labels of the teacher.
     *
     * @param noise the standard deviation σ, at least 0
     * @return new laws
     * @throws IllegalArgumentException if the noise is negative, NaN or infinite
     */
    public RandomFeatureScaling withNoise(double noise) {
        return new RandomFeatureScaling(alpha, b, deviation("noise", noise), teacher, student);
    }

    /**
     * The same laws with another teacher.
     *
     * @param teacher how it grows with the scale
     * @return new laws
     * @throws IllegalArgumentException if the teacher is null
     */
    public RandomFeatureScaling withTeacher(Growth teacher) {
        return new RandomFeatureScaling(alpha, b, noise, notNull("teacher", teacher), student);
    }

    /**
     * The same laws with another student.
     *
     * @param student how it grows with the scale
     * @return new laws
     * @throws IllegalArgumentException if the student is null
     */
    public RandomFeatureScaling withStudent(Growth student) {
        return new RandomFeatureScaling(alpha, b, noise, teacher, notNull("student", student));
    }

    /**
     * How a model grows with the scale s: samples s<sup>c</sup>, width s<sup>a</sup>, ridge s<sup>−l</sup>.
     *
     * @param samples c, greater than 0; infinite for infinitely many, which needs a finite width
     * @param width a, the exponent of the number of random features, at least 0; infinite for a model that sees all features
     * @param ridge l; infinite for no ridge, NaN for the best one at every scale
     */
    public record Growth(double samples, double width, double ridge) {

        /**
         * Checks the exponents.
         *
         * @param samples c
         * @param width a
         * @param ridge l
         * @throws IllegalArgumentException if one is out of range
         */
        public Growth {
            if (!(samples > 0)) {
                throw refusal("samples", samples, "is not greater than 0");
            }
            if (!(width >= 0)) {
                throw refusal("width", width, "is not at least 0");
            }
            if (Double.isInfinite(samples) && Double.isInfinite(width)) {
                throw refusal(
                        "samples", samples, "needs a finite width; take a large exponent for a model of all features");
            }
            if (ridge == Double.NEGATIVE_INFINITY) {
                throw refusal("ridge", ridge, "is an infinite ridge");
            }
        }

        /**
         * A model on all features, without a ridge.
         *
         * @param samples c
         * @return the growth
         * @throws IllegalArgumentException if c is not positive and finite
         */
        public static Growth samples(double samples) {
            return new Growth(positive("samples", samples), Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        }

        /**
         * A model with infinitely many samples, without a ridge: the best possible with that number of random features.
         *
         * @param width a, at least 0
         * @return the growth
         * @throws IllegalArgumentException if a is negative, NaN or infinite
         */
        public static Growth width(double width) {
            return new Growth(Double.POSITIVE_INFINITY, nonNegative("width", width), Double.POSITIVE_INFINITY);
        }

        /**
         * The same growth on s<sup>a</sup> random features.
         *
         * @param width a, at least 0; infinite for all features
         * @return a new growth
         * @throws IllegalArgumentException if a is negative or NaN
         */
        public Growth withWidth(double width) {
            return new Growth(samples, width, ridge);
        }

        /**
         * The same growth with a ridge of s<sup>−l</sup>.
         *
         * @param ridge l
         * @return a new growth
         * @throws IllegalArgumentException if l is NaN or infinite
         */
        public Growth withRidge(double ridge) {
            return new Growth(samples, width, finite("ridge", ridge));
        }

        /**
         * The same growth with the best ridge at every scale.
         *
         * @return a new growth
         */
        public Growth withBestRidge() {
            return new Growth(samples, width, Double.NaN);
        }

        private boolean hasBestRidge() {
            return Double.isNaN(ridge);
        }

        @Override
        public String toString() {
            String ofSamples = Double.isInfinite(samples) ? "infinitely many samples" : "samples s^" + samples;
            String ofWidth = Double.isInfinite(width) ? "all features" : "width s^" + width;
            String ofRidge = Double.isInfinite(ridge) ? "no ridge" : "ridge s^" + (0 - ridge);
            return "Growth: " + ofSamples + ", " + ofWidth + ", " + (hasBestRidge() ? "best ridge" : ofRidge);
        }

        /** The training at a scale, with ridge 0 where the best ridge is yet to be found. */
        private Training training(double scale) {
            double count = Double.isInfinite(samples) ? ENDLESS : Math.pow(scale, samples);
            double q = Double.isInfinite(width) ? width : Math.pow(scale, width);
            double r = hasBestRidge() || Double.isInfinite(ridge) ? 0 : Math.pow(scale, -ridge);
            return Training.samples(count).withRandomFeatures(q).withRidge(r);
        }

        /** The target of a teacher at a scale. */
        private Distillation target(Teacher labelled, double scale, double noise) {
            Training training = training(scale).withNoise(noise);
            return labelled.target(
                    hasBestRidge()
                            ? training.withRidge(
                                    BestRidge.of(labelled, training).ridge())
                            : training);
        }

        /** The part of dE/d ln s due to this model; at the best ridge the derivative by the ridge is zero. */
        private double slope(Training training, Sensitivities.OfTraining by) {
            double slope = Double.isInfinite(samples) ? 0 : samples * training.samples() * by.samples();
            if (training.estimator() instanceof Estimator.RandomFeatures random) {
                slope += width * random.features() * by.randomFeatures();
            }
            return hasBestRidge() || Double.isInfinite(ridge) ? slope : slope - ridge * training.ridge() * by.ridge();
        }
    }

    /**
     * The laws at one scale.
     *
     * @param scale s
     * @return the excess risks of teacher and student and their local exponents
     * @throws IllegalArgumentException if the scale is not positive and finite, or the smaller of a model's samples and width
     *     is not from 1 to 1e10 there
     */
    public Point at(double scale) {
        positive("scale", scale);
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b))
                .withNoise(noise);
        Distillation weak = teacher.target(Distillation.of(task), scale, noise);
        Distillation strong = student.target(weak, scale, 0);
        return new Point(
                scale,
                weak.predict().excess(),
                strong.predict().excess(),
                exponent(weak),
                exponent(strong),
                noise == 0 && Double.isInfinite(teacher.samples));
    }

    private double exponent(Distillation pipeline) {
        Sensitivities all = pipeline.sensitivities();
        double slope = 0;
        for (int s = 0; s < pipeline.trainings().size(); s++) {
            Growth growth = s == 0 ? teacher : student;
            slope += growth.slope(pipeline.trainings().get(s), all.trainings().get(s));
        }
        return 0 - slope / pipeline.predict().excess();
    }

    /**
     * The laws for all combinations of widths, at one scale.
     *
     * @param teacherWidths the exponents a of the teacher's width, at least one
     * @param studentWidths the exponents a of the student's width, at least one
     * @param scale s
     * @return a row for each width of the teacher, with a point for each width of the student
     * @throws IllegalArgumentException if an array is null or empty, a width is out of range, or as {@link #at(double)} does
     */
    public List<List<Point>> map(double[] teacherWidths, double[] studentWidths, double scale) {
        atLeastOne("teacherWidths.length", notNull("teacherWidths", teacherWidths).length);
        atLeastOne("studentWidths.length", notNull("studentWidths", studentWidths).length);
        return Arrays.stream(teacherWidths)
                .mapToObj(of -> Arrays.stream(studentWidths)
                        .mapToObj(by -> withTeacher(teacher.withWidth(of))
                                .withStudent(student.withWidth(by))
                                .at(scale))
                        .toList())
                .toList();
    }

    /**
     * The minimax exponent: that of the best rate at which any estimator learns such signals from the teacher's noisy samples.
     *
     * @return c (b − 1)/b; infinite for infinitely many samples. Without noise, laws may be faster
     */
    public double minimaxExponent() {
        return teacher.samples * (b - 1) / b;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RandomFeatureScaling that
                && alpha == that.alpha
                && b == that.b
                && noise == that.noise
                && teacher.equals(that.teacher)
                && student.equals(that.student);
    }

    @Override
    public int hashCode() {
        return Objects.hash(alpha, b, noise, teacher, student);
    }

    @Override
    public String toString() {
        return "RandomFeatureScaling: alpha " + alpha + ", b " + b + ", noise " + noise + ", teacher " + teacher
                + ", student " + student;
    }

    /**
     * Teacher and student at one scale.
     *
     * @param scale s
     * @param teacherExcess the excess risk of the teacher
     * @param studentExcess the excess risk of the student
     * @param teacherExponent −d ln E/d ln s of the teacher
     * @param studentExponent −d ln E/d ln s of the student
     * @param isBounded whether the teacher's error is only the part of the signal that its random features cannot express: no
     *     noise, infinitely many samples
     */
    public record Point(
            double scale,
            double teacherExcess,
            double studentExcess,
            double teacherExponent,
            double studentExponent,
            boolean isBounded) {

        /**
         * Checks the numbers.
         *
         * @param scale s, greater than 0
         * @param teacherExcess the excess risk of the teacher, at least 0
         * @param studentExcess the excess risk of the student, at least 0
         * @param teacherExponent the local exponent of the teacher
         * @param studentExponent the local exponent of the student
         * @param isBounded whether the teacher's error is only what its random features cannot express
         * @throws IllegalArgumentException if a number is NaN or out of range
         */
        public Point {
            positive("scale", scale);
            nonNegativeOrInfinite("teacherExcess", teacherExcess);
            nonNegativeOrInfinite("studentExcess", studentExcess);
            number("teacherExponent", teacherExponent);
            number("studentExponent", studentExponent);
        }

        /**
         * Whether the student's risk falls faster than the teacher's.
         *
         * @return true if its exponent is the larger
         */
        public boolean isImproved() {
            return studentExponent > teacherExponent;
        }

        /**
         * The bound on the exponent of any student at large s: the exponent of the square of its teacher's error.
         *
         * @return twice the teacher's exponent if {@link #isBounded()}, infinite otherwise: the variance of noisy labels can be
         *     filtered without such a bound
         */
        public double bound() {
            return isBounded ? 2 * teacherExponent : Double.POSITIVE_INFINITY;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "scale %.6g: teacher %.6g with exponent %.6g, student %.6g with exponent %.6g",
                    scale,
                    teacherExcess,
                    teacherExponent,
                    studentExcess,
                    studentExponent);
        }
    }
}
