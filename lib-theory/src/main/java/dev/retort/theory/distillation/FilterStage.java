package dev.retort.theory.distillation;

import dev.retort.core.equivalent.ComplexEquivalent;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.internal.Complex;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A spectral filter, ψ(s) = Σ c r/(s + r). Each of its poles has an equivalent with its own complex κ; each pair of poles is
 * a noise channel,
 *
 * <pre>  profile_kl = c_k c_l θ_k θ_l,      noise_kl = 1/(n(1−Ω_kl)),      cost_kl = ζ_k ζ_l/(n(1−Ω_kl)),
 *   1 − Ω_kl = (1/n) Σ θ_k ζ_l + r_k/κ_k.</pre>
 *
 * One of each two conjugate poles is listed, with twice its weight; so a sum over all pairs is half the real part of the sum
 * over pairs of listed poles plus that over pairs whose second pole is conjugated. Amounts are complex, both kinds of pairs
 * with k ≤ l. Immutable.
 */
final class FilterStage extends Stage {

    /**
     * If −κ is at least so far from every eigenvalue that is gathered, relative to that, gathered eigenvalues keep sums
     * to 1e-14, and to 1e-15 if its real part is negative.
     */
    private static final double FAR = 0.92;

    /** Gathering eigenvalues takes about as long as a solve on this many nodes. */
    private static final int WORTH_GATHERING = 1024;

    private final double samples;

    /** The real and imaginary parts of the poles' weights c, of κ, and of r/κ. */
    private final double[] weightReal;

    private final double[] weightImaginary;
    private final double[] kappaReal;
    private final double[] kappaImaginary;
    /** The inverse of the larger part of κ. */
    private final double[] perKappa;

    private final double[] leftReal;
    private final double[] leftImaginary;

    /** The derivatives of the poles' ridges with respect to the time or the rate of the filter. */
    private final List<Complex> speeds;

    private final List<ComplexEquivalent> equivalents;

    /** 1/(n(1 − Ω_kl)) of all pairs. */
    private final PolePairs perSpare;

    /** Σ wθ_kθ_l under the training's covariance, times the weights. */
    private final PolePairs ownProfile;

    /** A cache: a caller with other nodes computes the profile again. */
    private volatile @Nullable Profile lastProfile;

    private record Profile(Coordinates nodes, PolePairs weighted) {}

    private FilterStage(
            RegressionTask task,
            Training training,
            SpectralMeasure measure,
            List<SpectralFilter.Pole> poles,
            List<Complex> speeds,
            List<ComplexEquivalent> equivalents) {
        super(task, training);
        this.speeds = speeds;
        this.equivalents = equivalents;
        this.samples = training.samples();
        int size = poles.size();
        this.weightReal = new double[size];
        this.weightImaginary = new double[size];
        this.kappaReal = new double[size];
        this.kappaImaginary = new double[size];
        this.perKappa = new double[size];
        this.leftReal = new double[size];
        this.leftImaginary = new double[size];
        for (int k = 0; k < size; k++) {
            SpectralFilter.Pole pole = poles.get(k);
            weightReal[k] = pole.weight().real();
            weightImaginary[k] = pole.weight().imaginary();
            ComplexEquivalent equivalent = equivalents.get(k);
            kappaReal[k] = equivalent.kappaReal();
            kappaImaginary[k] = equivalent.kappaImaginary();
            perKappa[k] = inverse(Math.max(Math.abs(kappaReal[k]), Math.abs(kappaImaginary[k])));
            leftReal[k] = equivalent.leftReal();
            leftImaginary[k] = equivalent.leftImaginary();
        }
        PolePairSums sums = new PolePairSums(kappaReal, kappaImaginary, true);
        for (int node = 0; node < measure.size(); node++) {
            sums.add(measure.value(node), measure.weight(node));
        }
        this.ownProfile = sums.withLearnt().weighted(weightReal, weightImaginary);
        PolePairs spares = sums.withMissed();
        for (int k = 0; k < size; k++) {
            for (int l = k; l < size; l++) {
                spares.add(k, l, samples * leftReal[k], samples * leftImaginary[k]);
            }
        }
        this.perSpare = spares.reciprocals();
    }

    static FilterStage of(RegressionTask task, Training training, SpectralFilter filter, double decay) {
        return of(task, training, filter, decay, List.of());
    }

    /** The stage, solved starting from equivalents of similar numbers, one for each pole, if given. */
    private static FilterStage of(
            RegressionTask task, Training training, SpectralFilter filter, double decay, List<ComplexEquivalent> near) {
        Spectrum spectrum = training.seenSpectrum(task);
        List<SpectralFilter.Pole> unshifted = filter.poles(spectrum, training.samples(), decay);
        List<SpectralFilter.Pole> poles =
                unshifted.stream().map(pole -> pole.shifted(decay)).toList();
        // Ridges are inversely proportional to the time or rate.
        double speed = filter.scale() == 0 ? 0 : -1 / filter.scale();
        SpectralMeasure measure = spectrum.measure();
        SpectralMeasure nodes = measure.size() > WORTH_GATHERING ? measure.compressed() : measure;
        List<ComplexEquivalent> equivalents = near.size() == poles.size()
                ? near(training.samples(), poles, near)
                : along(nodes, training.samples(), poles);
        double largest = largestGathered(nodes);
        if (nodes.size() < measure.size() && !equivalents.stream().allMatch(pole -> isFar(pole, largest))) {
            nodes = measure;
            equivalents = along(measure, training.samples(), poles);
        }
        return new FilterStage(
                task,
                training,
                nodes,
                poles,
                unshifted.stream().map(pole -> pole.ridge().times(speed)).toList(),
                equivalents);
    }

    private static List<ComplexEquivalent> near(
            double samples, List<SpectralFilter.Pole> poles, List<ComplexEquivalent> near) {
        return IntStream.range(0, poles.size())
                .mapToObj(k -> near.get(k)
                        .at(
                                samples,
                                poles.get(k).ridge().real(),
                                poles.get(k).ridge().imaginary()))
                .toList();
    }

    private static List<ComplexEquivalent> along(
            SpectralMeasure nodes, double samples, List<SpectralFilter.Pole> poles) {
        return ComplexEquivalent.along(
                nodes,
                samples,
                poles.stream().mapToDouble(pole -> pole.ridge().real()).toArray(),
                poles.stream().mapToDouble(pole -> pole.ridge().imaginary()).toArray());
    }

    /** The largest eigenvalue that is gathered with others; the few above it each stand for themselves. */
    private static double largestGathered(SpectralMeasure nodes) {
        for (int cell = 0; cell < nodes.cells(); cell++) {
            int start = nodes.cellStart(cell);
            if (nodes.cellStart(cell + 1) > start + 1) {
                return nodes.value(start);
            }
        }
        return 0;
    }

    /** Whether the sums that belong to a pole may be taken over gathered eigenvalues: −κ is well off those from 0 to the largest. */
    private static boolean isFar(ComplexEquivalent pole, double largest) {
        double nearest = Math.min(Math.max(-pole.kappaReal(), 0), largest);
        return Math.hypot(pole.kappaReal() + nearest, pole.kappaImaginary()) >= FAR * nearest;
    }

    @Override
    Stage neighbour(RegressionTask task, Training next) {
        return training().isOnTaskFeatures()
                        && next.isOnTaskFeatures()
                        && next.estimator() instanceof Estimator.Filtered filtered
                ? of(task, next, filtered.filter(), next.ridge(), equivalents)
                : Stage.of(task, next);
    }

    @Override
    Equivalent equivalent() {
        throw new IllegalStateException("No single τ belongs to " + training().estimator()
                + "; a spectral filter is a sum of resolvents, each with its own");
    }

    /** 1/unit, with the unit limited to a range in which its inverse neither overflows nor loses digits. */
    private static double inverse(double unit) {
        return 1 / Math.min(Math.max(unit, 0x1p-1020), 0x1p1020);
    }

    @Override
    double theta(double lambda) {
        double perLambda = inverse(lambda);
        double sum = 0;
        for (int k = 0; k < kappaReal.length; k++) {
            // Re cλ/(λ+κ), in units of the larger of λ and |κ|, so that no square overflows.
            double perUnit = Math.min(perLambda, perKappa[k]);
            double own = lambda * perUnit;
            double all = own + kappaReal[k] * perUnit;
            double imaginary = kappaImaginary[k] * perUnit;
            sum += own * (weightReal[k] * all + weightImaginary[k] * imaginary) / (all * all + imaginary * imaginary);
        }
        return sum;
    }

    @Override
    double zeta(double lambda) {
        double perLambda = inverse(lambda);
        double sum = 0;
        for (int k = 0; k < kappaReal.length; k++) {
            // Re cκ/(λ+κ)
            double perUnit = Math.min(perLambda, perKappa[k]);
            double own = lambda * perUnit;
            double real = kappaReal[k] * perUnit;
            double imaginary = kappaImaginary[k] * perUnit;
            double all = own + real;
            double missed = weightReal[k] * (real * all + imaginary * imaginary) - weightImaginary[k] * own * imaginary;
            sum += missed / (all * all + imaginary * imaginary);
        }
        return sum;
    }

    /** Puts θ of all poles into an array, real and imaginary parts next to one another. */
    private void putLearnt(double lambda, double[] learnt) {
        double perLambda = inverse(lambda);
        for (int k = 0; k < perKappa.length; k++) {
            double perUnit = Math.min(perLambda, perKappa[k]);
            double own = lambda * perUnit;
            double sum = own + kappaReal[k] * perUnit;
            double imaginary = kappaImaginary[k] * perUnit;
            double perNorm = 1 / (sum * sum + imaginary * imaginary);
            learnt[2 * k] = own * sum * perNorm;
            learnt[2 * k + 1] = -own * imaginary * perNorm;
        }
    }

    /** ζ of one pole. */
    private Complex missed(int pole, double lambda) {
        Complex kappa = new Complex(kappaReal[pole], kappaImaginary[pole]);
        return kappa.over(kappa.plus(lambda));
    }

    private boolean areNothingMissed(double lambda) {
        return IntStream.range(0, kappaReal.length)
                .mapToObj(pole -> missed(pole, lambda))
                .allMatch(missed -> missed.real() == 0 && missed.imaginary() == 0);
    }

    @Override
    int channels(Coordinates nodes) {
        return perSpare.values().length;
    }

    /** 1, because each channel has its own divisor. */
    @Override
    double spare() {
        return 1;
    }

    @Override
    double[] noiseAmounts(Coordinates nodes, DoubleUnaryOperator noisePower) {
        double power = noisePower.applyAsDouble(1);
        if (power == Double.POSITIVE_INFINITY) {
            return unbounded();
        }
        double[] amounts = new double[perSpare.values().length];
        for (int i = 0; i < amounts.length; i++) {
            amounts[i] = times(perSpare.values()[i], power);
        }
        return amounts;
    }

    @Override
    double[] designAmounts(Coordinates nodes, NodePower seen) {
        PolePairSums sums = new PolePairSums(kappaReal, kappaImaginary, false);
        for (int k = 0; k < nodes.size(); k++) {
            double lambda = eigenvalue(nodes, k);
            if (sees(nodes, k) && lambda > 0) {
                double power = seen.times(rootRatio(nodes, k), k);
                if (power < Double.POSITIVE_INFINITY) {
                    sums.add(lambda, power);
                } else if (!areNothingMissed(lambda)) {
                    return unbounded();
                }
            }
        }
        return sums.withMissed().times(perSpare).values();
    }

    /** The amounts for labels of infinite variance, infinite for all pairs: their factors are squares, which cannot cancel. */
    private double[] unbounded() {
        double[] amounts = new double[perSpare.values().length];
        Arrays.fill(amounts, Double.POSITIVE_INFINITY);
        return amounts;
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes, int k) {
        return addedVariances(amounts, nodes).applyAsDouble(k);
    }

    @Override
    IntToDoubleFunction addedVariances(double[] amounts, Coordinates nodes) {
        if (!Arrays.stream(amounts).allMatch(Double::isFinite)) {
            return k -> theta(nodes, k) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        PolePairs.Form form = new PolePairs(kappaReal.length, amounts)
                .weighted(weightReal, weightImaginary)
                .form();
        double[] learnt = new double[2 * kappaReal.length];
        return k -> {
            double lambda = eigenvalue(nodes, k);
            if (!(lambda > 0) || !sees(nodes, k)) {
                return 0;
            }
            putLearnt(lambda, learnt);
            double root = rootRatio(nodes, k);
            return form.at(learnt) / (root * root);
        };
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes) {
        return profile(nodes).sumWith(amounts);
    }

    /** Σ wθ_kθ_l/ρ under the task's covariance, times the weights; cached for the nodes used last. */
    private PolePairs profile(Coordinates nodes) {
        if (!isShifted()) {
            return ownProfile;
        }
        Profile kept = lastProfile;
        if (kept == null || kept.nodes() != nodes) {
            kept = new Profile(nodes, newProfile(nodes).weighted(weightReal, weightImaginary));
            lastProfile = kept;
        }
        return kept.weighted();
    }

    private PolePairs newProfile(Coordinates nodes) {
        PolePairSums sums = new PolePairSums(kappaReal, kappaImaginary, true);
        for (int k = 0; k < nodes.size(); k++) {
            double lambda = eigenvalue(nodes, k);
            if (sees(nodes, k) && lambda > 0 && nodes.matters(k)) {
                double root = rootRatio(nodes, k);
                sums.add(lambda, nodes.weight(k) / (root * root));
            }
        }
        return sums.withLearnt();
    }

    @Override
    Costs costs(Coordinates nodes) {
        double[] worth = profile(nodes).times(perSpare).values();
        return new Costs() {
            @Override
            public double of(NodePower power, int k) {
                double lambda = eigenvalue(nodes, k);
                if (!(lambda > 0)) {
                    return 0;
                }
                return sees(nodes, k)
                        ? Stage.times(cost(lambda), power.times(rootRatio(nodes, k), k))
                        : Stage.times(unseenCost(), power.times(rootRatio(nodes, k), k));
            }

            @Override
            public double perLearnt(double lambda, double rootRatio) {
                return rootRatio * rootRatio * cost(lambda) / theta(lambda);
            }

            private double cost(double lambda) {
                double[] real = new double[kappaReal.length];
                double[] imaginary = new double[kappaReal.length];
                for (int k = 0; k < real.length; k++) {
                    Complex missed = missed(k, lambda);
                    real[k] = missed.real();
                    imaginary[k] = missed.imaginary();
                }
                return sumOfSquares(real, imaginary);
            }

            /** The cost of a feature that the model does not see, which acts as noise. */
            private double unseenCost() {
                double[] ones = new double[kappaReal.length];
                Arrays.fill(ones, 1);
                return sumOfSquares(ones, new double[kappaReal.length]);
            }

            private double sumOfSquares(double[] real, double[] imaginary) {
                PolePairs squares = new PolePairs(real.length);
                squares.addSquares(real, imaginary, 1);
                return squares.sumWith(worth);
            }
        };
    }

    @Override
    boolean isAtThreshold() {
        return Arrays.stream(perSpare.values()).anyMatch(Double::isInfinite);
    }

    @Override
    Adjoint adjoint(Labelled labels, double[] byDeviation, double[] byVariance, @Nullable Gain gain) {
        return ChannelAdjoint.of(
                this, terms -> new FilterFunctional(this, terms), labels, byDeviation, byVariance, gain);
    }

    /**
     * All poles, conjugate ones next to one another.
     *
     * @param kappa κ
     * @param left r/κ
     * @param weight c
     * @param speed the derivative of r with respect to the filter's time or rate, 0 if it has none
     * @param listed the indices of one pole of each conjugate pair, and of all real poles
     */
    record Poles(
            List<Complex> kappa, List<Complex> left, List<Complex> weight, List<Complex> speed, List<Integer> listed) {}

    Poles poles() {
        Poles poles = new Poles(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int k = 0; k < kappaReal.length; k++) {
            poles.listed().add(poles.kappa().size());
            boolean alone = kappaImaginary[k] == 0;
            for (int sign = 1; sign >= (alone ? 1 : -1); sign -= 2) {
                poles.kappa().add(new Complex(kappaReal[k], sign * kappaImaginary[k]));
                poles.left().add(new Complex(leftReal[k], sign * leftImaginary[k]));
                double part = alone ? 1 : 0.5;
                poles.weight().add(new Complex(part * weightReal[k], sign * part * weightImaginary[k]));
                Complex speed = speeds.get(k);
                poles.speed().add(new Complex(speed.real(), sign * speed.imaginary()));
            }
        }
        return poles;
    }

    /** n Σ c_k c_l (r_k/κ_k)(r_l/κ_l) N_kl, by generalised cross-validation for every pair of poles. */
    @Override
    double trainingError(Labelled labels) {
        Coordinates nodes = labels.moments().coordinates();
        double[] amounts = rawAmounts(nodes, labels.power(), labels.noisePower());
        PolePairs left = new PolePairs(kappaReal.length);
        left.addSquares(leftReal, leftImaginary, samples);
        // The terms are many times their sum, and of either sign: in units of the amounts none overflows.
        int exponent = PowerOfTwo.exponent(amounts);
        PowerOfTwo.scale(amounts, -exponent);
        return Math.scalb(Math.max(left.weighted(weightReal, weightImaginary).sumWith(amounts), 0), exponent);
    }
}
