package seatkeeper.contract;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request; the same content each time it is delivered, on the wire {@link OutcomeCodec}.
 *
 * @param type of the command, see {@link Command.Action#type}; null when the record was no command
 * @param showId null only when the record was no command and its show could not be read; userId, submittedAt likewise
 * @param seatIds the seats the user got, or the operator took off sale, in the order of the command
 * @param releasedSeatIds the seats that became free
 * @param bookingRequestId of a cancel or swap: the request that made the booking; otherwise null
 * @param orderRef the client's own reference, when it gave one
 * @param fingerprint hash of everything that was asked for, see {@link Fingerprint}; null in outcomes from before
 * @param reason null exactly when CONFIRMED
 * @param conflicts the seats that caused the reason, empty when it was not about seats
 * @param decidedAt when the deciding batch began, in whole milliseconds
 * @param showVersion counts the decisions of the show; of two outcomes about one seat the one with the higher number
 *     holds. 0 for outcomes from before there was such a count, and when there is no such show
 * @param partition with offset: the command's place in {@link Topics#COMMANDS}
 */
public record Outcome(
        UUID requestId,
        @Nullable String type,
        @Nullable String showId,
        List<String> seatIds,
        List<String> releasedSeatIds,
        @Nullable UUID userId,
        @Nullable UUID bookingRequestId,
        @Nullable String orderRef,
        @Nullable String fingerprint,
        Status status,
        @Nullable Code reason,
        List<Conflict> conflicts,
        @Nullable Instant submittedAt,
        Instant decidedAt,
        long showVersion,
        int partition,
        long offset) {

    public Outcome {
        if (status == Status.PENDING || (status == Status.CONFIRMED) != (reason == null)) {
            throw new IllegalArgumentException("an outcome is CONFIRMED, or REJECTED with a reason");
        }
        seatIds = List.copyOf(seatIds);
        releasedSeatIds = List.copyOf(releasedSeatIds);
        conflicts = List.copyOf(conflicts);
    }

    public boolean confirmed() {
        return status == Status.CONFIRMED;
    }
}
