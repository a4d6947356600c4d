package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HierarchicalParityTest {

    @ParameterizedTest
    @CsvSource({"3, 3, 1", "7, 2, 2", "7, 1, 3", "15, 2, 3"})
    void indicatorsHaveEqualCoefficientsOnUnionsOfThePath(int d, int k, int depth) {
        HierarchicalParity task = HierarchicalParity.of(d, k, depth);
        for (int label = 0; label < task.classes(); label++) {
            int wanted = label;
            BooleanFunction indicator = BooleanFunction.of(d, x -> task.label(x) == wanted ? 1 : 0);
            assertThat(indicator.expansion(0)).isEqualTo(task.indicator(label));
            assertThat(task.indicator(label).terms())
                    .hasSize(task.classes())
                    .allSatisfy(term -> assertThat(Math.abs(term.coefficient())).isEqualTo(1.0 / task.classes()));
            assertThat(task.indicator(label).coefficient()).isEqualTo(1.0 / task.classes());
        }
    }

    /** The label as the leaf whose path agrees most with the parities. */
    @Test
    void labelsAreLeavesOfMostAgreement() {
        HierarchicalParity task = HierarchicalParity.of(14, 2, 3);
        double[] x = new double[14];
        for (int bits = 0; bits < 1 << 14; bits++) {
            Cube.point(bits, x);
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int leaf = 8; leaf < 16; leaf++) {
                double agreement = 0;
                for (int node = leaf; node > 1; node /= 2) {
                    int[] support = task.support(node / 2);
                    agreement += (node % 2 == 0 ? 1 : -1) * x[support[0]] * x[support[1]];
                }
                if (agreement > most) {
                    most = agreement;
                    best = leaf - 8;
                }
            }
            assertThat(task.label(x)).isEqualTo(best);
        }
    }

    @Test
    void depthOneIsAParity() {
        HierarchicalParity tree = HierarchicalParity.of(6, 4, 1);
        SparseParity parity = SparseParity.of(6, 4);
        double[] x = new double[6];
        for (int bits = 0; bits < 64; bits++) {
            Cube.point(bits, x);
            assertThat(tree.label(x)).isEqualTo(parity.label(x) > 0 ? 0 : 1);
        }
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HierarchicalParity.of(34, 5, 3))
                .withMessage("dimension: 34 is less than the number of coordinates that the nodes need, 35");
        assertThatIllegalArgumentException().isThrownBy(() -> HierarchicalParity.of(9, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> HierarchicalParity.of(9, 1, 0));
        HierarchicalParity task = HierarchicalParity.of(100, 5, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> task.indicator(8));
        assertThatIllegalArgumentException().isThrownBy(() -> task.support(8));
        assertThatIllegalArgumentException().isThrownBy(() -> task.label(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SparseParity.of(3, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> SparseParity.of(3, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SparseParity.of(3, 1).withSupport());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SparseParity.of(3, 1).withSupport(1, 1))
                .withMessage("support[1]: 1 occurs twice");
    }

    @Test
    void isAValue() {
        assertThat(HierarchicalParity.of(100, 5, 3))
                .isEqualTo(HierarchicalParity.of(100, 5, 3))
                .hasSameHashCodeAs(HierarchicalParity.of(100, 5, 3))
                .isNotEqualTo(HierarchicalParity.of(100, 5, 2))
                .hasToString("tree of parities of depth 3, 5 coordinates a node, of 100");
        assertThat(SparseParity.of(5, 2).withSupport(4, 1))
                .isEqualTo(SparseParity.of(5, 1).withSupport(1, 4))
                .hasSameHashCodeAs(SparseParity.of(5, 1).withSupport(1, 4))
                .isNotEqualTo(SparseParity.of(6, 1).withSupport(1, 4))
                .hasToString("parity of the coordinates {1, 4} of 5");
        assertThat(SparseParity.of(5, 2).isInSupport(1)).isTrue();
        assertThat(SparseParity.of(5, 2).isInSupport(2)).isFalse();
    }
}
