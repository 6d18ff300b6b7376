package seatkeeper.contract;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Command.ConfirmBooking;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Commands as plain JSON without type headers, so that a producer in any language is a first-class user:
 *
 * <pre>{"version": 1, "type": "confirm_booking", "request_id", "show_id", "seat_ids", "user_id",
 *  "submitted_at", "expires_at"?}</pre>
 *
 * Reading never throws: bytes are a command, or a reason why not.
 */
public final class CommandCodec {

    public static final int VERSION = 1;

    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

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
        return switch (command) {
            case ConfirmBooking confirm -> {
                ObjectNode json = Json.MAPPER
                        .createObjectNode()
                        .put("version", VERSION)
                        .put("type", ConfirmBooking.TYPE)
                        .put("request_id", confirm.requestId().toString())
                        .put("show_id", confirm.showId());
                confirm.seatIds().forEach(json.putArray("seat_ids")::add);
                json.put("user_id", confirm.userId().toString())
                        .put("submitted_at", confirm.submittedAt().toString());
                if (confirm.expiresAt() != null) {
                    json.put("expires_at", confirm.expiresAt().toString());
                }
                yield Json.MAPPER.writeValueAsBytes(json);
            }
        };
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
            return new Decoded.Invalid(Code.INVALID_COMMAND, "the value is not JSON in UTF-8", null, null);
        }
        if (!json.isObject()) {
            return new Decoded.Invalid(Code.INVALID_COMMAND, "the value is not a JSON object", null, null);
        }
        return decode(json);
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
            if (!ConfirmBooking.TYPE.equals(text(json, "type"))) {
                throw new InvalidField("type", "must be " + ConfirmBooking.TYPE);
            }
            Instant submittedAt = instant(json, "submitted_at");
            if (submittedAt == null) {
                throw new InvalidField("submitted_at", "is missing");
            }
            return new Decoded.Valid(new ConfirmBooking(
                    requestId,
                    showId,
                    Ids.seats(texts(json, "seat_ids"), maxSeats),
                    Ids.uuid("user_id", text(json, "user_id")),
                    submittedAt,
                    instant(json, "expires_at")));
        } catch (InvalidField e) {
            return new Decoded.Invalid(Code.INVALID_COMMAND, String.valueOf(e.getMessage()), requestId, showId);
        }
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

    /** In whole milliseconds, between 1970 and 9999: what every store and client of ours can hold. */
    private static @Nullable Instant instant(JsonNode json, String field) {
        String value = text(json, field);
        if (value == null) {
            return null;
        }
        try {
            Instant instant = Instant.parse(value);
            if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
                throw new InvalidField(field, "must lie between 1970 and 9999");
            }
            return Instant.ofEpochMilli(instant.toEpochMilli());
        } catch (DateTimeException e) {
            throw new InvalidField(field, "must be a time such as 2026-01-31T12:00:00Z");
        }
    }
}
