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
    void theEstimateIsProportionalToTheRest() {
        TimeLeft progress = TimeLeft.of(() -> now, lines::add);
        progress.accept("Figure 1 of 4", 0);
        now += 30.2;
        progress.accept("Figure 2 of 4", 0.25);
        now += 29.8;
        progress.accept("Figure 3 of 4", 0.5);
        now += 340;
        progress.accept("Figure 4 of 4", 0.75);
        assertThat(lines)
                .containsExactly(
                        "Figure 1 of 4; 0 s",
                        "Figure 2 of 4; 30 s, about 91 s left",
                        "Figure 3 of 4; 60 s, about 60 s left",
                        "Figure 4 of 4; 400 s, about 3 min left"); // 133 s, rounded up
    }

    /** On a busy machine the first twentieth says too little about the rest. */
    @Test
    void doesNotEstimateFromALittle() {
        TimeLeft progress = TimeLeft.of(() -> now, lines::add);
        now += 466;
        progress.accept("Figure 2 of 24", 0.07);
        now += 10;
        progress.accept("Figure 4 of 24", 0.5);
        assertThat(lines).containsExactly("Figure 2 of 24; 466 s", "Figure 4 of 24; 476 s, about 8 min left");
    }

    @Test
    void givesNoEstimateTooEarly() {
        TimeLeft progress = TimeLeft.of(() -> now, lines::add);
        progress.accept("Training 1", 0);
        now += 0.4;
        progress.accept("Training 2", 0.01);
        now += 9.6;
        progress.accept("Training 3", 0.2);
        assertThat(lines).containsExactly("Training 1; 0 s", "Training 2; 0 s", "Training 3; 10 s, about 40 s left");
    }

    @Test
    void rejectsInvalidShares() {
        TimeLeft progress = TimeLeft.of(lines::add);
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> progress.accept("step", wrong))
                    .withMessage("done: " + wrong + " is not from 0 to 1");
        }
    }
}
