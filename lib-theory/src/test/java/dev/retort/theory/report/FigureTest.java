package dev.retort.theory.report;

import static dev.retort.fixtures.Refusals.refuses;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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
        return all(parse(Figure.of(panel).svg()), "text").stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    /** The plotting area: the inner viewport to which the data are clipped. */
    private static Element viewport(Panel panel) {
        return all(parse(Figure.of(panel).svg()), "svg").get(0);
    }

    private static double[][] points(Element polyline) {
        return Arrays.stream(polyline.getAttribute("points").split(" "))
                .map(pair -> Arrays.stream(pair.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new);
    }

    /**
     * The position of a point in the plotting area, as fractions of its width from the left and of its height from
     * below.
     */
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
    void logarithmicPointsAreAtTheirPositions() {
        assertLine(
                logPanel().with(Line.of("theory", N, RISK)),
                new double[] {0, 1},
                new double[] {1 / 3.0, 0.75},
                new double[] {2 / 3.0, 0.5},
                new double[] {1, 0.25});
    }

    @Test
    void linearPointsAreAtTheirPositions() {
        assertLine(
                linearPanel().with(Line.of("theory", new double[] {0, 1, 3}, new double[] {2, -2, 0.5})),
                new double[] {0, 1},
                new double[] {0.25, 0},
                new double[] {0.75, 0.625});
    }

    @Test
    void tickNamesAreAtTheirValues() {
        Element root = parse(Figure.of(logPanel()).svg());
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
    void manyPointsAreThinnedWithoutAVisibleChange() {
        int count = 100_000;
        double[] x = IntStream.range(0, count)
                .mapToDouble(i -> 3.0 * i / (count - 1))
                .toArray();
        double[] y = Arrays.stream(x).map(at -> Math.sin(500 * at)).toArray();
        y[count / 3] = -2; // a single low point
        y[count / 2] = 2;
        Element viewport = viewport(linearPanel().with(Line.of("a", x, y)));
        double[][] points = points(all(viewport, "polyline").get(0));
        assertThat(points.length).isBetween(1000, 15_000);
        double[][] fractions =
                Arrays.stream(points).map(point -> fractions(viewport, point)).toArray(double[][]::new);
        assertThat(fractions[0][0]).isCloseTo(0, within(1e-4));
        assertThat(fractions[points.length - 1][0]).isCloseTo(0.75, within(1e-4));
        for (double[] extreme : new double[][] {{0.25, 0}, {0.375, 1}}) {
            assertThat(Arrays.asList(fractions)).anySatisfy(at -> {
                assertThat(at[0]).isCloseTo(extreme[0], within(1e-3));
                assertThat(at[1]).isCloseTo(extreme[1], within(1e-4));
            });
        }
    }

    @Test
    void linesBreakAtUndrawablePoints() {
        double[] x = {1, 2, 3, 4, 5, 6, 7, 8};
        double[] y = {1, 0.5, Double.NaN, 0.5, 0.4, 0, 0.1, Double.POSITIVE_INFINITY};
        Element viewport = viewport(logPanel().with(Line.of("a", x, y)));
        assertThat(all(viewport, "polyline")).hasSize(2);
        assertThat(points(all(viewport, "polyline").get(0))).hasDimensions(2, 2);
        // A single point between two gaps is drawn as a dot.
        assertThat(all(viewport, "circle")).hasSize(1);
    }

    @Test
    void bandsReachFromEdgeToEdgeAndBreakAtUndrawablePoints() {
        double[] lower = {0.5, 0.05, Double.NaN, 1e-3};
        double[] upper = {1, 0.2, 0.02, 1e-3};
        Line line = Line.of("risk", N, RISK).withBand(lower, upper);
        String svg = Figure.of(logPanel().with(line)).svg();
        List<String> bands = Pattern.compile(
                        "<polygon fill=\"" + SvgCanvas.colour(Ink.of(0).shade()) + "\" points=\"([^\"]*)\"")
                .matcher(svg)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(bands).hasSize(1);
        assertThat(bands.get(0).split(" ")).hasSize(4);
        assertThat(svg.indexOf(bands.get(0))).isLessThan(svg.indexOf("stroke=\"" + FIRST_COLOUR + "\""));
        assertThat(line)
                .isEqualTo(Line.of("risk", N, RISK).withBand(lower, upper))
                .isNotEqualTo(Line.of("risk", N, RISK));
        refuses(
                "lower.length: 3 is not x.length, 4",
                () -> Line.of("risk", N, RISK).withBand(new double[3], upper));
    }

    @Test
    void pointsAboveOrBelowAreMarkedAtTheEdge() {
        double[] x = {0, 1, 2, 3, 4, 5};
        double[] y = {0, 4, 0, -6, Double.POSITIVE_INFINITY, 0};
        Element viewport = viewport(linearPanel().with(Line.of("a", x, y)));
        List<Element> marks = all(viewport, "polygon");
        // Two marks where the line leaves at the top, one where it leaves at the bottom, one where it is infinite, and
        // none outside the frame.
        assertThat(marks).hasSize(4);
        double[][] tips =
                marks.stream().map(mark -> fractions(viewport, points(mark)[2])).toArray(double[][]::new);
        double[][] expected = {{0.5 / 4, 1}, {1.5 / 4, 1}, {(2 + 1 / 3.0) / 4, 0}, {1, 1}};
        for (int i = 0; i < tips.length; i++) {
            assertThat(tips[i]).as("mark %d", i).containsExactly(expected[i], within(1e-4));
        }
        Element points = viewport(linearPanel().with(Markers.of("a", x, y)));
        // The points at y = 0 are circles, those at 4 and −6 are marks.
        assertThat(all(points, "polygon")).hasSize(2);
        assertThat(all(viewport(logPanel().with(Line.of("a", N, RISK))), "polygon"))
                .isEmpty();
    }

    @Test
    void keysAppearOnlyInTheLegend() {
        Panel panel = logPanel().with(Line.of("a", N, RISK), Line.key("limit").dashed());
        assertThat(all(viewport(panel), "polyline")).hasSize(1);
        assertThat(texts(panel)).contains("limit");
        assertThat(all(parse(Figure.of(panel).svg()), "polyline"))
                .anyMatch(line -> line.hasAttribute("stroke-dasharray"));
    }

    @Test
    void rulesAreAtTheirValueWithTheirLabel() {
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
        Element root = parse(Figure.of(panel).svg());
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
    void labelsOfEqualValuesDoNotOverlap() {
        Panel panel = logPanel().with(Rule.horizontal(0.1, "same"), Rule.horizontal(0.1, "same"));
        assertThat(all(parse(Figure.of(panel).svg()), "text").stream()
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
        List<Element> viewports = all(parse(Figure.of(left, right).svg()), "svg");
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
        assertThat(keys(Figure.of(line.withNote("note"), markers.withNote("note"))))
                .hasSize(1)
                .allSatisfy(at -> assertThat(at[1]).isBetween(0.0, 1.0));
        assertThat(keys(Figure.of(line, markers, other))).hasSize(2);
        double[] x = new double[400];
        double[] zigzag = new double[400];
        Arrays.setAll(x, i -> i / 100.0);
        Arrays.setAll(zigzag, i -> i % 2 == 0 ? -2 : 2);
        assertThat(keys(Figure.of(linearPanel().with(Line.of("key", x, zigzag)), markers)))
                .hasSize(1)
                .allSatisfy(at -> assertThat(at[1]).isNegative());
    }

    /** The positions of the entries named "key", in fractions of the first panel. */
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
        return keys(Figure.of(panel)).get(0);
    }

    @Test
    void legendInTheFrameIsAColumn() {
        double[] x = {0, 4};
        Panel panel = linearPanel()
                .with(
                        Line.of("a name of some length", x, new double[] {-2, -1.9}),
                        Line.of("b", x, new double[] {-2, -1.8}),
                        Line.of("c", x, new double[] {-2, -1.7}));
        List<Element> names = all(parse(Figure.of(panel).svg()), "text").stream()
                .filter(text -> List.of("a name of some length", "b", "c").contains(text.getTextContent()))
                .toList();
        assertThat(names).extracting(name -> number(name, "x")).containsOnly(number(names.get(0), "x"));
        assertThat(names).extracting(name -> number(name, "y")).doesNotHaveDuplicates();
    }

    @Test
    void blackLinesUseNoColour() {
        Element viewport =
                viewport(logPanel().with(Line.of("a", N, RISK).black(), Line.of("b", N, RISK), Line.of("c", N, RISK)));
        assertThat(all(viewport, "polyline"))
                .extracting(line -> line.getAttribute("stroke"))
                .startsWith("#000000", FIRST_COLOUR)
                .doesNotHaveDuplicates();
    }

    private static final double[] COLUMNS = {1, 10, 100, 1000};
    private static final double[] ROWS = {1e-4, 1e-2, 1};

    /** The colours of the map next to its grid points, where there is no grid line; at the edge, inside it. */
    private static int[][] colours(Panel panel) throws Exception {
        Figure figure = Figure.of(panel);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(figure.png()));
        Element viewport = all(parse(figure.svg()), "svg").get(0);
        int[][] rgb = new int[COLUMNS.length][ROWS.length];
        for (int i = 0; i < COLUMNS.length; i++) {
            for (int j = 0; j < ROWS.length; j++) {
                double across = Math.min(0.95, Math.max(0.05, i / (COLUMNS.length - 1.0)));
                double up = Math.min(0.95, Math.max(0.05, j / (ROWS.length - 1.0)));
                double x = number(viewport, "x") + (across + 0.02) * number(viewport, "width");
                double y = number(viewport, "y") + (0.98 - up) * number(viewport, "height");
                rgb[i][j] = image.getRGB((int) (2 * x), (int) (2 * y)) & 0xffffff;
            }
        }
        return rgb;
    }

    @Test
    void cellsHaveTheColourOfTheirBandAndLimitsBelongToTheBandAbove() throws Exception {
        double[][] values = {
            {0.5, 0.9, 0.99}, {1, 1.9, 2}, {Double.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY}, {1, 1, 0.9}
        };
        int[][] rgb = colours(logPanel().with(Bands.of("", 1, 0.9, 2).cells(COLUMNS, ROWS, values)));
        int lowest = rgb[0][0];
        int below = rgb[0][2];
        int above = rgb[1][0];
        int highest = rgb[1][2];
        assertThat(new int[] {lowest, below, above, highest}).doesNotHaveDuplicates();
        assertThat(rgb).isDeepEqualTo(new int[][] {
            {lowest, below, below},
            {above, above, highest},
            {lowest, 0xffffff, highest},
            {above, above, below}
        });
        // Blue below and orange above, darker further out.
        assertThat(below & 0xff).isGreaterThan(below >> 16);
        assertThat(above & 0xff).isLessThan(above >> 16);
        assertThat(lowest >> 16).isLessThan(below >> 16);
        assertThat(highest & 0xff).isLessThan(above & 0xff);
    }

    @Test
    void cellsFillTheFrameWithoutSeams() throws Exception {
        double[] x = new double[37];
        double[] y = new double[23];
        Arrays.setAll(x, i -> 4 * i / 36.0);
        Arrays.setAll(y, j -> -2 + 4 * j / 22.0);
        double[][] values = new double[x.length][y.length];
        for (int i = 0; i < x.length; i++) {
            int column = i;
            Arrays.setAll(values[i], j -> 1 + 0.1 * (column % 5) + 0.1 * (j % 3));
        }
        Panel panel = Panel.of(
                        "", Axis.linear("").withRange(0, 4), Axis.linear("").withRange(-2, 2))
                .with(Bands.of("", 1, 1.15, 1.35, 1.55).cells(x, y, values));
        Figure figure = Figure.of(panel);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(figure.png()));
        Element viewport = all(parse(figure.svg()), "svg").get(0);
        int left = (int) (2 * number(viewport, "x")) + 4;
        int top = (int) (2 * number(viewport, "y")) + 4;
        int lightest = 0;
        for (int dx = 0; dx < 2 * number(viewport, "width") - 8; dx++) {
            for (int dy = 0; dy < 2 * number(viewport, "height") - 8; dy++) {
                lightest = Math.max(lightest, image.getRGB(left + dx, top + dy) & 0xff);
            }
        }
        // The blue component of the lightest orange; white would show through a seam.
        assertThat(lightest).isLessThan(0xe0);
    }

    @Test
    void bandsHaveOneEntryEachBelowAndShiftNoColour() {
        Bands bands = Bands.of("ratio of E_1", 1, -0.5, 2.25);
        double[][] values = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
        Panel panel = logPanel()
                .with(bands.cells(COLUMNS, ROWS, values))
                .with(bands.points(N, RISK, new double[] {0, 3, 1, Double.NaN}))
                .with(Line.of("theory", N, RISK));
        Element root = parse(Figure.of(panel).svg());
        Element viewport = all(root, "svg").get(0);
        List<String> names = List.of("ratio of E1:", "< −0.5", "−0.5 – 1", "1 – 2.25", "≥ 2.25", "theory");
        List<Element> entries = all(root, "text").stream()
                .filter(text -> names.contains(text.getTextContent()))
                .toList();
        assertThat(entries).extracting(Element::getTextContent).containsExactlyElementsOf(names);
        assertThat(entries)
                .allSatisfy(entry -> assertThat(number(entry, "y"))
                        .isGreaterThan(number(viewport, "y") + number(viewport, "height")));
        assertThat(all(viewport, "polyline").get(0).getAttribute("stroke")).isEqualTo(FIRST_COLOUR);
    }

    @Test
    void pointsHaveTheirColourAndPosition() {
        Bands bands = Bands.of("", 1);
        Element viewport = viewport(logPanel()
                .with(bands.cells(COLUMNS, ROWS, new double[][] {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {2, 2, 2}}))
                .with(bands.points(new double[] {10, 0}, new double[] {0.01, 0.01}, new double[] {2, 2})));
        List<Element> circles = all(viewport, "circle");
        // A light ring, a dark ring, and the colour; nothing for the point that the axis cannot show.
        assertThat(circles).hasSize(3);
        double[] centre = {number(circles.get(2), "cx"), number(circles.get(2), "cy")};
        assertThat(fractions(viewport, centre)[0]).isCloseTo(1 / 3.0, within(1e-4));
        assertThat(fractions(viewport, centre)[1]).isCloseTo(0.5, within(1e-4));
        List<Element> cells = all(viewport, "polygon");
        assertThat(circles.get(2).getAttribute("fill"))
                .isEqualTo(cells.get(cells.size() - 1).getAttribute("fill"))
                .isNotEqualTo(cells.get(0).getAttribute("fill"));
    }

    @Test
    void sameFigureGivesTheSameBytesWhateverTheLocale() {
        Figure figure = Figure.of(logPanel().with(Line.of("a", N, RISK)));
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
        Figure figure = Figure.of(
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
        Figure figure = Figure.of(panel, panel);
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
        Figure figure = Figure.of(logPanel());
        Path inner = directory.resolve("a/b");
        figure.save(inner, "risk");
        assertThat(inner.resolve("risk.svg")).hasContent(figure.svg());
        assertThat(Files.readAllBytes(inner.resolve("risk.png"))).isEqualTo(figure.png());
    }

    @Test
    void refinementDoesNotChangeTheOriginal() {
        Panel panel = logPanel();
        String before = Figure.of(panel).svg();
        double[] y = RISK.clone();
        Line line = Line.of("a", N, y);
        String with = Figure.of(panel.with(line)).svg();
        y[0] = 0.5;
        assertThat(Figure.of(panel.with(line)).svg()).isEqualTo(with);
        assertThat(Figure.of(panel).svg()).isEqualTo(before).isNotEqualTo(with);
    }

    @Test
    void legendBelowTakesNoRoomFromTheFrame() {
        Bands bands = Bands.of("", 1, 0.5, 2);
        double[][] values = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
        Element plain = parse(Figure.of(logPanel()).svg());
        Element covered = parse(
                Figure.of(logPanel().with(bands.cells(COLUMNS, ROWS, values))).svg());
        assertThat(number(all(covered, "svg").get(0), "height"))
                .isEqualTo(number(all(plain, "svg").get(0), "height"));
        assertThat(number(covered, "height")).isGreaterThan(number(plain, "height"));
    }

    @Test
    void legendBelowFillsItsRowsEvenly() {
        double[] x = new double[400];
        double[] zigzag = new double[400];
        Arrays.setAll(x, i -> i / 100.0);
        Arrays.setAll(zigzag, i -> i % 2 == 0 ? -2 : 2);
        for (int names = 2; names <= 9; names++) {
            Panel panel = linearPanel();
            for (int k = 0; k < names; k++) {
                panel = panel.with(Line.of("series " + k, x, zigzag));
            }
            Map<Double, Long> rows = all(parse(Figure.of(panel).svg()), "text").stream()
                    .filter(text -> text.getTextContent().startsWith("series "))
                    .collect(groupingBy(text -> number(text, "y"), counting()));
            long longest = Collections.max(rows.values());
            assertThat(longest).as(names + " names").isEqualTo((names - 1) / rows.size() + 1);
        }
    }

    @Test
    void narrowPanelsAreStackedWithTheirLegends() {
        double[] x = {0, 4};
        Panel first = linearPanel().with(Line.of("first key", x, new double[] {-2, 1.9}));
        Panel second = linearPanel().with(Line.of("second key", x, new double[] {1.9, -2}));
        Element root = parse(Figure.of(first, second, first).narrowSvg());
        List<Element> frames = all(root, "svg");
        assertThat(frames).hasSize(3);
        double end = 0;
        for (Element frame : frames) {
            assertThat(number(frame, "x")).isEqualTo(number(frames.get(0), "x"));
            assertThat(number(frame, "y")).isGreaterThan(end);
            end = number(frame, "y") + number(frame, "height");
            assertThat(number(frame, "x") + number(frame, "width")).isLessThan(number(root, "width"));
        }
        assertThat(number(root, "width")).isLessThan(390);
        assertThat(number(root, "height")).isGreaterThan(end);
        assertThat(all(root, "text").stream().map(Element::getTextContent))
                .containsSubsequence("first key", "second key", "first key");
    }

    @Test
    void everyInkHasADarkCounterpart() {
        Bands bands = Bands.of("ratio", 1, 0.85, 0.9, 0.95, 1.1, 1.5, 3);
        double[][] values = {{0, 0.86, 0.92}, {0.97, 1, 1.2}, {2, 4, 0}, {0, 0, 0}};
        Panel panel = logPanel().with(bands.cells(COLUMNS, ROWS, values)).with(bands.points(N, RISK, N));
        for (int k = 0; k < 8; k++) {
            panel = panel.with(Line.of("series " + k, N, RISK), Markers.of("series " + k, N, RISK, RISK));
        }
        panel = panel.with(Rule.vertical(50, "rule"), Line.of("black", N, RISK).black())
                .withNote("note");
        assertThat(Pattern.compile("#[0-9a-f]{6}")
                        .matcher(Figure.of(panel).svg())
                        .results()
                        .map(MatchResult::group))
                .isSubsetOf(
                        Ink.IN_THE_DARK.keySet().stream().map(SvgCanvas::colour).toList());
        assertThat(Ink.IN_THE_DARK.values()).doesNotHaveDuplicates();
    }

    @Test
    void legendShowsABarWhereThereIsOne() {
        assertThat(all(
                        parse(Figure.of(logPanel().with(Markers.of("a", N, RISK)))
                                .svg()),
                        "polyline"))
                .hasSize(all(parse(Figure.of(logPanel()).svg()), "polyline").size() + 1);
        Panel barred = logPanel().with(Markers.of("a", new double[] {10}, List.of(new SampleMean(0.1, 0.01))));
        Element root = parse(Figure.of(barred).svg());
        int inTheFrame = all(all(root, "svg").get(0), "polyline").size();
        assertThat(inTheFrame).as("a bar and its caps").isEqualTo(3);
        assertThat(all(root, "polyline"))
                .as("edge of the legend and the bar of its sample")
                .hasSize(inTheFrame
                        + 2
                        + all(parse(Figure.of(logPanel()).svg()), "polyline").size());
    }

    @Test
    void equalDrawingsAreEqual() {
        assertThat(everything()).isEqualTo(everything()).hasSameHashCodeAs(everything());
        List<Figure> others = List.of(
                Figure.of(logPanel()),
                Figure.of(logPanel(), logPanel()),
                Figure.of(logPanel().withNote("note")),
                Figure.of(linearPanel()),
                Figure.of(Panel.of("(b)", Axis.linear("x").withRange(0, 4), Axis.linear("y"))),
                Figure.of(logPanel().with(Line.of("a", N, RISK))),
                Figure.of(logPanel().with(Line.of("a", N, RISK).dashed())),
                Figure.of(logPanel().with(Line.of("a", N, RISK).black())),
                Figure.of(logPanel().with(Line.of("a", RISK, N))),
                Figure.of(logPanel().with(Markers.of("a", N, RISK))),
                Figure.of(logPanel().with(Markers.of("a", N, RISK, RISK))),
                Figure.of(logPanel().with(Rule.vertical(1, "a"))),
                Figure.of(logPanel().with(Rule.horizontal(1, "a"))),
                Figure.of(logPanel().with(Bands.of("a", 1).points(N, RISK, RISK))),
                Figure.of(logPanel().with(Bands.of("b", 1).points(N, RISK, RISK))),
                Figure.of(logPanel().with(Bands.of("a", 1).points(N, RISK, N))),
                Figure.of(logPanel().with(Bands.of("a", 1).cells(N, N, new double[4][4]))));
        assertThat(others).doesNotHaveDuplicates().doesNotContain(everything());
    }

    private static Figure everything() {
        Bands bands = Bands.of("ratio", 1, 2);
        return Figure.of(
                logPanel()
                        .with(Line.of("a", N, RISK).dashed(), Markers.of("a", N, RISK, RISK), Rule.vertical(10, "ζ_i"))
                        .withNote("note"),
                linearPanel().with(bands.cells(N, N, new double[4][4])).with(bands.points(N, N, N)));
    }

    @Test
    void textDescribesTheFigure() {
        assertThat(everything().toString())
                .contains(
                        "(a) risk",
                        "n, logarithmic from 1.0 to 1000.0",
                        "Line[a, 4 points, dashed]",
                        "Markers[a, 4 points]")
                .contains("ζi at x = 10.0", "x from 0.0 to 4.0", "ratio < 1");
        assertThat(Bands.of("ratio", 1, 2)).hasToString("Bands[ratio around 1, limits [1.0, 2.0]]");
    }

    @Test
    void panelWithoutDataIsDrawn() {
        assertThat(texts(Panel.of("", Axis.linear("x"), Axis.log("y")))).contains("x", "y", "0.2", "5");
    }

    @Test
    void rejectsInvalidFigures() {
        double[] three = {1, 2, 3};
        refuses("y.length: 4 is not x.length, 3", () -> Line.of("a", three, N));
        refuses("y.length: 4 is not x.length, 3", () -> Markers.of("a", three, N, three));
        refuses("error.length: 3 is not x.length, 4", () -> Markers.of("a", N, RISK, three));
        refuses("error[1]: -2.0 is not at least 0", () -> Markers.of("a", N, RISK, new double[] {1, -2, 0, 0}));
        refuses("value: NaN is not finite", () -> Rule.vertical(Double.NaN, "a"));
        refuses(
                "from: 0.0 is not greater than 0 and finite",
                () -> Axis.log("n").withRange(0, 1));
        refuses("to: 1.0 is not greater than from, 1.0", () -> Axis.linear("n").withRange(1, 1));
        refuses("to: NaN is not finite", () -> Axis.linear("n").withRange(1, Double.NaN));
        refuses("limits[1]: 0.5 is not greater than the one before", () -> Bands.of("", 1, 0.5, 0.5));
        refuses("limits: [0.5, 1.0] has the middle, 1.0", () -> Bands.of("", 1, 0.5, 1));
        refuses(
                "limits: [2.0, 3.0, 4.0, 5.0] has more than 3 on one side of the middle",
                () -> Bands.of("", 1, 2, 3, 4, 5));
        refuses(
                "limits: [0.1, 0.2, 0.3, 0.4] has more than 3 on one side of the middle",
                () -> Bands.of("", 1, 0.1, 0.2, 0.3, 0.4));
        refuses("middle: NaN is not finite", () -> Bands.of("", Double.NaN));
        Bands bands = Bands.of("", 1);
        refuses("x.length: 1 is not at least 2", () -> bands.cells(new double[1], N, new double[1][4]));
        refuses("y[1]: 0.1 is not greater than the one before", () -> bands.cells(N, RISK, new double[4][4]));
        refuses("values.length: 3 is not x.length, 4", () -> bands.cells(N, N, new double[3][4]));
        refuses("values[0].length: 3 is not y.length, 4", () -> bands.cells(N, N, new double[4][3]));
        refuses("values.length: 3 is not x.length, 4", () -> bands.points(N, N, three));
        refuses("panels.length: 0 is not at least 1", Figure::of);
    }
}
