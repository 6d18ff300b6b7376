package seatkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatkeeper.contract.Command.Action;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.CommandCodec.Decoded;

class CommandCodecTest {

    private static final UUID REQUEST = UUID.fromString("11111111-2222-4333-8444-555555555555");
    private static final UUID USER = UUID.fromString("99999999-2222-4333-8444-555555555555");
    private static final byte[] KEY = bytes("show_1");

    private final CommandCodec codec = new CommandCodec(4);

    private static Command command() {
        return command(new ConfirmBooking(List.of("A2", "A1"), null));
    }

    static Command command(Action action) {
        return new Command(
                REQUEST,
                "show_1",
                USER,
                Instant.parse("2026-01-31T12:00:00.123Z"),
                Instant.parse("2026-01-31T12:30:00Z"),
                action);
    }

    static List<Action> actions() {
        List<String> seats = List.of("A1", "A2");
        return List.of(
                new ConfirmBooking(seats, null),
                new ConfirmBooking(seats, "order-7"),
                new BookDirect(seats, "order-7"),
                new CancelBooking(USER, List.of()),
                new CancelBooking(USER, seats),
                new SwapBooking(USER, seats, List.of("B1")),
                new BlockSeats(seats),
                new UnblockSeats(seats));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void readsEveryActionItWrites(Action action) {
        assertThat(codec.decode(KEY, CommandCodec.encode(command(action))))
                .isEqualTo(new Decoded.Valid(command(action)));
    }

    @Test
    void noTwoActionsHaveOneFingerprint() {
        assertThat(actions().stream().map(action -> command(action).fingerprint()))
                .doesNotHaveDuplicates();
    }

    /** As it was written before there was more than one type of command. */
    @Test
    void readsYesterdays() throws IOException {
        byte[] yesterdays = Messages.yesterdays("command-confirm.json");
        Decoded decoded = codec.decode(KEY, yesterdays);
        assertThat(decoded).isEqualTo(new Decoded.Valid(command()));
        assertThat(command().fingerprint())
                .hasToString("d55864a193f748b579cd7b78658bd04e8ae61cb547e30fa313f25b603844ce53");
    }

    @Test
    void writesTheDocumentedFields() {
        assertThat(new String(CommandCodec.encode(command()), StandardCharsets.UTF_8))
                .isEqualTo("{\"version\":1,\"type\":\"confirm_booking\",\"request_id\":\"" + REQUEST
                        + "\",\"show_id\":\"show_1\",\"seat_ids\":[\"A2\",\"A1\"],\"user_id\":\"" + USER
                        + "\",\"submitted_at\":\"2026-01-31T12:00:00.123Z\""
                        + ",\"expires_at\":\"2026-01-31T12:30:00Z\"}");
    }

    @Test
    void readsWhatItWrites() {
        assertThat(codec.decode(KEY, CommandCodec.encode(command()))).isEqualTo(new Decoded.Valid(command()));
    }

    @Test
    void ignoresUnknownFields() {
        String json = json().replace("{\"version\"", "{\"new_field\":{\"a\":[1]},\"version\"");
        assertThat(codec.decode(KEY, bytes(json))).isEqualTo(new Decoded.Valid(command()));
    }

    /** What others put into fields of their own is none of our business. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "19.989999999999998436805981327781",
                "115792089237316195423570985008687907853269984665640564039457584007913129639935",
                "1e400",
                "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"
            })
    void ignoresUnknownFieldsWhateverTheyHold(String value) {
        String json = json().replace("{\"version\"", "{\"" + "u".repeat(300) + "\":" + value + ",\"version\"");
        assertThat(codec.decode(KEY, bytes(json))).isEqualTo(new Decoded.Valid(command()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "}", "]", "\"x\":", "\"x\":nope}", "\"show_id\":\"other\"}"})
    void tellsTheSenderOfAValueThatBreaksOff(String end) {
        String json = json().substring(0, json().lastIndexOf('"')) + "\"," + end;
        assertThat(codec.decode(KEY, bytes(json))).isInstanceOfSatisfying(Decoded.Invalid.class, invalid -> {
            assertThat(invalid.code()).isEqualTo(Code.INVALID_COMMAND);
            assertThat(invalid.requestId()).isEqualTo(REQUEST);
            assertThat(invalid.showId()).isEqualTo("show_1");
        });
    }

    /** What is replaced, by what; then the code. All of them leave the request_id readable. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "version":1                    | "version":2                     | UNSUPPORTED_VERSION
            "version":1                    | "version":"1"                   | INVALID_COMMAND
            "version":1                    | "version":1.0                   | INVALID_COMMAND
            "version":1                    | "version":99999999999           | INVALID_COMMAND
            "version":1,                   | "x":1,                          | INVALID_COMMAND
            "confirm_booking"              | "cancel_everything"             | INVALID_COMMAND
            "confirm_booking"              | null                            | INVALID_COMMAND
            "show_1"                       | "show_2"                        | INVALID_COMMAND
            "show_1"                       | "show 1"                        | INVALID_COMMAND
            "show_1"                       | 7                               | INVALID_COMMAND
            ["A2","A1"]                    | []                              | INVALID_COMMAND
            ["A2","A1"]                    | null                            | INVALID_COMMAND
            ["A2","A1"]                    | "A1"                            | INVALID_COMMAND
            ["A2","A1"]                    | ["A1",1]                        | INVALID_COMMAND
            ["A2","A1"]                    | ["A1","A1"]                     | INVALID_COMMAND
            ["A2","A1"]                    | ["A1","A2","A3","A4","A5"]      | INVALID_COMMAND
            ["A2","A1"]                    | ["A1",""]                       | INVALID_COMMAND
            ["A2","A1"]                    | ["A1","\\u0000"]                | INVALID_COMMAND
            ["A2","A1"]                    | ["A1","\\ud800"]                | INVALID_COMMAND
            ["A2","A1"]                    | ["A1","Ä1"]                     | INVALID_COMMAND
            "99999999-2222-4333-8444-555555555555" | "9-2-4-8-5"             | INVALID_COMMAND
            "2026-01-31T12:00:00.123Z"     | "yesterday"                     | INVALID_COMMAND
            "2026-01-31T12:00:00.123Z"     | "+999999999-01-01T00:00:00Z"    | INVALID_COMMAND
            "2026-01-31T12:00:00.123Z"     | null                            | INVALID_COMMAND
            "2026-01-31T12:30:00Z"         | 1770000000                      | INVALID_COMMAND
            """)
    void saysWhyItIsNoCommand(String part, String replacement, Code code) {
        assertThat(json()).contains(part);
        assertThat(codec.decode(KEY, bytes(json().replace(part, replacement))))
                .isInstanceOfSatisfying(Decoded.Invalid.class, invalid -> {
                    assertThat(invalid.code()).isEqualTo(code);
                    assertThat(invalid.requestId()).isEqualTo(REQUEST);
                });
    }

    /** The action, what is replaced, by what. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            1 | "order-7"                                   | ""
            1 | "order-7"                                   | "a b"
            1 | "order-7"                                   | 7
            4 | ["A1","A2"]                                 | []
            4 | "booking_request_id"                        | "booking"
            5 | "give_seat_ids"                             | "seat_ids"
            5 | ["B1"]                                      | ["A2"]
            5 | ["B1"]                                      | []
            5 | "99999999-2222-4333-8444-555555555555","give| "9","give
            6 | ["A1","A2"]                                 | null
            7 | "seat_ids"                                  | "seats"
            4 | "seat_ids"                                  | "seatIds"
            4 | "seat_ids"                                  | "seats"
            4 | "seat_ids"                                  | "seat_id"
            1 | "order_ref"                                 | "orderRef"
            """)
    void saysWhyItIsNoSuchAction(int action, String part, String replacement) {
        String json = new String(CommandCodec.encode(command(actions().get(action))), StandardCharsets.UTF_8);
        assertThat(json).contains(part);
        assertThat(codec.decode(KEY, bytes(json.replace(part, replacement))))
                .isInstanceOfSatisfying(
                        Decoded.Invalid.class,
                        invalid -> assertThat(invalid.code()).isEqualTo(Code.INVALID_COMMAND));
    }

    @Test
    void readsNoRequestIdWhereThereIsNone() {
        for (byte[] value : new byte[][] {
            null,
            {},
            {(byte) 0xff},
            bytes("null"),
            bytes("[]"),
            bytes("{"),
            bytes("{}"),
            bytes("[".repeat(10_000)),
            bytes("{\"a\":".repeat(100)),
            bytes(json() + json()),
            bytes(json().replace("{\"version\"", "{\"version\":1,\"version\"")),
            bytes("{\"a\":" + "9".repeat(1_000) + "}"),
            bytes(json() + " ".repeat(64 * 1024)),
            bytes(json().replace(REQUEST.toString(), "11111111"))
        }) {
            assertThat(codec.decode(KEY, value)).isInstanceOfSatisfying(Decoded.Invalid.class, invalid -> {
                assertThat(invalid.code()).isEqualTo(Code.INVALID_COMMAND);
                assertThat(invalid.requestId()).isNull();
            });
        }
    }

    @Test
    void everyRandomMutationIsACommandOrAReason() {
        Random random = new Random(20261124);
        List<byte[]> originals = actions().stream()
                .map(action -> CommandCodec.encode(command(action)))
                .toList();
        int commands = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] mutated = originals.get(i % originals.size()).clone();
            for (int change = 0; change <= random.nextInt(3); change++) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            if (codec.decode(KEY, mutated) instanceof Decoded.Valid(Command command)) {
                commands++;
                // What was read can be written, and is then read as the same.
                assertThat(codec.decode(KEY, CommandCodec.encode(command))).isEqualTo(new Decoded.Valid(command));
            }
        }
        assertThat(commands).isBetween(1, 100_000);
    }

    @Test
    void theFingerprintIsOfThePayloadAlone() {
        List<String> seats = List.of("A1", "A2");
        Fingerprint same = confirm(REQUEST, "show_1", seats, USER).fingerprint();
        assertThat(command().fingerprint()).isEqualTo(same);
        assertThat(confirm(USER, "show_1", seats, USER).fingerprint()).isEqualTo(same);
        assertThat(confirm(REQUEST, "show_2", seats, USER).fingerprint()).isNotEqualTo(same);
        assertThat(confirm(REQUEST, "show_1", List.of("A1"), USER).fingerprint())
                .isNotEqualTo(same);
        assertThat(confirm(REQUEST, "show_1", seats, REQUEST).fingerprint()).isNotEqualTo(same);
    }

    private static Command confirm(UUID request, String show, List<String> seats, UUID user) {
        return new Command(request, show, user, Instant.EPOCH, null, new ConfirmBooking(seats, null));
    }

    private static String json() {
        return new String(CommandCodec.encode(command()), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
