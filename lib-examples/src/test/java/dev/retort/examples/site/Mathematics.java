package dev.retort.examples.site;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Translates the TeX formulas of the documentation to MathML, which browsers show without a script. It rejects unknown
 * commands, so that no page shows a raw one.
 */
final class Mathematics {

    private static final Map<String, String> SYMBOLS =
            Stream.of("""
                    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ pi π
                    rho ρ sigma σ tau τ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Lambda Λ Sigma Σ Upsilon Υ Psi Ψ Omega Ω
                    ell ℓ infty ∞ partial ∂ nabla ∇ star ⋆ top ⊤ blacksquare ∎""".split("\\s+")).collect(pairs());

    private static final Map<String, String> OPERATORS =
            Stream.of("""
                    sum ∑ prod ∏ int ∫ oint ∮ le ≤ ge ≥ ne ≠ ll ≪ in ∈ notin ∉ to → mapsto ↦ leftarrow ← sim ∼ simeq ≃ approx ≈
                    propto ∝ cdot · times × pm ± otimes ⊗ circ ∘ setminus ∖ triangle △ dots … ldots … cdots ⋯ mid ∣ langle ⟨ rangle ⟩ lVert ‖
                    rVert ‖ lvert | rvert | lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ { { } } | ‖""".split("\\s+")).collect(pairs());

    private static final Map<String, String> SPACES =
            Map.of(",", "0.17em", ";", "0.28em", "quad", "1em", "qquad", "2em", " ", "0.25em");

    private static final Map<String, String> ACCENTS = Map.of("hat", "^", "widehat", "^", "bar", "¯", "tilde", "~");

    private static final Set<String> FUNCTIONS =
            Set.of("ln", "log", "exp", "sin", "cos", "arccos", "sinh", "cosh", "tanh", "coth", "det");

    /** Operators whose limits are set below and above in a displayed formula. */
    private static final Set<String> LIMITS = Set.of("sum", "prod", "max", "min", "sup");

    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");

    private final String tex;
    private final boolean display;
    private int position;

    private Mathematics(String tex, boolean display) {
        this.tex = tex;
        this.display = display;
    }

    private static Collector<String, ?, Map<String, String>> pairs() {
        return Collectors.collectingAndThen(Collectors.toList(), words -> {
            Map<String, String> map = new HashMap<>();
            for (int i = 0; i < words.size(); i += 2) {
                map.put(words.get(i), words.get(i + 1));
            }
            return Map.copyOf(map);
        });
    }

    /** A formula as an element {@code math}, on a line of its own if displayed. */
    static String html(String tex, boolean display) {
        Mathematics formula = new Mathematics(tex, display);
        String row = formula.row("");
        if (formula.position < tex.length()) {
            throw formula.unknown("what follows");
        }
        return "<math" + (display ? " display=\"block\"" : "") + ">" + row + "</math>";
    }

    private IllegalArgumentException unknown(String what) {
        return new IllegalArgumentException(what + " at " + position + " is not understood in " + tex);
    }

    /** A row of atoms up to the end, or to one of the given commands or characters, which is not consumed. */
    private String row(String end) {
        StringBuilder row = new StringBuilder("<mrow>");
        for (skip(); position < tex.length() && !ends(end); skip()) {
            row.append(scripted());
        }
        return row.append("</mrow>").toString();
    }

    private boolean ends(String end) {
        boolean ofCell = Stream.of("&", "\\\\", "\\end").anyMatch(text -> tex.startsWith(text, position));
        return Stream.of("}", "\\right").anyMatch(text -> tex.startsWith(text, position))
                || (end.equals("cell") && ofCell);
    }

    private void skip() {
        while (position < tex.length() && Character.isWhitespace(tex.charAt(position))) {
            position++;
        }
    }

    private boolean take(String text) {
        boolean there = tex.startsWith(text, position);
        position += there ? text.length() : 0;
        return there;
    }

    /** An atom with its subscripts and superscripts. */
    private String scripted() {
        int start = position;
        String base = atom();
        boolean large = tex.startsWith("\\", start) && LIMITS.contains(tex.substring(start + 1, position));
        boolean limits = (display && large) || tex.startsWith("\\underbrace", start);
        String below = "";
        String above = "";
        for (boolean more = true; more; ) {
            skip();
            if (take("_")) {
                below = argument();
            } else if (take("^")) {
                above += argument();
            } else if (take("'")) {
                above += "<mo>′</mo>";
            } else {
                more = false;
            }
        }
        String over = above.isEmpty() ? "" : "<mrow>" + above + "</mrow>";
        if (below.isEmpty()) {
            return over.isEmpty() ? base : element(limits ? "mover" : "msup", base + over);
        }
        return over.isEmpty()
                ? element(limits ? "munder" : "msub", base + below)
                : element(limits ? "munderover" : "msubsup", base + below + over);
    }

    private static String element(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    /** The argument of a command: a group or a single atom; if it is a number, a single digit. */
    private String argument() {
        skip();
        if (position < tex.length() && Character.isDigit(tex.charAt(position))) {
            return element("mn", tex.substring(position, ++position));
        }
        return atom();
    }

    /** The unchanged text of a group. */
    private String text() {
        skip();
        if (!take("{")) {
            return String.valueOf(tex.charAt(position++));
        }
        int end = tex.indexOf('}', position);
        String text = tex.substring(position, end);
        position = end + 1;
        return text;
    }

    private String atom() {
        if (position >= tex.length()) {
            throw unknown("the end");
        }
        if (take("{")) {
            String row = row("");
            if (!take("}")) {
                throw unknown("an unclosed group");
            }
            return row;
        }
        if (take("\\")) {
            return command();
        }
        int start = position;
        Matcher number = NUMBER.matcher(tex).region(start, tex.length());
        position = number.lookingAt() ? number.end() : start;
        if (position > start) {
            return element("mn", tex.substring(start, position));
        }
        int point = tex.codePointAt(position);
        position += Character.charCount(point);
        String character = Character.toString(point);
        if (Character.isLetter(point) || point == '∞') {
            return element("mi", character);
        }
        return switch (character) {
            case "-" -> "<mo>−</mo>";
            case "<" -> "<mo>&lt;</mo>";
            case ">" -> "<mo>&gt;</mo>";
            case "(", ")", "[", "]", "|", "‖" -> "<mo stretchy=\"false\">" + character + "</mo>";
            case "~" -> space("0.25em");
            default -> element("mo", character);
        };
    }

    private static String space(String width) {
        return "<mspace width=\"" + width + "\"/>";
    }

    private String command() {
        int start = position;
        while (position < tex.length()
                && Character.toString(tex.charAt(position)).matches("[A-Za-z]")) {
            position++;
        }
        position += position == start ? 1 : 0;
        String name = tex.substring(start, position);
        if (SYMBOLS.containsKey(name)) {
            return element("mi", SYMBOLS.get(name));
        }
        if (OPERATORS.containsKey(name)) {
            boolean fence = "‖|⟨⟩⌈⌉⌊⌋{}".contains(OPERATORS.get(name));
            return (fence ? "<mo stretchy=\"false\">" : "<mo>") + OPERATORS.get(name) + "</mo>";
        }
        if (SPACES.containsKey(name)) {
            return space(SPACES.get(name));
        }
        if (ACCENTS.containsKey(name)) {
            return "<mover accent=\"true\">" + argument() + "<mo>" + ACCENTS.get(name) + "</mo></mover>";
        }
        if (FUNCTIONS.contains(name)) {
            return element("mi", name) + space("0.1em");
        }
        return switch (name) {
            case "max", "min", "sup" -> element("mo", name);
            case "frac", "tfrac" -> element("mfrac", argument() + argument());
            case "binom" ->
                "<mrow><mo>(</mo><mfrac linethickness=\"0\">" + argument() + argument() + "</mfrac><mo>)</mo></mrow>";
            case "sqrt" -> element("msqrt", argument());
            case "text" -> element("mtext", text().replace(" ", " "));
            case "mathrm", "mathsf", "operatorname" -> "<mi mathvariant=\"normal\">" + text() + "</mi>";
            case "mathbb" -> element("mi", Character.toString(doubleStruck(text().charAt(0))));
            case "underbrace" -> element("munder", argument() + "<mo stretchy=\"true\">⏟</mo>");
            case "big", "Big" ->
                "<mo stretchy=\"true\" symmetric=\"true\" minsize=\"" + (name.equals("big") ? "1.2em" : "1.8em") + "\">"
                        + delimiter() + "</mo>";
            case "left" -> {
                String open = delimiter();
                String row = row("");
                if (!take("\\right")) {
                    throw unknown("\\left without \\right");
                }
                yield "<mrow><mo>" + open + "</mo>" + row + "<mo>" + delimiter() + "</mo></mrow>";
            }
            case "begin" -> table();
            default -> throw unknown("\\" + name);
        };
    }

    private static int doubleStruck(char letter) {
        return switch (letter) {
            case 'P' -> 'ℙ';
            case 'R' -> 'ℝ';
            default -> 0x1D538 + letter - 'A';
        };
    }

    private String delimiter() {
        skip();
        if (take("\\")) {
            int start = position;
            while (position < tex.length() && Character.isLetter(tex.charAt(position))) {
                position++;
            }
            position += position == start ? 1 : 0;
            String known = OPERATORS.get(tex.substring(start, position));
            if (known == null) {
                throw unknown("a delimiter");
            }
            return known;
        }
        return String.valueOf(tex.charAt(position++));
    }

    /** The environment "aligned": rows, each of two cells. */
    private String table() {
        text();
        StringBuilder table = new StringBuilder("<mtable displaystyle=\"true\"><mtr>");
        boolean right = true;
        while (true) {
            table.append("<mtd style=\"text-align: ")
                    .append(right ? "right" : "left")
                    .append("\">");
            table.append(row("cell")).append("</mtd>");
            if (take("&")) {
                right = false;
            } else if (take("\\\\")) {
                right = true;
                table.append("</mtr><mtr>");
            } else if (take("\\end")) {
                text();
                return table.append("</mtr></mtable>").toString();
            } else {
                throw unknown("an unclosed table");
            }
        }
    }
}
