package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuberFitTest {

    /** A line through measured points, ln L = a + bx, whose slope would lie beyond a bound. */
    private record Line(RunTable runs, double sign) implements LawModel<double[]> {

        static Line of(double sign) {
            double[] x = IntStream.range(0, 20).mapToDouble(i -> 1 + i / 10.0).toArray();
            double[] losses = IntStream.range(0, 20)
                    .mapToDouble(i -> Math.exp(sign * (0.503 * x[i] + 1e-4 * Math.sin(7 * i))))
                    .toArray();
            return new Line(RunTable.of(x, x, losses), sign);
        }

        @Override
        public LawForm form() {
            return LawForm.UNIT_GAMMA;
        }

        @Override
        public double[][] bounds() {
            return new double[][] {{-9, 9}, sign > 0 ? new double[] {-9, 0.5} : new double[] {-0.5, 9}};
        }

        @Override
        public double[] start(RandomGenerator random) {
            return new double[] {random.nextDouble(), sign * 0.4};
        }

        @Override
        public double predict(double[] constants, int run, double[] gradient) {
            gradient[0] = 1;
            gradient[1] = runs.parameters()[run];
            return constants[0] + constants[1] * gradient[1];
        }

        @Override
        public double[] law(double[] constants) {
            return constants;
        }

        @Override
        public double[] written(double[] law) {
            return law;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, -1})
    void theOtherConstantsAreFittedToOneAtItsBound(double sign) {
        Line line = Line.of(sign);
        HuberFit<double[]> fit = HuberFit.of(line, FitSettings.standard().withStarts(1));
        int[] rows = IntStream.range(8, 20).toArray();
        double[] constants = fit.refitted(rows, 5);
        double intercept = IntStream.of(rows)
                .mapToDouble(i -> Math.log(line.runs().losses()[i])
                        - sign * 0.5 * line.runs().parameters()[i])
                .average()
                .orElseThrow();
        assertThat(constants[1]).isEqualTo(sign * 0.5);
        assertThat(constants[0]).isCloseTo(intercept, within(1e-9));
    }
}
