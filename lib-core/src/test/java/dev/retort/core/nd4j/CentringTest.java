package dev.retort.core.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CentringTest {

    @Test
    void aLargeMeanLosesNoDigits() {
        double[] near = {0.5, -1.25, 3, 0.75, -3};
        double[] far = near.clone();
        for (int i = 0; i < far.length; i++) {
            far[i] += 0x1p30;
        }
        assertThat(Centring.centred("x", Nd4j.createFromArray(far)).toDoubleVector())
                .containsExactly(
                        Centring.centred("x", Nd4j.createFromArray(near)).toDoubleVector())
                .containsExactly(near);
    }

    @Test
    void columnsHaveSeparateMeans() {
        INDArray given = Nd4j.create(new double[][] {{1, 0.1}, {3, 0.1}}).castTo(DataType.FLOAT);
        INDArray centred = Centring.centred("x", given);
        assertThat(centred.dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(centred.toDoubleMatrix()).isDeepEqualTo(new double[][] {{-1, 0}, {1, 0}});
        assertThat(given.getDouble(0, 0)).isEqualTo(1);
    }

    @Test
    void sizeDoesNotMatter() {
        for (double scale : new double[] {0x1p-1040, 0x1p-600, 0x1p1020}) {
            assertThat(Centring.centred("x", Nd4j.createFromArray(scale, 3 * scale))
                            .toDoubleVector())
                    .containsExactly(-scale, scale);
        }
        INDArray apart = Nd4j.create(new double[][] {{1, 0x1p-700}, {1, 0x1p-699}});
        assertThat(Centring.centred("x", apart).toDoubleMatrix())
                .isDeepEqualTo(new double[][] {{0, -0x1p-701}, {0, 0x1p-701}});
    }

    @Test
    void rejectsArraysWithoutAMean() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Centring.centred("x", Nd4j.createFromArray(1.0, Double.NaN)))
                .withMessage("x[1]: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Centring.centred("x", Nd4j.ones(DataType.DOUBLE, 2, 2, 2)))
                .withMessage("x: shape [2, 2, 2] is not of rank 1 or 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Centring.centred(
                        "x", Nd4j.createFromArray(-Double.MAX_VALUE, -Double.MAX_VALUE, Double.MAX_VALUE)))
                .withMessageEndingWith("Infinity is not finite without the mean");
    }
}
