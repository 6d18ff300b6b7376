package seatkeeper.gateway.booking;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.OnBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Outcome;

/**
 * What a request asked for, to tell a retry from another request under the same request_id.
 *
 * @param fingerprint of all of it; null when only the other fields are known
 */
record Payload(
        @Nullable String fingerprint,
        @Nullable String type,
        @Nullable String showId,
        @Nullable UUID userId,
        Set<String> taken,
        Set<String> released,
        @Nullable UUID bookingRequestId,
        @Nullable String orderRef) {

    static Payload of(Command command) {
        return new Payload(
                command.fingerprint().toString(),
                command.action().type(),
                command.showId(),
                command.userId(),
                new HashSet<>(command.action().taken()),
                new HashSet<>(command.action().released()),
                command.action() instanceof OnBooking booking ? booking.bookingRequestId() : null,
                orderRef(command));
    }

    static Payload of(Outcome outcome) {
        return new Payload(
                outcome.fingerprint(),
                outcome.type(),
                outcome.showId(),
                outcome.userId(),
                new HashSet<>(outcome.seatIds()),
                new HashSet<>(outcome.releasedSeatIds()),
                outcome.bookingRequestId(),
                outcome.bookingRequestId() == null ? outcome.orderRef() : null);
    }

    /** The fields in which the command asks for something else; none for a retry. */
    List<String> mismatches(Command command) {
        Payload asked = of(command);
        if (fingerprint != null && fingerprint.equals(asked.fingerprint)) {
            return List.of();
        }
        boolean swap = command.action() instanceof SwapBooking;
        List<String> mismatches = new ArrayList<>();
        compare(mismatches, "type", type == null ? ConfirmBooking.TYPE : type, asked.type);
        compare(mismatches, "show_id", showId, asked.showId);
        compare(mismatches, swap ? "take_seat_ids" : "seat_ids", taken, asked.taken);
        compare(mismatches, swap ? "give_seat_ids" : "seat_ids", released, asked.released);
        compare(mismatches, "user_id", userId, asked.userId);
        compare(mismatches, "booking_request_id", bookingRequestId, asked.bookingRequestId);
        compare(mismatches, "order_ref", orderRef, asked.orderRef);
        // A whole booking, and just the seats that were left of it: the same seats, but not the same request.
        if (mismatches.isEmpty() && fingerprint != null) {
            mismatches.add("seat_ids");
        }
        return mismatches.stream().distinct().toList();
    }

    private static void compare(List<String> mismatches, String field, @Nullable Object first, @Nullable Object asked) {
        if (!Objects.equals(first, asked)) {
            mismatches.add(field);
        }
    }

    private static @Nullable String orderRef(Command command) {
        return switch (command.action()) {
            case ConfirmBooking confirm -> confirm.orderRef();
            case BookDirect direct -> direct.orderRef();
            default -> null;
        };
    }
}
