package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.scaling.Interval;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.nd4j.linalg.factory.Nd4j;

/** The check of the documentation's numbers rejects wrong numbers and accepts right ones. */
class ClaimTest {

    private static final double[] ARRAY = {1, 2, 1};

    static final List<Arguments> TRUE = List.of(
            Arguments.of(0.083250959, "0.08325"),
            Arguments.of(0.083250959, " 0.08325: explained"),
            Arguments.of(0.083250959, "0.0833, explained"),
            Arguments.of(3.9734e-5, "3.97e-5, the implicit regularisation"),
            Arguments.of(-0.0037, "-0.0037"),
            Arguments.of(-0.0037, "−0.004"),
            Arguments.of(42L, "42"),
            Arguments.of(93, "93; more"),
            Arguments.of(37554.4, "37554"),
            Arguments.of(1.0 / 91, "1 / 91"),
            Arguments.of(5 / 3.0, "5/3"),
            Arguments.of(true, "true"),
            Arguments.of(0.0885, "0.0878 ± 0.0012"),
            Arguments.of(new SampleMean(0.80149, 0.0201), "0.801 ± 0.020"),
            Arguments.of(Double.POSITIVE_INFINITY, "∞"),
            Arguments.of(ARRAY, "1, 2, 1"),
            Arguments.of(new int[] {3, 4}, "3, 4: both"),
            Arguments.of(List.of(true, false), "true, false"),
            Arguments.of(Nd4j.create(new double[][] {{1, 2}, {3, 4}}), "1, 2, 3, 4"),
            Arguments.of(Nd4j.create(new double[][] {{1, 3}, {2, 4}}).transpose(), "1, 2, 3, 4"),
            Arguments.of(Nd4j.create(2, 3), "shape [2, 3]"),
            Arguments.of(Spectrum.of(3, 1), "3, 1"),
            Arguments.of(new Interval(0.4861, 0.5139), "from 0.486 to 0.514"));

    static final List<Arguments> FALSE = List.of(
            Arguments.of(0.083250959, "0.08326"),
            Arguments.of(0.083250959, "0.08324: explained"),
            Arguments.of(0.083250959, "-0.08325"),
            Arguments.of(3.9734e-5, "3.98e-5"),
            Arguments.of(42L, "43"),
            Arguments.of(1.0 / 92, "1 / 91"),
            Arguments.of(true, "false"),
            Arguments.of(0.0891, "0.0878 ± 0.0012"),
            Arguments.of(Double.NaN, "0.0878 ± 0.0012"),
            Arguments.of(Double.NaN, "0.5"),
            Arguments.of(new SampleMean(0.8025, 0.0201), "0.801 ± 0.020"),
            Arguments.of(new SampleMean(0.80149, 0.0291), "0.801 ± 0.020"),
            Arguments.of(1e308, "∞"),
            Arguments.of(ARRAY, "1, 2"),
            Arguments.of(ARRAY, "1, 2, 2"),
            Arguments.of(Nd4j.create(2, 3), "shape [3, 2]"),
            Arguments.of(new Interval(0.4861, 0.5139), "from 0.486 to 0.515"));

    @ParameterizedTest
    @FieldSource("TRUE")
    void rightClaimsPass(Object value, String comment) {
        Claim.check("here", value, comment);
    }

    @ParameterizedTest
    @FieldSource("FALSE")
    void wrongClaimsFail(Object value, String comment) {
        assertThatThrownBy(() -> Claim.check("here", value, comment))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("here")
                .hasMessageContaining(comment);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {"0.5: then text|: then text", "1, 2, then text|, then text", "from 1 to 2; more|; more", "1|\"\""})
    void textAfterTheClaimIsAnExplanation(String comment, String explanation) {
        assertThat(Claim.of(comment).orElseThrow().explanation()).isEqualTo(explanation);
    }

    @Test
    void otherCommentsAreNotClaims() {
        assertThat(Stream.of("about 0.7", "0.5 or so", "0.0991 = bias", "trueish", "i^-2", "in standard errors", "")
                        .map(Claim::of))
                .allMatch(claim -> claim.isEmpty());
    }
}
