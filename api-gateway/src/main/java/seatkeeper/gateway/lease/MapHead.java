package seatkeeper.gateway.lease;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import seatkeeper.gateway.show.Show;

/** The head of a map in Redis: columns of digits, so that scripts cut them out. */
final class MapHead {

    static final int LENGTH = 72;

    /** Later than any time a show may have. */
    private static final long NEVER = 999_999_999_999_999L;

    private MapHead() {}

    static String of(Show show) {
        return version(show.version())
                + layout(show.layoutVersion())
                + "%010d".formatted(show.seatLimit() == null ? 0 : show.seatLimit())
                + "%015d".formatted(millis(show.onSaleAt(), 0))
                // Archived, it is off sale for good.
                + "%015d".formatted(show.archivedAt() == null ? millis(show.offSaleAt(), NEVER) : 0);
    }

    static String version(long version) {
        return "%016d".formatted(version);
    }

    /** Of a layout this gateway does not know: no map has it. */
    static String layout(long version) {
        return version < 0 ? "unknown" : version(version);
    }

    private static long millis(@Nullable Instant instant, long otherwise) {
        return instant == null ? otherwise : instant.toEpochMilli();
    }
}
