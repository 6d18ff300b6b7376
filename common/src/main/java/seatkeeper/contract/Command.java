package seatkeeper.contract;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the worker; on the wire {@link CommandCodec}.
 *
 * @param userId whose booking it is about, or the operator for those actions only operators have
 * @param submittedAt when the client's request was taken, informative
 * @param expiresAt the command is not to be carried out when its record reached the log after this
 */
public record Command(
        UUID requestId,
        String showId,
        UUID userId,
        Instant submittedAt,
        @Nullable Instant expiresAt,
        Action action) {

    /** The same, with another end. */
    public Command withExpiresAt(@Nullable Instant end) {
        return new Command(requestId, showId, userId, submittedAt, end, action);
    }

    /** Hash of everything the client asked for; equal for every retry of the same request. */
    public Fingerprint fingerprint() {
        return Fingerprint.of(this);
    }

    /** What is to be done, to all of the seats named or to none. */
    public sealed interface Action {

        /** The name on the wire. */
        String type();

        /** Seats the user is to have, or the operator to take off sale. */
        default List<String> taken() {
            return List.of();
        }

        /** Seats that are to be free again; may be empty for a whole booking, see {@link CancelBooking}. */
        default List<String> released() {
            return List.of();
        }

        /** The request that made the booking it is about, when it is about one. */
        default @Nullable UUID bookingRequestId() {
            return null;
        }

        /** The client's own reference, when it gave one. */
        default @Nullable String orderRef() {
            return null;
        }

        /** Both. */
        default List<String> seatIds() {
            return Stream.concat(taken().stream(), released().stream()).toList();
        }
    }

    /** An action on a booking, named by the request that made it. */
    public sealed interface OnBooking extends Action {

        @Override
        UUID bookingRequestId();
    }

    /**
     * Books seats.
     *
     * @param orderRef the client's own reference, carried along
     */
    public record ConfirmBooking(
            List<String> taken, @Nullable String orderRef) implements Action {

        public static final String TYPE = "confirm_booking";

        public ConfirmBooking {
            taken = List.copyOf(taken);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Books seats for an operator: no lease, no limit of seats per user. */
    public record BookDirect(List<String> taken, @Nullable String orderRef) implements Action {

        public static final String TYPE = "book_direct";

        public BookDirect {
            taken = List.copyOf(taken);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * Cancels a booking or a part of it.
     *
     * @param released the part, or empty for all that is left of the booking
     */
    public record CancelBooking(UUID bookingRequestId, List<String> released) implements OnBooking {

        public static final String TYPE = "cancel_booking";

        public CancelBooking {
            released = List.copyOf(released);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Gives back seats of a booking and takes others for it, in one decision. */
    public record SwapBooking(UUID bookingRequestId, List<String> released, List<String> taken) implements OnBooking {

        public static final String TYPE = "swap_booking";

        public SwapBooking {
            released = List.copyOf(released);
            taken = List.copyOf(taken);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Takes seats off sale. */
    public record BlockSeats(List<String> taken) implements Action {

        public static final String TYPE = "block_seats";

        public BlockSeats {
            taken = List.copyOf(taken);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Returns seats that are off sale. */
    public record UnblockSeats(List<String> released) implements Action {

        public static final String TYPE = "unblock_seats";

        public UnblockSeats {
            released = List.copyOf(released);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }
}
