package seatkeeper.gateway.booking;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.Action;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.booking.Bookings.LatePolicy;

/** The bodies of the calls that submit commands, and the commands they ask for. */
@Component
class CommandRequests {

    private final Bookings bookings;
    private final GatewayProperties properties;
    private final Clock clock;

    CommandRequests(Bookings bookings, GatewayProperties properties, Clock clock) {
        this.bookings = bookings;
        this.properties = properties;
        this.clock = clock;
    }

    record Confirm(
            @Nullable String requestId,
            @Nullable String showId,
            @Nullable List<@Nullable String> seatIds,
            @Nullable String userId,
            @Nullable String orderRef,
            @Nullable String latePolicy) {}

    record Cancel(
            @Nullable String requestId,
            @Nullable String bookingRequestId,
            @Nullable String userId,
            @Nullable List<@Nullable String> seatIds,
            @Nullable String showId) {}

    record Swap(
            @Nullable String requestId,
            @Nullable String bookingRequestId,
            @Nullable String userId,
            @Nullable List<@Nullable String> giveSeatIds,
            @Nullable List<@Nullable String> takeSeatIds,
            @Nullable String showId,
            @Nullable String latePolicy) {}

    Command confirm(Confirm request) {
        return command(
                request.requestId,
                Ids.name("show_id", request.showId),
                request.userId,
                new ConfirmBooking(seats("seat_ids", request.seatIds), Ids.orderRef(request.orderRef)));
    }

    Command direct(Confirm request) {
        return command(
                request.requestId,
                Ids.name("show_id", request.showId),
                request.userId,
                new BookDirect(seats("seat_ids", request.seatIds), Ids.orderRef(request.orderRef)));
    }

    Command block(Confirm request) {
        return command(
                request.requestId,
                Ids.name("show_id", request.showId),
                request.userId,
                new BlockSeats(seats("seat_ids", request.seatIds)));
    }

    Command unblock(Confirm request) {
        return command(
                request.requestId,
                Ids.name("show_id", request.showId),
                request.userId,
                new UnblockSeats(seats("seat_ids", request.seatIds)));
    }

    Command cancel(Cancel request) {
        UUID booking = Ids.uuid("booking_request_id", request.bookingRequestId);
        Action action =
                new CancelBooking(booking, request.seatIds == null ? List.of() : seats("seat_ids", request.seatIds));
        Ids.uuid("user_id", request.userId);
        Ids.uuid("request_id", request.requestId);
        return command(request.requestId, show(request.showId, booking), request.userId, action);
    }

    Command swap(Swap request) {
        UUID booking = Ids.uuid("booking_request_id", request.bookingRequestId);
        Action action = Ids.swap(
                booking, seats("give_seat_ids", request.giveSeatIds), seats("take_seat_ids", request.takeSeatIds));
        Ids.uuid("user_id", request.userId);
        Ids.uuid("request_id", request.requestId);
        return command(request.requestId, show(request.showId, booking), request.userId, action);
    }

    static LatePolicy latePolicy(@Nullable String name) {
        if (name == null) {
            return LatePolicy.REJECT;
        }
        for (LatePolicy policy : LatePolicy.values()) {
            if (policy.name().equals(name)) {
                return policy;
            }
        }
        throw new InvalidField("late_policy", "must be one of " + List.of(LatePolicy.values()));
    }

    private String show(@Nullable String showId, UUID booking) {
        return showId == null ? bookings.showOf(booking) : Ids.name("show_id", showId);
    }

    private List<String> seats(String field, @Nullable List<@Nullable String> seatIds) {
        return Ids.seats(field, seatIds, properties.maxSeatsPerRequest());
    }

    private Command command(@Nullable String requestId, String showId, @Nullable String userId, Action action) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        return new Command(Ids.uuid("request_id", requestId), showId, Ids.uuid("user_id", userId), now, null, action);
    }
}
