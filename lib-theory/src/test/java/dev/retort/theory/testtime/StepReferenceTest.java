package dev.retort.theory.testtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.fixtures.ReferenceTable.Row;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares every number of a step with two tables: steps.tsv, which generate-steps.py computed with 60 digits, and
 * reference-steps.tsv, to 12 figures, which another program computed from the same definitions with 40 digits.
 */
class StepReferenceTest {

    private static final double RELATIVE_ERROR = 2e-13;

    /**
     * The slope is a squared norm that vanishes at the best weights for the task. Near them its error, from the
     * rounding of the weights, is relative to the slope at zero weights.
     */
    private static final double ROUNDED_WEIGHTS = 4 * Math.ulp(1.0);

    /** The twelve figures of the table. */
    private static final double PRINTED = 1e-11;

    static Stream<ReferenceStep> steps() {
        return ReferenceStep.in("steps.tsv");
    }

    static Stream<ReferenceStep> referenceSteps() {
        return ReferenceStep.in("reference-steps.tsv");
    }

    @ParameterizedTest
    @MethodSource("steps")
    void isExact(ReferenceStep reference) {
        Row row = reference.row();
        LinearAttention start = reference.start();
        double trace = 0;
        double squares = 0;
        for (double[] weights : start.weights()) {
            for (double weight : weights) {
                squares += weight * weight;
            }
        }
        for (int i = 0; i < start.dimension(); i++) {
            trace += start.weight(i, i);
        }
        TestTimeTraining training = reference.training();
        check(row, "trace", trace);
        check(row, "squaredNorm", squares);
        check(row, "leastPretrainingLoss", reference.prior().leastLoss(row.whole("pretraining")));
        check(row, "initialLoss", start.loss(reference.task(), row.whole("evaluation")));
        check(reference, "fresh", training.predict());
        if (row.has("sameB1")) {
            check(reference, "same", training.withSameContext().predict());
        }
    }

    private static void check(ReferenceStep reference, String variant, ImprovementCurve curve) {
        Row row = reference.row();
        check(row, "initialLoss", curve.initialLoss());
        double b1 = row.number(variant + "B1");
        double coldB1 = reference
                .training()
                .withStart(LinearAttention.zero(row.whole("dimension")))
                .predict()
                .after(1)
                .slope();
        double slopeError = RELATIVE_ERROR + ROUNDED_WEIGHTS * Math.sqrt(Math.abs(coldB1 / b1));
        double a1 = row.number(variant + "A1");
        double a2 = row.number(variant + "A2");
        for (int k : new int[] {1, 2, row.whole("examples"), 1_000_000}) {
            GradientStep step = curve.after(k);
            double b = k * b1;
            double a = k * ((k + 1) * a1 + a2);
            double gain = b > 0 ? b / a * b : 0;
            double before = row.number("initialLoss");
            assertThat(step.curvature()).isCloseTo(a, within(RELATIVE_ERROR * a));
            assertThat(step.loss()).isCloseTo(before - gain, within(RELATIVE_ERROR * before));
            if (b != 0) {
                assertThat(step.slope()).isCloseTo(b, within(slopeError * Math.abs(b)));
                assertThat(step.improvement()).isCloseTo(gain, within(2 * slopeError * gain));
                double stepSize = Math.max(0, b / a);
                assertThat(step.optimalStepSize().orElseThrow()).isCloseTo(stepSize, within(slopeError * stepSize));
            }
        }
    }

    private static void check(Row row, String column, double actual) {
        double expected = row.number(column);
        assertThat(actual).as(column).isCloseTo(expected, within(RELATIVE_ERROR * Math.abs(expected)));
    }

    @ParameterizedTest
    @MethodSource("referenceSteps")
    void agreesWithAnIndependentProgram(ReferenceStep reference) {
        Row row = reference.row();
        TestTimeTraining training = reference.training();
        checkPrinted(reference, "fresh", training);
        if (row.has("same L0")) {
            checkPrinted(reference, "same", training.withSameContext());
        }
        if (row.has("leastPretrainingLoss")) {
            checkPrinted(row, "leastPretrainingLoss", reference.prior().leastLoss(row.whole("pretraining")));
        }
    }

    private static void checkPrinted(ReferenceStep reference, String variant, TestTimeTraining training) {
        Row row = reference.row();
        ImprovementCurve curve = training.predict();
        GradientStep one = curve.after(1);
        GradientStep step = curve.after(row.whole("examples"));
        double stepSize = step.optimalStepSize().orElseThrow();
        checkPrinted(row, variant + " L0", step.initialLoss());
        checkPrinted(row, variant + " b", step.slope());
        checkPrinted(row, variant + " a", step.curvature());
        checkPrinted(row, variant + " b1", one.slope());
        checkPrinted(row, variant + " eta_star", stepSize);
        checkPrinted(row, variant + " improvement", step.improvement());
        checkPrinted(row, variant + " L_after", step.loss());
        checkPrinted(row, variant + " L_after", step.loss(stepSize));
        checkPrinted(row, variant + " L_at_half_eta_star", step.loss(stepSize / 2));
        checkPrinted(row, variant + " kappa", curve.halfwayExamples());
        checkPrinted(row, variant + " floor_k_inf", curve.floor());
        if (row.has(variant + " leading L0")) {
            ImprovementCurve leading = training.leadingOrder();
            checkPrinted(row, variant + " leading L0", leading.initialLoss());
            checkPrinted(
                    row,
                    variant + " leading improvement",
                    leading.after(row.whole("examples")).improvement());
        }
        if (row.has(variant + " cold")) {
            ImprovementCurve cold = training.withStart(LinearAttention.zero(row.whole("dimension")))
                    .predict();
            checkPrinted(row, variant + " cold", cold.loss(row.whole("examples")));
            double[] expected = row.numbers(variant + " crossovers");
            double[] crossovers = curve.crossovers(cold);
            assertThat(crossovers).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                assertThat(crossovers[i]).isCloseTo(expected[i], within(PRINTED * expected[i]));
            }
        }
    }

    private static void checkPrinted(Row row, String column, double actual) {
        double expected = row.number(column);
        assertThat(actual).as(column).isCloseTo(expected, within(PRINTED * Math.abs(expected)));
    }
}
