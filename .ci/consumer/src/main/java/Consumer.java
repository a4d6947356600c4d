import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;

/** What a user of a release candidate does first: a prediction, and an experiment that agrees with it. */
final class Consumer {

    private Consumer() {}

    public static void main(String[] none) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4)).withNoise(0.5);
        Distillation student = Distillation.of(task).target(Training.samples(80));
        RiskReport predicted = student.predict();
        Simulation measured = student.simulate(Trials.of(20).withSeed(7));
        System.out.println("predicted " + predicted.excess() + ", measured " + measured.mean());
        if (Math.abs(predicted.excess() - 0.5922) > 5e-5 || !(Math.abs(measured.zScore(predicted)) < 4)) {
            throw new AssertionError("the prediction is not 0.5922, or the experiment does not agree");
        }
    }
}
