package seatkeeper.worker.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.worker.decision.LedgerState.SeatStatus;
import seatkeeper.worker.decision.LedgerState.Show;
import seatkeeper.worker.decision.Simulation.DecisionCore;
import seatkeeper.worker.decision.Simulation.Path;

class DecisionSimulationTest {

    private static final long SEED =
            Long.getLong("seed", ThreadLocalRandom.current().nextLong(1L << 40));

    @Test
    void everyHistoryGoesAsTheContractSays() {
        simulate(Integer.getInteger("histories", 8_000));
    }

    @Test
    @Tag("long")
    void everyHistoryGoesAsTheContractSaysInThousands() {
        simulate(Integer.getInteger("histories", 50_000));
    }

    private static void simulate(int histories) {
        Map<Path, Integer> paths = new EnumMap<>(Path.class);
        for (long seed = SEED; seed < SEED + histories; seed++) {
            Simulation.run(Decider::decide, seed).forEach((path, count) -> paths.merge(path, count, Integer::sum));
        }
        System.out.println(histories + " histories from seed " + SEED + ": " + paths);
        if (histories > 1_000) {
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
        DECIDES_KNOWN_REQUESTS_AGAIN(
                seeing(s -> new LedgerState(s.horizon(), Map.of(), s.shows(), s.seats(), s.bookings(), s.holdings()))),
        IGNORES_LIMITS(seeing(s -> withShows(s, show -> new Show(show.version(), null, show.archived())))),
        IGNORES_ARCHIVING(seeing(s -> withShows(s, show -> new Show(show.version(), show.seatLimit(), false)))),
        IGNORES_THE_HORIZON(seeing(
                s -> new LedgerState(Instant.MIN, s.requests(), s.shows(), s.seats(), s.bookings(), s.holdings()))),
        SELLS_WHAT_IS_OFF_SALE(seeing(s -> new LedgerState(
                s.horizon(),
                s.requests(),
                s.shows(),
                s.seats().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                seat -> seat.getValue() == SeatStatus.BLOCKED
                                        ? SeatStatus.AVAILABLE
                                        : seat.getValue())),
                s.bookings(),
                s.holdings()))),
        FINDS_NO_BOOKING(
                seeing(s -> new LedgerState(s.horizon(), s.requests(), s.shows(), s.seats(), Map.of(), s.holdings()))),
        FORGETS_WHAT_SWAPS_TOOK(seeing(s -> new LedgerState(
                s.horizon(),
                s.requests(),
                s.shows(),
                s.seats(),
                s.bookings().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, DecisionSimulationTest::madeByItself)),
                s.holdings()))),
        COUNTS_NO_HOLDINGS(
                seeing(s -> new LedgerState(s.horizon(), s.requests(), s.shows(), s.seats(), s.bookings(), Map.of()))),
        TAKES_ANY_USER_FOR_THE_OWNER((state, batch, now) -> {
            Decision decision = Decider.decide(
                    state, batch.stream().map(s -> byTheOwner(s, state)).toList(), now);
            return withSubmissions(batch, decision);
        }),
        LEAVES_SEATS_AT_THEIR_VERSION(writing(c -> new Changes(
                c.shows(),
                c.seats().stream()
                        .map(s -> new Changes.SeatChange(s.seat(), s.from(), s.to(), s.version() - 1))
                        .toList(),
                c.cancelled(),
                c.booked()))),
        IGNORES_THE_FINGERPRINT((state, batch, now) -> {
            Decision decision = Decider.decide(state, batch, now);
            return new Decision(
                    decision.verdicts().stream()
                            .<Verdict>map(verdict -> verdict instanceof Verdict.Reused reused
                                    ? new Verdict.Replayed(reused.submission(), reused.outcome())
                                    : verdict)
                            .toList(),
                    decision.changes());
        }),
        BOOKS_PART_OF_A_PARTY(writing(c -> new Changes(
                c.shows(), c.seats(), c.cancelled(), c.booked().isEmpty() ? c.booked() : tail(c.booked())))),
        KEEPS_CANCELLED_BOOKINGS(writing(c -> new Changes(c.shows(), c.seats(), List.of(), c.booked()))),
        KEEPS_SEATS_OF_CANCELLED_BOOKINGS(writing(c -> new Changes(
                c.shows(),
                c.seats().stream()
                        .filter(seat -> seat.to() != SeatStatus.AVAILABLE)
                        .toList(),
                c.cancelled(),
                c.booked()))),
        NEVER_EXPIRES((state, batch, now) -> {
            List<Submission> early =
                    batch.stream().map(DecisionSimulationTest::loggedEarly).toList();
            return withSubmissions(batch, Decider.decide(state, early, now));
        });

        private final DecisionCore core;

        Mutant(DecisionCore core) {
            this.core = core;
        }
    }

    private static DecisionCore seeing(UnaryOperator<LedgerState> blindness) {
        return (state, batch, now) -> Decider.decide(blindness.apply(state), batch, now);
    }

    private static DecisionCore writing(UnaryOperator<Changes> slip) {
        return (state, batch, now) -> {
            Decision decision = Decider.decide(state, batch, now);
            return new Decision(decision.verdicts(), slip.apply(decision.changes()));
        };
    }

    private static LedgerState withShows(LedgerState s, UnaryOperator<Show> change) {
        Map<String, Show> shows = new HashMap<>();
        s.shows().forEach((id, show) -> shows.put(id, change.apply(show)));
        return new LedgerState(s.horizon(), s.requests(), shows, s.seats(), s.bookings(), s.holdings());
    }

    private static <T> List<T> tail(List<T> list) {
        return list.subList(1, list.size());
    }

    /** Every submission against the same state, but for what is remembered. */
    private static Decision oneByOne(LedgerState state, List<Submission> batch, Instant now, boolean rememberRequests) {
        Map<UUID, LedgerState.Recorded> requests = new HashMap<>(state.requests());
        List<Verdict> verdicts = new ArrayList<>();
        Map<String, Changes.ShowChange> shows = new LinkedHashMap<>();
        Map<Seat, Changes.SeatChange> seats = new LinkedHashMap<>();
        List<Changes.Cancellation> cancelled = new ArrayList<>();
        List<Changes.NewBooking> booked = new ArrayList<>();
        for (Submission submission : batch) {
            LedgerState seen = new LedgerState(
                    state.horizon(), requests, state.shows(), state.seats(), state.bookings(), state.holdings());
            Decision decision = Decider.decide(seen, List.of(submission), now);
            Verdict verdict = decision.verdicts().getFirst();
            if (rememberRequests) {
                requests.putIfAbsent(
                        submission.requestId(), new LedgerState.Recorded(submission.fingerprint(), verdict.outcome()));
            }
            verdicts.add(verdict);
            decision.changes().shows().forEach(show -> shows.put(show.showId(), show));
            decision.changes().seats().forEach(seat -> seats.put(seat.seat(), seat));
            cancelled.addAll(decision.changes().cancelled());
            booked.addAll(decision.changes().booked());
        }
        return new Decision(
                verdicts, new Changes(List.copyOf(shows.values()), List.copyOf(seats.values()), cancelled, booked));
    }

    private static Map<Seat, UUID> madeByItself(Map.Entry<UUID, Map<Seat, UUID>> booking) {
        Map<Seat, UUID> seats = new HashMap<>(booking.getValue());
        seats.values().removeIf(request -> !request.equals(booking.getKey()));
        return seats;
    }

    /** The submission as if the booking it is about were its user's. */
    private static Submission byTheOwner(Submission s, LedgerState state) {
        LedgerState.Recorded booking = state.requests().get(s.bookingRequestId());
        if (booking == null || booking.outcome().userId() == null) {
            return s;
        }
        Command c = s.command();
        Command owners = new Command(
                c.requestId(), c.showId(), booking.outcome().userId(), c.submittedAt(), c.expiresAt(), c.action());
        return new Submission(
                s.requestId(), s.fingerprint(), new Decoded.Valid(owners), s.partition(), s.offset(), s.loggedAt());
    }

    private static Decision withSubmissions(List<Submission> batch, Decision decision) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            verdicts.add(of(batch.get(i), decision.verdicts().get(i)));
        }
        return new Decision(verdicts, decision.changes());
    }

    private static Verdict of(Submission submission, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Decided decided -> new Verdict.Decided(submission, decided.outcome());
            case Verdict.Replayed replayed -> new Verdict.Replayed(submission, replayed.outcome());
            case Verdict.Reused reused -> new Verdict.Reused(submission, reused.outcome());
        };
    }

    private static Submission loggedEarly(Submission s) {
        return new Submission(s.requestId(), s.fingerprint(), s.decoded(), s.partition(), s.offset(), Instant.EPOCH);
    }
}
