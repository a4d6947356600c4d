package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeLeftTest {

    private final List<String> lines = new ArrayList<>();
    private double now = 1000;

    @Test
    void beginsWithWhatIsUsualAndGoesOnWithWhatIsMeasured() {
        TimeLeft progress = TimeLeft.of(100, () -> now, lines::add);
        progress.accept("Figure 1 of 3", 0);
        now += 60;
        progress.accept("Figure 2 of 3", 0.25); // at a rate of 240 s; 100 s count as a twentieth
        now += 60;
        progress.accept("Figure 3 of 3", 0.5);
        assertThat(lines)
                .containsExactly(
                        "Figure 1 of 3; 0 s, about 100 s left",
                        "Figure 2 of 3; 60 s, about 163 s left", // 0.75 · 65 / 0.3
                        "Figure 3 of 3; 120 s, about 114 s left"); // 0.5 · 125 / 0.55
    }

    @Test
    void saysNothingBeforeItCanKnow() {
        TimeLeft progress = TimeLeft.of(0, () -> now, lines::add);
        progress.accept("Training 1", 0);
        now += 0.4;
        progress.accept("Training 2", 0.01);
        now += 9.6;
        progress.accept("Training 3", 0.2);
        assertThat(lines).containsExactly("Training 1; 0 s", "Training 2; 0 s", "Training 3; 10 s, about 40 s left");
    }

    @Test
    void refusesWhatIsNoShare() {
        TimeLeft progress = TimeLeft.of(0, lines::add);
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> progress.accept("step", wrong))
                    .withMessage("done: " + wrong + " is not from 0 to 1");
        }
    }
}
