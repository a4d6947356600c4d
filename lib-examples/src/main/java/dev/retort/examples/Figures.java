package dev.retort.examples;

import dev.retort.theory.report.Page;
import dev.retort.theory.simulation.Trials;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All exhibits: prints their tables and writes their figures, and a page that shows both. */
final class Figures {

    private static final long SEED = 2026;

    /** At most; usually the precision comes first. */
    private static final Trials TRIALS = Trials.of(400).withSeed(SEED);

    private static final double PRECISE = 0.002;

    /** For chains, of which less can be averaged over. */
    private static final double FAIR = 0.01;

    /** Of trainings that nothing is averaged over in. */
    private static final Trials OTHER_TRIALS = Trials.of(60).withSeed(SEED);

    private static final int PROMPT_TRIALS = 400;

    private static final int IMAGE_TRIALS = 40;

    private Figures() {}

    /**
     * Runs all exhibits.
     *
     * @param directory where the figures and the page go
     * @param networks how large those are that teach one another
     * @param onImages whether networks that teach larger ones on images are trained too
     * @param terminal where the tables go
     * @throws IOException if the directory cannot be written
     */
    static void write(Path directory, ProgressiveTeachers.Size networks, boolean onImages, PrintStream terminal)
            throws IOException {
        FashionMnist clothing = FashionMnist.load();
        RealImages images = new RealImages(clothing, Trials.of(IMAGE_TRIALS).withSeed(SEED));
        List<Supplier<Exhibit>> exhibits = new ArrayList<>(List.of(
                () -> FigureOne.exhibit(TRIALS.untilRelativeError(PRECISE)),
                () -> TrainedTeachers.samples(TRIALS.untilRelativeError(FAIR)),
                () -> TrainedTeachers.masks(TRIALS.untilRelativeError(FAIR)),
                () -> ModelCollapse.exhibit(TRIALS.untilRelativeError(FAIR)),
                () -> OtherTrainings.exhibit(OTHER_TRIALS),
                () -> OwnData.exhibit(OTHER_TRIALS.count(), SEED),
                () -> RandomFeatureLaws.exhibit(OTHER_TRIALS),
                () -> Phases.exhibit(TRIALS.untilRelativeError(FAIR)),
                () -> ScalingFigures.constants(TRIALS.untilRelativeError(PRECISE)),
                ScalingFigures::limits,
                () -> TrainingAtTestTime.gains(Trials.of(PROMPT_TRIALS).withSeed(SEED)),
                TrainingAtTestTime::uses,
                () -> FiniteSizes.exhibit(TRIALS),
                () -> ErrorBars.exhibit(SEED, 4000),
                CapacityGaps::exhibit,
                images::whereTheoryHolds,
                images::whereTheoryStops,
                () -> TaughtOnImages.exhibit(clothing, 10, SEED),
                () -> InContextLearning.predictors(SEED),
                () -> InContextLearning.diversity(SEED),
                () -> DistilledPrompts.exhibit(SEED),
                () -> ProgressiveTeachers.exhibit(networks, 1, 2, 3, 4, 5),
                () -> TeacherSizes.exhibit(1, 2, 3, 4, 5),
                () -> LanguageCurricula.exhibit(SEED)));
        if (onImages) {
            exhibits.add(() -> TaughtNetworks.exhibit(clothing, TaughtNetworks.Size.STANDARD, 1, 2, 3, 4, 5));
        }
        Page page = Page.of("Retort: distillation in closed form, and in simulation");
        for (Supplier<Exhibit> next : exhibits) {
            Exhibit exhibit = next.get();
            exhibit.save(directory);
            page = exhibit.addTo(page);
            terminal.println(exhibit.heading() + "\n");
            terminal.println(exhibit.table().text());
        }
        Path index = directory.resolve("index.html");
        page.save(index);
        terminal.println("Figures and tables: " + index.toAbsolutePath());
    }
}
