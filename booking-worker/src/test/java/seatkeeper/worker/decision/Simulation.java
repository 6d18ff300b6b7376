package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.worker.decision.LedgerState.Recorded;
import seatkeeper.worker.decision.Verdict.Decided;

/**
 * Runs a history through a decider in random batches, with batches delivered again after their commit, and audits what
 * comes out against the contract and the {@link NaiveModel}.
 */
final class Simulation {

    /** What is put to the test: {@link Decider#decide}, or a mutant of it. */
    @FunctionalInterface
    interface DecisionCore {
        List<Verdict> decide(LedgerState state, List<Submission> batch, Instant now);
    }

    /** What a history can contain; a run that never met one of them proves nothing about it. */
    enum Path {
        CONFIRMED,
        SEAT_TAKEN,
        SEAT_TAKEN_IN_BATCH,
        UNKNOWN_SEAT,
        UNKNOWN_SHOW,
        EXPIRED,
        INVALID,
        DUPLICATE_IN_BATCH,
        DUPLICATE_ACROSS_BATCHES,
        REUSED_ID,
        REDELIVERED,
        SEVERAL_CODES
    }

    private final DecisionCore core;
    private final History history;
    private final NaiveModel model;
    private final Map<UUID, Recorded> table = new HashMap<>();
    private final Set<Seat> booked = new HashSet<>();
    private final Map<UUID, Outcome> published = new LinkedHashMap<>();
    private final Map<Path, Integer> paths = new EnumMap<>(Path.class);

    private Simulation(DecisionCore core, History history) {
        this.core = core;
        this.history = history;
        this.model = new NaiveModel(history);
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
        List<Verdict> verdicts = core.decide(state, batch, History.START.plusSeconds(1_000 + batchNumber));
        require(verdicts.size() == batch.size(), "one verdict per submission");
        Set<UUID> inBatch = new HashSet<>();
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict verdict = verdicts.get(i);
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
        for (Verdict verdict : verdicts) {
            if (verdict instanceof Decided decided) {
                commit(decided, state);
            }
        }
    }

    private LedgerState load(List<Submission> batch) {
        Map<UUID, Recorded> requests = new HashMap<>();
        Map<Seat, Boolean> seats = new HashMap<>();
        Set<String> shows = new HashSet<>();
        for (Submission submission : batch) {
            Recorded recorded = table.get(submission.requestId());
            if (recorded != null) {
                requests.put(submission.requestId(), recorded);
            }
            for (Seat seat : submission.seats()) {
                if (history.shows().contains(seat.showId())) {
                    shows.add(seat.showId());
                    if (!seat.id().equals("none")) {
                        seats.put(seat, booked.contains(seat));
                    }
                }
            }
        }
        return new LedgerState(requests, shows, seats);
    }

    /** As the constraints of the tables would: no request twice, no seat twice. */
    private void commit(Decided decided, LedgerState before) {
        Outcome outcome = decided.outcome();
        Recorded recorded = new Recorded(decided.submission().fingerprint(), outcome);
        require(table.putIfAbsent(outcome.requestId(), recorded) == null, "a request is decided once");
        if (outcome.confirmed()) {
            for (String id : outcome.seatIds()) {
                require(booked.add(new Seat(String.valueOf(outcome.showId()), id)), "a seat is booked once: " + id);
            }
        }
        count(outcome, before);
    }

    private void audit(Verdict verdict, boolean known) {
        Submission submission = verdict.submission();
        Outcome outcome = verdict.outcome();
        require(outcome.requestId().equals(submission.requestId()), "the outcome of this request");
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
        Set<Seat> sold = new HashSet<>();
        published.values().stream()
                .filter(Outcome::confirmed)
                .forEach(outcome -> outcome.seatIds()
                        .forEach(id -> require(
                                sold.add(new Seat(String.valueOf(outcome.showId()), id)),
                                "no seat in two outcomes: " + id)));
        require(sold.equals(booked), "booked are exactly the seats of confirmed requests, whole");
    }

    private static String describe(Outcome outcome) {
        Map<String, String> conflicts = new LinkedHashMap<>();
        outcome.conflicts()
                .forEach(conflict ->
                        conflicts.put(conflict.seatId(), conflict.code().name()));
        return (outcome.reason() == null ? "CONFIRMED" : outcome.reason().name()) + conflicts;
    }

    private void count(Outcome outcome, LedgerState before) {
        if (outcome.reason() == null) {
            took(Path.CONFIRMED);
            return;
        }
        switch (outcome.reason()) {
            case SEAT_NOT_FOUND -> took(Path.UNKNOWN_SEAT);
            case SHOW_NOT_FOUND -> took(Path.UNKNOWN_SHOW);
            case COMMAND_EXPIRED -> took(Path.EXPIRED);
            case INVALID_COMMAND -> took(Path.INVALID);
            case SEAT_BOOKED -> {
                boolean earlier = outcome.conflicts().stream()
                        .map(Conflict::seatId)
                        .anyMatch(id -> Boolean.TRUE.equals(
                                before.booked().get(new Seat(String.valueOf(outcome.showId()), id))));
                took(earlier ? Path.SEAT_TAKEN : Path.SEAT_TAKEN_IN_BATCH);
            }
            default -> throw new AssertionError("no confirm is rejected with " + outcome.reason());
        }
        Set<Code> codes = new HashSet<>();
        outcome.conflicts().forEach(conflict -> codes.add(conflict.code()));
        if (codes.size() > 1) {
            took(Path.SEVERAL_CODES);
        }
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
