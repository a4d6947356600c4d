package dev.retort.theory.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "λ_i|λ(-1:i)",
                "λ_{12}x|λ(-1:12)x",
                "10^{−3}|10(1:−3)",
                "β_i^2 = 1|β(-1:i)(1:2) = 1",
                "a_|a_",
                "x_{y|x(-1:{)y",
                "x_{}|x",
                "x_𝛼|x(-1:𝛼)",
            })
    void markupIsSplitIntoRuns(String markup, String runs) {
        StringBuilder seen = new StringBuilder();
        for (Label.Run run : Label.of(markup).runs()) {
            seen.append(run.level() == 0 ? run.text() : "(" + run.level() + ":" + run.text() + ")");
        }
        assertThat(seen).hasToString(runs);
    }

    @Test
    void subscriptAndSuperscriptAreStacked() {
        assertThat(Label.of("β_{i}^{200}").width(10))
                .isCloseTo(Label.of("β^{200}").width(10), within(1e-12));
        assertThat(Label.of("β_{200}^{i}c").width(10))
                .isCloseTo(Label.of("β_{200}c").width(10), within(1e-12));
    }

    @Test
    void widthGrowsWithTheTextAndScriptsAreSmaller() {
        assertThat(Label.of("mm").width(10)).isCloseTo(2 * Label.of("m").width(10), within(1e-12));
        assertThat(Label.of("x^x").width(10))
                .isCloseTo((1 + Label.SCRIPT) * Label.of("x").width(10), within(1e-12));
        assertThat(Label.of("x\u0302").width(10)).isEqualTo(Label.of("x").width(10));
    }
}
