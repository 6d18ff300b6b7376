package seatkeeper.worker.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.worker.decision.Simulation.DecisionCore;
import seatkeeper.worker.decision.Simulation.Path;

class DecisionSimulationTest {

    private static final long SEED =
            Long.getLong("seed", ThreadLocalRandom.current().nextLong(1L << 40));
    private static final int HISTORIES = Integer.getInteger("histories", 20_000);

    @Test
    void everyHistoryGoesAsTheContractSays() {
        Map<Path, Integer> paths = new EnumMap<>(Path.class);
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            Simulation.run(Decider::decide, seed).forEach((path, count) -> paths.merge(path, count, Integer::sum));
        }
        System.out.println(HISTORIES + " histories from seed " + SEED + ": " + paths);
        if (HISTORIES > 1_000) {
            assertThat(paths).containsOnlyKeys(Path.values());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongDeciderIsCaught(Mutant mutant) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 10_000; seed++) {
                        Simulation.run(mutant.core, seed);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dseed=");
    }

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    enum Mutant {
        FORGETS_SEATS_BOOKED_IN_THE_BATCH((state, batch, now) -> oneByOne(state, batch, now, true)),
        FORGETS_REQUESTS_DECIDED_IN_THE_BATCH((state, batch, now) -> oneByOne(state, batch, now, false)),
        DECIDES_KNOWN_REQUESTS_AGAIN((state, batch, now) ->
                Decider.decide(new LedgerState(Map.of(), state.shows(), state.booked()), batch, now)),
        IGNORES_THE_FINGERPRINT((state, batch, now) -> Decider.decide(state, batch, now).stream()
                .<Verdict>map(verdict -> verdict instanceof Verdict.Reused reused
                        ? new Verdict.Replayed(reused.submission(), reused.outcome())
                        : verdict)
                .toList()),
        BOOKS_PART_OF_A_PARTY((state, batch, now) -> Decider.decide(state, batch, now).stream()
                .<Verdict>map(verdict -> verdict instanceof Verdict.Decided decided
                                && decided.outcome().confirmed()
                        ? new Verdict.Decided(decided.submission(), firstSeatOnly(decided.outcome()))
                        : verdict)
                .toList()),
        NEVER_EXPIRES((state, batch, now) -> {
            List<Verdict> verdicts = new ArrayList<>(Decider.decide(
                    state,
                    batch.stream().map(DecisionSimulationTest::loggedAtStart).toList(),
                    now));
            for (int i = 0; i < batch.size(); i++) {
                verdicts.set(i, of(batch.get(i), verdicts.get(i)));
            }
            return verdicts;
        });

        private final DecisionCore core;

        Mutant(DecisionCore core) {
            this.core = core;
        }
    }

    private static List<Verdict> oneByOne(
            LedgerState state, List<Submission> batch, Instant now, boolean rememberRequests) {
        Map<UUID, LedgerState.Recorded> requests = new HashMap<>(state.requests());
        List<Verdict> verdicts = new ArrayList<>();
        for (Submission submission : batch) {
            LedgerState seen = new LedgerState(requests, state.shows(), state.booked());
            Verdict verdict = Decider.decide(seen, List.of(submission), now).getFirst();
            if (rememberRequests) {
                requests.putIfAbsent(
                        submission.requestId(), new LedgerState.Recorded(submission.fingerprint(), verdict.outcome()));
            }
            verdicts.add(verdict);
        }
        return verdicts;
    }

    private static Verdict of(Submission submission, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Decided decided -> new Verdict.Decided(submission, decided.outcome());
            case Verdict.Replayed replayed -> new Verdict.Replayed(submission, replayed.outcome());
            case Verdict.Reused reused -> new Verdict.Reused(submission, reused.outcome());
        };
    }

    private static Outcome firstSeatOnly(Outcome o) {
        return new Outcome(
                o.requestId(),
                o.showId(),
                o.seatIds().subList(0, 1),
                o.userId(),
                Status.CONFIRMED,
                null,
                List.of(),
                o.submittedAt(),
                o.decidedAt(),
                o.partition(),
                o.offset());
    }

    private static Submission loggedAtStart(Submission s) {
        return new Submission(s.requestId(), s.fingerprint(), s.decoded(), s.partition(), s.offset(), Instant.EPOCH);
    }
}
