package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatkeeper.contract.Command.ConfirmBooking;
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

    /** Every seat the decision has to know about. */
    public List<Seat> seats() {
        return decoded instanceof Decoded.Valid(ConfirmBooking confirm)
                ? confirm.seatIds().stream()
                        .map(id -> new Seat(confirm.showId(), id))
                        .toList()
                : List.of();
    }
}
