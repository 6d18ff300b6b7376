package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Values for the schemas of a document: good ones, and such as no schema allows. Always the same for one seed. */
final class Generator {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "A1",
            "a b",
            "{x}",
            "a:b",
            "../..",
            "%00",
            "\u0000",
            "\ud800",
            "\u202e",
            "é",
            "e\u0301",
            "🎫",
            "null",
            "' or 1=1 --",
            "$ne",
            "${jndi:ldap://127.0.0.1/x}",
            "<script>",
            "\r\nX-Injected: 1",
            "\u001b[31m",
            "x".repeat(64),
            "x".repeat(65),
            "x".repeat(5_000),
            "-1",
            "0",
            "1e400",
            "2026-02-30T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
            "1-1-1-1-1",
            "00000000-0000-0000-0000-000000000000",
            "REJECT",
            "IF_STILL_FREE",
            "\ufeff");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "-1",
            "2147483647",
            "2147483648",
            "-2147483649",
            "9223372036854775807",
            "9223372036854775808",
            "1.5",
            "1.0",
            "1e2",
            "1e400",
            "-1e-400",
            "999999999999999999999999999999");

    private final JsonNode document;
    private final List<String> names;
    private final List<String> uuids;
    private final SplittableRandom random;

    /**
     * For one run.
     *
     * @param names such as exist, so that calls also succeed; uuids likewise
     */
    Generator(JsonNode document, List<String> names, List<String> uuids, long seed) {
        this.document = document;
        this.names = names;
        this.uuids = uuids;
        this.random = new SplittableRandom(seed);
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    String text() {
        return any(TEXTS);
    }

    /** What a {@code $ref} points to. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref")
                ? resolved(document.at(node.path("$ref").asString().substring(1)))
                : node;
    }

    /**
     * A value for the schema.
     *
     * @param oddness one value in so many is not as the schema says
     */
    JsonNode value(JsonNode schema, int oddness) {
        return oneIn(oddness) ? odd(0) : good(resolved(schema), oddness);
    }

    private JsonNode good(JsonNode schema, int oddness) {
        for (String choice : List.of("oneOf", "anyOf")) {
            if (schema.has(choice)) {
                JsonNode choices = schema.path(choice);
                return value(choices.path(random.nextInt(choices.size())), oddness);
            }
        }
        if (schema.has("enum")) {
            return schema.path("enum").path(random.nextInt(schema.path("enum").size()));
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        JsonNode type = schema.path("type");
        String name = type.isArray() ? type.path(random.nextInt(type.size())).asString() : type.asString("object");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "null" -> NODES.nullNode();
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "integer", "number" -> NODES.numberNode(schema.path("minimum").asInt(0) + random.nextInt(12));
            case "string" -> NODES.stringNode(string(schema));
            case "array" -> array(schema, oddness);
            default -> object(schema, oddness);
        };
    }

    private String string(JsonNode schema) {
        String pattern = schema.path("pattern").asString("");
        if (schema.path("format").asString("").equals("date-time")) {
            return "20%d-0%d-1%dT12:00:00Z"
                    .formatted(10 + random.nextInt(80), 1 + random.nextInt(9), random.nextInt(9));
        }
        if (pattern.contains("-[0-9a-fA-F]{12}")) {
            return oneIn(3) ? new UUID(random.nextLong(), random.nextLong()).toString() : any(uuids);
        }
        return pattern.isEmpty() && oneIn(2) ? text() : any(names);
    }

    private ArrayNode array(JsonNode schema, int oddness) {
        ArrayNode array = NODES.arrayNode();
        int size = oneIn(oddness * 4) ? random.nextInt(120) : 1 + random.nextInt(3);
        for (int i = 0; i < size; i++) {
            array.add(value(schema.path("items"), oddness * 4));
        }
        return array;
    }

    /** Required fields nearly always, the others half of the time, and now and then one that nobody knows. */
    private ObjectNode object(JsonNode schema, int oddness) {
        ObjectNode object = NODES.objectNode();
        List<String> required =
                schema.path("required").valueStream().map(JsonNode::asString).toList();
        schema.path("properties").forEachEntry((name, property) -> {
            if (required.contains(name) ? !oneIn(oddness * 4) : oneIn(2)) {
                object.set(name, value(property, oddness * 2));
            }
        });
        if (oneIn(oddness)) {
            object.set(oneIn(2) ? text() : "unknown", odd(0));
        }
        return object;
    }

    /** Anything at all. */
    private JsonNode odd(int depth) {
        return switch (random.nextInt(depth > 3 ? 5 : 7)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> JsonMapper.shared().readTree(any(NUMBERS));
            case 3, 4 -> NODES.stringNode(text());
            case 5 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(odd(depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text(), odd(depth + 1));
                }
                yield object;
            }
        };
    }

    /** The bytes of a body, some of them damaged on the way. */
    byte[] bytes(JsonNode body) {
        byte[] bytes = JsonMapper.shared().writeValueAsBytes(body);
        if (!oneIn(12)) {
            return bytes;
        }
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> ("[".repeat(random.nextInt(3_000)) + new String(bytes, UTF_8)).getBytes(UTF_8);
            case 2 -> {
                byte[] twice = Arrays.copyOf(bytes, bytes.length * 2);
                System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
                yield twice;
            }
            case 3 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(20_000));
            default -> {
                for (int flips = 1 + random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
        };
    }
}
