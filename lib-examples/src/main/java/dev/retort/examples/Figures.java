package dev.retort.examples;

import dev.retort.theory.report.Page;
import dev.retort.theory.simulation.Trials;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Draws all exhibits: prints their tables, and writes their figures and a page that shows both. */
final class Figures {

    private static final long SEED = 2026;

    /** The most trials; usually the precision is reached before. */
    private static final Trials TRIALS = Trials.of(400).withSeed(SEED);

    private static final double PRECISE = 0.002;

    /** The relative precision of chains, in which less can be averaged over exactly. */
    private static final double FAIR = 0.01;

    /** For trainings in which nothing can be averaged over exactly. */
    private static final Trials OTHER_TRIALS = Trials.of(60).withSeed(SEED);

    private static final int PROMPT_TRIALS = 400;

    private static final int IMAGE_TRIALS = 40;

    private Figures() {}

    /** An exhibit to be drawn, and roughly how many seconds of one core this takes. */
    record Drawing(double seconds, Supplier<Exhibit> exhibit) {}

    /**
     * Runs all exhibits.
     *
     * @param directory where the figures and the page go
     * @param networks the sizes of the networks that teach one another
     * @param onImages whether to train networks that teach larger ones on images as well
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

    /** Draws one exhibit after the other. After each one, its files and a page of all exhibits so far are written. */
    static void draw(List<Drawing> drawings, Path directory, PrintStream terminal, PrintStream errors)
            throws IOException {
        double whole = drawings.stream().mapToDouble(Drawing::seconds).sum();
        double done = 0;
        TimeLeft progress = TimeLeft.of(errors::println);
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
        Page page = Page.of("Retort: distillation in closed form, and in simulation")
                .withParagraph(
                        "A triangle at the upper or lower edge of a frame marks where a curve or a marker lies beyond it.");
        if (drawn.size() < all) {
            page = page.withParagraph(drawn.size() + " of " + all
                    + " figures; the others were not drawn yet when this page was written.");
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
                new Drawing(8, () -> FigureOne.exhibit(TRIALS.untilRelativeError(PRECISE), FigureOne.sizes())),
                new Drawing(2, () -> TrainedTeachers.samples(TRIALS.untilRelativeError(FAIR))),
                new Drawing(7, () -> TrainedTeachers.masks(TRIALS.untilRelativeError(FAIR))),
                new Drawing(10, () -> ModelCollapse.exhibit(TRIALS.untilRelativeError(FAIR))),
                new Drawing(3, () -> OtherTrainings.exhibit(OTHER_TRIALS)),
                new Drawing(1, () -> OwnData.exhibit(OTHER_TRIALS.count(), SEED)),
                new Drawing(2, () -> RandomFeatureLaws.exhibit(OTHER_TRIALS)),
                new Drawing(1, () -> Phases.exhibit(TRIALS.untilRelativeError(FAIR), 80)),
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
