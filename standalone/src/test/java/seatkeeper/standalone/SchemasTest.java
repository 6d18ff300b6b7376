package seatkeeper.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.Action;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Status;
import seatkeeper.contract.Topics;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schemas in docs/ say what the code reads and writes. */
class SchemasTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final String IRI = "https://seatkeeper.example/schemas/";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final UUID ID = UUID.fromString("11111111-2222-4333-8444-555555555555");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(Map.of(
                    IRI + "command.json", read("schemas/command.json"),
                    IRI + "outcome.json", read("schemas/outcome.json"))));

    static List<Action> actions() {
        List<String> seats = List.of("A1", "A2");
        return List.of(
                new ConfirmBooking(seats, null),
                new ConfirmBooking(seats, "order/7"),
                new BookDirect(seats, null),
                new CancelBooking(ID, List.of()),
                new CancelBooking(ID, seats),
                new SwapBooking(ID, seats, List.of("B1")),
                new BlockSeats(seats),
                new UnblockSeats(seats));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void everyCommandWrittenIsOneOfTheSchema(Action action) {
        for (Instant expiresAt : new Instant[] {null, Instant.now()}) {
            Command command = new Command(ID, "show_1", ID, Instant.EPOCH, expiresAt, action);
            assertThat(problems("command", CommandCodec.encode(command))).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("spoilt")
    void schemaAndDecoderAgree(String field, Object value, boolean good) {
        for (Action action : actions()) {
            Map<String, Object> json = new LinkedHashMap<>(fields(action));
            if (!json.containsKey(field) && !field.startsWith("new_")) {
                continue;
            }
            if (value == null) {
                json.remove(field);
            } else {
                json.put(field, value);
            }
            byte[] bytes = JSON.writeValueAsBytes(json);
            assertThat(problems("command", bytes).isEmpty())
                    .as("schema: %s", json)
                    .isEqualTo(good);
            assertThat(new CommandCodec(50).decode(bytes) instanceof Decoded.Valid)
                    .as("decoder: %s", json)
                    .isEqualTo(good);
        }
    }

    static Stream<Object[]> spoilt() {
        return Stream.of(
                new Object[] {"new_field", Map.of("a", 1), true},
                new Object[] {"version", 2, false},
                new Object[] {"version", "1", false},
                new Object[] {"version", null, false},
                new Object[] {"type", "sing_a_song", false},
                new Object[] {"type", null, false},
                new Object[] {"request_id", "x", false},
                new Object[] {"request_id", null, false},
                new Object[] {"show_id", "a b", false},
                new Object[] {"show_id", 7, false},
                new Object[] {"user_id", null, false},
                new Object[] {"user_id", "1-1-1-1-1", false},
                new Object[] {"submitted_at", null, false},
                new Object[] {"submitted_at", "yesterday", false},
                new Object[] {"submitted_at", 1, false},
                new Object[] {"expires_at", null, true},
                new Object[] {"expires_at", "2026-01-31T12:00:00+02:00", true},
                new Object[] {"expires_at", "soon", false},
                new Object[] {"seat_ids", List.of(), false},
                new Object[] {"seat_ids", List.of("A1", "A1"), false},
                new Object[] {"seat_ids", List.of("A,1"), false},
                new Object[] {"seat_ids", List.of(1), false},
                new Object[] {"seat_ids", "A1", false},
                new Object[] {
                    "seat_ids",
                    java.util.stream.IntStream.range(0, 51)
                            .mapToObj(i -> "A" + i)
                            .toList(),
                    false
                },
                new Object[] {"take_seat_ids", null, false},
                new Object[] {"take_seat_ids", List.of(), false},
                new Object[] {"give_seat_ids", null, false},
                new Object[] {"booking_request_id", null, false},
                new Object[] {"booking_request_id", "x", false},
                new Object[] {"order_ref", null, true},
                new Object[] {"order_ref", "", false},
                new Object[] {"order_ref", "a b", false},
                new Object[] {"order_ref", 7, false});
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> fields(Action action) {
        Command command = new Command(ID, "show_1", ID, Instant.EPOCH, Instant.EPOCH, action);
        return JSON.readValue(CommandCodec.encode(command), Map.class);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "INVALID_COMMAND",
                "UNSUPPORTED_VERSION",
                "SHOW_NOT_FOUND",
                "SHOW_CLOSED",
                "SEAT_NOT_FOUND",
                "SEAT_BOOKED",
                "SEAT_BLOCKED",
                "SEAT_LIMIT_EXCEEDED",
                "COMMAND_EXPIRED",
                "BOOKING_NOT_FOUND",
                "NOT_BOOKING_OWNER"
            })
    void everyRejectionWrittenIsOneOfTheSchema(Code code) {
        assertThat(problems("outcome", OutcomeCodec.encode(outcome("confirm_booking", code))))
                .isEmpty();
        assertThat(problems("outcome", OutcomeCodec.encode(outcome(null, code))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("actions")
    void everyConfirmationWrittenIsOneOfTheSchema(Action action) {
        assertThat(problems("outcome", OutcomeCodec.encode(outcome(action.type(), null))))
                .isEmpty();
    }

    private static Outcome outcome(String type, Code reason) {
        return new Outcome(
                ID,
                type,
                type == null ? null : "show_1",
                List.of("A1"),
                List.of(),
                type == null ? null : ID,
                null,
                null,
                "0".repeat(64),
                reason == null ? Status.CONFIRMED : Status.REJECTED,
                reason,
                reason == null ? List.of() : List.of(new Conflict("A1", reason)),
                Instant.EPOCH,
                Instant.now(),
                3,
                1,
                2);
    }

    @Test
    void theAsyncApiNamesTheTopics() throws IOException {
        JsonNode document = JSON.valueToTree(new Yaml().load(Files.readString(DOCS.resolve("asyncapi.yaml"))));
        assertThat(document.path("asyncapi").asString()).isEqualTo("3.0.0");
        assertThat(document.path("channels").findValuesAsString("address"))
                .containsExactly(Topics.COMMANDS, Topics.OUTCOMES, Topics.DEAD_LETTERS);
        for (String reference : document.findValuesAsString("$ref")) {
            if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            } else {
                assertThat(DOCS.resolve(reference.split("#", 2)[0]))
                        .as(reference)
                        .exists();
            }
        }
    }

    private static List<com.networknt.schema.Error> problems(String schema, byte[] json) {
        Schema loaded = REGISTRY.getSchema(SchemaLocation.of(IRI + schema + ".json"));
        return loaded.validate(JSON.readTree(new String(json, StandardCharsets.UTF_8)));
    }

    private static String read(String file) {
        try {
            return Files.readString(DOCS.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
