package dev.retort.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FigureTest {

    private static final String FIRST_COLOUR = "#0072b2";

    private static final double[] N = {1, 10, 100, 1000};
    private static final double[] RISK = {1, 0.1, 0.01, 0.001};

    private static final double[] NO_ERROR = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};

    private static Panel logPanel() {
        return Panel.of(
                "(a) risk", Axis.log("n").withRange(1, 1000), Axis.log("risk").withRange(1e-4, 1));
    }

    private static Panel linearPanel() {
        return Panel.of(
                "(b)", Axis.linear("x").withRange(0, 4), Axis.linear("y").withRange(-2, 2));
    }

    private static Element parse(String svg) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                    .getDocumentElement();
        } catch (Exception e) {
            throw new AssertionError("Not well-formed: " + svg, e);
        }
    }

    private static List<Element> all(Element root, String tag) {
        NodeList nodes = root.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> texts(Panel panel) {
        return all(parse(Figure.row(panel).svg()), "text").stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    /** The plotting area: the inner viewport to which the data are clipped. */
    private static Element viewport(Panel panel) {
        return all(parse(Figure.row(panel).svg()), "svg").get(0);
    }

    private static double[][] points(Element polyline) {
        return Arrays.stream(polyline.getAttribute("points").split(" "))
                .map(pair -> Arrays.stream(pair.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new);
    }

    /** Where in the plotting area a point lies: fractions of its width from the left and of its height from below. */
    private static double[] fractions(Element viewport, double[] point) {
        return new double[] {
            (point[0] - number(viewport, "x")) / number(viewport, "width"),
            1 - (point[1] - number(viewport, "y")) / number(viewport, "height")
        };
    }

    private static void assertLine(Panel panel, double[]... expected) {
        Element viewport = viewport(panel);
        double[][] points = points(all(viewport, "polyline").get(0));
        assertThat(points).hasDimensions(expected.length, 2);
        for (int i = 0; i < expected.length; i++) {
            double[] at = fractions(viewport, points[i]);
            assertThat(at[0]).as("x of point %d", i).isCloseTo(expected[i][0], within(1e-4));
            assertThat(at[1]).as("y of point %d", i).isCloseTo(expected[i][1], within(1e-4));
        }
    }

    @Test
    void logarithmicPointsLandWhereTheAxesSay() {
        assertLine(
                logPanel().with(Line.of("theory", N, RISK)),
                new double[] {0, 1},
                new double[] {1 / 3.0, 0.75},
                new double[] {2 / 3.0, 0.5},
                new double[] {1, 0.25});
    }

    @Test
    void linearPointsLandWhereTheAxesSay() {
        assertLine(
                linearPanel().with(Line.of("theory", new double[] {0, 1, 3}, new double[] {2, -2, 0.5})),
                new double[] {0, 1},
                new double[] {0.25, 0},
                new double[] {0.75, 0.625});
    }

    @Test
    void namesOfTicksStandAtTheirValues() {
        Element root = parse(Figure.row(logPanel()).svg());
        Element viewport = all(root, "svg").get(0);
        Element hundred = all(root, "text").stream()
                .filter(text -> text.getTextContent().equals("102"))
                .findFirst()
                .orElseThrow();
        double expected = number(viewport, "x") + number(viewport, "width") * 2 / 3;
        assertThat(number(hundred, "x")).isCloseTo(expected, within(0.02));
        assertThat(all(hundred, "tspan").get(0).getTextContent()).isEqualTo("2");
        assertThat(number(all(hundred, "tspan").get(0), "dy")).isNegative();
    }

    @Test
    void rangesOfDataGetAMargin() {
        Panel panel = Panel.of("", Axis.linear("x"), Axis.log("y"))
                .with(Line.of("a", new double[] {0, 100}, new double[] {1, 1e-5}));
        assertLine(panel, new double[] {0.04 / 1.08, 1.04 / 1.08}, new double[] {1.04 / 1.08, 0.04 / 1.08});
    }

    @Test
    void errorBarsReachAsFarAsTheErrorAndToTheEdgeWhereTheyWouldReachZero() {
        Panel panel = logPanel()
                .with(Markers.of("a", new double[] {10, 100}, new double[] {0.1, 0.01}, new double[] {0.09, 0.02}));
        Element viewport = viewport(panel);
        List<Element> strokes = all(viewport, "polyline");
        // A bar with two caps, and a bar with one.
        assertThat(strokes).hasSize(5);
        double[][] first = points(strokes.get(0));
        assertThat(fractions(viewport, first[0])[1]).isCloseTo(1 + Math.log10(0.19) / 4, within(1e-4));
        assertThat(fractions(viewport, first[1])[1]).isCloseTo(1 + Math.log10(0.01) / 4, within(1e-4));
        double[][] second = points(strokes.get(3));
        assertThat(fractions(viewport, second[0])[1]).isCloseTo(1 + Math.log10(0.03) / 4, within(1e-4));
        assertThat(fractions(viewport, second[1])[1]).isCloseTo(0, within(1e-4));
    }

    @Test
    void unknownErrorLeavesTheMarkerWithoutABar() {
        double[] error = {Double.NaN, 0.05, Double.NaN, Double.NaN};
        Element viewport = viewport(logPanel().with(Markers.of("a", N, RISK, error)));
        assertThat(all(viewport, "polyline")).hasSize(3);
        assertThat(all(viewport, "circle")).hasSize(8);
    }

    @Test
    void linesBreakAtWhatCannotBeShown() {
        double[] x = {1, 2, 3, 4, 5, 6, 7, 8};
        double[] y = {1, 0.5, Double.NaN, 0.5, 0.4, 0, 0.1, Double.POSITIVE_INFINITY};
        Element viewport = viewport(logPanel().with(Line.of("a", x, y)));
        assertThat(all(viewport, "polyline")).hasSize(2);
        assertThat(points(all(viewport, "polyline").get(0))).hasDimensions(2, 2);
        // The point alone between two gaps is a dot.
        assertThat(all(viewport, "circle")).hasSize(1);
    }

    @Test
    void rulesStandAtTheirValueWithTheirLabel() {
        Panel panel = logPanel().with(Rule.vertical(100, "ζ_i = 1"), Rule.horizontal(0.01, "floor"));
        Element viewport = viewport(panel);
        List<Element> rules = all(viewport, "polyline");
        assertThat(fractions(viewport, points(rules.get(0))[0])[0]).isCloseTo(2 / 3.0, within(1e-4));
        assertThat(fractions(viewport, points(rules.get(1))[0])[1]).isCloseTo(0.5, within(1e-4));
        assertThat(texts(panel)).contains("ζi = 1", "floor");
    }

    @Test
    void labelsOfRulesAvoidEachOtherAndTheData() {
        double[] x = {100, 1000};
        Panel panel = logPanel()
                .with(Line.of("", x, new double[] {0.9, 0.9}), Rule.vertical(150, "left"), Rule.vertical(170, "right"));
        Element root = parse(Figure.row(panel).svg());
        double curve = points(all(all(root, "svg").get(0), "polyline").get(0))[0][1];
        double[][] at = Stream.of("left", "right")
                .map(name -> all(root, "text").stream()
                        .filter(text -> text.getTextContent().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .getAttribute("transform"))
                .map(transform ->
                        transform.replaceAll("translate\\(([^)]*)\\).*", "$1").split(" "))
                .map(pair -> new double[] {Double.parseDouble(pair[0]), Double.parseDouble(pair[1])})
                .toArray(double[][]::new);
        assertThat(at[1][0] - at[0][0]).as("on either side of the pair").isGreaterThan(20);
        assertThat(at[0][1]).as("upper end, below the curve").isGreaterThan(curve);
        assertThat(at[1][1]).as("upper end, below the curve").isGreaterThan(curve);
    }

    @Test
    void labelsOfOneValueStandApart() {
        Panel panel = logPanel().with(Rule.horizontal(0.1, "same"), Rule.horizontal(0.1, "same"));
        assertThat(all(parse(Figure.row(panel).svg()), "text").stream()
                        .filter(text -> text.getTextContent().equals("same"))
                        .map(text -> text.getAttribute("x") + "," + text.getAttribute("y")))
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    void seriesHaveOneEntryAndOneColour() {
        Panel panel = logPanel()
                .with(
                        Line.of("standard", N, RISK),
                        Markers.of("standard", N, RISK, NO_ERROR),
                        Line.of("optimal", N, RISK),
                        Line.of("", N, RISK))
                .withNote("line: theory");
        assertThat(texts(panel))
                .containsOnlyOnce("standard", "optimal", "line: theory")
                .doesNotContain("");
        Element viewport = viewport(panel);
        List<Element> lines = all(viewport, "polyline");
        assertThat(lines.get(0).getAttribute("stroke")).isEqualTo(FIRST_COLOUR);
        assertThat(all(viewport, "circle").get(1).getAttribute("fill")).isEqualTo(FIRST_COLOUR);
        assertThat(lines.get(1).getAttribute("stroke")).isNotEqualTo(FIRST_COLOUR);
    }

    @Test
    void seriesKeepTheirColourAcrossPanelsAndShareItOnRequest() {
        Panel left = logPanel().with(Line.of("a", N, RISK), Line.of("b", N, RISK));
        Panel right =
                logPanel().with(Line.of("b", N, RISK), Line.of("c", N, RISK).withColourOf("a"));
        List<Element> viewports = all(parse(Figure.row(left, right).svg()), "svg");
        List<Element> first = all(viewports.get(0), "polyline");
        List<Element> second = all(viewports.get(1), "polyline");
        assertThat(second.get(0).getAttribute("stroke")).isEqualTo(first.get(1).getAttribute("stroke"));
        assertThat(second.get(1).getAttribute("stroke")).isEqualTo(FIRST_COLOUR);
    }

    @Test
    void legendStandsInTheFreeCornerOrBelow() {
        double[] x = {0, 4};
        assertThat(legend(linearPanel().with(Line.of("key", x, new double[] {-2, 1.9}))))
                .satisfies(at -> assertThat(at[0]).isLessThan(0.5))
                .satisfies(at -> assertThat(at[1]).isBetween(0.5, 1.0));
        assertThat(legend(linearPanel().with(Line.of("key", x, new double[] {1.9, -2}))))
                .satisfies(at -> assertThat(at[0]).isGreaterThan(0.5))
                .satisfies(at -> assertThat(at[1]).isBetween(0.5, 1.0));
        double[] everywhere = new double[400];
        double[] zigzag = new double[400];
        Arrays.setAll(everywhere, i -> i / 100.0);
        Arrays.setAll(zigzag, i -> i % 2 == 0 ? -2 : 2);
        assertThat(legend(linearPanel().with(Line.of("key", everywhere, zigzag)))[1])
                .isNegative();
    }

    @Test
    void panelsOfTheSameSeriesShareOneLegend() {
        Panel line = linearPanel().with(Line.of("key", new double[] {0, 4}, new double[] {-2, 1.9}));
        Panel markers = linearPanel()
                .with(
                        Markers.of("key", new double[] {1}, new double[] {0}, new double[] {0.1}),
                        Rule.horizontal(1, ""));
        Panel other = linearPanel().with(Line.of("other", new double[] {0, 4}, new double[] {0, 0}));
        assertThat(keys(Figure.row(line.withNote("note"), markers.withNote("note"))))
                .hasSize(1)
                .allSatisfy(at -> assertThat(at[1]).isBetween(0.0, 1.0));
        assertThat(keys(Figure.row(line, markers, other))).hasSize(2);
        double[] x = new double[400];
        double[] zigzag = new double[400];
        Arrays.setAll(x, i -> i / 100.0);
        Arrays.setAll(zigzag, i -> i % 2 == 0 ? -2 : 2);
        assertThat(keys(Figure.row(linearPanel().with(Line.of("key", x, zigzag)), markers)))
                .hasSize(1)
                .allSatisfy(at -> assertThat(at[1]).isNegative());
    }

    /** Where the entries named "key" stand, in fractions of the first panel. */
    private static List<double[]> keys(Figure figure) {
        Element root = parse(figure.svg());
        assertThat(all(root, "text").stream()
                        .filter(text -> text.getTextContent().equals("note")))
                .hasSizeLessThan(2);
        return all(root, "text").stream()
                .filter(text -> text.getTextContent().equals("key"))
                .map(key -> fractions(all(root, "svg").get(0), new double[] {number(key, "x"), number(key, "y")}))
                .toList();
    }

    private static double[] legend(Panel panel) {
        return keys(Figure.row(panel)).get(0);
    }

    @Test
    void sameFigureGivesTheSameBytesWhateverTheLocale() {
        Figure figure = Figure.row(logPanel().with(Line.of("a", N, RISK)));
        String svg = figure.svg();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(figure.svg()).isEqualTo(svg);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void textIsEscapedAndTheTitleIsPlain() {
        Figure figure = Figure.row(
                Panel.of("(a) x_i < y & \"z\" \u0001", Axis.linear("x"), Axis.linear("y")),
                Panel.of("λ_{12}", Axis.linear("x"), Axis.linear("y")));
        Element root = parse(figure.svg());
        assertThat(root.getAttribute("role")).isEqualTo("img");
        assertThat(all(root, "title").get(0).getTextContent()).isEqualTo("(a) xi < y & \"z\" ; λ12");
    }

    @Test
    void dataFarOutsideAFixedRangeStayFinite() {
        Panel panel = linearPanel().with(Line.of("a", new double[] {-1e300, 1e308}, new double[] {-1e308, 1e308}));
        for (double[] point : points(all(viewport(panel), "polyline").get(0))) {
            assertThat(Math.abs(point[0])).isLessThan(1e5);
            assertThat(Math.abs(point[1])).isLessThan(1e5);
        }
    }

    @Test
    void pngHasTwoPixelsForEachOfTheSvgAndTheSameInk() throws Exception {
        Panel panel = Panel.of(
                        "", Axis.linear("").withRange(0, 4), Axis.linear("").withRange(-2, 2))
                .with(Line.of("", new double[] {0, 4}, new double[] {0, 0}));
        Figure figure = Figure.row(panel, panel);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(figure.png()));
        assertThat(image.getWidth()).isEqualTo(1920);
        assertThat(image.getHeight()).isEqualTo(740);
        Element root = parse(figure.svg());
        assertThat(number(root, "width")).isEqualTo(960);
        assertThat(number(root, "height")).isEqualTo(370);
        double[] start = points(all(all(root, "svg").get(1), "polyline").get(0))[0];
        int rgb = image.getRGB((int) (2 * start[0]) + 40, (int) Math.round(2 * start[1])) & 0xffffff;
        assertThat(rgb).isEqualTo(0x0072b2);
        assertThat(image.getRGB(1, 1) & 0xffffff).isEqualTo(0xffffff);
    }

    @Test
    void savesBothFilesInANewDirectory(@TempDir Path directory) throws Exception {
        Figure figure = Figure.row(logPanel());
        Path inner = directory.resolve("a/b");
        figure.save(inner, "risk");
        assertThat(inner.resolve("risk.svg")).hasContent(figure.svg());
        assertThat(Files.readAllBytes(inner.resolve("risk.png"))).isEqualTo(figure.png());
    }

    @Test
    void refinementLeavesTheOriginalAlone() {
        Panel panel = logPanel();
        String before = Figure.row(panel).svg();
        double[] y = RISK.clone();
        Line line = Line.of("a", N, y);
        String with = Figure.row(panel.with(line)).svg();
        y[0] = 0.5;
        assertThat(Figure.row(panel.with(line)).svg()).isEqualTo(with);
        assertThat(Figure.row(panel).svg()).isEqualTo(before).isNotEqualTo(with);
    }

    @Test
    void panelWithoutDataIsDrawn() {
        assertThat(texts(Panel.of("", Axis.linear("x"), Axis.log("y")))).contains("x", "y", "0.2", "5");
    }

    @Test
    void refusesWhatMakesNoFigure() {
        double[] three = {1, 2, 3};
        refused("y.length: 4 is not x.length, 3", () -> Line.of("a", three, N));
        refused("y.length: 4 is not x.length, 3", () -> Markers.of("a", three, N, three));
        refused("error.length: 3 is not x.length, 4", () -> Markers.of("a", N, RISK, three));
        refused("error[1]: -2.0 is not at least 0", () -> Markers.of("a", N, RISK, new double[] {1, -2, 0, 0}));
        refused("value: NaN is not finite", () -> Rule.vertical(Double.NaN, "a"));
        refused("from: 0.0 is not greater than 0", () -> Axis.log("n").withRange(0, 1));
        refused("to: 1.0 is not greater than from, 1.0", () -> Axis.linear("n").withRange(1, 1));
        refused("to: NaN is not finite", () -> Axis.linear("n").withRange(1, Double.NaN));
        refused("panels.length: 0 is not at least 1", Figure::row);
    }

    private static void refused(String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageStartingWith(message);
    }
}
