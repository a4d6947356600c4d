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

    /** An exhibit that is still to be drawn, and roughly how many seconds of one core that takes. */
    record Drawing(double seconds, Supplier<Exhibit> exhibit) {}

    /**
     * Runs all exhibits.
     *
     * @param directory where the figures and the page go
     * @param networks how large those are that teach one another
     * @param onImages whether networks that teach larger ones on images are trained too
     * @param terminal where the tables go
     * @param errors where progress goes
     * @throws IOException if the directory cannot be written
     */
    static void write(
            Path directory,
            ProgressiveTeachers.Size networks,
            boolean onImages,
            PrintStream terminal,
            PrintStream errors)
            throws IOException {
        draw(drawings(networks, onImages), directory, terminal, errors);
    }

    /** Draws one exhibit after the other. After each its files are there, and a page of all that were drawn so far. */
    static void draw(List<Drawing> drawings, Path directory, PrintStream terminal, PrintStream errors)
            throws IOException {
        double whole = drawings.stream().mapToDouble(Drawing::seconds).sum();
        double done = 0;
        TimeLeft progress = TimeLeft.of(whole, errors::println);
        Path index = directory.resolve("index.html");
        List<Exhibit> drawn = new ArrayList<>();
        for (Drawing drawing : drawings) {
            progress.accept("Figure " + (drawn.size() + 1) + " of " + drawings.size(), done / whole);
            Exhibit exhibit = drawing.exhibit().get();
            exhibit.save(directory);
            drawn.add(exhibit);
            page(drawn, drawings.size()).save(index);
            terminal.println(exhibit.heading() + "\n");
            terminal.println(exhibit.table().text());
            done += drawing.seconds();
        }
        terminal.println("Figures and tables: " + index.toAbsolutePath());
    }

    private static Page page(List<Exhibit> drawn, int all) {
        Page page = Page.of("Retort: distillation in closed form, and in simulation");
        if (drawn.size() < all) {
            page = page.withParagraph(drawn.size() + " of " + all
                    + " figures: the others were not yet drawn when this page was written.");
        }
        for (Exhibit exhibit : drawn) {
            page = exhibit.addTo(page);
        }
        return page;
    }

    private static List<Drawing> drawings(ProgressiveTeachers.Size networks, boolean onImages) throws IOException {
        FashionMnist clothing = FashionMnist.load();
        RealImages images = new RealImages(clothing, Trials.of(IMAGE_TRIALS).withSeed(SEED));
        List<Drawing> drawings = new ArrayList<>(List.of(
                new Drawing(8, () -> FigureOne.exhibit(TRIALS.untilRelativeError(PRECISE))),
                new Drawing(2, () -> TrainedTeachers.samples(TRIALS.untilRelativeError(FAIR))),
                new Drawing(7, () -> TrainedTeachers.masks(TRIALS.untilRelativeError(FAIR))),
                new Drawing(10, () -> ModelCollapse.exhibit(TRIALS.untilRelativeError(FAIR))),
                new Drawing(3, () -> OtherTrainings.exhibit(OTHER_TRIALS)),
                new Drawing(1, () -> OwnData.exhibit(OTHER_TRIALS.count(), SEED)),
                new Drawing(2, () -> RandomFeatureLaws.exhibit(OTHER_TRIALS)),
                new Drawing(1, () -> Phases.exhibit(TRIALS.untilRelativeError(FAIR))),
                new Drawing(2, () -> ScalingFigures.constants(TRIALS.untilRelativeError(PRECISE))),
                new Drawing(1, ScalingFigures::limits),
                new Drawing(
                        1,
                        () -> TrainingAtTestTime.gains(Trials.of(PROMPT_TRIALS).withSeed(SEED))),
                new Drawing(1, TrainingAtTestTime::uses),
                new Drawing(15, () -> FiniteSizes.exhibit(TRIALS)),
                new Drawing(2, () -> ErrorBars.exhibit(SEED, 4000)),
                new Drawing(1, CapacityGaps::exhibit),
                new Drawing(17, images::whereTheoryHolds),
                new Drawing(15, images::whereTheoryStops),
                new Drawing(3, () -> TaughtOnImages.exhibit(clothing, 10, SEED)),
                new Drawing(2, () -> InContextLearning.predictors(SEED)),
                new Drawing(3, () -> InContextLearning.diversity(SEED)),
                new Drawing(2, () -> DistilledPrompts.exhibit(SEED)),
                new Drawing(
                        networks.equals(ProgressiveTeachers.Size.LARGE) ? 300 : 5,
                        () -> ProgressiveTeachers.exhibit(networks, 1, 2, 3, 4, 5)),
                new Drawing(6, () -> TeacherSizes.exhibit(1, 2, 3, 4, 5)),
                new Drawing(3, () -> LanguageCurricula.exhibit(SEED))));
        if (onImages) {
            drawings.add(new Drawing(
                    60, () -> TaughtNetworks.exhibit(clothing, TaughtNetworks.Size.STANDARD, 1, 2, 3, 4, 5)));
        }
        return drawings;
    }
}
