package dev.retort.examples.report;

import java.util.Locale;

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
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                    boolean legal = c >= ' ' ? c < 0xD800 || (c > 0xDFFF && c != 0xFFFE && c != 0xFFFF) : c == '\n';
                    if (legal) {
                        safe.appendCodePoint(c);
                    } else if (c == '\t' || c == '\r') {
                        safe.append(' ');
                    }
                }
            }
        });
        return safe.toString();
    }

    /** A number with at most two decimals, without trailing zeros. */
    static String decimal(double value) {
        long hundredths = Math.round(value * 100);
        if (hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        String text = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
        return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
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
        if (pen.dash() != Dash.SOLID) {
            out.append(" stroke-dasharray=\"").append(decimal(pen.dash().drawn)).append(' ');
            out.append(decimal(pen.dash().omitted)).append('"');
        }
        out.append(" stroke-linejoin=\"round\"");
        points(x, y);
        out.append("/>\n");
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb, double opacity) {
        out.append("<polygon fill=\"").append(colour(rgb)).append('"');
        if (opacity < 1) {
            numbers(" fill-opacity", opacity);
        }
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
        if (lettering.bold()) {
            out.append(" font-weight=\"bold\"");
        }
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
    public void clip(Box box) {
        out.append("<svg overflow=\"hidden\"");
        numbers(" x", box.left(), " y", box.top(), " width", box.width(), " height", box.height());
        out.append(" viewBox=\"").append(decimal(box.left())).append(' ').append(decimal(box.top()));
        out.append(' ').append(decimal(box.width())).append(' ').append(decimal(box.height()));
        out.append("\">\n");
    }

    @Override
    public void unclip() {
        out.append("</svg>\n");
    }

    String finished() {
        return out + "</svg>\n";
    }
}
