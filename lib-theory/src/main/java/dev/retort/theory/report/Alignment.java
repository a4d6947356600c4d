package dev.retort.theory.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Pads numbers in a column so that their decimal points and ± line up. */
final class Alignment {

    private Alignment() {}

    /** The padded texts in order, all of the same length. */
    static List<String> of(List<String> texts) {
        List<String> values = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (String text : texts) {
            int sign = end(text, '±');
            values.add(text.substring(0, sign));
            errors.add(text.substring(sign));
        }
        List<String> left = atPoints(values);
        List<String> right = atPoints(errors);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> left.get(i) + right.get(i))
                .toList();
    }

    private static List<String> atPoints(List<String> texts) {
        int before = longest(texts, text -> end(text, '.'));
        int after = longest(texts, text -> text.length() - end(text, '.'));
        return texts.stream()
                .map(text -> {
                    int point = end(text, '.');
                    return " ".repeat(before - point) + text + " ".repeat(after - (text.length() - point));
                })
                .toList();
    }

    private static int longest(List<String> texts, ToIntFunction<String> length) {
        return texts.stream().mapToInt(length).max().orElse(0);
    }

    private static int end(String text, char sign) {
        return text.indexOf(sign) < 0 ? text.length() : text.indexOf(sign);
    }
}
