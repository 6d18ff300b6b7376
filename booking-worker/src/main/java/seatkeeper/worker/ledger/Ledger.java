package seatkeeper.worker.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.worker.decision.LedgerState;
import seatkeeper.worker.decision.LedgerState.Recorded;
import seatkeeper.worker.decision.Seat;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.decision.Verdict.Decided;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables as one batch sees them: a fixed number of statements whatever its size, in the caller's transaction.
 *
 * <p>Reading takes no locks. Writing says what it expects to find (a seat still free, a request_id still unknown) and
 * throws {@link LostRace} when another transaction was there first; so it stays right with any number of writers, and
 * costs nothing extra in the usual case of one writer per show. Rows are locked in the order of (show_id, id), then of
 * request_id, by every batch.
 */
@Repository
public class Ledger {

    private static final String REQUESTS = """
            select r.*
            from unnest(?::uuid[]) as wanted (request_id)
            join booking_requests r using (request_id)
            """;

    private static final String SHOWS = """
            select s.id
            from unnest(?::text[]) as wanted (id)
            join shows s using (id)
            """;

    private static final String SEATS = """
            select s.show_id, s.id, s.status = 'BOOKED' as booked
            from unnest(?::text[], ?::text[]) as wanted (show_id, id)
            join seats s using (show_id, id)
            """;

    private static final String BOOK_SEATS = """
            update seats s
            set status = 'BOOKED'
            from unnest(?::text[], ?::text[]) as wanted (show_id, id)
            where s.show_id = wanted.show_id and s.id = wanted.id and s.status = 'AVAILABLE'
            """;

    private static final String INSERT_REQUESTS = """
            insert into booking_requests (request_id, fingerprint, show_id, seat_ids, user_id, status, reason, conflicts,
                                          submitted_at, decided_at, command_partition, command_offset)
            select request_id, fingerprint, show_id, string_to_array(seat_ids, ','), user_id, status, reason,
                   conflicts::jsonb, submitted_at, decided_at, command_partition, command_offset
            from unnest(?::uuid[], ?::bytea[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[],
                        ?::timestamptz[], ?::timestamptz[], ?::int[], ?::bigint[])
                as decided (request_id, fingerprint, show_id, seat_ids, user_id, status, reason, conflicts,
                            submitted_at, decided_at, command_partition, command_offset)
            on conflict do nothing
            """;

    private static final String INSERT_BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id)
            select * from unnest(?::text[], ?::text[], ?::uuid[], ?::uuid[])
            """;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final JdbcClient jdbc;

    Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Everything the batch mentions. */
    public LedgerState load(List<Submission> batch) {
        List<Seat> seats =
                batch.stream().flatMap(s -> s.seats().stream()).distinct().toList();
        return new LedgerState(loadRequests(batch), loadShows(seats), loadSeats(seats));
    }

    private Map<UUID, Recorded> loadRequests(List<Submission> batch) {
        Map<UUID, Recorded> requests = new HashMap<>();
        jdbc.sql(REQUESTS)
                .param(array("uuid", batch.stream().map(Submission::requestId).distinct()))
                .query((ResultSet row) -> {
                    Outcome outcome = outcome(row);
                    requests.put(
                            outcome.requestId(),
                            new Recorded(Fingerprint.fromBytes(row.getBytes("fingerprint")), outcome));
                });
        return requests;
    }

    private Set<String> loadShows(List<Seat> seats) {
        return new HashSet<>(jdbc.sql(SHOWS)
                .param(array("text", seats.stream().map(Seat::showId).distinct()))
                .query(String.class)
                .list());
    }

    private Map<Seat, Boolean> loadSeats(List<Seat> seats) {
        Map<Seat, Boolean> booked = HashMap.newHashMap(seats.size());
        jdbc.sql(SEATS)
                .param(array("text", seats.stream().map(Seat::showId)))
                .param(array("text", seats.stream().map(Seat::id)))
                .query((ResultSet row) -> {
                    booked.put(new Seat(row.getString("show_id"), row.getString("id")), row.getBoolean("booked"));
                });
        return booked;
    }

    /**
     * Writes what was decided.
     *
     * @throws LostRace when another transaction booked one of the seats or decided one of the requests meanwhile
     */
    public void save(List<Decided> decisions) {
        if (decisions.isEmpty()) {
            return;
        }
        bookSeats(decisions);
        insertRequests(decisions);
    }

    private void bookSeats(List<Decided> decisions) {
        List<Booking> bookings = decisions.stream()
                .map(Decided::outcome)
                .filter(Outcome::confirmed)
                .flatMap(Booking::of)
                .sorted((a, b) -> a.seat().compareTo(b.seat()))
                .toList();
        if (bookings.isEmpty()) {
            return;
        }
        SqlArrayValue shows = array("text", bookings.stream().map(b -> b.seat().showId()));
        SqlArrayValue seats = array("text", bookings.stream().map(b -> b.seat().id()));
        int booked = jdbc.sql(BOOK_SEATS).param(shows).param(seats).update();
        if (booked != bookings.size()) {
            throw new LostRace("seats");
        }
        jdbc.sql(INSERT_BOOKINGS)
                .param(shows)
                .param(seats)
                .param(array("uuid", bookings.stream().map(Booking::userId)))
                .param(array("uuid", bookings.stream().map(Booking::requestId)))
                .update();
    }

    private void insertRequests(List<Decided> decisions) {
        List<Decided> sorted = decisions.stream()
                .sorted((a, b) -> a.outcome().requestId().compareTo(b.outcome().requestId()))
                .toList();
        int inserted = jdbc.sql(INSERT_REQUESTS)
                .param(column("uuid", sorted, Outcome::requestId))
                .param(new SqlArrayValue("bytea", (Object[]) fingerprints(sorted)))
                .param(column("text", sorted, Outcome::showId))
                // Seat ids have no commas; SQL arrays of arrays would have to be of one length.
                .param(column("text", sorted, o -> String.join(",", o.seatIds())))
                .param(column("uuid", sorted, Outcome::userId))
                .param(column("text", sorted, o -> o.status().name()))
                .param(column(
                        "text",
                        sorted,
                        o -> o.reason() == null ? null : o.reason().name()))
                .param(column("text", sorted, Ledger::conflictsJson))
                .param(column("timestamptz", sorted, o -> timestamp(o.submittedAt())))
                .param(column("timestamptz", sorted, o -> timestamp(o.decidedAt())))
                .param(column("int", sorted, Outcome::partition))
                .param(column("bigint", sorted, Outcome::offset))
                .update();
        if (inserted != sorted.size()) {
            throw new LostRace("requests");
        }
    }

    /** The driver takes an array of byte arrays only when it is typed as one. */
    private static byte[][] fingerprints(List<Decided> decisions) {
        return decisions.stream()
                .map(decided -> decided.submission().fingerprint().toBytes())
                .toArray(byte[][]::new);
    }

    private static Outcome outcome(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        String conflicts = row.getString("conflicts");
        return new Outcome(
                row.getObject("request_id", UUID.class),
                row.getString("show_id"),
                Arrays.asList((String[]) row.getArray("seat_ids").getArray()),
                row.getObject("user_id", UUID.class),
                Status.valueOf(row.getString("status")),
                reason == null ? null : Code.valueOf(reason),
                conflicts == null ? List.of() : JSON.readValue(conflicts, new TypeReference<List<Conflict>>() {}),
                instant(row.getTimestamp("submitted_at")),
                row.getTimestamp("decided_at").toInstant(),
                row.getInt("command_partition"),
                row.getLong("command_offset"));
    }

    private static @Nullable String conflictsJson(Outcome outcome) {
        return outcome.conflicts().isEmpty() ? null : JSON.writeValueAsString(outcome.conflicts());
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }

    private static SqlArrayValue column(
            String type, List<Decided> decisions, Function<Outcome, ? extends @Nullable Object> value) {
        return array(type, decisions.stream().map(Decided::outcome).map(value));
    }

    private static SqlArrayValue array(String type, Stream<? extends @Nullable Object> values) {
        return new SqlArrayValue(type, values.toArray());
    }

    private record Booking(Seat seat, UUID userId, UUID requestId) {

        static Stream<Booking> of(Outcome confirmed) {
            String showId = confirmed.showId();
            UUID userId = confirmed.userId();
            if (showId == null || userId == null) {
                throw new IllegalStateException("confirmed without a command: " + confirmed.requestId());
            }
            return confirmed.seatIds().stream()
                    .map(id -> new Booking(new Seat(showId, id), userId, confirmed.requestId()));
        }
    }
}
