package seatkeeper.worker.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.dao.DuplicateKeyException;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.OnBooking;
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
import seatkeeper.worker.decision.Scenario;
import seatkeeper.worker.decision.Seat;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.decision.Verdict;
import seatkeeper.worker.decision.Verdict.Decided;

/**
 * The tables in memory, as READ COMMITTED shows them: reads see what is committed, writes lock their rows until the
 * transaction ends, and whoever meets a lock waits for its holder. The simulation decides how such a wait ends.
 */
public final class SimulatedTables {

    /** When this returns, the holder of the lock has ended. */
    @FunctionalInterface
    public interface Wait {
        void on(Transaction holder);
    }

    /** What a mutant can do without. */
    public enum Guard {
        CONSTRAINTS,
        OUTCOME_IN_TRANSACTION
    }

    /** A row of the table bookings. */
    public record Booking(UUID requestId, Seat seat, UUID userId, boolean live) {

        private boolean is(Cancellation cancelled) {
            return live && requestId.equals(cancelled.requestId()) && seat.equals(cancelled.seat());
        }
    }

    private final Instant horizon;
    private final Set<Guard> guards;
    private final Wait wait;
    private final Map<UUID, List<Recorded>> requests = new HashMap<>();
    private final Map<String, Show> shows;
    private final Map<Seat, SeatStatus> seats = new TreeMap<>();
    private final List<Booking> bookings = new ArrayList<>();
    private final Map<Object, Transaction> locks = new HashMap<>();

    public SimulatedTables(Scenario scenario, Set<Guard> guards, Wait wait) {
        this.horizon = scenario.horizon();
        this.guards = guards;
        this.wait = wait;
        this.shows = new HashMap<>(scenario.shows());
        shows.keySet()
                .forEach(show -> IntStream.rangeClosed(1, scenario.seatsPerShow())
                        .forEach(seat -> seats.put(new Seat(show, "A" + seat), SeatStatus.AVAILABLE)));
    }

    /** Of a request, each outcome that was ever recorded; one, if all is well. */
    public Map<UUID, List<Recorded>> requests() {
        return requests;
    }

    public Map<Seat, SeatStatus> seats() {
        return seats;
    }

    public List<Booking> bookings() {
        return bookings;
    }

    public Transaction begin() {
        return new Transaction();
    }

    /** A transaction on the server; it does not end with the process that began it. */
    public final class Transaction {

        private final List<Decision> written = new ArrayList<>();
        private boolean ended;

        public boolean ended() {
            return ended;
        }

        public void commit() {
            if (!ended) {
                written.forEach(SimulatedTables.this::apply);
                rollback();
            }
        }

        public void rollback() {
            ended = true;
            locks.values().removeIf(this::equals);
        }

        private void lock(Object row) {
            Transaction holder = locks.get(row);
            if (holder != null && holder != this) {
                wait.on(holder);
            }
            locks.put(row, this);
        }
    }

    /** The ledger of one process. */
    public abstract static class Session extends Ledger {

        protected Session() {
            super(null);
        }

        @Override
        public abstract LedgerState load(List<Submission> batch);

        @Override
        public abstract void save(Decision decision);
    }

    /** As the ledger reads it: what the batch mentions, and no more. */
    public LedgerState load(List<Submission> batch) {
        Map<UUID, Recorded> known = new HashMap<>();
        Map<String, Show> mentioned = new HashMap<>();
        Map<Seat, SeatStatus> statuses = new HashMap<>();
        Map<UUID, Map<Seat, UUID>> live = new HashMap<>();
        Map<Buyer, Integer> holdings = new HashMap<>();
        for (Submission submission : batch) {
            know(known, submission.requestId());
            submission.seats().stream().filter(seats::containsKey).forEach(seat -> statuses.put(seat, seats.get(seat)));
            Command command = submission.command();
            if (command == null) {
                continue;
            }
            if (shows.containsKey(command.showId())) {
                mentioned.put(command.showId(), shows.get(command.showId()));
            }
            if (command.action() instanceof OnBooking booking) {
                know(known, booking.bookingRequestId());
                UUID root = root(booking.bookingRequestId());
                for (Booking row : bookings) {
                    if (row.live && root.equals(root(row.requestId))) {
                        live.computeIfAbsent(root, _ -> new LinkedHashMap<>()).put(row.seat, row.requestId);
                        statuses.put(row.seat, seats.get(row.seat));
                    }
                }
            }
            holdings.put(new Buyer(command.showId(), command.userId()), held(command.showId(), command.userId()));
        }
        return new LedgerState(horizon, known, mentioned, statuses, live, holdings);
    }

    private void know(Map<UUID, Recorded> known, UUID id) {
        if (requests.containsKey(id)) {
            known.put(id, requests.get(id).getFirst());
        }
    }

    /** The request of a swap stands for the booking it was about. */
    private UUID root(UUID id) {
        UUID about =
                requests.containsKey(id) ? requests.get(id).getFirst().outcome().bookingRequestId() : null;
        return about == null ? id : about;
    }

    private int held(String show, UUID user) {
        return (int) bookings.stream()
                .filter(row -> row.live && row.seat.showId().equals(show) && row.userId.equals(user))
                .count();
    }

    /** As the ledger writes it: shows, seats, bookings, requests, each only where it finds what was decided on. */
    public void save(Transaction transaction, Decision decision) {
        if (guards.contains(Guard.CONSTRAINTS)) {
            expectWhatWasRead(transaction, decision);
        }
        transaction.written.add(decision);
        if (!guards.contains(Guard.OUTCOME_IN_TRANSACTION)) {
            record(decision);
        }
    }

    private void expectWhatWasRead(Transaction transaction, Decision decision) {
        for (ShowChange change : decision.changes().shows().stream()
                .sorted(Comparator.comparing(ShowChange::showId))
                .toList()) {
            transaction.lock(change.showId());
            expect(shows.get(change.showId()).version() == change.from(), "shows");
        }
        for (SeatChange change : decision.changes().seats()) {
            transaction.lock(change.seat());
            expect(seats.get(change.seat()) == change.from(), "seats");
        }
        List<Booking> left = new ArrayList<>(bookings);
        for (Cancellation cancelled : decision.changes().cancelled()) {
            expect(left.removeIf(row -> row.is(cancelled)), "bookings");
        }
        for (NewBooking made : decision.changes().booked()) {
            if (left.stream().anyMatch(row -> made.cancelledAt() == null && row.live && row.seat.equals(made.seat()))) {
                throw new DuplicateKeyException("uq_booking_live_seat");
            }
        }
        for (Decided decided : decided(decision)) {
            transaction.lock(decided.requestId());
            expect(!requests.containsKey(decided.requestId()), "requests");
        }
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new LostRace(what);
        }
    }

    private void apply(Decision decision) {
        for (ShowChange change : decision.changes().shows()) {
            Show show = shows.get(change.showId());
            shows.put(change.showId(), new Show(change.to(), show.seatLimit(), show.archived()));
        }
        decision.changes().seats().forEach(change -> seats.put(change.seat(), change.to()));
        for (Cancellation cancelled : decision.changes().cancelled()) {
            bookings.replaceAll(
                    row -> row.is(cancelled) ? new Booking(row.requestId, row.seat, row.userId, false) : row);
        }
        for (NewBooking made : decision.changes().booked()) {
            bookings.add(new Booking(made.requestId(), made.seat(), made.userId(), made.cancelledAt() == null));
        }
        if (guards.contains(Guard.OUTCOME_IN_TRANSACTION)) {
            record(decision);
        }
    }

    private void record(Decision decision) {
        for (Decided decided : decided(decision)) {
            requests.computeIfAbsent(decided.requestId(), _ -> new ArrayList<>())
                    .add(new Recorded(decided.submission().fingerprint(), decided.outcome()));
        }
    }

    private static List<Decided> decided(Decision decision) {
        return decision.verdicts().stream()
                .filter(Decided.class::isInstance)
                .map(Decided.class::cast)
                .sorted(Comparator.comparing(Verdict::requestId))
                .toList();
    }
}
