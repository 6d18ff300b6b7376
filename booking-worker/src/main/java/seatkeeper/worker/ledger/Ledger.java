package seatkeeper.worker.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.worker.decision.Changes.Cancellation;
import seatkeeper.worker.decision.Changes.NewBooking;
import seatkeeper.worker.decision.Changes.SeatChange;
import seatkeeper.worker.decision.Changes.ShowChange;
import seatkeeper.worker.decision.Decision;
import seatkeeper.worker.decision.LedgerState;
import seatkeeper.worker.decision.LedgerState.Buyer;
import seatkeeper.worker.decision.LedgerState.Recorded;
import seatkeeper.worker.decision.LedgerState.SeatStatus;
import seatkeeper.worker.decision.LedgerState.Show;
import seatkeeper.worker.decision.Seat;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.decision.Verdict;
import seatkeeper.worker.decision.Verdict.Decided;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables as one batch sees them: a fixed number of statements whatever its size, in the caller's transaction.
 *
 * <p>Reading takes no locks. Writing says what it expects to find (a show's version, a seat's status, a request_id still
 * unknown) and throws {@link LostRace} when another transaction was there first; so it stays right with any number of
 * writers, and costs hardly anything extra in the usual case of one writer per show. Rows are locked in one order by every
 * batch: shows by id, seats by (show_id, id), requests by request_id.
 */
@Repository
public class Ledger {

    private static final String HORIZON = "select horizon from retention";

    private static final String REQUESTS = """
            select r.*
            from unnest(?::uuid[]) as wanted (request_id)
            join booking_requests r using (request_id)
            """;

    private static final String SHOWS = """
            select s.id, s.version, s.seat_limit, s.archived_at is not null as archived
            from unnest(?::text[]) as wanted (id)
            join shows s using (id)
            """;

    private static final String SEATS = """
            select s.show_id, s.id, s.status
            from unnest(?::text[], ?::text[]) as wanted (show_id, id)
            join seats s using (show_id, id)
            """;

    /** Live seats of bookings: those the booking's own request made, and those that swaps made for it. */
    private static final String BOOKINGS = """
            select wanted.root, b.show_id, b.seat_id, b.request_id
            from unnest(?::uuid[]) as wanted (root)
            join bookings b on b.request_id = wanted.root
            where b.cancelled_at is null
            union all
            select wanted.root, b.show_id, b.seat_id, b.request_id
            from unnest(?::uuid[]) as wanted (root)
            join booking_requests r on r.booking_request_id = wanted.root
            join bookings b on b.request_id = r.request_id
            where b.cancelled_at is null
            """;

    private static final String HOLDINGS = """
            select b.show_id, b.user_id, count(*) as seats
            from unnest(?::text[], ?::uuid[]) as wanted (show_id, user_id)
            join bookings b using (show_id, user_id)
            where b.cancelled_at is null
            group by b.show_id, b.user_id
            """;

    private static final String CHANGE_SHOWS = """
            update shows s
            set version = wanted.new_version
            from unnest(?::text[], ?::bigint[], ?::bigint[]) as wanted (id, old_version, new_version)
            where s.id = wanted.id and s.version = wanted.old_version
            """;

    private static final String CHANGE_SEATS = """
            update seats s
            set status = wanted.new_status::seat_status, version = wanted.version
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                as wanted (show_id, id, old_status, new_status, version)
            where s.show_id = wanted.show_id and s.id = wanted.id and s.status = wanted.old_status::seat_status
            """;

    private static final String CANCEL_BOOKINGS = """
            update bookings b
            set cancelled_at = ?
            from unnest(?::uuid[], ?::text[]) as wanted (request_id, seat_id)
            where b.request_id = wanted.request_id and b.seat_id = wanted.seat_id and b.cancelled_at is null
            """;

    private static final String INSERT_BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id, order_ref, cancelled_at)
            select * from unnest(?::text[], ?::text[], ?::uuid[], ?::uuid[], ?::text[], ?::timestamptz[])
            """;

    private static final String INSERT_REQUESTS = """
            insert into booking_requests (request_id, fingerprint, type, show_id, seat_ids, released_seat_ids, user_id,
                                          booking_request_id, order_ref, status, reason, conflicts, submitted_at,
                                          decided_at, show_version, command_partition, command_offset)
            select request_id, fingerprint, type, show_id, string_to_array(seat_ids, ','),
                   string_to_array(released_seat_ids, ','), user_id, booking_request_id, order_ref, status, reason,
                   conflicts::jsonb, submitted_at, decided_at, show_version, command_partition, command_offset
            from unnest(?::uuid[], ?::bytea[], ?::text[], ?::text[], ?::text[], ?::text[], ?::uuid[], ?::uuid[], ?::text[],
                        ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::int[],
                        ?::bigint[])
                as decided (request_id, fingerprint, type, show_id, seat_ids, released_seat_ids, user_id,
                            booking_request_id, order_ref, status, reason, conflicts, submitted_at, decided_at,
                            show_version, command_partition, command_offset)
            on conflict do nothing
            """;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final JdbcClient jdbc;

    Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Everything the batch mentions. The shows are read first: what another transaction decides for one of them after
     * that is noticed when its version is raised. The horizon is read after the requests: what is forgotten by the time
     * they are read is behind it.
     */
    public LedgerState load(List<Submission> batch) {
        List<Command> commands =
                batch.stream().map(Submission::command).filter(Objects::nonNull).toList();
        Map<String, Show> shows = shows(commands);
        Map<UUID, Recorded> requests = requests(batch);
        Map<UUID, Map<Seat, UUID>> bookings = bookings(batch, requests);
        Map<Seat, SeatStatus> seats = seats(Stream.concat(
                batch.stream().flatMap(submission -> submission.seats().stream()),
                bookings.values().stream().flatMap(live -> live.keySet().stream())));
        Map<Buyer, Integer> holdings = holdings(commands, shows);
        Instant horizon = jdbc.sql(HORIZON).query((row, _) -> horizon(row)).single();
        return new LedgerState(horizon, requests, shows, seats, bookings, holdings);
    }

    private Map<UUID, Recorded> requests(List<Submission> batch) {
        Map<UUID, Recorded> requests = new HashMap<>();
        Stream<UUID> ids = batch.stream()
                .flatMap(submission -> Stream.of(submission.requestId(), submission.bookingRequestId()))
                .filter(Objects::nonNull)
                .distinct();
        jdbc.sql(REQUESTS).param(array("uuid", ids)).query((ResultSet row) -> {
            Outcome outcome = outcome(row);
            requests.put(
                    outcome.requestId(), new Recorded(Fingerprint.fromBytes(row.getBytes("fingerprint")), outcome));
        });
        return requests;
    }

    private Map<String, Show> shows(List<Command> commands) {
        Map<String, Show> shows = new HashMap<>();
        jdbc.sql(SHOWS)
                .param(array("text", commands.stream().map(Command::showId).distinct()))
                .query((ResultSet row) -> {
                    Show show = new Show(
                            row.getLong("version"),
                            row.getObject("seat_limit", Integer.class),
                            row.getBoolean("archived"));
                    shows.put(row.getString("id"), show);
                });
        return shows;
    }

    private Map<Seat, SeatStatus> seats(Stream<Seat> wanted) {
        List<Seat> distinct = wanted.distinct().toList();
        Map<Seat, SeatStatus> seats = HashMap.newHashMap(distinct.size());
        jdbc.sql(SEATS)
                .param(array("text", distinct.stream().map(Seat::showId)))
                .param(array("text", distinct.stream().map(Seat::id)))
                .query((ResultSet row) -> {
                    seats.put(
                            new Seat(row.getString("show_id"), row.getString("id")),
                            SeatStatus.valueOf(row.getString("status")));
                });
        return seats;
    }

    private Map<UUID, Map<Seat, UUID>> bookings(List<Submission> batch, Map<UUID, Recorded> requests) {
        List<UUID> roots = batch.stream()
                .map(Submission::bookingRequestId)
                .filter(Objects::nonNull)
                .map(id -> root(id, requests.get(id)))
                .distinct()
                .toList();
        Map<UUID, Map<Seat, UUID>> bookings = new HashMap<>();
        if (!roots.isEmpty()) {
            SqlArrayValue ids = array("uuid", roots.stream());
            jdbc.sql(BOOKINGS).param(ids).param(ids).query((ResultSet row) -> {
                bookings.computeIfAbsent(row.getObject("root", UUID.class), _ -> new LinkedHashMap<>())
                        .put(
                                new Seat(row.getString("show_id"), row.getString("seat_id")),
                                row.getObject("request_id", UUID.class));
            });
        }
        return bookings;
    }

    /** The request of a swap stands for the booking it was about. */
    private static UUID root(UUID id, @Nullable Recorded recorded) {
        return recorded == null
                ? id
                : Objects.requireNonNullElse(recorded.outcome().bookingRequestId(), id);
    }

    private Map<Buyer, Integer> holdings(List<Command> commands, Map<String, Show> shows) {
        List<Buyer> buyers = commands.stream()
                .filter(command -> isLimited(shows.get(command.showId())))
                .map(command -> new Buyer(command.showId(), command.userId()))
                .distinct()
                .toList();
        Map<Buyer, Integer> holdings = new HashMap<>();
        if (!buyers.isEmpty()) {
            jdbc.sql(HOLDINGS)
                    .param(array("text", buyers.stream().map(Buyer::showId)))
                    .param(array("uuid", buyers.stream().map(Buyer::userId)))
                    .query((ResultSet row) -> {
                        holdings.put(
                                new Buyer(row.getString("show_id"), row.getObject("user_id", UUID.class)),
                                row.getInt("seats"));
                    });
        }
        return holdings;
    }

    private static boolean isLimited(@Nullable Show show) {
        return show != null && show.seatLimit() != null;
    }

    /**
     * Writes what was decided. The shows go first: whoever raises a show's version has the show for himself until he
     * commits.
     *
     * @throws LostRace when another transaction decided for one of the shows, or one of the requests, meanwhile
     */
    public void save(Decision decision) {
        changeShows(decision.changes().shows());
        changeSeats(decision.changes().seats());
        cancelBookings(decision.changes().cancelled());
        insertBookings(decision.changes().booked());
        insertRequests(decision.verdicts().stream()
                .filter(Decided.class::isInstance)
                .map(Decided.class::cast)
                .sorted(Comparator.comparing(Verdict::requestId))
                .toList());
    }

    private void changeShows(List<ShowChange> unsorted) {
        List<ShowChange> changes = sorted(unsorted, Comparator.comparing(ShowChange::showId));
        expect(
                "shows",
                changes,
                () -> jdbc.sql(CHANGE_SHOWS)
                        .param(array("text", changes.stream().map(ShowChange::showId)))
                        .param(array("bigint", changes.stream().map(ShowChange::from)))
                        .param(array("bigint", changes.stream().map(ShowChange::to)))
                        .update());
    }

    private void changeSeats(List<SeatChange> unsorted) {
        List<SeatChange> changes = sorted(unsorted, Comparator.comparing(SeatChange::seat));
        expect(
                "seats",
                changes,
                () -> jdbc.sql(CHANGE_SEATS)
                        .param(array(
                                "text",
                                changes.stream().map(change -> change.seat().showId())))
                        .param(array(
                                "text",
                                changes.stream().map(change -> change.seat().id())))
                        .param(array(
                                "text",
                                changes.stream().map(change -> change.from().name())))
                        .param(array(
                                "text",
                                changes.stream().map(change -> change.to().name())))
                        .param(array("bigint", changes.stream().map(SeatChange::version)))
                        .update());
    }

    private void cancelBookings(List<Cancellation> cancelled) {
        expect(
                "bookings",
                cancelled,
                () -> jdbc.sql(CANCEL_BOOKINGS)
                        .param(Timestamp.from(cancelled.getFirst().at()))
                        .param(array("uuid", cancelled.stream().map(Cancellation::requestId)))
                        .param(array(
                                "text", cancelled.stream().map(row -> row.seat().id())))
                        .update());
    }

    private void insertBookings(List<NewBooking> unsorted) {
        List<NewBooking> booked = sorted(unsorted, Comparator.comparing(NewBooking::seat));
        expect(
                "bookings",
                booked,
                () -> jdbc.sql(INSERT_BOOKINGS)
                        .param(array("text", booked.stream().map(b -> b.seat().showId())))
                        .param(array("text", booked.stream().map(b -> b.seat().id())))
                        .param(array("uuid", booked.stream().map(NewBooking::userId)))
                        .param(array("uuid", booked.stream().map(NewBooking::requestId)))
                        .param(array("text", booked.stream().map(NewBooking::orderRef)))
                        .param(array("timestamptz", booked.stream().map(b -> timestamp(b.cancelledAt()))))
                        .update());
    }

    private void insertRequests(List<Decided> decided) {
        expect(
                "requests",
                decided,
                () -> jdbc.sql(INSERT_REQUESTS)
                        .param(column("uuid", decided, Outcome::requestId))
                        .param(new SqlArrayValue("bytea", (Object[]) fingerprints(decided)))
                        .param(column("text", decided, Outcome::type))
                        .param(column("text", decided, Outcome::showId))
                        // Seat ids have no commas; SQL arrays of arrays would have to be of one length.
                        .param(column("text", decided, o -> String.join(",", o.seatIds())))
                        .param(column("text", decided, o -> String.join(",", o.releasedSeatIds())))
                        .param(column("uuid", decided, Outcome::userId))
                        .param(column("uuid", decided, Outcome::bookingRequestId))
                        .param(column("text", decided, Outcome::orderRef))
                        .param(column("text", decided, o -> o.status().name()))
                        .param(column(
                                "text",
                                decided,
                                o -> o.reason() == null ? null : o.reason().name()))
                        .param(column("text", decided, Ledger::conflictsJson))
                        .param(column("timestamptz", decided, o -> timestamp(o.submittedAt())))
                        .param(column("timestamptz", decided, o -> timestamp(o.decidedAt())))
                        .param(column("bigint", decided, Outcome::showVersion))
                        .param(column("int", decided, Outcome::partition))
                        .param(column("bigint", decided, Outcome::offset))
                        .update());
    }

    private static <T> List<T> sorted(List<T> rows, Comparator<T> order) {
        return rows.stream().sorted(order).toList();
    }

    private static void expect(String what, List<?> rows, IntSupplier write) {
        if (!rows.isEmpty() && write.getAsInt() != rows.size()) {
            throw new LostRace(what);
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
                row.getString("type"),
                row.getString("show_id"),
                strings(row, "seat_ids"),
                strings(row, "released_seat_ids"),
                row.getObject("user_id", UUID.class),
                row.getObject("booking_request_id", UUID.class),
                row.getString("order_ref"),
                Fingerprint.fromBytes(row.getBytes("fingerprint")).toString(),
                Status.valueOf(row.getString("status")),
                reason == null ? null : Code.valueOf(reason),
                conflicts == null ? List.of() : JSON.readValue(conflicts, new TypeReference<List<Conflict>>() {}),
                instant(row.getTimestamp("submitted_at")),
                row.getTimestamp("decided_at").toInstant(),
                row.getLong("show_version"),
                row.getInt("command_partition"),
                row.getLong("command_offset"));
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    private static @Nullable String conflictsJson(Outcome outcome) {
        return outcome.conflicts().isEmpty() ? null : JSON.writeValueAsString(outcome.conflicts());
    }

    private static Instant horizon(ResultSet row) throws SQLException {
        OffsetDateTime horizon = row.getObject("horizon", OffsetDateTime.class);
        return horizon.equals(OffsetDateTime.MIN) ? Instant.MIN : horizon.toInstant();
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
}
