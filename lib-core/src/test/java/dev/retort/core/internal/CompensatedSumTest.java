package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompensatedSumTest {

    @Test
    void keepsDigitsThatAPlainSumLoses() {
        CompensatedSum sum = new CompensatedSum();
        sum.add(1);
        for (int i = 0; i < 1000; i++) {
            sum.add(1e-17);
        }
        sum.add(1e20);
        sum.add(-1e20);
        assertThat(sum.value()).isEqualTo(1 + 1e-14);
    }

    @Test
    void staysInfinite() {
        CompensatedSum sum = new CompensatedSum();
        sum.add(1);
        sum.add(Double.POSITIVE_INFINITY);
        sum.add(2);
        assertThat(sum.value()).isInfinite();
    }

    @Test
    void clearedIsNew() {
        CompensatedSum sum = new CompensatedSum();
        sum.add(1e20);
        sum.add(1);
        sum.clear();
        sum.add(3);
        assertThat(sum.value()).isEqualTo(3);
    }
}
