package dev.retort.theory.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A line of text with subscripts and superscripts: {@code _x}, {@code ^x} for one character, {@code _{...}}, {@code
 * ^{...}} for several. A subscript and a superscript that follow each other are stacked.
 */
record Label(List<Run> runs) {

    /** Size of a script relative to the text around it. */
    static final double SCRIPT = 0.72;

    private static final Pattern SCRIPTS = Pattern.compile("([_^])(?:\\{([^}]*)}|(.))");

    /** A piece of text; level is -1 for a subscript, 0, or 1 for a superscript; the shift before it is in em. */
    record Run(String text, int level, double shift) {

        double scale() {
            return level == 0 ? 1 : SCRIPT;
        }

        /** The distance of the run below the baseline, in em. */
        double drop() {
            return level == 0 ? 0 : level < 0 ? 0.22 : -0.38;
        }

        double em() {
            return scale() * text.codePoints().mapToDouble(Label::advance).sum();
        }
    }

    static Label of(String markup) {
        List<Run> runs = new ArrayList<>();
        Matcher script = SCRIPTS.matcher(markup);
        int end = 0;
        while (script.find()) {
            append(runs, markup.substring(end, script.start()), 0);
            String text = script.group(2) == null ? script.group(3) : script.group(2);
            append(runs, text, script.group(1).equals("_") ? -1 : 1);
            end = script.end();
        }
        append(runs, markup.substring(end), 0);
        return new Label(List.copyOf(runs));
    }

    private static void append(List<Run> runs, String text, int level) {
        if (text.isEmpty()) {
            return;
        }
        double shift = 0;
        int size = runs.size();
        if (size > 0 && level * runs.get(size - 1).level() < 0) {
            shift = -runs.get(size - 1).em();
        } else if (size > 1 && runs.get(size - 1).shift() < 0) {
            shift = Math.max(0, runs.get(size - 2).em() - runs.get(size - 1).em());
        }
        runs.add(new Run(text, level, shift));
    }

    /** The text without its scripts' positions. */
    String plain() {
        return runs.stream().map(Run::text).collect(Collectors.joining());
    }

    /** An estimate of the width, rather too wide than too narrow, that does not depend on the installed fonts. */
    double width(double size) {
        double pen = 0;
        double width = 0;
        for (Run run : runs) {
            pen += run.shift() + run.em();
            width = Math.max(width, pen);
        }
        return width * size;
    }

    // Close to DejaVu Sans and Verdana, the widest of the usual sans-serif fonts.
    private static double advance(int c) {
        if (Character.getType(c) == Character.NON_SPACING_MARK) {
            return 0;
        }
        boolean wide = c >= 0x2E80 || "mwMW@%—→+−=×±<>≤≥≈∞∑".indexOf(c) >= 0;
        boolean narrow = "ijlI|.,:;'! frt()[]/-\"".indexOf(c) >= 0;
        return wide ? 1 : narrow ? 0.38 : Character.isUpperCase(c) ? 0.72 : 0.63;
    }
}
