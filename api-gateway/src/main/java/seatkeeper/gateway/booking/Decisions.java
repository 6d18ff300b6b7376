package seatkeeper.gateway.booking;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeRow;

/** What was decided and is booked, from Postgres. */
@Repository
class Decisions {

    private static final String BY_ID = "select * from booking_requests where request_id = ?";

    private static final String BY_ORDER = """
            select * from booking_requests where order_ref = ? order by decided_at, request_id limit ?
            """;

    private static final String BY_SHOW = """
            select * from booking_requests where show_id = ? and show_version > ? order by show_version limit ?
            """;

    private static final String BOOKINGS = """
            select b.show_id, b.seat_id, coalesce(r.booking_request_id, b.request_id) as booking_request_id, b.request_id,
                   b.order_ref
            from bookings b
            left join booking_requests r using (request_id)
            where b.user_id = ? and b.cancelled_at is null and (b.show_id, b.seat_id) > (?, ?)
              and (?::text is null or b.show_id = ?)
            order by b.show_id, b.seat_id
            limit ?
            """;

    private final JdbcClient jdbc;

    Decisions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Outcome> find(UUID requestId) {
        return jdbc.sql(BY_ID)
                .param(requestId)
                .query((row, _) -> OutcomeRow.read(row))
                .optional();
    }

    List<Outcome> ofOrder(String orderRef, int limit) {
        return jdbc.sql(BY_ORDER)
                .param(orderRef)
                .param(limit)
                .query((row, _) -> OutcomeRow.read(row))
                .list();
    }

    /** The decisions of a show in their order, from behind a version. */
    List<Outcome> ofShow(String showId, long after, int limit) {
        return jdbc.sql(BY_SHOW)
                .param(showId)
                .param(after)
                .param(limit)
                .query((row, _) -> OutcomeRow.read(row))
                .list();
    }

    /**
     * A seat a user has.
     *
     * @param bookingRequestId names the booking
     * @param requestId booked the seat; another one after a swap
     */
    record BookedSeat(
            String showId,
            String seatId,
            UUID bookingRequestId,
            UUID requestId,
            @Nullable String orderRef) {}

    /** The seats a user has, from behind one of them. */
    List<BookedSeat> ofUser(UUID userId, @Nullable String showId, String afterShow, String afterSeat, int limit) {
        return jdbc.sql(BOOKINGS)
                .param(userId)
                .param(afterShow)
                .param(afterSeat)
                .param(showId)
                .param(showId)
                .param(limit)
                .query((row, _) -> new BookedSeat(
                        row.getString("show_id"),
                        row.getString("seat_id"),
                        row.getObject("booking_request_id", UUID.class),
                        row.getObject("request_id", UUID.class),
                        row.getString("order_ref")))
                .list();
    }
}
