package dev.retort.theory.simulation;

import static dev.retort.theory.testing.RetortAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PopulationTest {

    private static final int SIZE = 4000;
    private static final int DIMENSION = 60;
    private static final RegressionTask WORLD = RegressionTask.of(
                    Spectrum.powerLaw(1.2, DIMENSION), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);

    private final RandomGenerator random = RandomStreams.of(8).generator();
    private final INDArray features = GaussianDesign.of(Covariance.diagonal(WORLD.spectrum()))
            .sample(SIZE, random)
            .addi(5);
    private final INDArray labels = labelled(features);
    private final Population population = Population.of(features, labels);

    private INDArray labelled(INDArray shifted) {
        double[] truth = new double[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            truth[i] = WORLD.coefficient(i);
        }
        INDArray noise = Nd4j.createFromArray(
                DoubleStream.generate(random::nextGaussian).limit(SIZE).toArray());
        return LinearRegression.predict(shifted, Nd4j.createFromArray(truth))
                .addi(noise.muli(WORLD.noise()))
                .addi(100);
    }

    @Test
    void recoversTheTaskItWasDrawnFrom() {
        RegressionTask task = population.task();
        assertThat(population.size()).isEqualTo(SIZE);
        assertThat(task.noise()).isCloseTo(WORLD.noise(), within(4 * WORLD.noise() / Math.sqrt(2.0 * SIZE) + 0.005));
        assertThat(task.signalPower()).isCloseTo(WORLD.signalPower(), within(0.1 * WORLD.signalPower()));
        assertThat(task.spectrum().eigenvalue(0)).isCloseTo(1, within(0.1));
    }

    @Test
    void theGroundTruthIsTheLeastSquaresFit() {
        double[] inEigenbasis = new double[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            inEigenbasis[i] = population.task().coefficient(i);
        }
        INDArray fit = LinearRegression.minimumNorm(
                features.subRowVector(features.mean(0)),
                labels.sub(labels.meanNumber().doubleValue()));
        double[] found = population
                .covariance()
                .fromEigenbasis(Nd4j.createFromArray(inEigenbasis))
                .toDoubleVector();
        assertThat(found).containsExactly(fit.toDoubleVector(), within(1e-10));
    }

    @Test
    void theTheoryPredictsStudentsOfGaussianData() {
        for (Surrogate surrogate : new Surrogate[] {Surrogate.groundTruth(), Surrogate.optimal()}) {
            for (double noise : new double[] {0, population.task().noise()}) {
                Distillation pipeline = Distillation.of(population.task())
                        .surrogate(surrogate)
                        .target(Training.samples(30).withNoise(noise));
                Simulation simulation =
                        pipeline.simulate(Trials.of(300).withSeed(4).drawingFrom(population));
                // Allows 2/n for the limit, and for the 30 of 4000 members that a student has seen.
                assertThat(simulation)
                        .as("%s, noise %s", surrogate, noise)
                        .withFiniteSizeAllowance(2 + 30.0 * 30.0 / SIZE)
                        .agreesWith(pipeline);
            }
        }
    }

    @Test
    void theTheoryPredictsChainsOnGaussianData() {
        double noise = population.task().noise();
        for (Distillation chain : new Distillation[] {
            Distillation.of(population.task())
                    .surrogate(Training.samples(40))
                    .then(Training.samples(30).withNoise(noise / 2)),
            Distillation.of(population.task())
                    .surrogate(Training.samples(90).withMask(FeatureMask.keepingFirst(30, DIMENSION)))
                    .then(Training.samples(30).withRidge(1e-3))
                    .then(Training.samples(40).withTeacherShare(0.5).withNoise(2 * noise))
        }) {
            Simulation simulation = chain.simulate(Trials.of(400).withSeed(4).drawingFrom(population));
            // Allows 2/n for the limit, and for the 90 of 4000 members that a model has seen.
            assertThat(simulation)
                    .isPreciseTo(0.05)
                    .withFiniteSizeAllowance(2 + 30 * 90.0 / SIZE)
                    .agreesWith(chain);
        }
    }

    @Test
    void trueLabelsDoNotDependOnTheTeacher() {
        Training target = Training.samples(30).withTeacherShare(0).withNoise(5);
        Simulation untaught = Distillation.of(population.task())
                .surrogate(Surrogate.given(new double[DIMENSION]))
                .target(target)
                .simulate(Trials.of(4).drawingFrom(population));
        Simulation ordinary = Distillation.of(population.task())
                .target(Training.samples(30))
                .simulate(Trials.of(4).drawingFrom(population));
        assertThat(untaught.excess()).containsExactly(ordinary.excess(), within(1e-12));
    }

    @Test
    void aStudentOfAllMembersOnTrueLabelsLearnsTheGroundTruth() {
        Distillation pipeline = Distillation.of(population.task()).target(Training.samples(SIZE));
        Simulation simulation = pipeline.simulate(Trials.of(2).drawingFrom(population));
        // Without replacement every member is drawn once, and least squares on all members is the truth.
        assertThat(simulation.mean()).isCloseTo(0, within(1e-20));
    }

    @Test
    void constantDirectionsAreNotFeatures() {
        double[][] twice = {{1, 1, 7}, {2, 2, 7}, {4, 4, 7}, {-1, -1, 7}, {0, 0, 7}};
        Population flat = Population.of(Nd4j.create(twice), Nd4j.createFromArray(1.0, 2.0, 4.0, -1.0, 0.5));
        assertThat(flat.task().spectrum().rank()).isEqualTo(1);
        Distillation pipeline = Distillation.of(flat.task()).target(Training.samples(3));
        Simulation simulation = pipeline.simulate(Trials.of(50).drawingFrom(flat));
        // Regression on one number: each of the ten choices of three members has its slope, and so its excess risk.
        double[] x = {-0.2, 0.8, 2.8, -2.2, -1.2};
        double[] y = {-0.3, 0.7, 2.7, -2.3, -0.8};
        double fit = slope(x, y, 0b11111);
        double variance = (0.04 + 0.64 + 7.84 + 4.84 + 1.44) / 5;
        double[] risks = IntStream.range(0, 32)
                .filter(members -> Integer.bitCount(members) == 3)
                .mapToDouble(members -> variance * Math.pow(slope(x, y, members) - fit, 2))
                .toArray();
        for (double excess : simulation.excess()) {
            assertThat(risks).usingComparatorWithPrecision(1e-12).contains(excess);
        }
        assertThat(Arrays.stream(simulation.excess())
                        .map(each -> Math.rint(1e9 * each))
                        .distinct())
                .hasSizeGreaterThan(5);
    }

    /** The slope of the best line through zero for the given members. */
    private static double slope(double[] x, double[] y, int members) {
        double xy = 0;
        double xx = 0;
        for (int i = 0; i < x.length; i++) {
            if ((members >> i & 1) == 1) {
                xy += x[i] * y[i];
                xx += x[i] * x[i];
            }
        }
        return xy / xx;
    }

    /**
     * A copy of a column is no further feature: least squares of minimum norm splits its coefficient in two, so that the column counts √2
     * times. Without a ridge, four samples of three features have 3 times the noise variance, and only three are at the threshold.
     */
    @Test
    void aCopyOfAColumnAddsNoFeature() {
        RandomGenerator own = RandomStreams.of(2).generator();
        double[][] with = new double[40][];
        double[][] without = new double[40][];
        double[] y = new double[40];
        for (int row = 0; row < with.length; row++) {
            double[] z = StandardNormal.sample(4, own);
            with[row] = new double[] {z[0], z[1], z[2], z[2]};
            without[row] = new double[] {z[0], z[1], Math.sqrt(2) * z[2]};
            y[row] = z[0] - 0.5 * z[1] + 2 * z[2] + z[3];
        }
        RegressionTask copied =
                Population.of(Nd4j.create(with), Nd4j.createFromArray(y)).task();
        RegressionTask single =
                Population.of(Nd4j.create(without), Nd4j.createFromArray(y)).task();
        assertThat(copied.spectrum().rank()).isEqualTo(3);
        for (double ridge : new double[] {0, 0.1}) {
            for (double samples : new double[] {1, 2, 2.9, 3, 3.1, 4, 5, 30}) {
                Training training = Training.samples(samples).withRidge(ridge);
                for (Surrogate surrogate : List.of(Surrogate.groundTruth(), Surrogate.optimal())) {
                    assertThat(excess(copied, surrogate, training))
                            .isCloseTo(excess(single, surrogate, training), withinPercentage(1e-9));
                }
            }
        }
        double variance = copied.noise() * copied.noise();
        assertThat(excess(copied, Surrogate.groundTruth(), Training.samples(4)))
                .isCloseTo(3 * variance, withinPercentage(1e-9));
        assertThat(excess(copied, Surrogate.groundTruth(), Training.samples(3))).isInfinite();

        // A column that is almost a copy is a feature: the threshold is then at four samples.
        for (int row = 0; row < with.length; row++) {
            with[row][3] *= 1 + 1e-6 * own.nextDouble();
        }
        RegressionTask almost =
                Population.of(Nd4j.create(with), Nd4j.createFromArray(y)).task();
        assertThat(almost.spectrum().rank()).isEqualTo(4);
        assertThat(excess(almost, Surrogate.groundTruth(), Training.samples(4))).isInfinite();
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training training) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(training)
                .predict()
                .excess();
    }

    @Test
    void aLargeMeanLosesNoDigits() {
        // Multiples of 2^-16 below 2^10: the sum with 2^30 is exact.
        INDArray near = Nd4j.create(rounded(features, 0x1p16));
        INDArray far = near.add(0x1p30);
        Population one = Population.of(near, labels);
        Population other = Population.of(far, labels.reshape(SIZE, 1).add(0x1p10));
        Training target = Training.samples(30);
        double[] expected = Distillation.of(one.task())
                .target(target)
                .simulate(Trials.of(5).drawingFrom(one))
                .excess();
        double[] actual = Distillation.of(other.task())
                .target(target)
                .simulate(Trials.of(5).drawingFrom(other))
                .excess();
        assertThat(other.task().noise()).isCloseTo(one.task().noise(), within(1e-12));
        for (int t = 0; t < 5; t++) {
            assertThat(actual[t]).isCloseTo(expected[t], within(1e-10 * expected[t]));
        }
    }

    private static double[][] rounded(INDArray array, double scale) {
        double[][] entries = array.toDoubleMatrix();
        for (double[] row : entries) {
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.rint(row[j] * scale) / scale;
            }
        }
        return entries;
    }

    @Test
    void theRoundingOfLinearLabelsIsNotNoise() {
        double[] truth = new double[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            truth[i] = WORLD.coefficient(i);
        }
        INDArray linear = LinearRegression.predict(features, Nd4j.createFromArray(truth));
        // One direction, not along an axis, has so little variance that its eigenvalue is accurate to 1e-9 at best; the
        // labels, which are exact sums, load on it.
        INDArray dyadic = Nd4j.create(rounded(features, 0x1p16));
        INDArray steep = dyadic.dup();
        steep.getColumn(7).muli(0x1p-10).addi(dyadic.getColumn(0)).addi(dyadic.getColumn(1));
        INDArray onSteep = dyadic.sum(1);
        for (Population exact : new Population[] {
            Population.of(features, linear),
            Population.of(features, linear.add(1e6)),
            Population.of(features, linear.castTo(DataType.FLOAT)),
            Population.of(steep, onSteep)
        }) {
            assertThat(exact.task().noise()).isZero();
            Distillation pipeline = Distillation.of(exact.task()).target(Training.samples(100));
            // Least squares on a hundred samples without noise is the truth.
            assertThat(pipeline.simulate(Trials.of(3).drawingFrom(exact)).mean())
                    .isLessThan(1e-12 * exact.task().signalPower());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Distillation.of(exact.task())
                            .target(Training.samples(100).withNoise(0.5))
                            .simulate(Trials.of(3).drawingFrom(exact)))
                    .withMessage("noise: 0.5 cannot be drawn from a population whose labels are exactly linear");
        }
        INDArray noisy = linear.add(labels.sub(labels.mean()).muli(1e-9));
        assertThat(Population.of(features, noisy).task().noise()).isPositive();
    }

    @Test
    void fewerMembersThanFeaturesAreInterpolated() {
        INDArray few = features.get(NDArrayIndex.interval(0, 40), NDArrayIndex.all());
        Population small = Population.of(few, labels.get(NDArrayIndex.interval(0, 40)));
        assertThat(small.task().spectrum().rank()).isEqualTo(39);
        assertThat(small.task().noise()).isZero();
        double above = small.task().signalPower();
        for (int samples : new int[] {5, 20, 38}) {
            Simulation simulation =
                    target(small, samples).simulate(Trials.of(200).drawingFrom(small));
            assertThat(simulation.mean() + 4 * simulation.standardError())
                    .as("%d samples are worth more than fewer", samples)
                    .isLessThan(above);
            above = simulation.mean();
        }
        // The theory is for Gaussian features, and five of them are few.
        Distillation ofFive = target(small, 5);
        assertThat(ofFive.simulate(Trials.of(200).drawingFrom(small)).mean())
                .isCloseTo(ofFive.predict().excess(), withinPercentage(25));
        for (int samples : new int[] {39, 40}) {
            // As many samples as the rank: each centred member is the negative sum of the others.
            assertThat(target(small, samples).predict().excess()).isZero();
            assertThat(target(small, samples)
                            .simulate(Trials.of(10).drawingFrom(small))
                            .mean())
                    .isBetween(0.0, 1e-25);
        }
    }

    /** Few members, so that samples contain a large part of them. */
    private Population ofFirst(int members) {
        return Population.of(
                features.get(NDArrayIndex.interval(0, members), NDArrayIndex.all()),
                labels.get(NDArrayIndex.interval(0, members)));
    }

    @Test
    void leastSquaresOnPartOfAPopulationHasItsKnownRisk() {
        Population small = ofFirst(300);
        for (int samples : new int[] {90, 150, 240, 299, 300}) {
            // The fit to a part differs from the fit to the whole by its excess covariance: σ² p (N − n)/((N − p)(n −
            // p)).
            double expected = Math.pow(small.task().noise(), 2) * 60 * (300 - samples) / (240.0 * (samples - 60));
            assertThat(small.excess(target(small, samples)).orElseThrow())
                    .as("%d samples", samples)
                    .isCloseTo(expected, within(1e-12 * expected));
        }
        // Noise s of a teacher's labels, of which a share ξ is mixed in, adds ξ²s² p (N − p)/(N(n − p)).
        Training mixed = Training.samples(150).withTeacherShare(0.4).withNoise(0.8);
        double ofMembers = Math.pow(0.6 * small.task().noise(), 2) * 60 * 150 / (240.0 * 90);
        assertThat(small.excess(Distillation.of(small.task()).target(mixed)).orElseThrow())
                .isCloseTo(ofMembers + Math.pow(0.4 * 0.8, 2) * 60 * 240 / (300.0 * 90), withinPercentage(1e-10));
        assertThat(small.excess(target(small, 30)).orElseThrow())
                .isCloseTo(target(small, 30).predict().excess(), withinPercentage(1e-10));
        // A fit to all members is ordinary ridge regression.
        Distillation ridge =
                Distillation.of(small.task()).target(Training.samples(300).withRidge(0.1));
        assertThat(small.excess(ridge).orElseThrow())
                .isCloseTo(
                        ridge.simulate(Trials.of(2).drawingFrom(small)).mean(),
                        within(1e-10 * ridge.predict().excess()));
        assertThat(population.excess(Distillation.of(population.task())
                        .target(Training.samples(20).stoppedAt(10))))
                .isEmpty();
    }

    @Test
    void theTheoryPredictsTheEffectOfAFinitePopulation() {
        Population small = ofFirst(400);
        double noise = small.task().noise();
        Training half = Training.samples(200);
        FeatureMask first = FeatureMask.keepingFirst(25, DIMENSION);
        Distillation.Draft task = Distillation.of(small.task());
        for (Distillation pipeline : new Distillation[] {
            task.target(half),
            task.target(half.withRidge(0.02)),
            task.target(half.withMask(first)),
            task.surrogate(half.withRidge(0.01)).then(half.withNoise(noise / 2)),
            task.surrogate(half.withMask(first)).then(Training.samples(300).withTeacherShare(0.5)),
            task.surrogate(half)
                    .then(half.withRidge(0.05).withNoise(0))
                    .then(Training.samples(40).withNoise(0))
        }) {
            Simulation simulation = pipeline.simulate(Trials.of(300).withSeed(4).drawingFrom(small));
            RiskReport prediction = pipeline.predict();
            double expected = small.excess(pipeline).orElseThrow();
            assertThat(simulation.expected(prediction)).isCloseTo(expected, within(1e-12 * expected));
            // Allows 4/n for the limit after every stage; the prediction for fresh samples is further off.
            assertThat(simulation).isPreciseTo(0.02).withFiniteSizeAllowance(4).agreesWith(pipeline);
            if (simulation.stages().size() < 3) {
                assertThat(expected).isLessThan(0.96 * prediction.excess());
            }
        }
    }

    @Test
    void learningCurvesAgreeWithTheirPoints() {
        Population small = ofFirst(200);
        int[] samples = {20, 100, 50, 200};
        Trials trials = Trials.of(200).withSeed(3).drawingFrom(small);
        for (Training training :
                new Training[] {Training.samples(1), Training.samples(1).withRidge(0.05)}) {
            Distillation.Draft task = Distillation.of(small.task());
            List<Simulation> curve = trials.learningCurve(task, training, samples);
            for (int j = 0; j < samples.length; j++) {
                Distillation point = task.target(training.withSamples(samples[j]));
                Simulation alone = point.simulate(trials.withSeed(5));
                assertThat(curve.get(j).pipeline()).isEqualTo(point);
                double error = Math.hypot(curve.get(j).standardError(), alone.standardError());
                assertThat(curve.get(j).mean())
                        .as("%d samples, %s", samples[j], training)
                        .isCloseTo(alone.mean(), within(4 * error + 1e-12));
            }
            // Allows 4/n for the limit, and 2 more for least squares with 100 samples and 60 features.
            assertThat(curve.get(1))
                    .withFiniteSizeAllowance(6)
                    .agreesWith(curve.get(1).pipeline());
        }
        List<Simulation> taught = trials.learningCurve(
                Distillation.of(small.task()).surrogate(Training.samples(120).withRidge(0.05)),
                Training.samples(1).withNoise(0),
                30,
                150);
        assertThat(taught.get(0).stages().get(0).mean())
                .isEqualTo(taught.get(1).stages().get(0).mean());
        assertThat(taught.get(1))
                .withFiniteSizeAllowance(4)
                .agreesWith(taught.get(1).pipeline());
    }

    /** A feature of size 1e7 and one of size 1, which is also the label. */
    @Test
    void smallDirectionsAreNotNoise() {
        double[][] members = {{1e7, 1}, {-2e7, 0}, {3e7, 2}, {0, -1}, {-1e7, 3}, {2e7, -2}};
        INDArray second = Nd4j.createFromArray(1.0, 0, 2, -1, 3, -2);
        Population both = Population.of(Nd4j.create(members), second);
        assertThat(both.task().spectrum().rank()).isEqualTo(2);
        assertThat(both.task().noise()).isZero();
        assertThat(both.task().signalPower()).isCloseTo(35.0 / 12, withinPercentage(1e-12));
        Distillation pipeline = Distillation.of(both.task()).target(Training.samples(4));
        assertThat(pipeline.simulate(Trials.of(5).drawingFrom(both)).mean()).isLessThan(1e-12);
    }

    /** 40 features have singular values down to 8e-14 of the largest, whose squares are below rounding. */
    @Test
    void smoothFeaturesOfOneInputHaveTheirRank() {
        INDArray smooth = Nd4j.create(DataType.DOUBLE, 200, 40);
        double[] sine = new double[200];
        for (int i = 0; i < 200; i++) {
            double x = -2 + 4.0 * i / 199;
            sine[i] = Math.sin(3 * x);
            for (int j = 0; j < 40; j++) {
                smooth.putScalar(i, j, Math.tanh(1.5 * (x - (-2 + 4.0 * j / 39))));
            }
        }
        Population all = Population.of(smooth, Nd4j.createFromArray(sine));
        assertThat(all.task().spectrum().rank()).isEqualTo(40);
        Distillation noisy =
                Distillation.of(all.task()).target(Training.samples(20).withNoise(0.1));
        // mpmath, 60 digits: at 20 samples, where eigenvalues of XᵀX lose all digits in double precision
        assertThat(noisy.predict().excess()).isCloseTo(0.285992332845733, withinPercentage(1e-6));
        assertThat(target(all, 20).predict().excess()).isCloseTo(3.2386e-9, withinPercentage(2));

        Population few = Population.of(
                smooth.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 40)), Nd4j.createFromArray(sine));
        assertThat(few.task().spectrum().rank()).isEqualTo(20);
        assertThat(few.task().noise()).isCloseTo(Math.sqrt(2.44431318168e-10), withinPercentage(1e-3));
        assertThat(target(few, 20).predict().excess()).isInfinite();
        assertThat(Distillation.of(few.task())
                        .target(Training.samples(10).withNoise(0.1))
                        .predict()
                        .excess())
                .isCloseTo(0.13704815432294, withinPercentage(1e-6));
    }

    @Test
    void rejectsUnitsThatHideADirection() {
        INDArray scaled =
                features.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).mul(Nd4j.createFromArray(1e9, 1, 1e-9));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(scaled, labels))
                .withMessage(
                        "features: columns whose standard deviations differ by 18 decades have a rank of 2 in double precision,"
                                + " and of 3 with each divided by its own: divide them");
    }

    @Test
    void inOriginalFeaturesItIsTheSameTask() {
        Training teacher = Training.samples(90).withRidge(0.01);
        Training student = Training.samples(40).withNoise(0.1);
        double expected = Distillation.of(population.task())
                .surrogate(teacher)
                .then(student)
                .predict()
                .excess();
        MatrixDistillation matrices =
                population.inOriginalFeatures().surrogate(teacher).then(student);
        assertThat(matrices.predict().excess()).isCloseTo(expected, within(1e-9 * expected));
        assertThat(matrices.evaluation()).isEqualTo(population.covariance());
    }

    private static Distillation target(Population population, int samples) {
        return Distillation.of(population.task()).target(Training.samples(samples));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(null, labels))
                .withMessage("features: null is not an array");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(features, null))
                .withMessage("labels: null is not an array");
    }

    @Test
    void rejectsPipelinesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(features, Nd4j.zeros(DataType.DOUBLE, 3)))
                .withMessage("labels: shape [3] is not [4000] or [4000, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(features, labels.reshape(1, SIZE)))
                .withMessage("labels: shape [1, 4000] is not [4000] or [4000, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(features, labels.reshape(2, SIZE / 2)))
                .withMessage("labels: shape [2, 2000] is not [4000] or [4000, 1], one per row of the features");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(features, labels.castTo(DataType.BOOL)))
                .withMessage("labels: BOOL is not a numeric data type");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(labels, labels))
                .withMessage("features: shape [4000] is not of rank 2, [samples, features]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Population.of(Nd4j.ones(7, 2).muli(0.1), Nd4j.ones(7)))
                .withMessage("features: shape [7, 2] has no feature that varies");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Population.of(Nd4j.create(new double[][] {{1}, {2}}), Nd4j.createFromArray(1.0, Double.NaN)))
                .withMessage("labels[1]: NaN is not finite");
        Trials trials = Trials.of(2).drawingFrom(population);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Distillation.of(WORLD).target(Training.samples(10)).simulate(trials))
                .withMessageContaining("does not have the spectrum of the population");
        Training shifted = Training.samples(10).withSpectrum(Spectrum.isotropic(1, DIMENSION));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(population.task())
                        .surrogate(Training.samples(10)
                                .withSpectrum(population.task().spectrum()))
                        .then(shifted)
                        .simulate(trials))
                .withMessage("spectrum: " + Spectrum.isotropic(1, DIMENSION)
                        + " is not that of the population, the only one it can draw");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(population.task())
                        .surrogate(Training.samples(4001))
                        .then(Training.samples(10))
                        .simulate(trials))
                .withMessage("samples: 4001.0 is not at most the population, 4000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(population.task())
                        .target(Training.samples(4001))
                        .simulate(trials))
                .withMessage("samples: 4001.0 is not at most the population, 4000");
    }
}
