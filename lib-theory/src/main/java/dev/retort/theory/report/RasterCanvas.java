package dev.retort.theory.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Paints a drawing, at two image pixels for each pixel of the drawing so that it stays sharp on fine screens. */
final class RasterCanvas implements Canvas {

    private static final int SCALE = 2;

    private final BufferedImage image;
    private final Graphics2D graphics;

    RasterCanvas(int width, int height) {
        image = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    static Path2D path(double[] x, double[] y) {
        Path2D path = new Path2D.Double();
        path.moveTo(x[0], y[0]);
        for (int i = 1; i < x.length; i++) {
            path.lineTo(x[i], y[i]);
        }
        return path;
    }

    @Override
    public void polyline(double[] x, double[] y, Pen pen) {
        graphics.setColor(new Color(pen.rgb()));
        float[] dash = pen.dashed() ? new float[] {(float) Pen.DRAWN, (float) Pen.OMITTED} : null;
        graphics.setStroke(
                new BasicStroke((float) pen.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0));
        graphics.draw(path(x, y));
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb) {
        graphics.setColor(new Color(rgb));
        Path2D path = path(x, y);
        path.closePath();
        graphics.fill(path);
    }

    @Override
    public void circle(double x, double y, double radius, int rgb) {
        graphics.setColor(new Color(rgb));
        graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    @Override
    public void text(Label label, double x, double y, Lettering lettering) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont((float) lettering.size());
        AffineTransform before = graphics.getTransform();
        graphics.translate(x, y);
        if (lettering.upward()) {
            graphics.rotate(-Math.PI / 2);
        }
        graphics.setColor(new Color(lettering.rgb()));
        double width = write(label, font, 0, false);
        double start = switch (lettering.anchor()) {
            case START -> 0;
            case MIDDLE -> -width / 2;
            case END -> -width;
        };
        write(label, font, start, true);
        graphics.setTransform(before);
    }

    private double write(Label label, Font font, double start, boolean visible) {
        double pen = start;
        for (Label.Run run : label.runs()) {
            Font sized = font.deriveFont((float) (run.scale() * font.getSize2D()));
            pen += run.shift() * font.getSize2D();
            if (visible) {
                graphics.setFont(sized);
                graphics.drawString(run.text(), (float) pen, (float) (run.drop() * font.getSize2D()));
            }
            pen += sized.getStringBounds(run.text(), graphics.getFontRenderContext())
                    .getWidth();
        }
        return pen;
    }

    @Override
    public void clip(Rectangle2D box) {
        graphics.setClip(box);
    }

    @Override
    public void unclip() {
        graphics.setClip(null);
    }

    byte[] finished() {
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write a PNG to memory", e);
        }
        return bytes.toByteArray();
    }
}
