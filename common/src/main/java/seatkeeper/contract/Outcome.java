package seatkeeper.contract;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request; the same content each time it is delivered, on the wire {@link OutcomeCodec}.
 *
 * @param showId null only when the record was no command and its show could not be read; userId, submittedAt likewise
 * @param seatIds the seats asked for, in the order of the command
 * @param reason null exactly when CONFIRMED
 * @param conflicts the seats that caused the reason, empty when it was not about seats
 * @param decidedAt when the deciding batch began, in whole milliseconds
 * @param partition with offset: the command's place in {@link Topics#COMMANDS}
 */
public record Outcome(
        UUID requestId,
        @Nullable String showId,
        List<String> seatIds,
        @Nullable UUID userId,
        Status status,
        @Nullable Code reason,
        List<Conflict> conflicts,
        @Nullable Instant submittedAt,
        Instant decidedAt,
        int partition,
        long offset) {

    public Outcome {
        if (status == Status.PENDING || (status == Status.CONFIRMED) != (reason == null)) {
            throw new IllegalArgumentException("an outcome is CONFIRMED, or REJECTED with a reason");
        }
        seatIds = List.copyOf(seatIds);
        conflicts = List.copyOf(conflicts);
    }

    public boolean confirmed() {
        return status == Status.CONFIRMED;
    }
}
