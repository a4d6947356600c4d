package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    /** A second library reads the written JSON. */
    @Test
    void readsBackAsItWasWritten() {
        String json = Json.of(Map.of(
                "text", "\"quoted\" <b>\n\u0001 \u2028 λ",
                "numbers", List.of(1, 2L, 0.1, 4.9e-324, -0.0),
                "nested", List.of(Map.of("empty", List.of()), true)));
        assertThat(json).endsWith("}\n");
        assertThat(JsonParser.parseString(json)).isEqualTo(JsonParser.parseString("""
                {
                  "text": "\\"quoted\\" <b>\\n\\u0001 \\u2028 λ",
                  "numbers": [1, 2, 0.1, 4.9e-324, -0.0],
                  "nested": [{"empty": []}, true]
                }
                """));
    }

    @Test
    void writesInfinityAndNaNAsText() {
        assertThat(Json.of(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)))
                .isEqualToIgnoringWhitespace("[\"NaN\", \"Infinity\", \"-Infinity\"]");
    }

    @Test
    void leavesOutKeysWithoutAValueAndKeepsPlacesInLists() {
        Map<String, Object> none = new HashMap<>();
        none.put("none", null);
        assertThat(Json.of(none)).isEqualToIgnoringWhitespace("{}");
        assertThat(Json.of(Arrays.asList(1, null))).isEqualToIgnoringWhitespace("[1, null]");
    }

    @Test
    void rejectsInvalidJson() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.of(List.of(Duration.ZERO)))
                .withMessage("a java.time.Duration is not a map, list, text, number or truth value");
    }
}
