package seatkeeper.contract;

import static java.util.Objects.requireNonNullElse;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Commands as plain JSON without type headers, so that a producer in any language is a first-class user. All have
 *
 * <pre>{"version": 1, "type", "request_id", "show_id", "user_id", "submitted_at", "expires_at"?}</pre>
 *
 * and by type:
 *
 * <pre>confirm_booking  seat_ids, order_ref?
 * book_direct      seat_ids, order_ref?
 * cancel_booking   booking_request_id, seat_ids?
 * swap_booking     booking_request_id, give_seat_ids, take_seat_ids
 * block_seats      seat_ids
 * unblock_seats    seat_ids</pre>
 *
 * Reading never throws: bytes are a command, or a reason why not. Unknown fields are ignored, misspelt ones are not.
 */
public final class CommandCodec {

    public static final int VERSION = 1;

    /** What each type of command may have; a misspelt one of these is refused. */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            ConfirmBooking.TYPE, fields("seat_ids", "order_ref"),
            BookDirect.TYPE, fields("seat_ids", "order_ref"),
            CancelBooking.TYPE, fields("booking_request_id", "seat_ids"),
            SwapBooking.TYPE, fields("booking_request_id", "give_seat_ids", "take_seat_ids"),
            BlockSeats.TYPE, fields("seat_ids"),
            UnblockSeats.TYPE, fields("seat_ids"));

    private final int maxSeats;

    /**
     * With the limit of this installation.
     *
     * @param maxSeats the most seats one command may name
     */
    public CommandCodec(int maxSeats) {
        this.maxSeats = maxSeats;
    }

    /** What a record turned out to be. */
    public sealed interface Decoded {

        record Valid(Command command) implements Decoded {}

        /**
         * No command.
         *
         * @param code INVALID_COMMAND or UNSUPPORTED_VERSION
         * @param detail for people
         * @param requestId where it could be read, for the sender still waits for an outcome; showId likewise
         */
        record Invalid(
                Code code,
                String detail,
                @Nullable UUID requestId,
                @Nullable String showId) implements Decoded {}
    }

    public static byte[] encode(Command command) {
        ObjectNode json = Json.MAPPER
                .createObjectNode()
                .put("version", VERSION)
                .put("type", command.action().type())
                .put("request_id", command.requestId().toString())
                .put("show_id", command.showId());
        switch (command.action()) {
            case ConfirmBooking(var seats, var orderRef) -> booked(json, seats, orderRef);
            case BookDirect(var seats, var orderRef) -> booked(json, seats, orderRef);
            case CancelBooking(UUID booking, List<String> seats) -> {
                json.put("booking_request_id", booking.toString());
                if (!seats.isEmpty()) {
                    seats(json, "seat_ids", seats);
                }
            }
            case SwapBooking(UUID booking, List<String> given, List<String> taken) -> {
                json.put("booking_request_id", booking.toString());
                seats(json, "give_seat_ids", given);
                seats(json, "take_seat_ids", taken);
            }
            case BlockSeats(List<String> seats) -> seats(json, "seat_ids", seats);
            case UnblockSeats(List<String> seats) -> seats(json, "seat_ids", seats);
        }
        json.put("user_id", command.userId().toString())
                .put("submitted_at", command.submittedAt().toString());
        if (command.expiresAt() != null) {
            json.put("expires_at", command.expiresAt().toString());
        }
        return Json.MAPPER.writeValueAsBytes(json);
    }

    private static void booked(ObjectNode json, List<String> seats, @Nullable String orderRef) {
        seats(json, "seat_ids", seats);
        if (orderRef != null) {
            json.put("order_ref", orderRef);
        }
    }

    private static void seats(ObjectNode json, String field, List<String> seats) {
        seats.forEach(json.putArray(field)::add);
    }

    /** Of a record as it came from the broker; its key must be the show_id. */
    public Decoded decode(byte @Nullable [] key, byte @Nullable [] value) {
        Decoded decoded = decode(value);
        if (decoded instanceof Decoded.Valid(Command command)
                && !Arrays.equals(key, command.showId().getBytes(StandardCharsets.UTF_8))) {
            String detail = "show_id must be the key of the record";
            return new Decoded.Invalid(Code.INVALID_COMMAND, detail, command.requestId(), command.showId());
        }
        return decoded;
    }

    /** Of what {@link #encode} gave, wherever it was kept. */
    public Decoded decode(byte @Nullable [] value) {
        if (value == null) {
            return new Decoded.Invalid(Code.INVALID_COMMAND, "the record has no value", null, null);
        }
        if (value.length > Json.MAX_COMMAND_BYTES) {
            String detail = "the value is larger than " + Json.MAX_COMMAND_BYTES + " bytes";
            return new Decoded.Invalid(Code.INVALID_COMMAND, detail, null, null);
        }
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(utf8(value));
        } catch (JacksonException | CharacterCodingException e) {
            return broken(value);
        }
        if (!json.isObject()) {
            return new Decoded.Invalid(Code.INVALID_COMMAND, "the value is not a JSON object", null, null);
        }
        return decode(json);
    }

    /** The sender is told where its request_id stands before what is broken; of two objects in one value neither is. */
    private static Decoded.Invalid broken(byte[] value) {
        UUID requestId = null;
        String showId = null;
        try (JsonParser json = Json.MAPPER.createParser(value)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("request_id")) {
                    requestId = Ids.uuid(field, json.getValueAsString());
                } else if (field.equals("show_id")) {
                    showId = Ids.name(field, json.getValueAsString());
                }
                json.skipChildren();
            }
            return notJson(null, null);
        } catch (JacksonException | InvalidField e) {
            // What was read so far is all that can be read.
        }
        return notJson(requestId, showId);
    }

    private static Decoded.Invalid notJson(@Nullable UUID requestId, @Nullable String showId) {
        return new Decoded.Invalid(Code.INVALID_COMMAND, "the value is not JSON in UTF-8", requestId, showId);
    }

    private Decoded decode(JsonNode json) {
        UUID requestId = null;
        String showId = null;
        try {
            requestId = Ids.uuid("request_id", text(json, "request_id"));
            showId = Ids.name("show_id", text(json, "show_id"));
            if (!json.path("version").isInt()) {
                throw new InvalidField("version", "must be " + VERSION);
            }
            if (json.path("version").intValue() != VERSION) {
                String detail = "version " + json.path("version").intValue() + " is not " + VERSION;
                return new Decoded.Invalid(Code.UNSUPPORTED_VERSION, detail, requestId, showId);
            }
            Instant submittedAt = Times.instant("submitted_at", text(json, "submitted_at"));
            if (submittedAt == null) {
                throw new InvalidField("submitted_at", "is missing");
            }
            return new Decoded.Valid(new Command(
                    requestId,
                    showId,
                    Ids.uuid("user_id", text(json, "user_id")),
                    submittedAt,
                    Times.instant("expires_at", text(json, "expires_at")),
                    action(json)));
        } catch (InvalidField e) {
            return new Decoded.Invalid(Code.INVALID_COMMAND, String.valueOf(e.getMessage()), requestId, showId);
        }
    }

    private Command.Action action(JsonNode json) {
        String type = requireNonNullElse(text(json, "type"), "");
        Set<String> fields = FIELDS.get(type);
        if (fields != null) {
            json.propertyNames().forEach(name -> Spelling.check("", name, fields));
        }
        return switch (type) {
            case ConfirmBooking.TYPE -> new ConfirmBooking(seats(json, "seat_ids"), orderRef(json));
            case BookDirect.TYPE -> new BookDirect(seats(json, "seat_ids"), orderRef(json));
            case CancelBooking.TYPE ->
                new CancelBooking(booking(json), json.hasNonNull("seat_ids") ? seats(json, "seat_ids") : List.of());
            case SwapBooking.TYPE ->
                Ids.swap(booking(json), seats(json, "give_seat_ids"), seats(json, "take_seat_ids"));
            case BlockSeats.TYPE -> new BlockSeats(seats(json, "seat_ids"));
            case UnblockSeats.TYPE -> new UnblockSeats(seats(json, "seat_ids"));
            default -> throw new InvalidField("type", "is not the type of any command");
        };
    }

    private static Set<String> fields(String... own) {
        Set<String> fields = new HashSet<>(
                List.of("version", "type", "request_id", "show_id", "user_id", "submitted_at", "expires_at"));
        fields.addAll(List.of(own));
        return fields;
    }

    private List<String> seats(JsonNode json, String field) {
        return Ids.seats(field, texts(json, field), maxSeats);
    }

    private static UUID booking(JsonNode json) {
        return Ids.uuid("booking_request_id", text(json, "booking_request_id"));
    }

    private static @Nullable String orderRef(JsonNode json) {
        return Ids.orderRef(text(json, "order_ref"));
    }

    /** Decodes strictly: Jackson reads overlong and broken sequences, and UTF-16 and 32, that Postgres would refuse. */
    private static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode node = json.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw new InvalidField(field, "must be a string");
        }
        return node.stringValue();
    }

    private static @Nullable List<@Nullable String> texts(JsonNode json, String field) {
        JsonNode node = json.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isArray()) {
            throw new InvalidField(field, "must be an array");
        }
        List<@Nullable String> values = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            if (!element.isString()) {
                throw new InvalidField(field + "[" + values.size() + "]", "must be a string");
            }
            values.add(element.stringValue());
        }
        return values;
    }
}
