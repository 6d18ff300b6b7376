package seatkeeper.worker.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;
import seatkeeper.contract.Command;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeRow;
import seatkeeper.worker.decision.Changes;
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
import seatkeeper.worker.ledger.RoundTrips.Query;
import seatkeeper.worker.ledger.RoundTrips.Update;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables as one batch sees them: a fixed number of statements whatever its size, in the caller's transaction. Those
 * that read go to the server together, and so do those that write: a batch waits for Postgres twice, and for the commit.
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
            set cancelled_at = wanted.at
            from unnest(?::timestamptz[], ?::uuid[], ?::text[]) as wanted (at, request_id, seat_id)
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
            """;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final RoundTrips postgres;

    Ledger(JdbcOperations jdbc) {
        this.postgres = new RoundTrips(jdbc);
    }

    /**
     * Everything the batch mentions. The shows are read first: what another transaction decides for one of them after
     * that is noticed when its version is raised. The horizon is read after the requests: what is forgotten by the time
     * they are read is behind it.
     */
    public LedgerState load(List<Submission> batch) {
        List<Command> commands =
                batch.stream().map(Submission::command).filter(Objects::nonNull).toList();
        Map<String, Show> shows = new HashMap<>();
        Map<UUID, Recorded> requests = new HashMap<>();
        Map<Seat, SeatStatus> seats = new HashMap<>();
        AtomicReference<Instant> horizon = new AtomicReference<>(Instant.MIN);
        postgres.query(
                showsOf(commands, shows),
                requestsOf(batch, requests),
                seatsOf(batch.stream().flatMap(submission -> submission.seats().stream()), seats),
                new Query(HORIZON, List.of(), row -> horizon.set(horizon(row))));
        Map<UUID, Map<Seat, UUID>> bookings = new HashMap<>();
        List<UUID> roots = roots(batch, requests);
        if (!roots.isEmpty()) {
            postgres.query(bookingsOf(roots, bookings));
            postgres.query(seatsOf(bookings.values().stream().flatMap(live -> live.keySet().stream()), seats));
        }
        Map<Buyer, Integer> holdings = new HashMap<>();
        List<Buyer> buyers = buyers(commands, shows);
        if (!buyers.isEmpty()) {
            postgres.query(holdingsOf(buyers, holdings));
        }
        return new LedgerState(horizon.get(), requests, shows, seats, bookings, holdings);
    }

    private static Query requestsOf(List<Submission> batch, Map<UUID, Recorded> requests) {
        Stream<UUID> ids = batch.stream()
                .flatMap(submission -> Stream.of(submission.requestId(), submission.bookingRequestId()))
                .filter(Objects::nonNull)
                .distinct();
        return new Query(REQUESTS, List.of(array("uuid", ids)), row -> {
            Outcome outcome = OutcomeRow.read(row);
            requests.put(
                    outcome.requestId(), new Recorded(Fingerprint.fromBytes(row.getBytes("fingerprint")), outcome));
        });
    }

    private static Query showsOf(List<Command> commands, Map<String, Show> shows) {
        Stream<String> ids = commands.stream().map(Command::showId).distinct();
        return new Query(
                SHOWS,
                List.of(array("text", ids)),
                row -> shows.put(
                        row.getString("id"),
                        new Show(
                                row.getLong("version"),
                                row.getObject("seat_limit", Integer.class),
                                row.getBoolean("archived"))));
    }

    private static Query seatsOf(Stream<Seat> wanted, Map<Seat, SeatStatus> seats) {
        List<Seat> distinct = wanted.distinct().toList();
        return new Query(
                SEATS,
                List.of(
                        array("text", distinct.stream().map(Seat::showId)),
                        array("text", distinct.stream().map(Seat::id))),
                row -> seats.put(
                        new Seat(row.getString("show_id"), row.getString("id")),
                        SeatStatus.valueOf(row.getString("status"))));
    }

    private static List<UUID> roots(List<Submission> batch, Map<UUID, Recorded> requests) {
        return batch.stream()
                .map(Submission::bookingRequestId)
                .filter(Objects::nonNull)
                .map(id -> root(id, requests.get(id)))
                .distinct()
                .toList();
    }

    private static Query bookingsOf(List<UUID> roots, Map<UUID, Map<Seat, UUID>> bookings) {
        SqlArrayValue ids = array("uuid", roots.stream());
        return new Query(
                BOOKINGS,
                List.of(ids, ids),
                row -> bookings.computeIfAbsent(row.getObject("root", UUID.class), _ -> new LinkedHashMap<>())
                        .put(
                                new Seat(row.getString("show_id"), row.getString("seat_id")),
                                row.getObject("request_id", UUID.class)));
    }

    /** The request of a swap stands for the booking it was about. */
    private static UUID root(UUID id, @Nullable Recorded recorded) {
        return recorded == null
                ? id
                : Objects.requireNonNullElse(recorded.outcome().bookingRequestId(), id);
    }

    private static List<Buyer> buyers(List<Command> commands, Map<String, Show> shows) {
        return commands.stream()
                .filter(command -> isLimited(shows.get(command.showId())))
                .map(command -> new Buyer(command.showId(), command.userId()))
                .distinct()
                .toList();
    }

    private static Query holdingsOf(List<Buyer> buyers, Map<Buyer, Integer> holdings) {
        return new Query(
                HOLDINGS,
                List.of(
                        array("text", buyers.stream().map(Buyer::showId)),
                        array("uuid", buyers.stream().map(Buyer::userId))),
                row -> holdings.put(
                        new Buyer(row.getString("show_id"), row.getObject("user_id", UUID.class)),
                        row.getInt("seats")));
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
        Changes changes = decision.changes();
        List<Decided> decided = decision.verdicts().stream()
                .filter(Decided.class::isInstance)
                .map(Decided.class::cast)
                .sorted(Comparator.comparing(Verdict::requestId))
                .toList();
        try {
            postgres.update(
                    changeShows(sorted(changes.shows(), Comparator.comparing(ShowChange::showId))),
                    changeSeats(sorted(changes.seats(), Comparator.comparing(SeatChange::seat))),
                    cancelBookings(changes.cancelled()),
                    insertBookings(sorted(changes.booked(), Comparator.comparing(NewBooking::seat))),
                    insertRequests(decided));
        } catch (DuplicateKeyException e) {
            // Somebody else has booked one of the seats meanwhile, or decided one of the requests.
            throw new LostRace("bookings or requests", e);
        }
    }

    private static Update changeShows(List<ShowChange> changes) {
        return new Update(
                "shows",
                CHANGE_SHOWS,
                List.of(
                        array("text", changes.stream().map(ShowChange::showId)),
                        array("bigint", changes.stream().map(ShowChange::from)),
                        array("bigint", changes.stream().map(ShowChange::to))),
                changes.size());
    }

    private static Update changeSeats(List<SeatChange> changes) {
        return new Update(
                "seats",
                CHANGE_SEATS,
                List.of(
                        array(
                                "text",
                                changes.stream().map(change -> change.seat().showId())),
                        array(
                                "text",
                                changes.stream().map(change -> change.seat().id())),
                        array(
                                "text",
                                changes.stream().map(change -> change.from().name())),
                        array("text", changes.stream().map(change -> change.to().name())),
                        array("bigint", changes.stream().map(SeatChange::version))),
                changes.size());
    }

    private static Update cancelBookings(List<Cancellation> cancelled) {
        return new Update(
                "bookings",
                CANCEL_BOOKINGS,
                List.of(
                        array("timestamptz", cancelled.stream().map(row -> timestamp(row.at()))),
                        array("uuid", cancelled.stream().map(Cancellation::requestId)),
                        array("text", cancelled.stream().map(row -> row.seat().id()))),
                cancelled.size());
    }

    private static Update insertBookings(List<NewBooking> booked) {
        return new Update(
                "bookings",
                INSERT_BOOKINGS,
                List.of(
                        array("text", booked.stream().map(b -> b.seat().showId())),
                        array("text", booked.stream().map(b -> b.seat().id())),
                        array("uuid", booked.stream().map(NewBooking::userId)),
                        array("uuid", booked.stream().map(NewBooking::requestId)),
                        array("text", booked.stream().map(NewBooking::orderRef)),
                        array("timestamptz", booked.stream().map(b -> timestamp(b.cancelledAt())))),
                booked.size());
    }

    private static Update insertRequests(List<Decided> decided) {
        return new Update(
                "requests",
                INSERT_REQUESTS,
                List.of(
                        column("uuid", decided, Outcome::requestId),
                        new SqlArrayValue("bytea", (Object[]) fingerprints(decided)),
                        column("text", decided, Outcome::type),
                        column("text", decided, Outcome::showId),
                        // Seat ids have no commas; SQL arrays of arrays would have to be of one length.
                        column("text", decided, o -> String.join(",", o.seatIds())),
                        column("text", decided, o -> String.join(",", o.releasedSeatIds())),
                        column("uuid", decided, Outcome::userId),
                        column("uuid", decided, Outcome::bookingRequestId),
                        column("text", decided, Outcome::orderRef),
                        column("text", decided, o -> o.status().name()),
                        column(
                                "text",
                                decided,
                                o -> o.reason() == null ? null : o.reason().name()),
                        column("text", decided, Ledger::conflictsJson),
                        column("timestamptz", decided, o -> timestamp(o.submittedAt())),
                        column("timestamptz", decided, o -> timestamp(o.decidedAt())),
                        column("bigint", decided, Outcome::showVersion),
                        column("int", decided, Outcome::partition),
                        column("bigint", decided, Outcome::offset)),
                decided.size());
    }

    private static <T> List<T> sorted(List<T> rows, Comparator<T> order) {
        return rows.stream().sorted(order).toList();
    }

    /** The driver takes an array of byte arrays only when it is typed as one. */
    private static byte[][] fingerprints(List<Decided> decisions) {
        return decisions.stream()
                .map(decided -> decided.submission().fingerprint().toBytes())
                .toArray(byte[][]::new);
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

    private static SqlArrayValue column(
            String type, List<Decided> decisions, Function<Outcome, ? extends @Nullable Object> value) {
        return array(type, decisions.stream().map(Decided::outcome).map(value));
    }

    private static SqlArrayValue array(String type, Stream<? extends @Nullable Object> values) {
        return new SqlArrayValue(type, values.toArray());
    }
}
