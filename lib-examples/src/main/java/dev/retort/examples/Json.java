package dev.retort.examples;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;

/**
 * JSON of maps, lists, text and numbers. A number that is not finite becomes the string "Infinity", "-Infinity" or "NaN", as JSON has no
 * such numbers.
 */
final class Json {

    private static final Gson GSON = new GsonBuilder()
            .registerTypeAdapter(Double.class, (JsonSerializer<Double>) (value, type, context) ->
                    Double.isFinite(value) ? new JsonPrimitive(value) : new JsonPrimitive(value.toString()))
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .create();

    private Json() {}

    static String of(Object content) {
        return GSON.toJson(content) + "\n";
    }
}
