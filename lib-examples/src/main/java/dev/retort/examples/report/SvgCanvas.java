package dev.retort.examples.report;

import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a drawing as SVG: the same bytes for the same drawing. */
final class SvgCanvas implements Canvas {

    private final StringBuilder out = new StringBuilder();

    SvgCanvas(double width, double height, String title) {
        // Without xml:space, renderers drop the space between a script and what follows it.
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" role=\"img\"");
        numbers(" width", width, " height", height);
        out.append(" viewBox=\"0 0 ").append(decimal(width)).append(' ').append(decimal(height));
        out.append("\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n<title>");
        out.append(escaped(title)).append("</title>\n");
    }

    /** Replaces the characters that mean something in XML and HTML and leaves out those that XML cannot hold. */
    static String escaped(String text) {
        return text.replaceAll("[^\\t\\n -\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A number with at most two decimals, without trailing zeros. */
    static String decimal(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private void numbers(Object... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.append(namesAndValues[i]).append("=\"").append(decimal((double) namesAndValues[i + 1]));
            out.append('"');
        }
    }

    private static String colour(int rgb) {
        return String.format(Locale.ROOT, "#%06x", rgb);
    }

    private void points(double[] x, double[] y) {
        out.append(" points=\"");
        for (int i = 0; i < x.length; i++) {
            out.append(i == 0 ? "" : " ").append(decimal(x[i])).append(',').append(decimal(y[i]));
        }
        out.append('"');
    }

    @Override
    public void polyline(double[] x, double[] y, Pen pen) {
        out.append("<polyline fill=\"none\" stroke=\"")
                .append(colour(pen.rgb()))
                .append('"');
        numbers(" stroke-width", pen.width());
        if (pen.dashed()) {
            out.append(" stroke-dasharray=\"").append(decimal(Pen.DRAWN)).append(' ');
            out.append(decimal(Pen.OMITTED)).append('"');
        }
        out.append(" stroke-linejoin=\"round\"");
        points(x, y);
        out.append("/>\n");
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb) {
        out.append("<polygon fill=\"").append(colour(rgb)).append('"');
        points(x, y);
        out.append("/>\n");
    }

    @Override
    public void circle(double x, double y, double radius, int rgb) {
        out.append("<circle fill=\"").append(colour(rgb)).append('"');
        numbers(" cx", x, " cy", y, " r", radius);
        out.append("/>\n");
    }

    @Override
    public void text(Label label, double x, double y, Lettering lettering) {
        out.append("<text fill=\"").append(colour(lettering.rgb())).append('"');
        numbers(" font-size", lettering.size());
        if (lettering.anchor() != Anchor.START) {
            out.append(" text-anchor=\"").append(lettering.anchor() == Anchor.END ? "end\"" : "middle\"");
        }
        if (lettering.upward()) {
            out.append(" transform=\"translate(").append(decimal(x)).append(' ').append(decimal(y));
            out.append(") rotate(-90)\">");
        } else {
            numbers(" x", x, " y", y);
            out.append('>');
        }
        double drop = 0;
        for (Label.Run run : label.runs()) {
            // Plain runs at the start need no span, which keeps most labels readable as text.
            boolean span = run.level() != 0 || run.shift() != 0 || run.drop() != drop;
            if (span) {
                out.append("<tspan");
                numbers(" dx", run.shift() * lettering.size(), " dy", (run.drop() - drop) * lettering.size());
                numbers(" font-size", run.scale() * lettering.size());
                out.append('>');
            }
            out.append(escaped(run.text())).append(span ? "</tspan>" : "");
            drop = run.drop();
        }
        out.append("</text>\n");
    }

    // An inner viewport clips without an id, so that many drawings can stand on one page.
    @Override
    public void clip(Rectangle2D box) {
        double[] at = {box.getX(), box.getY(), box.getWidth(), box.getHeight()};
        out.append("<svg overflow=\"hidden\"");
        numbers(" x", at[0], " y", at[1], " width", at[2], " height", at[3]);
        out.append(Arrays.stream(at)
                .mapToObj(SvgCanvas::decimal)
                .collect(Collectors.joining(" ", " viewBox=\"", "\">\n")));
    }

    @Override
    public void unclip() {
        out.append("</svg>\n");
    }

    String finished() {
        return out + "</svg>\n";
    }
}
