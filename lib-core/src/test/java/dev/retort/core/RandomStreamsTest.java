package dev.retort.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RandomStreamsTest {

    /** Values computed with JDK 17. A JDK release that draws other bits would change every simulation. */
    @Test
    void drawsTheSameBitsOnEveryJdk() {
        RandomGenerator random = RandomStreams.of(42).generator();
        assertThat(random.nextLong()).isEqualTo(-5600175640509174766L);
        long sum = 0;
        for (int i = 0; i < 1_000_000; i++) {
            sum = 31 * sum + random.nextLong();
        }
        assertThat(sum).isEqualTo(3078305655690437508L);
        assertThat(random.nextInt(1000)).isEqualTo(32);
    }

    /** The first outputs of SplitMix64 from seed 1234567, common test vectors of many implementations. */
    @Test
    void branchesHaveTheSeedsOfSplitMix64() {
        RandomStreams streams = RandomStreams.of(1234567);
        assertThat(streams.at(0).seed()).isEqualTo(6457827717110365317L);
        assertThat(streams.at(1).seed()).isEqualTo(3203168211198807973L);
        assertThat(streams.at(2).seed()).isEqualTo(Long.parseUnsignedLong("9817491932198370423"));
    }

    @Test
    void everyPathHasItsOwnSeed() {
        Set<Long> seeds = new HashSet<>();
        RandomStreams root = RandomStreams.of(0);
        int paths = 0;
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 100; j++) {
                seeds.add(root.at(i).at(j).seed());
                seeds.add(root.at(i).at(0.2 * j - 10).seed());
                paths += 2;
            }
            seeds.add(root.at(i).seed());
            paths++;
        }
        assertThat(seeds).hasSize(paths);
    }

    @Test
    void parametersThatRoundToOneIndexDiffer() {
        RandomStreams streams = RandomStreams.of(3);
        assertThat(streams.at(0.2)).isNotEqualTo(streams.at(0.4)).isNotEqualTo(streams.at(Math.nextUp(0.2)));
        assertThat(streams.at(-0.0)).isEqualTo(streams.at(0.0));
    }

    /** Sums of two streams have the variance of sums of independent numbers, also for neighbouring seeds. */
    @Test
    void neighboursAreUncorrelated() {
        int draws = 100_000;
        RandomGenerator[] random = {
            RandomStreams.of(1).generator(),
            RandomStreams.of(2).generator(),
            RandomStreams.of(1).at(0).generator(),
            RandomStreams.of(1).at(1).generator(),
            RandomStreams.of(1).at(1).at(0).generator()
        };
        double[][] products = new double[random.length][random.length];
        for (int k = 0; k < draws; k++) {
            double[] z = new double[random.length];
            for (int i = 0; i < z.length; i++) {
                z[i] = StandardNormal.next(random[i]);
                for (int j = 0; j < i; j++) {
                    products[i][j] += z[i] * z[j];
                }
            }
        }
        for (int i = 0; i < random.length; i++) {
            for (int j = 0; j < i; j++) {
                assertThat(Math.abs(products[i][j]))
                        .as("streams %d and %d", i, j)
                        .isLessThan(4 * Math.sqrt(draws));
            }
        }
    }

    @Test
    void everyGeneratorStartsAtTheBeginning() {
        RandomStreams streams = RandomStreams.of(5).at(2);
        long first = streams.generator().nextLong();
        assertThat(streams.generator().nextLong()).isEqualTo(first);
        assertThat(RandomStreams.of(streams.seed()).generator().nextLong()).isEqualTo(first);
    }

    @Test
    void isAValue() {
        assertThat(RandomStreams.of(5).at(2))
                .isEqualTo(RandomStreams.of(5).at(2))
                .hasSameHashCodeAs(RandomStreams.of(5).at(2))
                .isNotEqualTo(RandomStreams.of(5));
        assertThat(RandomStreams.of(5)).hasToString("random streams of seed 5");
    }

    @Test
    void rejectsInvalidBranches() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomStreams.of(1).at(-1))
                .withMessage("index: -1 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomStreams.of(1).at(Double.NaN))
                .withMessage("parameter: NaN is not finite");
    }
}
