package dev.retort.theory;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.core.SampleMean;
import dev.retort.theory.data.Diagnostics;
import dev.retort.theory.data.Direction;
import dev.retort.theory.data.Finding;
import dev.retort.theory.data.MeasuredRisk;
import dev.retort.theory.data.TunedRisk;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.incontext.TaskDiversity;
import dev.retort.theory.progressive.FourierExpansion;
import dev.retort.theory.scaling.BestTeacher;
import dev.retort.theory.scaling.BudgetSplit;
import dev.retort.theory.scaling.ComputeOptimal;
import dev.retort.theory.scaling.LawFit;
import dev.retort.theory.scaling.LawForm;
import dev.retort.theory.scaling.RandomFeatureScaling;
import dev.retort.theory.sharpening.PromptCoverage;
import dev.retort.theory.simulation.FiniteSizeError;
import dev.retort.theory.simulation.Progress;
import dev.retort.theory.simulation.neural.DegreeOneProbe;
import dev.retort.theory.simulation.neural.Measurement;
import dev.retort.theory.simulation.neural.TrainingProgress;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of results refuse components that no result has. */
class RecordsTest {

    private static final double NAN = Double.NaN;

    private static final SampleMean MEAN = new SampleMean(1, 0.1);

    static Stream<Record> records() {
        return Stream.of(
                new TaskDiversity.Crossing(2.5, 0.1, 2, 3, true),
                new BestTeacher(2, 3, true),
                new ComputeOptimal(1, 2, 3),
                new BudgetSplit(1, 2, 3, 4, 5, 6, 7, 8, 9),
                new RandomFeatureScaling.Point(10, 0.1, 0.1, 1, 1, false),
                new LawFit.Tried(LawForm.NO_BEND, 3, 0.1),
                new PromptCoverage.FineTuningOrder(10, 20),
                new Diagnostics(1, 0.5, 0, "x", 1, 1, 3, 0, 5),
                new MeasuredRisk(5, 0.1, MEAN, 1),
                new TunedRisk(5, 0.1, MEAN),
                new Direction(0, 1, 0.5, 1, true, List.of("x")),
                new Finding(Finding.Kind.INDEX, List.of("x"), "what", "advice"),
                new SweepProgress(1, 0, 3, Duration.ZERO, Optional.of(Duration.ZERO)),
                new FiniteSizeError.Point(10, 0.1, 0.2, 0.1, OptionalDouble.of(0.3)),
                new Progress(1, 2, 0.5, 0.1, Duration.ZERO, Duration.ZERO),
                new TrainingProgress("teacher", 1, 2, 3, 0.5, Duration.ZERO),
                new DegreeOneProbe.Signal(0.1, 0.1, 0.1));
    }

    /** The canonical constructor is called with one component replaced at a time. */
    @ParameterizedTest
    @MethodSource("records")
    void nullAndNanAreRefusedByName(Record whole) throws ReflectiveOperationException {
        RecordComponent[] components = whole.getClass().getRecordComponents();
        Constructor<?> constructor = whole.getClass()
                .getDeclaredConstructor(
                        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        for (int i = 0; i < components.length; i++) {
            Class<?> type = components[i].getType();
            if (type == boolean.class || type == int.class || type == long.class) {
                continue;
            }
            Object[] values = new Object[components.length];
            for (int j = 0; j < values.length; j++) {
                values[j] = components[j].getAccessor().invoke(whole);
            }
            values[i] = type == double.class ? NAN : null;
            Throwable thrown = null;
            try {
                constructor.newInstance(values);
            } catch (InvocationTargetException e) {
                thrown = e.getCause();
            }
            assertThat(thrown)
                    .as("%s of %s", components[i].getName(), whole)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(components[i].getName() + ": ");
        }
    }

    @Test
    void impossibleNumbersAreRefused() {
        refuses("below: -1 is not at least 1", () -> new TaskDiversity.Crossing(2, 0, -1, 2, true));
        refuses("above: 2 is not greater than below, 5", () -> new TaskDiversity.Crossing(2, 0, 5, 2, true));
        refuses("studentLoss: -1.0 is not at least 0", () -> new BestTeacher(1, -1, true));
        refuses("parameters: -1.0 is not at least 0", () -> new ComputeOptimal(-1, 1, 0));
        refuses("teacherParameters: -1.0 is not at least 0", () -> new BudgetSplit(-1, 1, 1, 1, 1, 1, 1, 1, 1));
        refuses("teacherExcess: -1.0 is not at least 0", () -> new RandomFeatureScaling.Point(1, -1, 1, 1, 1, true));
        refuses("constants: -1 is not at least 1", () -> new LawFit.Tried(LawForm.NO_BEND, -1, 1));
        refuses("draws: -1.0 is not at least 0", () -> new PromptCoverage.FineTuningOrder(1, -1));
        refuses("largestLeverage: 2.0 is not from 0 to 1", () -> new Diagnostics(1, 2, 0, "x", 1, 1, 3, 0, 5));
        refuses("samples: 0 is not at least 1", () -> new MeasuredRisk(0, 0.1, MEAN, 1));
        refuses("ridge: -1.0 is not at least 0", () -> new TunedRisk(1, -1, MEAN));
        refuses("last: 0 is less than first, 1", () -> new Direction(1, 0, 0.5, 1, true, List.of()));
        refuses(
                "elapsed: PT-1S is negative",
                () -> new SweepProgress(1, 0, 3, Duration.ofSeconds(-1), Optional.empty()));
        refuses(
                "standardError: 0.0 is not greater than 0",
                () -> new FiniteSizeError.Point(10, 0.1, 0.2, 0, OptionalDouble.empty()));
        refuses(
                "step: 4 is more than the limit, 3",
                () -> new TrainingProgress("teacher", 1, 4, 3, 0.5, Duration.ZERO));
        refuses("set: [2, 1] is not ascending from 0 or more", () -> new FourierExpansion.Term(List.of(2, 1), 1));
        refuses("set: [-1] is not ascending from 0 or more", () -> new FourierExpansion.Term(List.of(-1), 1));
        refuses("inside: -0.1 is not at least 0 and finite", () -> new DegreeOneProbe.Signal(-0.1, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Measurement(1, 0.5, Collections.singletonMap("probe", null)))
                .withMessage("probes[probe]: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Measurement(1, 0.5, Collections.singletonMap(null, 1.0)))
                .withMessage("probes' name: null is not allowed");
    }
}
