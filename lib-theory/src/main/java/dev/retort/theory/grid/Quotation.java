package dev.retort.theory.grid;

/** Text of a file as a message shows it: in quotation marks, shortened, its control characters escaped. */
final class Quotation {

    private static final int LONGEST = 100;

    /** How many characters are shown before the place where two long texts differ. */
    private static final int CONTEXT = 40;

    private Quotation() {}

    static String of(String text) {
        return of(text, 0);
    }

    /** The text, or the part of a long text around a place. */
    static String of(String text, int place) {
        int from = text.length() <= LONGEST ? 0 : Math.max(0, Math.min(place - CONTEXT, text.length() - LONGEST));
        int to = Math.min(text.length(), from + LONGEST);
        StringBuilder quoted = new StringBuilder(from > 0 ? "\"..." : "\"");
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\uFFFD') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append(to < text.length() ? "...\"" : "\"").toString();
    }
}
