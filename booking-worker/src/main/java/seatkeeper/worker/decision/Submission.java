package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Fingerprint;

/**
 * A record of the command log whose sender waits for an outcome: a command, or no command but with a request_id.
 *
 * @param requestId of the decoded content
 * @param fingerprint of the command's payload, or of the record's bytes when it is no command
 * @param loggedAt the record's timestamp: the only clock deadlines are compared with, so that replaying the log gives
 *     the same outcomes
 */
public record Submission(
        UUID requestId, Fingerprint fingerprint, Decoded decoded, int partition, long offset, Instant loggedAt) {

    public @Nullable Command command() {
        return decoded instanceof Decoded.Valid(Command command) ? command : null;
    }

    /** Every seat it names. */
    public List<Seat> seats() {
        Command command = command();
        return command == null
                ? List.of()
                : Seat.of(command.showId(), command.action().seatIds());
    }

    /** The booking it is about, if it is about one. */
    public @Nullable UUID bookingRequestId() {
        Command command = command();
        return command == null ? null : command.action().bookingRequestId();
    }
}
