package seatkeeper.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client wants, in the words of the contract; nothing here is the product's.
 *
 * @param taken seats to be had
 * @param released seats to be given back
 * @param booking the request that made the booking, for those who want to change one
 */
record Order(
        UUID id,
        String type,
        String show,
        UUID user,
        List<String> taken,
        List<String> released,
        @Nullable UUID booking) {

    static final JsonMapper JSON = JsonMapper.shared();

    /** A field nobody knows, so that records can be as large as one likes. */
    static final String PADDING = "padding";

    static Order confirm(String show, UUID user, List<String> seats) {
        return new Order(UUID.randomUUID(), "confirm_booking", show, user, seats, List.of(), null);
    }

    Order withId(UUID other) {
        return new Order(other, type, show, user, taken, released, booking);
    }

    /** The body of an HTTP call. */
    String body() {
        return JSON.writeValueAsString(fields());
    }

    /** The value of a record of the command topic. */
    Map<String, Object> command() {
        Map<String, Object> command = new LinkedHashMap<>();
        command.put("version", 1);
        command.put("type", type);
        command.putAll(fields());
        command.put("submitted_at", Instant.now().toString());
        return command;
    }

    private Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("request_id", id);
        fields.put("show_id", show);
        fields.put("user_id", user);
        if (booking != null) {
            fields.put("booking_request_id", booking);
        }
        if (type.equals("swap_booking")) {
            fields.put("give_seat_ids", released);
            fields.put("take_seat_ids", taken);
        } else {
            List<String> seats = new ArrayList<>(taken);
            seats.addAll(released);
            if (!seats.isEmpty()) {
                fields.put("seat_ids", seats);
            }
        }
        return fields;
    }
}
