package seatkeeper.gateway.show;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A show.
 *
 * @param version counts its decisions
 * @param layoutVersion the version at which seats were last added
 * @param seatLimit the most seats one user may lease and book, or null
 * @param onSaleAt leases are refused before it; offSaleAt: from it on
 */
public record Show(
        String showId,
        long version,
        long layoutVersion,
        @Nullable Integer seatLimit,
        @Nullable Instant onSaleAt,
        @Nullable Instant offSaleAt,
        @Nullable Instant archivedAt) {

    /** Whether no seat may be leased then. */
    public boolean isClosed(Instant now) {
        return archivedAt != null
                || (onSaleAt != null && now.isBefore(onSaleAt))
                || (offSaleAt != null && !now.isBefore(offSaleAt));
    }
}
