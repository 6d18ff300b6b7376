package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;

/**
 * What the tables say about everything a batch mentions.
 *
 * @param horizon records of the log that are not younger may have been decided and forgotten
 * @param requests the batch's requests that are already decided, and those whose bookings it is about
 * @param shows those of the batch's shows that exist
 * @param seats status of each of the batch's seats that exist
 * @param bookings by the request that made a booking: its live seats, each with the request that booked it
 * @param holdings how many live seats a user has in a show; only asked for where the show has a limit
 */
public record LedgerState(
        Instant horizon,
        Map<UUID, Recorded> requests,
        Map<String, Show> shows,
        Map<Seat, SeatStatus> seats,
        Map<UUID, Map<Seat, UUID>> bookings,
        Map<Buyer, Integer> holdings) {

    /** A decided request, as it is kept. */
    public record Recorded(Fingerprint fingerprint, Outcome outcome) {}

    /**
     * A show.
     *
     * @param version counts its decisions
     * @param seatLimit the most seats one user may have, or null
     */
    public record Show(long version, @Nullable Integer seatLimit, boolean archived) {}

    /** Where a seat stands; the type seat_status of the tables. */
    public enum SeatStatus {
        AVAILABLE,
        BOOKED,
        BLOCKED
    }

    /** A user in a show. */
    public record Buyer(String showId, UUID userId) {}
}
