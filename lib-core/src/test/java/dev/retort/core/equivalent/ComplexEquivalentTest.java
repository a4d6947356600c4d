package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.Spectrum;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComplexEquivalentTest {

    /** Values from mpmath with 40 digits. */
    @ParameterizedTest
    @CsvSource({
        "2, 20, 7, 0.3, 0.4, 0.42380629056048005382, 0.43693239829246643737",
        "1.5, 30, 30, -0.02, 0.01, -0.013239150707611963009, 0.02449206574765929449",
        "1, 10, 25.5, -1, 0.5, -0.88066569537492959428, 0.58535382972163214776",
        "3, 15, 4.25, 1e-6, -3e-6, 0.015157236937208827236, -8.5350932769906315063e-6"
    })
    void agreesWithFortyDigits(
            double alpha, int p, double n, double real, double imaginary, double kappaReal, double kappaImaginary) {
        ComplexEquivalent found = ComplexEquivalent.of(Spectrum.powerLaw(alpha, p), n, real, imaginary);
        double error = 1e-14 * Math.hypot(kappaReal, kappaImaginary);
        assertThat(found.kappaReal()).isCloseTo(kappaReal, within(error));
        assertThat(found.kappaImaginary()).isCloseTo(kappaImaginary, within(error));
    }

    @Test
    void onTheRealAxisItIsTheRealEquivalent() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 40);
        for (double n : new double[] {10, 40, 100}) {
            for (double ridge : new double[] {0, 1e-3, 2}) {
                ComplexEquivalent complex = ComplexEquivalent.of(spectrum, n, ridge, 0);
                DeterministicEquivalent real = DeterministicEquivalent.of(spectrum, n, ridge);
                assertThat(complex.kappaReal()).isEqualTo(real.tau());
                assertThat(complex.kappaImaginary()).isZero();
            }
        }
    }

    /**
     * On spectra of up to 200 decades, with n at and around the rank, the equation holds in the form that does not
     * cancel.
     */
    @Test
    void solvesTheEquationOnHardSpectra() {
        SplittableRandom random = new SplittableRandom(5);
        for (int draw = 0; draw < 400; draw++) {
            int p = 1 + random.nextInt(12);
            double decades = Math.pow(10, random.nextDouble(2.3));
            double[] lambda = new double[p];
            for (int i = 0; i < p; i++) {
                lambda[i] = Math.pow(10, (random.nextDouble() - 0.5) * decades);
            }
            double n = random.nextInt(3) == 0 ? p : p * random.nextDouble(0.05, 2);
            double size = Math.pow(10, (random.nextDouble() - 0.5) * decades);
            double angle = random.nextDouble(0.01, 3.1) * (random.nextBoolean() ? 1 : -1);
            ComplexEquivalent found =
                    ComplexEquivalent.of(Spectrum.of(lambda), n, size * Math.cos(angle), size * Math.sin(angle));
            double turn = Math.atan2(found.kappaImaginary(), found.kappaReal());
            assertThat(turn * Math.signum(angle)).isBetween(0.0, Math.abs(angle) + 1e-9);
            // Σ λ/(λ+κ) + n r/κ = n, relative to n, in real and imaginary part.
            double real = n * found.leftReal();
            double imaginary = n * found.leftImaginary();
            double kappa = Math.hypot(found.kappaReal(), found.kappaImaginary());
            for (double value : lambda) {
                double ratio = kappa / value;
                double one = 1 + ratio * Math.cos(turn);
                double other = ratio * Math.sin(turn);
                double norm = Double.isInfinite(ratio) ? Double.POSITIVE_INFINITY : one * one + other * other;
                real += Double.isInfinite(norm) ? 0 : one / norm;
                imaginary -= Double.isInfinite(norm) ? 0 : other / norm;
            }
            assertThat(real).as("draw %d", draw).isCloseTo(n, within(1e-12 * n));
            assertThat(imaginary).as("draw %d", draw).isCloseTo(0, within(1e-12 * n));
        }
    }

    /** Solves along curves and with jumps, on spectra of up to 200 decades. */
    @Test
    void solvingFromAnyStartAgreesWithSingleSolves() {
        SplittableRandom random = new SplittableRandom(6);
        for (int draw = 0; draw < 200; draw++) {
            int p = 1 + random.nextInt(12);
            double decades = Math.pow(10, random.nextDouble(2.3));
            double[] lambda = random.doubles(p)
                    .map(u -> Math.pow(10, (u - 0.5) * decades))
                    .toArray();
            double n = random.nextInt(3) == 0 ? p : p * random.nextDouble(0.05, 2);
            double size = Math.pow(10, (random.nextDouble() - 0.5) * decades);
            double[] real = new double[10];
            double[] imaginary = new double[10];
            for (int k = 0; k < 10; k++) {
                boolean jumps = draw % 4 == 0;
                double at = jumps ? size * Math.pow(10, random.nextDouble(-5, 5)) : size * (1 + k / 10.0);
                double angle = jumps ? random.nextDouble(-3, 3) : 0.3 * k + 0.05;
                real[k] = at * Math.cos(angle);
                imaginary[k] = k == 5 && draw % 8 == 0 ? 0 : at * Math.sin(angle);
                real[k] = imaginary[k] == 0 ? Math.abs(real[k]) : real[k];
            }
            Spectrum spectrum = Spectrum.of(lambda);
            List<ComplexEquivalent> along = ComplexEquivalent.along(spectrum.measure(), n, real, imaginary);
            for (int k = 0; k < 10; k++) {
                ComplexEquivalent own = ComplexEquivalent.of(spectrum, n, real[k], imaginary[k]);
                double error = 1e-12 * Math.hypot(own.kappaReal(), own.kappaImaginary());
                assertThat(along.get(k).kappaReal()).as("draw %d", draw).isCloseTo(own.kappaReal(), within(error));
                assertThat(along.get(k).kappaImaginary())
                        .as("draw %d", draw)
                        .isCloseTo(own.kappaImaginary(), within(error));
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ComplexEquivalent.along(Spectrum.of(1).measure(), 1, new double[] {1, 2}, new double[] {1}))
                .withMessageStartingWith("imaginary");
    }

    /** Solves along a fine grid of sample sizes through the rank, of ridges, and of both in turn. */
    @Test
    void solvingAlongAGridAgreesWithSingleSolves() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 60);
        for (int kind = 0; kind < 3; kind++) {
            double samples = 20;
            double real = 0.004;
            double imaginary = 0.01;
            ComplexEquivalent before = ComplexEquivalent.of(spectrum, samples, real, imaginary);
            for (int step = 0; step < 150; step++) {
                if (kind == 0 || (kind == 2 && step % 4 < 2)) {
                    samples *= 1.01;
                } else {
                    real *= 0.95;
                    imaginary *= 0.95;
                }
                before = before.at(samples, real, imaginary);
                ComplexEquivalent own = ComplexEquivalent.of(spectrum, samples, real, imaginary);
                double error = 1e-13 * Math.hypot(own.kappaReal(), own.kappaImaginary());
                assertThat(before.kappaReal()).as("step %d", step).isCloseTo(own.kappaReal(), within(error));
                assertThat(before.kappaImaginary()).as("step %d", step).isCloseTo(own.kappaImaginary(), within(error));
            }
        }
    }

    /** κ² ≈ rλ for a single feature in one sample. */
    @Test
    void rootsAreFoundWhereTheirSquaresUnderflow() {
        ComplexEquivalent found = ComplexEquivalent.of(Spectrum.of(1e285), 1, 3e-75, 4e-75);
        double error = 1e-13 * Math.sqrt(5e210);
        assertThat(found.kappaReal()).isCloseTo(2e105, within(error));
        assertThat(found.kappaImaginary()).isCloseTo(1e105, within(error));
    }

    /** Starts from near and from far points. */
    @Test
    void solvingFromOtherParametersAgreesWithSingleSolves() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 60);
        ComplexEquivalent from = ComplexEquivalent.of(spectrum, 20, 0.01, 0.02);
        for (double samples : new double[] {20, 20.5, 60, 1000}) {
            for (double factor : new double[] {1, 1.01, -1, 1e-8, 1e6}) {
                ComplexEquivalent moved = from.at(samples, 0.01, 0.02 * factor);
                ComplexEquivalent own = ComplexEquivalent.of(spectrum, samples, 0.01, 0.02 * factor);
                double error = 1e-13 * Math.hypot(own.kappaReal(), own.kappaImaginary());
                assertThat(moved.kappaReal()).isCloseTo(own.kappaReal(), within(error));
                assertThat(moved.kappaImaginary()).isCloseTo(own.kappaImaginary(), within(error));
            }
        }
        assertThat(from.at(60, 0.3, 0).kappaReal())
                .isEqualTo(DeterministicEquivalent.of(spectrum, 60, 0.3).tau());
    }

    @Test
    void conjugateRidgesHaveConjugateRoots() {
        Spectrum spectrum = Spectrum.powerLaw(2.0);
        ComplexEquivalent above = ComplexEquivalent.of(spectrum, 30, -0.01, 0.02);
        ComplexEquivalent below = ComplexEquivalent.of(spectrum, 30, -0.01, -0.02);
        assertThat(below.kappaReal()).isCloseTo(above.kappaReal(), within(1e-15));
        assertThat(below.kappaImaginary()).isCloseTo(-above.kappaImaginary(), within(1e-15));
    }

    @Test
    void refusesTheCut() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ComplexEquivalent.of(Spectrum.isotropic(1, 3), 2, -1, 0))
                .withMessage("real: -1.0 is on the negative real axis, where the resolvent has its poles");
    }

    @Test
    void thoseAlongALineAreAListThatCannotChange() {
        assertThat(ComplexEquivalent.along(
                        Spectrum.powerLaw(1.5, 40).measure(), 10, new double[] {0.1, 0.2}, new double[] {1, 1}))
                .isUnmodifiable();
    }
}
