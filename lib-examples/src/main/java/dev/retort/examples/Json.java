package dev.retort.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, text, numbers and truth values as JSON. A number that is not finite becomes the string "Infinity", "-Infinity" or
 * "NaN", as JSON has no such numbers; a key whose value is null is left out.
 */
final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    static String of(Object content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            write(content, json);
        } catch (IOException e) {
            throw new UncheckedIOException("A StringWriter does not fail", e);
        }
        return text.append('\n').toString();
    }

    private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getValue() != null) {
                    json.writeFieldName(entry.getKey().toString());
                    write(entry.getValue(), json);
                }
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(element, json);
            }
            json.writeEndArray();
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            json.writeString(number.toString());
        } else if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            json.writePOJO(value);
        } else {
            throw new IllegalArgumentException(
                    "a " + value.getClass().getName() + " is not a map, list, text, number or truth value");
        }
    }
}
