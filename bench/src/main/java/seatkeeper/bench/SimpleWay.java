package seatkeeper.bench;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.gateway.lease.Lease;
import seatkeeper.gateway.lease.Pins;
import seatkeeper.gateway.lease.SeatLeases;
import seatkeeper.gateway.lease.Settlement;

/**
 * Booking without Kafka and worker: each lease is asked of Redis; then one transaction in Postgres per request, whose answer
 * is the outcome. Not idempotent, no rules of the show are looked at, and its decisions have no versions, so the map does not
 * learn of them, only the leases go: it is as fast as it can be.
 */
@RestController
class SimpleWay {

    /** Half of the clients: more connections than that wait for two cores anyway. */
    private static final int POOL_SIZE = 16;

    private static final Duration LEASE_TTL = Duration.ofMinutes(2);

    private static final String LOCK_SEATS = """
            select count(*) filter (where status = 'AVAILABLE')
            from (select status from seats where show_id = ? and id = any(?::text[]) order by id for update) locked
            """;

    private static final String BOOK_SEATS = """
            update seats set status = 'BOOKED' where show_id = ? and id = any(?::text[])
            """;

    private static final String INSERT_BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id) select ?, unnest(?::text[]), ?, ?
            """;

    private final SeatLeases leases;
    private final Pins pins;
    private final Settlement settlement;
    private final HikariDataSource pool = new HikariDataSource();
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    SimpleWay(
            SeatLeases leases,
            Pins pins,
            Settlement settlement,
            @Value("${spring.datasource.url}") String url,
            @Value("${spring.datasource.username}") String user) {
        this.leases = leases;
        this.pins = pins;
        this.settlement = settlement;
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setMaximumPoolSize(POOL_SIZE);
        pool.setMinimumIdle(0);
        // A gateway starts without Postgres.
        pool.setInitializationFailTimeout(-1);
        jdbc = JdbcClient.create(pool);
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    @PreDestroy
    void close() {
        pool.close();
    }

    record Seats(String showId, List<String> seatIds, UUID userId) {}

    @PostMapping("/bench/lease")
    Lease lease(@RequestBody Seats seats) {
        return leases.acquireFromRedis(seats.showId, seats.seatIds, seats.userId, LEASE_TTL);
    }

    record Booking(String showId, List<String> seatIds, UUID userId, UUID requestId) {}

    @PostMapping("/bench/book")
    ResponseEntity<Outcome> book(@RequestBody Booking booking) {
        Duration deadline = Duration.ofMinutes(1);
        if (!pins.hold(booking.showId, booking.seatIds, booking.userId, booking.requestId, deadline, false)
                .join()
                .notHeld()
                .isEmpty()) {
            return ResponseEntity.status(HttpStatus.CONFLICT).build();
        }
        if (!Boolean.TRUE.equals(transaction.execute(_ -> write(booking)))) {
            pins.unhold(booking.showId, booking.seatIds, booking.requestId);
            return ResponseEntity.status(HttpStatus.CONFLICT).build();
        }
        Outcome outcome = confirmed(booking);
        settlement.settle(booking.showId, List.of(outcome)).join();
        return ResponseEntity.ok(outcome);
    }

    private boolean write(Booking booking) {
        SqlArrayValue seats = new SqlArrayValue("text", booking.seatIds.toArray());
        int free = jdbc.sql(LOCK_SEATS)
                .params(booking.showId, seats)
                .query(Integer.class)
                .single();
        if (free < booking.seatIds.size()) {
            return false;
        }
        jdbc.sql(BOOK_SEATS).params(booking.showId, seats).update();
        jdbc.sql(INSERT_BOOKINGS)
                .params(booking.showId, seats, booking.userId, booking.requestId)
                .update();
        return true;
    }

    private static Outcome confirmed(Booking booking) {
        Instant now = Instant.now();
        return new Outcome(
                booking.requestId,
                "confirm_booking",
                booking.showId,
                booking.seatIds,
                List.of(),
                booking.userId,
                null,
                null,
                "",
                Status.CONFIRMED,
                null,
                List.of(),
                now,
                now,
                1,
                0,
                0);
    }
}
