package seatkeeper.contract;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What can be asked of the worker; on the wire {@link CommandCodec}. */
public sealed interface Command {

    UUID requestId();

    String showId();

    /** Hash of everything the client asked for; equal for every retry of the same request. */
    Fingerprint fingerprint();

    /**
     * Book these seats for this user, all or none.
     *
     * @param submittedAt when the client's request was taken, informative
     * @param expiresAt the command is not to be carried out when its record reached the log after this
     */
    record ConfirmBooking(
            UUID requestId,
            String showId,
            List<String> seatIds,
            UUID userId,
            Instant submittedAt,
            @Nullable Instant expiresAt)
            implements Command {

        public static final String TYPE = "confirm_booking";

        public ConfirmBooking {
            seatIds = List.copyOf(seatIds);
        }

        @Override
        public Fingerprint fingerprint() {
            return Fingerprint.of(TYPE, showId, userId.toString(), seatIds);
        }
    }
}
