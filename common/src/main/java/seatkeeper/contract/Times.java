package seatkeeper.contract;

import static java.util.Objects.requireNonNullElse;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule for times, the same at every door: ISO 8601 with an offset, between 1970 and 9999. Seconds may be missing, their
 * fraction may have any length, and an offset may be {@code Z}, {@code +01}, {@code +0100} or {@code +01:00}: all of it is
 * written by somebody's standard library.
 */
public final class Times {

    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private static final Pattern TIME = Pattern.compile("([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})"
            + "(?:(:[0-9]{2})(?:\\.([0-9]+))?)?(?:(Z)|([+-][0-9]{2})(?::?([0-9]{2}))?)");

    /** Of a fraction; more than the finest clock has. */
    private static final int MOST_DIGITS = 9;

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
            Instant instant = Instant.parse(canonical(value));
            if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
                throw new InvalidField(field, "must lie between 1970 and 9999");
            }
            return Instant.ofEpochMilli(instant.toEpochMilli());
        } catch (DateTimeException e) {
            throw new InvalidField(field, "must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    /** As {@link Instant#parse} reads it. */
    private static String canonical(String value) {
        Matcher time = TIME.matcher(value);
        if (!time.matches()) {
            throw new DateTimeException(value);
        }
        String seconds = requireNonNullElse(time.group(2), ":00");
        String fraction = requireNonNullElse(time.group(3), "0");
        String offset = time.group(4) == null ? time.group(5) + ":" + requireNonNullElse(time.group(6), "00") : "Z";
        return time.group(1) + seconds + "." + fraction.substring(0, Math.min(MOST_DIGITS, fraction.length())) + offset;
    }
}
