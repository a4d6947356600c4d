package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Writes a drawing as SVG: the same bytes for the same drawing. */
final class SvgCanvas implements Canvas {

    private final StringBuilder out = new StringBuilder();

    SvgCanvas(double width, double height, String title) {
        // Without xml:space, renderers drop the space between a script and what follows it.
        tag("svg", "xmlns", "http://www.w3.org/2000/svg", "xml:space", "preserve", "role", "img");
        attributes("width", width, "height", height, "viewBox", joined(0, 0, width, height));
        attributes("font-family", "Helvetica, Arial, 'DejaVu Sans', sans-serif");
        out.append(">\n<title>").append(escaped(title)).append("</title>\n");
    }

    /** Escapes the special characters of XML and HTML, and drops those that XML cannot hold. */
    static String escaped(String text) {
        return text.replaceAll("[^\\t\\n -\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A number with at most two decimals, without trailing zeros. */
    private static String decimal(double value) {
        double hundredths = 100 * Math.abs(value);
        double away = hundredths - Math.rint(hundredths);
        // Faster, where the last digit is beyond doubt.
        if (hundredths < 1e9 && Math.abs(away) < 0.499) {
            return decimal((long) Math.rint(hundredths), value < 0);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static String decimal(long hundredths, boolean negative) {
        if (hundredths == 0) {
            return "0";
        }
        StringBuilder text = new StringBuilder();
        text.append(negative ? "-" : "").append(hundredths / 100);
        long last = hundredths % 100;
        if (last > 0) {
            text.append('.').append(last / 10);
        }
        if (last % 10 > 0) {
            text.append(last % 10);
        }
        return text.toString();
    }

    private static String joined(double... values) {
        return DoubleStream.of(values).mapToObj(SvgCanvas::decimal).collect(Collectors.joining(" "));
    }

    private static String points(double[] x, double[] y) {
        return IntStream.range(0, x.length)
                .mapToObj(i -> decimal(x[i]) + "," + decimal(y[i]))
                .collect(Collectors.joining(" "));
    }

    static String colour(int rgb) {
        return "#" + HexFormat.of().toHexDigits(rgb, 6);
    }

    private void tag(String name, Object... attributes) {
        out.append('<').append(name);
        attributes(attributes);
    }

    private void attributes(Object... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            out.append(' ').append(namesAndValues[i]).append("=\"");
            out.append(value instanceof Double number ? decimal(number) : value).append('"');
        }
    }

    @Override
    public void polyline(double[] x, double[] y, Pen pen) {
        tag("polyline", "fill", "none", "stroke", colour(pen.rgb()), "stroke-width", pen.width());
        if (pen.dashed()) {
            attributes("stroke-dasharray", joined(Pen.DRAWN, Pen.OMITTED));
        }
        attributes("stroke-linejoin", "round", "points", points(x, y));
        out.append("/>\n");
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb) {
        tag("polygon", "fill", colour(rgb), "points", points(x, y));
        out.append("/>\n");
    }

    @Override
    public void circle(double x, double y, double radius, int rgb) {
        tag("circle", "fill", colour(rgb), "cx", x, "cy", y, "r", radius);
        out.append("/>\n");
    }

    @Override
    public void text(Label label, double x, double y, Lettering lettering) {
        double size = lettering.size();
        tag("text", "fill", colour(lettering.rgb()), "font-size", size);
        attributes("text-anchor", lettering.anchor().name().toLowerCase(Locale.ROOT));
        if (lettering.upward()) {
            attributes("transform", "translate(" + joined(x, y) + ") rotate(-90)");
        } else {
            attributes("x", x, "y", y);
        }
        out.append('>');
        double drop = 0;
        for (Label.Run run : label.runs()) {
            // Plain runs at the start need no span, which keeps most labels readable as text.
            boolean span = run.level() != 0 || run.shift() != 0 || run.drop() != drop;
            if (span) {
                tag("tspan", "dx", run.shift() * size, "dy", (run.drop() - drop) * size);
                attributes("font-size", run.scale() * size);
                out.append('>');
            }
            out.append(escaped(run.text())).append(span ? "</tspan>" : "");
            drop = run.drop();
        }
        out.append("</text>\n");
    }

    // An inner viewport clips without an id, which would have to be unique on a page with many drawings.
    @Override
    public void clip(Rectangle2D box) {
        tag("svg", "overflow", "hidden", "x", box.getX(), "y", box.getY());
        attributes("width", box.getWidth(), "height", box.getHeight());
        attributes("viewBox", joined(box.getX(), box.getY(), box.getWidth(), box.getHeight()));
        out.append(">\n");
    }

    @Override
    public void unclip() {
        out.append("</svg>\n");
    }

    String finished() {
        return out + "</svg>\n";
    }
}
