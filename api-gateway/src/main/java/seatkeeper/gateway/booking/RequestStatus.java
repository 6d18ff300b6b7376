package seatkeeper.gateway.booking;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.gateway.booking.Requests.Known;

/** A request as clients see it: the fields of an outcome that are theirs. */
record RequestStatus(
        UUID requestId,
        @Nullable String type,
        @Nullable String showId,
        List<String> seatIds,
        List<String> releasedSeatIds,
        @Nullable UUID userId,
        @Nullable UUID bookingRequestId,
        @Nullable String orderRef,
        Status status,
        @Nullable Code reason,
        List<Conflict> conflicts,
        @Nullable Instant submittedAt,
        @Nullable Instant decidedAt,
        @Nullable Long showVersion) {

    static RequestStatus of(Known known) {
        return switch (known) {
            case Known.Pending(Command command) -> of(command);
            case Known.Decided(Outcome outcome) -> of(outcome);
        };
    }

    static RequestStatus of(Outcome outcome) {
        return new RequestStatus(
                outcome.requestId(),
                outcome.type(),
                outcome.showId(),
                outcome.seatIds(),
                outcome.releasedSeatIds(),
                outcome.userId(),
                outcome.bookingRequestId(),
                outcome.orderRef(),
                outcome.status(),
                outcome.reason(),
                outcome.conflicts(),
                outcome.submittedAt(),
                outcome.decidedAt(),
                outcome.showVersion());
    }

    private static RequestStatus of(Command command) {
        Payload payload = Payload.of(command);
        return new RequestStatus(
                command.requestId(),
                payload.type(),
                command.showId(),
                command.action().taken(),
                command.action().released(),
                command.userId(),
                payload.bookingRequestId(),
                payload.orderRef(),
                Status.PENDING,
                null,
                List.of(),
                command.submittedAt(),
                null,
                null);
    }
}
