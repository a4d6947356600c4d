package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.nd4j.LinearRegression;
import java.util.Arrays;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fixed teacher that is best for a training. With labels from coefficients v the excess risk is
 *
 * <pre>  (T v − β⋆)ᵀ Σ_eval (T v − β⋆) + w τ² vᵀRΣR v + …,      w = tr(Σ_eval RΣR)/(n(1−Ω)),</pre>
 *
 * a sum of squares in the components of v along the basis of the training, and so a least squares problem. Features that the
 * model does not see are best left out of the labels.
 */
final class OptimalTeacher {

    private OptimalTeacher() {}

    /**
     * The teacher's coefficients; where labels are mixed with the truth's, those that make the mixture best, or the truth if
     * the teacher has no share in it.
     */
    static double[] of(MatrixStage pupil) {
        double share = pupil.training().teacherShare();
        double[] truth = pupil.task().truth();
        if (share == 0) {
            return truth;
        }
        double[] teacher = pupil.basis().toFeatures(labels(pupil));
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = share == 1 ? teacher[i] : truth[i] + (teacher[i] - truth[i]) / share;
            if (!Double.isFinite(teacher[i] * teacher[i])) {
                throw refusal("ridge", pupil.training().ridge(), "is so large that the optimal surrogate overflows");
            }
        }
        return teacher;
    }

    /** The best labels, by their components along the basis of the pupil. */
    private static double[] labels(MatrixStage pupil) {
        MatrixTask task = pupil.task();
        DeterministicEquivalent equivalent = pupil.equivalent();
        int p = task.dimension();
        int k = pupil.basis().size();
        // One equation per row, one unknown per column: √Σ_eval T v = √Σ_eval β⋆ above √(w τ²RΣR) v = 0.
        double[] equations = new double[Math.multiplyExact(p + k, k)];
        double[] right = Arrays.copyOf(task.evaluation().fromFeatures(task.truth()), p + k);
        double[] vectors = pupil.basis().vectorsIn(task.evaluation());
        double[] length = new double[k];
        for (int i = 0; i < p; i++) {
            double root = Math.sqrt(task.weight(i));
            right[i] *= root;
            for (int j = 0; j < k; j++) {
                equations[i * k + j] = root * vectors[j * p + i] * equivalent.learnability(j);
                length[j] = Math.hypot(length[j], equations[i * k + j]);
            }
        }
        double amplification = Math.sqrt(pupil.amplification());
        for (int j = 0; j < k; j++) {
            int diagonal = (p + j) * k + j;
            equations[diagonal] = MatrixStage.times(pupil.missed(j), amplification);
            length[j] = Math.hypot(length[j], equations[diagonal]);
            if (length[j] == 0) { // the target learns nothing along this direction, so the label does not matter
                equations[diagonal] = 1;
                length[j] = 1;
            }
        }
        // Scale the unknowns to equal weight: equations that are already diagonal are then solved to the last digit.
        for (int i = 0; i < equations.length; i++) {
            equations[i] /= length[i % k];
        }
        double[] labels = leastSquares(equations, right);
        for (int j = 0; j < k; j++) {
            labels[j] /= length[j];
        }
        return labels;
    }

    @SuppressWarnings("try") // The scope leaves any workspace: arrays made in one could not be closed here.
    private static double[] leastSquares(double[] equations, double[] right) {
        try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces();
                INDArray left =
                        Nd4j.create(equations, new long[] {right.length, equations.length / right.length}, 'c');
                INDArray target = Nd4j.createFromArray(right);
                INDArray solution = LinearRegression.minimumNorm(left, target)) {
            return solution.data().asDouble();
        }
    }
}
