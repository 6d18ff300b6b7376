package seatkeeper.contract;

import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rule for times, the same at every door: ISO 8601 with an offset, between 1970 and 9999. */
public final class Times {

    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private Times() {}

    /**
     * A time in whole milliseconds, which every store and client of ours can hold; null for none.
     *
     * @throws InvalidField when there is one that cannot be read, or lies outside
     */
    public static @Nullable Instant instant(String field, @Nullable String value) {
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
