package seatkeeper.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Command.SwapBooking;

/**
 * The rules for identifiers, the same at every door. Shows and seats match {@code [A-Za-z0-9._~-]{1,64}}: no id can
 * forge a Redis key, a NUL or a Unicode twin. Users and requests are UUIDs in their canonical 36 characters.
 */
public final class Ids {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,64}");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final Pattern ORDER_REF = Pattern.compile("[!-~]{1,128}");

    private Ids() {}

    /**
     * A show_id or seat_id.
     *
     * @throws InvalidField when the value is missing or does not match
     */
    public static String name(String field, @Nullable String value) {
        if (value == null) {
            throw new InvalidField(field, "is missing");
        }
        if (!NAME.matcher(value).matches()) {
            throw new InvalidField(field, "must match " + NAME.pattern());
        }
        return value;
    }

    /**
     * A user_id or request_id.
     *
     * @throws InvalidField when the value is missing or not a UUID in canonical form
     */
    public static UUID uuid(String field, @Nullable String value) {
        if (value == null) {
            throw new InvalidField(field, "is missing");
        }
        if (!UUID_TEXT.matcher(value).matches()) {
            throw new InvalidField(field, "must be a UUID");
        }
        return UUID.fromString(value);
    }

    /**
     * A client's own reference: 1 to 128 visible ASCII characters, or none.
     *
     * @throws InvalidField when there is one that does not match
     */
    public static @Nullable String orderRef(@Nullable String value) {
        if (value != null && !ORDER_REF.matcher(value).matches()) {
            throw new InvalidField("order_ref", "must be 1 to 128 visible ASCII characters");
        }
        return value;
    }

    /**
     * Seats of one request: distinct, in the order given.
     *
     * @param max the most seats one request may name
     * @throws InvalidField when there are none, too many, or one of them twice
     */
    public static List<String> seats(@Nullable List<? extends @Nullable String> values, int max) {
        return seats("seat_ids", values, max);
    }

    /** As {@link #seats(List, int)}, of another field. */
    public static List<String> seats(String field, @Nullable List<? extends @Nullable String> values, int max) {
        if (values == null) {
            throw new InvalidField(field, "is missing");
        }
        if (values.isEmpty() || values.size() > max) {
            throw new InvalidField(field, "must name 1 to " + max + " seats");
        }
        Set<String> seen = HashSet.newHashSet(values.size());
        for (int i = 0; i < values.size(); i++) {
            String seat = name(field + "[" + i + "]", values.get(i));
            if (!seen.add(seat)) {
                throw new InvalidField(field + "[" + i + "]", "names " + seat + " again");
            }
        }
        return values.stream().map(String::valueOf).toList();
    }

    /**
     * A swap of seats for others.
     *
     * @throws InvalidField when a seat is both given and taken
     */
    public static SwapBooking swap(UUID bookingRequestId, List<String> given, List<String> taken) {
        for (int i = 0; i < taken.size(); i++) {
            if (given.contains(taken.get(i))) {
                throw new InvalidField("take_seat_ids[" + i + "]", "is given back by the same swap");
            }
        }
        return new SwapBooking(bookingRequestId, given, taken);
    }
}
