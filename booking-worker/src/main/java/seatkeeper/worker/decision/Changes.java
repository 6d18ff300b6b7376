package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.worker.decision.LedgerState.SeatStatus;

/** What a batch changes in the tables, beside the requests it decides; each seat and each show once. */
public record Changes(
        List<ShowChange> shows, List<SeatChange> seats, List<Cancellation> cancelled, List<NewBooking> booked) {

    /** A show's version, before and after. */
    public record ShowChange(String showId, long from, long to) {}

    /**
     * A seat's status, before and after.
     *
     * @param version of the show when the seat was last changed
     */
    public record SeatChange(Seat seat, SeatStatus from, SeatStatus to, long version) {}

    /** A booking of before the batch that is live no more. */
    public record Cancellation(UUID requestId, Seat seat, Instant at) {}

    /**
     * A booking made by the batch.
     *
     * @param cancelledAt when the batch cancelled it, too
     */
    public record NewBooking(
            Seat seat,
            UUID userId,
            UUID requestId,
            @Nullable String orderRef,
            @Nullable Instant cancelledAt) {}
}
