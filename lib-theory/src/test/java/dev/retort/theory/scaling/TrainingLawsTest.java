package dev.retort.theory.scaling;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingLawsTest {

    /** In per cent: a relative error of 1e-12. */
    private static final double EXACT = 1e-10;

    /** Invented constants that give realistic losses, with a capacity gap. */
    private static final DistillationLaw LAW =
            DistillationLaw.of(SupervisedLaw.busbridge2025(), 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.1);

    static Stream<Row> rows() {
        return ReferenceTable.rows(TrainingLawsTest.class, "training-laws.tsv");
    }

    private static SupervisedLaw supervised(Row row) {
        return SupervisedLaw.of(
                row.number("E"),
                row.number("A"),
                row.number("alpha"),
                row.number("B"),
                row.number("beta"),
                row.number("gamma"));
    }

    private static DistillationLaw distilled(Row row) {
        return DistillationLaw.of(
                supervised(row),
                row.number("A'"),
                row.number("alpha'"),
                row.number("B'"),
                row.number("beta'"),
                row.number("gamma'"),
                row.number("c0"),
                row.number("c1"),
                row.number("d1"),
                row.number("f1"));
    }

    private static void agrees(double value, Row row, String column) {
        assertThat(value).as(column).isCloseTo(row.number(column), withinPercentage(EXACT));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void supervisedLawAgreesWithHighPrecision(Row row) {
        SupervisedLaw law = supervised(row);
        double n = row.number("N");
        double d = row.number("D");
        agrees(law.loss(n, d), row, "loss");
        agrees(law.lossByParameters(n, d), row, "lossByN");
        agrees(law.lossByTokens(n, d), row, "lossByD");
        ComputeOptimal best = law.optimalFor(row.number("flops"));
        agrees(best.parameters(), row, "bestN");
        assertThat(6 * best.parameters() * best.tokens()).isCloseTo(row.number("flops"), withinPercentage(EXACT));
        // The tokens follow from the difference between loss and E, so some digits are lost.
        double target = law.loss(n, d / 3);
        assertThat(law.tokensFor(target, n)).isCloseTo(row.number("tokens"), withinPercentage(1e-8));
        assertThat(law.parametersFor(target, d)).isCloseTo(row.number("parameters"), withinPercentage(1e-8));
        assertThat(law.flopsFor(best.loss())).isCloseTo(row.number("flops"), withinPercentage(1e-8));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void distillationLawAgreesWithHighPrecision(Row row) {
        DistillationLaw law = distilled(row);
        double n = row.number("N");
        double d = row.number("D");
        double teacher = row.number("LT");
        agrees(law.loss(n, d, teacher), row, "student");
        agrees(law.lossByParameters(n, d, teacher), row, "studentByN");
        agrees(law.lossByTokens(n, d, teacher), row, "studentByD");
        // A difference of two terms of the size of the loss.
        assertThat(law.lossByTeacherLoss(n, d, teacher)).isCloseTo(row.number("studentByLT"), within(1e-11));
        BestTeacher best = law.bestTeacher(n, d);
        agrees(best.studentLoss(), row, "bestStudent");
        assertThat(best.teacherLoss()).isCloseTo(row.number("bestTeacher"), withinPercentage(1e-9));
        assertThat(best.capacityGap()).isEqualTo(row.number("bestTeacher") > 1.0001 * row.number("E"));
    }

    @Test
    void capacityGapBeginsAtTheBestOfAllTeachers() {
        for (double n : new double[] {2e8, 1e9, 8e9}) {
            for (double d : new double[] {5e9, 1e11, 2e12}) {
                BestTeacher best = LAW.bestTeacher(n, d);
                double least = Double.POSITIVE_INFINITY;
                double at = 0;
                for (double teacher = 1.22; teacher < 6; teacher += 1e-4) {
                    double loss = LAW.loss(n, d, teacher);
                    if (loss < least) {
                        least = loss;
                        at = teacher;
                    }
                }
                assertThat(best.teacherLoss()).isCloseTo(at, within(1e-4));
                assertThat(best.studentLoss()).isLessThanOrEqualTo(least).isCloseTo(least, within(1e-6));
                assertThat(best.capacityGap()).isTrue();
                assertThat(LAW.loss(n, d, best.teacherLoss() - 0.02)).isGreaterThan(best.studentLoss());
            }
        }
    }

    @Test
    void noCapacityGapWhereTheTermsOfTheStudentVanish() {
        // Without c1, the gap changes faster than the teacher's own loss only if it is a large part of the loss.
        DistillationLaw easy = DistillationLaw.of(SupervisedLaw.busbridge2025(), 1e-3, 0.3, 1e-3, 0.5, 1, 1, 0, 1, 0.1);
        BestTeacher best = easy.bestTeacher(1e9, 1e11);
        assertThat(best.capacityGap()).isFalse();
        assertThat(best.teacherLoss()).isEqualTo(1.22, within(1e-15));
    }

    @Test
    void crossesSupervisedLearningWhereBothLossesAreEqual() {
        SupervisedLaw supervised = LAW.supervised();
        for (double teacher : new double[] {2.1, 2.2, 2.4}) {
            double tokens = LAW.meetingTokens(1e9, teacher);
            assertThat(LAW.loss(1e9, tokens, teacher)).isCloseTo(supervised.loss(1e9, tokens), withinPercentage(1e-10));
            assertThat(LAW.loss(1e9, 0.9 * tokens, teacher)).isLessThan(supervised.loss(1e9, 0.9 * tokens));
            for (double more : new double[] {1.1, 2, 10, 1e4}) {
                assertThat(LAW.loss(1e9, more * tokens, teacher)).isGreaterThan(supervised.loss(1e9, more * tokens));
            }
        }
        // A student that cannot reach this loss on data, but comes close to its teacher.
        DistillationLaw close =
                DistillationLaw.of(SupervisedLaw.busbridge2025(), 1e-3, 0.3, 1e-3, 0.5, 1, 1, 0, 1, 0.1);
        assertThat(close.meetingTokens(1e8, 1.5)).isInfinite();
        assertThat(close.meetingTokens(1e8, 1e9)).isZero();
    }

    /** Crossings far outside any runs count; the limits show whether there is none. */
    @Test
    void findsCrossingsHoweverFarAway() {
        // On data the student's loss tends to 1.6; the distilled student tends to 1.6 + 1e-9, and is closer before.
        SupervisedLaw slow = SupervisedLaw.of(1.5, 0.1, 1e-9, 1, 0.2);
        for (double above : new double[] {1e-2, 1e-5, 1e-9}) {
            DistillationLaw law = DistillationLaw.of(slow, 1e-30, 0.3, 1e-30, 0.5, 1, 1, 0, 1, 0.1);
            double limit = 1.5 + 0.1 * Math.pow(1e9, -1e-9);
            // (1/D)^0.2 = above
            assertThat(law.meetingTokens(1e9, limit + above))
                    .isCloseTo(Math.pow(above, -5), withinPercentage(above == 1e-9 ? 1e-3 : 1e-6));
            assertThat(law.meetingTokens(1e9, limit - above)).isInfinite();
        }
        DistillationLaw endless =
                DistillationLaw.of(SupervisedLaw.of(1.5, 0.1, 1e-9, 1, 1e-3), 1e-30, 0.3, 1e-30, 0.5, 1, 1, 0, 1, 0.1);
        assertThat(endless.meetingTokens(1e9, 1.61)).isEqualTo(Double.MAX_VALUE);
        assertThat(endless.meetingTokens(1e9, 1.59)).isInfinite();
    }

    @Test
    void splitIsBetterThanAnyOther() {
        RandomGenerator random = RandomStreams.of(5).generator();
        for (int students : new int[] {1, 8}) {
            double n = 1e9;
            double flops = 3e21 * students;
            BudgetSplit split = LAW.split(flops, n, students);
            assertThat(split.teacherTraining() + split.teacherInference() + split.studentTraining())
                    .isCloseTo(flops, withinPercentage(EXACT));
            assertThat(split.teacherLoss())
                    .isEqualTo(LAW.supervised().loss(split.teacherParameters(), split.teacherTokens()));
            assertThat(split.studentLoss()).isEqualTo(LAW.loss(n, split.studentTokens(), split.teacherLoss()));
            assertThat(split.supervisedLoss())
                    .isCloseTo(LAW.supervised().loss(n, flops / students / 6 / n), withinPercentage(EXACT));
            for (int i = 0; i < 20_000; i++) {
                // Half of the points are anywhere, half near the split itself.
                double spread = i % 2 == 0 ? 6 : 0.05;
                double teacher = split.teacherParameters() * Math.exp(spread * (random.nextDouble() - 0.5));
                double share = split.teacherTraining() / flops;
                share = i % 2 == 0 ? random.nextDouble() : share * (1 + spread * (random.nextDouble() - 0.5));
                double tokens = (1 - share) * flops / students / (2 * teacher + 6 * n);
                double loss = LAW.loss(n, tokens, LAW.supervised().loss(teacher, share * flops / 6 / teacher));
                assertThat(loss).isGreaterThanOrEqualTo(split.studentLoss() - 1e-12);
            }
        }
        assertThat(LAW.split(8e21, 1e9, 8).studentLoss())
                .isLessThan(LAW.split(1e21, 1e9, 1).studentLoss());
    }

    @Test
    void unreachableLossesNeedInfiniteResources() {
        SupervisedLaw law = SupervisedLaw.of(1.7, 400, 0.34, 410, 0.28);
        assertThat(law.gamma()).isEqualTo(1);
        assertThat(law.tokensFor(1.7, 1e9)).isInfinite();
        assertThat(law.tokensFor(1.7 + 400 / Math.pow(1e9, 0.34), 1e9)).isInfinite();
        assertThat(law.parametersFor(1.5, 1e9)).isInfinite();
        assertThat(law.flopsFor(1.6)).isInfinite();
    }

    @Test
    void lossesStayFiniteFarOutside() {
        for (double n : new double[] {1, 1e3, 1e30}) {
            for (double d : new double[] {1, 1e6, 1e40}) {
                for (double teacher : new double[] {1e-3, 1.3, 50, 1e6}) {
                    assertThat(LAW.loss(n, d, teacher)).isFinite().isGreaterThanOrEqualTo(teacher);
                    assertThat(LAW.lossByTokens(n, d, teacher)).isFinite();
                    assertThat(LAW.lossByParameters(n, d, teacher)).isFinite();
                }
                assertThat(LAW.bestTeacher(n, d).studentLoss()).isFinite();
            }
        }
    }

    @Test
    void rejectsInvalidLawsAndModels() {
        refuses("irreducible: -1.0 is not at least 0 and finite", () -> SupervisedLaw.of(-1, 1, 1, 1, 1));
        refuses("alpha: NaN is not greater than 0 and finite", () -> SupervisedLaw.of(1, 1, Double.NaN, 1, 1));
        refuses("tokens: 0.0 is not greater than 0 and finite", () -> LAW.loss(1e9, 0, 2));
        refuses("teacherLoss: -2.0 is not greater than 0 and finite", () -> LAW.loss(1e9, 1e9, -2));
        refuses("students: 0 is not at least 1", () -> LAW.split(1e20, 1e9, 0));
        refuses(
                "f1: 0.0 is not greater than 0 and finite",
                () -> DistillationLaw.of(SupervisedLaw.busbridge2025(), 1, 1, 1, 1, 1, 1, 1, 1, 0));
    }

    /** If an intermediate value overflows, the answer is its limit, or the message names the argument. */
    @Test
    void budgetsOutOfRangeHaveLimitsOrAreRejectedByName() {
        SupervisedLaw shallow = SupervisedLaw.of(1.7, 1e200, 0.1, 1e-200, 0.1);
        ComputeOptimal large = shallow.optimalFor(6e300);
        assertThat(large.parameters()).isInfinite();
        assertThat(large.tokens()).isZero();
        // 2 √(A B)/(N D)^0.05 where both terms are equal, as the exponents are
        assertThat(large.loss()).isCloseTo(1.7 + 2 * Math.pow(1e300, -0.05), withinPercentage(1e-10));
        assertThat(LAW.supervised().optimalFor(Double.MIN_VALUE).loss()).isFinite();
        refuses(
                "flops: 1.0E-300 cannot be split into numbers of tokens for students of this size",
                () -> LAW.split(1e-300, 1e200, 1));
        assertThat(LAW.split(1e300, 1e9, 1).studentLoss()).isFinite();
    }

    @Test
    void lawsAreValues() {
        assertThat(SupervisedLaw.busbridge2025())
                .isEqualTo(SupervisedLaw.of(1.220, 3355, 0.408, 18186, 0.431, 0.452))
                .hasSameHashCodeAs(SupervisedLaw.of(1.220, 3355, 0.408, 18186, 0.431, 0.452))
                .hasToString("L = 1.2200 + (3355.0/N^0.4080 + 18186/D^0.4310)^0.4520");
        assertThat(SupervisedLaw.of(1.7, 400, 0.34, 410, 0.28))
                .hasToString("L = 1.7000 + 400.00/N^0.3400 + 410.00/D^0.2800");
        assertThat(LAW)
                .isEqualTo(DistillationLaw.of(
                        SupervisedLaw.busbridge2025(), 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.1))
                .isNotEqualTo(DistillationLaw.of(
                        SupervisedLaw.busbridge2025(), 2000, 0.32, 20000, 0.63, 0.76, 2.5, 500, 1.3, 0.2));
    }

    @Test
    void softplusKeepsItsDigitsFarBelowZero() {
        for (double z : new double[] {-700, -40, -10, -1, 0, 1e-3, 30}) {
            assertThat(DistillationLaw.softplus(z)).isCloseTo(Math.log1p(Math.exp(z)), withinPercentage(1e-13));
        }
    }
}
