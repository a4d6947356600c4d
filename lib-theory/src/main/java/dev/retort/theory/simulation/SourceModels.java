package dev.retort.theory.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The models that label the rows of a pool; each labels a block of rows with its own noise. Immutable. */
final class SourceModels {

    private final List<Procedure.Source> sources;
    private final List<double[]> coefficients;

    private SourceModels(List<Procedure.Source> sources, List<double[]> coefficients) {
        this.sources = sources;
        this.coefficients = coefficients;
    }

    /** Trains every source on its own data. */
    static SourceModels train(List<Procedure.Source> sources, RandomGenerator random, long memory) {
        List<double[]> coefficients = new ArrayList<>();
        for (Procedure.Source source : sources) {
            Procedure model = source.model();
            int stages = model.stages.size();
            try (Model trained = new PipelineTrial(model, false, Controls.none(), memory)
                    .run(stages, random, Outcome.ofStages(stages), new ArrayList<>())) {
                coefficients.add(trained.literal);
            }
        }
        return new SourceModels(sources, coefficients);
    }

    /** The labels of a sample. */
    double[] labels(Stage stage, Design.Sample sample) {
        int rows = sample.noise.length;
        double[] outputs = new double[rows];
        double[] noise = new double[rows];
        double share = 0;
        int start = 0;
        for (int s = 0; s < coefficients.size(); s++) {
            share += sources.get(s).share();
            int end = s == coefficients.size() - 1 ? rows : (int) Math.rint(share * rows);
            double[] labels = sample.labelsOf(coefficients.get(s));
            for (int row = start; row < end; row++) {
                outputs[row] = labels[row];
                noise[row] = sources.get(s).noise();
            }
            start = end;
        }
        return stage.labels(sample, outputs, row -> noise[row]);
    }
}
