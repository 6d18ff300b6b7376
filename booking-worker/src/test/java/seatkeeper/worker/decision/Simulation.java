package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.OnBooking;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.worker.decision.LedgerState.Buyer;
import seatkeeper.worker.decision.LedgerState.Recorded;
import seatkeeper.worker.decision.LedgerState.SeatStatus;
import seatkeeper.worker.decision.LedgerState.Show;
import seatkeeper.worker.decision.Verdict.Decided;

/**
 * Runs a history through a decider in random batches, with batches delivered again after their commit, and audits what
 * comes out against the contract and the {@link NaiveModel}.
 */
final class Simulation {

    /** What is put to the test: {@link Decider#decide}, or a mutant of it. */
    @FunctionalInterface
    interface DecisionCore {
        Decision decide(LedgerState state, List<Submission> batch, Instant now);
    }

    /** What a history can contain; a run that never met one of them proves nothing about it. */
    enum Path {
        CONFIRMED,
        BOOKED_DIRECTLY,
        CANCELLED,
        CANCELLED_IN_PART,
        CANCELLED_IN_ITS_BATCH,
        SWAPPED,
        SWAPPED_AGAIN,
        BLOCKED,
        UNBLOCKED,
        SEAT_SOLD_AGAIN,
        SEAT_TAKEN,
        SEAT_TAKEN_IN_BATCH,
        SEAT_OFF_SALE,
        UNKNOWN_SEAT,
        UNKNOWN_SHOW,
        CLOSED_SHOW,
        UNKNOWN_BOOKING,
        SOMEBODY_ELSES_BOOKING,
        TOO_MANY_SEATS,
        EXPIRED,
        INVALID,
        DUPLICATE_IN_BATCH,
        DUPLICATE_ACROSS_BATCHES,
        REUSED_ID,
        REDELIVERED,
        SEVERAL_CODES
    }

    /** A row of the table bookings. */
    private record Booking(UUID requestId, Seat seat, UUID userId, boolean live) {}

    private final DecisionCore core;
    private final History history;
    private final NaiveModel model;
    private final Map<UUID, Recorded> requests = new HashMap<>();
    private final Map<String, Show> shows;
    private final Map<Seat, SeatStatus> seats = new HashMap<>();
    private final Map<String, Long> seatVersions = new HashMap<>();
    private final List<Booking> bookings = new ArrayList<>();
    private final Map<UUID, Outcome> published = new LinkedHashMap<>();
    private final Map<Path, Integer> paths = new EnumMap<>(Path.class);

    private Simulation(DecisionCore core, History history) {
        this.core = core;
        this.history = history;
        this.model = new NaiveModel(history);
        this.shows = new HashMap<>(history.shows());
        shows.keySet()
                .forEach(show -> IntStream.rangeClosed(1, history.seatsPerShow())
                        .forEach(seat -> seats.put(new Seat(show, "A" + seat), SeatStatus.AVAILABLE)));
    }

    /** The paths taken, with their counts. */
    static Map<Path, Integer> run(DecisionCore core, long seed) {
        Simulation simulation = new Simulation(core, History.random(seed));
        simulation.run();
        return simulation.paths;
    }

    private void run() {
        Random random = new Random(~history.seed());
        int batchNumber = 0;
        for (int from = 0; from < history.log().size(); ) {
            int to = Math.min(history.log().size(), from + 1 + random.nextInt(10));
            deliver(history.log().subList(from, to), batchNumber++);
            // Killed after the commit, before the offsets: the same records come again, perhaps in other company.
            from = random.nextInt(4) == 0 ? from + random.nextInt(to - from) : to;
            if (from < to) {
                took(Path.REDELIVERED);
            }
        }
        auditEnd();
    }

    private void deliver(List<Submission> batch, int batchNumber) {
        LedgerState state = load(batch);
        Decision decision = core.decide(state, batch, History.START.plusSeconds(1_000 + batchNumber));
        require(decision.verdicts().size() == batch.size(), "one verdict per submission");
        Set<UUID> inBatch = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            Verdict verdict = decision.verdicts().get(i);
            Submission submission = batch.get(i);
            require(verdict.submission().equals(submission), "verdicts in the order of the submissions");
            boolean known = state.requests().containsKey(submission.requestId());
            boolean repeated = !inBatch.add(submission.requestId());
            audit(verdict, known || repeated);
            if (repeated) {
                took(Path.DUPLICATE_IN_BATCH);
            } else if (known) {
                took(Path.DUPLICATE_ACROSS_BATCHES);
            }
        }
        commit(decision, state);
    }

    /** As the ledger reads it: what the batch mentions, and no more. */
    private LedgerState load(List<Submission> batch) {
        Map<UUID, Recorded> known = new HashMap<>();
        Map<String, Show> mentioned = new HashMap<>();
        Map<Seat, SeatStatus> status = new HashMap<>();
        Map<UUID, Map<Seat, UUID>> live = new HashMap<>();
        Map<Buyer, Integer> holdings = new HashMap<>();
        for (Submission submission : batch) {
            put(known, requests, submission.requestId());
            submission.seats().forEach(seat -> put(status, seats, seat));
            Command command = submission.command();
            if (command != null) {
                put(mentioned, shows, command.showId());
                if (command.action() instanceof OnBooking booking) {
                    put(known, requests, booking.bookingRequestId());
                    UUID root = root(booking.bookingRequestId());
                    bookings.stream()
                            .filter(row -> row.live && root.equals(root(row.requestId)))
                            .forEach(row -> {
                                live.computeIfAbsent(root, _ -> new LinkedHashMap<>())
                                        .put(row.seat, row.requestId);
                                put(status, seats, row.seat);
                            });
                }
                holdings.put(new Buyer(command.showId(), command.userId()), held(command.showId(), command.userId()));
            }
        }
        return new LedgerState(history.horizon(), known, mentioned, status, live, holdings);
    }

    private static <K, V> void put(Map<K, V> part, Map<K, V> whole, K key) {
        if (whole.containsKey(key)) {
            part.put(key, whole.get(key));
        }
    }

    private UUID root(UUID requestId) {
        Recorded recorded = requests.get(requestId);
        return recorded == null || recorded.outcome().bookingRequestId() == null
                ? requestId
                : recorded.outcome().bookingRequestId();
    }

    private int held(String show, UUID user) {
        return (int) bookings.stream()
                .filter(row -> row.live && row.seat.showId().equals(show) && row.userId.equals(user))
                .count();
    }

    /** As the statements and constraints of the tables would. */
    private void commit(Decision decision, LedgerState before) {
        Changes changes = decision.changes();
        for (Changes.ShowChange change : changes.shows()) {
            Show show = shows.get(change.showId());
            require(show.version() == change.from(), "a show's version is raised from what it is");
            shows.put(change.showId(), new Show(change.to(), show.seatLimit(), show.archived()));
        }
        for (Changes.SeatChange change : changes.seats()) {
            require(seats.put(change.seat(), change.to()) == change.from(), "a seat is changed from what it is");
            seatVersions.put(change.seat().showId() + "/" + change.seat().id(), change.version());
        }
        for (Changes.Cancellation gone : changes.cancelled()) {
            Booking row = bookings.stream()
                    .filter(b -> b.live && b.requestId.equals(gone.requestId()) && b.seat.equals(gone.seat()))
                    .findFirst()
                    .orElse(null);
            require(row != null, "a live booking is cancelled");
            bookings.set(bookings.indexOf(row), new Booking(row.requestId, row.seat, row.userId, false));
        }
        for (Changes.NewBooking made : changes.booked()) {
            boolean live = made.cancelledAt() == null;
            require(
                    bookings.stream().noneMatch(row -> live && row.live && row.seat.equals(made.seat())),
                    "no seat has two live bookings");
            require(
                    bookings.stream()
                            .noneMatch(row -> row.requestId.equals(made.requestId()) && row.seat.equals(made.seat())),
                    "a request books a seat once");
            if (bookings.stream().anyMatch(row -> row.seat.equals(made.seat()))) {
                took(Path.SEAT_SOLD_AGAIN);
            }
            if (!live) {
                took(Path.CANCELLED_IN_ITS_BATCH);
            }
            bookings.add(new Booking(made.requestId(), made.seat(), made.userId(), live));
        }
        for (Verdict verdict : decision.verdicts()) {
            if (verdict instanceof Decided(Submission submission, Outcome outcome)) {
                Recorded recorded = new Recorded(submission.fingerprint(), outcome);
                require(requests.putIfAbsent(outcome.requestId(), recorded) == null, "a request is decided once");
                count(outcome, before);
            }
        }
    }

    private void audit(Verdict verdict, boolean known) {
        Submission submission = verdict.submission();
        Outcome outcome = verdict.outcome();
        require(outcome.requestId().equals(submission.requestId()), "the outcome of this request");
        Command command = submission.command();
        if (verdict instanceof Decided && command != null) {
            require(
                    command.action().type().equals(outcome.type())
                            && command.showId().equals(outcome.showId())
                            && command.userId().equals(outcome.userId())
                            && command.action().taken().equals(outcome.seatIds()),
                    "the outcome says what was asked");
        }
        require(known != verdict instanceof Decided, "decided exactly when the request was not known");
        if (verdict instanceof Verdict.Reused) {
            took(Path.REUSED_ID);
        }
        require(
                model.isFirstPayload(submission) != verdict instanceof Verdict.Reused,
                "refused exactly when the payload is another");
        Outcome before = published.putIfAbsent(outcome.requestId(), outcome);
        require(before == null || before.equals(outcome), "an outcome never changes");
    }

    private void auditEnd() {
        Map<UUID, String> actual = new LinkedHashMap<>();
        published.forEach((id, outcome) -> actual.put(id, describe(outcome)));
        require(actual.equals(model.results()), "as the model says: " + model.results() + ", was " + actual);
        shows.forEach((id, show) ->
                require(show.version() == model.versions().get(id), "versions count decisions: " + id + " " + show));
        require(seatVersions.equals(model.seatVersions()), "seats have the version of their last change");

        Set<Seat> live =
                bookings.stream().filter(Booking::live).map(Booking::seat).collect(Collectors.toSet());
        Set<Seat> booked = seats.entrySet().stream()
                .filter(seat -> seat.getValue() == SeatStatus.BOOKED)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        require(live.equals(booked), "booked are exactly the seats of live bookings");

        Map<UUID, Set<String>> rows = new HashMap<>();
        bookings.forEach(
                row -> rows.computeIfAbsent(row.requestId, _ -> new TreeSet<>()).add(row.seat.id()));
        Map<UUID, Set<String>> confirmed = new HashMap<>();
        published.values().stream()
                .filter(outcome -> outcome.confirmed() && books(outcome))
                .forEach(outcome -> confirmed.put(outcome.requestId(), new TreeSet<>(outcome.seatIds())));
        require(rows.equals(confirmed), "bookings are exactly the seats of confirmed requests, whole");
    }

    private static boolean books(Outcome outcome) {
        return !outcome.seatIds().isEmpty() && !Command.BlockSeats.TYPE.equals(outcome.type());
    }

    static String describe(Outcome outcome) {
        Map<String, String> conflicts = new LinkedHashMap<>();
        outcome.conflicts()
                .forEach(conflict ->
                        conflicts.put(conflict.seatId(), conflict.code().name()));
        String released = outcome.confirmed() && !outcome.releasedSeatIds().isEmpty()
                ? new TreeSet<>(outcome.releasedSeatIds()).toString()
                : "";
        return (outcome.reason() == null ? "CONFIRMED" : outcome.reason().name()) + conflicts + released + " v"
                + outcome.showVersion() + " " + outcome.bookingRequestId() + " " + outcome.orderRef();
    }

    private void count(Outcome outcome, LedgerState before) {
        if (outcome.reason() == null) {
            countConfirmed(outcome);
            return;
        }
        took(
                switch (outcome.reason()) {
                    case SEAT_NOT_FOUND -> Path.UNKNOWN_SEAT;
                    case SHOW_NOT_FOUND -> Path.UNKNOWN_SHOW;
                    case SHOW_CLOSED -> Path.CLOSED_SHOW;
                    case SEAT_BLOCKED -> Path.SEAT_OFF_SALE;
                    case SEAT_LIMIT_EXCEEDED -> Path.TOO_MANY_SEATS;
                    case COMMAND_EXPIRED -> Path.EXPIRED;
                    case BOOKING_NOT_FOUND -> Path.UNKNOWN_BOOKING;
                    case NOT_BOOKING_OWNER -> Path.SOMEBODY_ELSES_BOOKING;
                    case INVALID_COMMAND -> Path.INVALID;
                    case SEAT_BOOKED -> {
                        boolean earlier = outcome.conflicts().stream()
                                .map(Conflict::seatId)
                                .anyMatch(id -> before.seats().get(new Seat(String.valueOf(outcome.showId()), id))
                                        == SeatStatus.BOOKED);
                        yield earlier ? Path.SEAT_TAKEN : Path.SEAT_TAKEN_IN_BATCH;
                    }
                    default -> throw new AssertionError("no command is rejected with " + outcome.reason());
                });
        Set<Code> codes = new HashSet<>();
        outcome.conflicts().forEach(conflict -> codes.add(conflict.code()));
        if (codes.size() > 1) {
            took(Path.SEVERAL_CODES);
        }
    }

    private void countConfirmed(Outcome outcome) {
        took(
                switch (Objects.requireNonNull(outcome.type())) {
                    case Command.ConfirmBooking.TYPE -> Path.CONFIRMED;
                    case Command.BookDirect.TYPE -> Path.BOOKED_DIRECTLY;
                    case Command.BlockSeats.TYPE -> Path.BLOCKED;
                    case Command.UnblockSeats.TYPE -> Path.UNBLOCKED;
                    case Command.SwapBooking.TYPE ->
                        published.values().stream()
                                        .anyMatch(o -> o.confirmed()
                                                && Command.SwapBooking.TYPE.equals(o.type())
                                                && !o.equals(outcome)
                                                && Objects.equals(o.bookingRequestId(), outcome.bookingRequestId()))
                                ? Path.SWAPPED_AGAIN
                                : Path.SWAPPED;
                    default ->
                        bookings.stream()
                                        .anyMatch(row ->
                                                row.live && root(row.requestId).equals(outcome.bookingRequestId()))
                                ? Path.CANCELLED_IN_PART
                                : Path.CANCELLED;
                });
    }

    private void took(Path path) {
        paths.merge(path, 1, Integer::sum);
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(
                    rule + "; replay: " + replay(history.seed()) + "; log: " + new ArrayList<>(history.log()));
        }
    }

    static String replay(long seed) {
        return "mvn test -pl booking-worker -am -Dtest=DecisionSimulationTest -Dseed=" + seed
                + " -Dhistories=1 -Dsurefire.failIfNoSpecifiedTests=false";
    }
}
