package dev.retort.examples;

import dev.retort.core.internal.WholeFile;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A figure, the table of its numbers, and the text that explains them.
 *
 * @param name the name of its files
 * @param heading its heading on the page
 * @param text the paragraphs that explain the figure
 * @param figure the figure
 * @param caption the text below the figure
 * @param table the numbers
 */
record Exhibit(String name, String heading, List<String> text, Figure figure, String caption, Table table) {

    /** The end of captions of figures that do not hold all of their curves. */
    static final String BEYOND = " Triangles at the edge: a curve or a marker lies beyond it.";

    /** Writes the figure as SVG and PNG, and the table as CSV. */
    void save(Path directory) throws IOException {
        figure.save(directory, name);
        WholeFile.write(directory.resolve(name + ".csv"), table.csv());
    }

    Page addTo(Page page) {
        Page extended = page.withHeading(heading);
        for (String paragraph : text) {
            extended = extended.withParagraph(paragraph);
        }
        return extended.withFigure(figure, caption).withFoldedTable("The numbers", table);
    }
}
