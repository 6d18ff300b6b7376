package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.worker.decision.LedgerState.Recorded;

/**
 * Decides a batch, one submission after the other in the order of the log:
 *
 * <ol>
 *   <li>A request_id that is already decided, before or in this batch, is never decided again.
 *   <li>A record that is no command is rejected with its own code.
 *   <li>A confirm books all of its seats, or is rejected with the first code that applies and the seats it is about.
 * </ol>
 */
public final class Decider {

    private final LedgerState state;
    private final Instant now;
    private final Map<UUID, Recorded> decidedHere = new HashMap<>();
    private final Set<Seat> bookedHere = new HashSet<>();

    private Decider(LedgerState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    /**
     * One verdict per submission, in their order.
     *
     * @param now becomes the outcomes' decided_at and influences nothing else
     */
    public static List<Verdict> decide(LedgerState state, List<Submission> batch, Instant now) {
        Decider decider = new Decider(state, now);
        List<Verdict> verdicts = new ArrayList<>(batch.size());
        for (Submission submission : batch) {
            verdicts.add(decider.decide(submission));
        }
        return verdicts;
    }

    private Verdict decide(Submission submission) {
        Recorded recorded = state.requests().get(submission.requestId());
        if (recorded == null) {
            recorded = decidedHere.get(submission.requestId());
        }
        if (recorded != null) {
            return recorded.fingerprint().equals(submission.fingerprint())
                    ? new Verdict.Replayed(submission, recorded.outcome())
                    : new Verdict.Reused(submission, recorded.outcome());
        }
        Outcome outcome = switch (submission.decoded()) {
            case Decoded.Invalid invalid -> rejectedUnread(submission, invalid);
            case Decoded.Valid(ConfirmBooking confirm) -> confirm(submission, confirm);
        };
        decidedHere.put(submission.requestId(), new Recorded(submission.fingerprint(), outcome));
        return new Verdict.Decided(submission, outcome);
    }

    private Outcome confirm(Submission submission, ConfirmBooking confirm) {
        List<Conflict> conflicts = conflicts(confirm);
        if (!state.shows().contains(confirm.showId())) {
            return outcome(submission, confirm, Code.SHOW_NOT_FOUND, List.of());
        }
        if (!conflicts.isEmpty()) {
            return outcome(submission, confirm, Conflict.leading(conflicts), conflicts);
        }
        if (confirm.expiresAt() != null && submission.loggedAt().isAfter(confirm.expiresAt())) {
            return outcome(submission, confirm, Code.COMMAND_EXPIRED, List.of());
        }
        confirm.seatIds().forEach(seat -> bookedHere.add(new Seat(confirm.showId(), seat)));
        return outcome(submission, confirm, null, List.of());
    }

    private List<Conflict> conflicts(ConfirmBooking confirm) {
        List<Conflict> conflicts = new ArrayList<>();
        for (String id : confirm.seatIds()) {
            Seat seat = new Seat(confirm.showId(), id);
            Boolean booked = state.booked().get(seat);
            if (booked == null) {
                conflicts.add(new Conflict(id, Code.SEAT_NOT_FOUND));
            } else if (booked || bookedHere.contains(seat)) {
                conflicts.add(new Conflict(id, Code.SEAT_BOOKED));
            }
        }
        return conflicts;
    }

    private Outcome outcome(
            Submission submission, ConfirmBooking confirm, @Nullable Code reason, List<Conflict> conflicts) {
        return new Outcome(
                confirm.requestId(),
                confirm.showId(),
                confirm.seatIds(),
                confirm.userId(),
                reason == null ? Status.CONFIRMED : Status.REJECTED,
                reason,
                conflicts,
                confirm.submittedAt(),
                now,
                submission.partition(),
                submission.offset());
    }

    private Outcome rejectedUnread(Submission submission, Decoded.Invalid invalid) {
        return new Outcome(
                submission.requestId(),
                invalid.showId(),
                List.of(),
                null,
                Status.REJECTED,
                invalid.code(),
                List.of(),
                null,
                now,
                submission.partition(),
                submission.offset());
    }
}
