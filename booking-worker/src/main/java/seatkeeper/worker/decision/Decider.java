package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.OnBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.worker.decision.LedgerState.Recorded;
import seatkeeper.worker.decision.LedgerState.SeatStatus;
import seatkeeper.worker.decision.LedgerState.Show;

/**
 * Decides a batch, one submission after the other in the order of the log:
 *
 * <ol>
 *   <li>A request_id that is already decided, before or in this batch, is never decided again.
 *   <li>A record that is no command is rejected with its own code.
 *   <li>A command is carried out on all of its seats, or is rejected with the first code that applies and the seats it is
 *       about.
 *   <li>Every decision about a show that exists raises the show's version by one.
 * </ol>
 */
public final class Decider {

    private final LedgerState state;
    private final Instant now;
    private final Map<UUID, Recorded> decidedHere = new HashMap<>();
    private final World world;

    private Decider(LedgerState state, Instant now) {
        this.state = state;
        this.now = now;
        this.world = new World(state, now);
    }

    /**
     * What becomes of the batch.
     *
     * @param now becomes the outcomes' decided_at and the bookings' cancelled_at and influences nothing else
     */
    public static Decision decide(LedgerState state, List<Submission> batch, Instant now) {
        Decider decider = new Decider(state, now);
        List<Verdict> verdicts = new ArrayList<>(batch.size());
        for (Submission submission : batch) {
            verdicts.add(decider.decide(submission));
        }
        return new Decision(verdicts, decider.world.changes());
    }

    private Verdict decide(Submission submission) {
        Recorded recorded = recorded(submission.requestId());
        if (recorded != null) {
            return recorded.fingerprint().equals(submission.fingerprint())
                    ? new Verdict.Replayed(submission, recorded.outcome())
                    : new Verdict.Reused(submission, recorded.outcome());
        }
        Outcome outcome = switch (submission.decoded()) {
            case Decoded.Invalid invalid -> rejectedUnread(submission, invalid);
            case Decoded.Valid(Command command) -> carryOut(submission, command);
        };
        decidedHere.put(submission.requestId(), new Recorded(submission.fingerprint(), outcome));
        return new Verdict.Decided(submission, outcome);
    }

    private @Nullable Recorded recorded(UUID requestId) {
        Recorded recorded = state.requests().get(requestId);
        return recorded == null ? decidedHere.get(requestId) : recorded;
    }

    private Outcome carryOut(Submission submission, Command command) {
        Show show = state.shows().get(command.showId());
        if (show == null) {
            return rejected(submission, command, null, Code.SHOW_NOT_FOUND, List.of(), 0);
        }
        long version = world.nextVersion(command.showId());
        Booking booking = booking(command);
        if (show.archived()) {
            return rejected(submission, command, booking, Code.SHOW_CLOSED, List.of(), version);
        }

        List<Seat> taken = Seat.of(command.showId(), command.action().taken());
        List<Seat> released = Seat.of(command.showId(), command.action().released());
        Objections objections = new Objections();
        if (command.action() instanceof OnBooking) {
            Set<Seat> live = booking == null ? Set.of() : world.liveSeats(booking.requestId());
            released = released.isEmpty() ? List.copyOf(live) : released;
            objectToRelease(objections, command, booking, live, released);
        } else {
            released.forEach(seat -> objectUnless(objections, seat, SeatStatus.BLOCKED, SeatStatus.AVAILABLE));
        }
        taken.forEach(seat -> objectUnless(objections, seat, SeatStatus.AVAILABLE));
        if (isLimited(command) && exceedsLimit(show, command, taken.size() - released.size())) {
            objections.add(Code.SEAT_LIMIT_EXCEEDED);
        }
        if (isExpired(submission, command)) {
            objections.add(Code.COMMAND_EXPIRED);
        }
        Code reason = objections.leading();
        if (reason != null) {
            return rejected(submission, command, booking, reason, objections.conflicts, version);
        }

        switch (command.action()) {
            case BlockSeats _ -> taken.forEach(seat -> world.set(seat, SeatStatus.BLOCKED, version));
            case UnblockSeats _ -> released.forEach(seat -> world.set(seat, SeatStatus.AVAILABLE, version));
            case ConfirmBooking _, BookDirect _, CancelBooking _, SwapBooking _ -> {
                UUID root = booking == null ? command.requestId() : booking.requestId();
                String orderRef = orderRef(command, booking);
                released.forEach(seat -> world.cancel(root, seat, command.userId(), version));
                taken.forEach(seat -> world.book(root, seat, command.userId(), command.requestId(), orderRef, version));
            }
        }
        List<String> freed = released.stream().map(Seat::id).toList();
        return outcome(submission, command, booking, freed, null, List.of(), version);
    }

    /** What speaks against a command. */
    private static final class Objections {

        private final Set<Code> codes = EnumSet.noneOf(Code.class);
        private final List<Conflict> conflicts = new ArrayList<>();

        void add(Code code) {
            codes.add(code);
        }

        void add(Seat seat, Code code) {
            conflicts.add(new Conflict(seat.id(), code));
            codes.add(code);
        }

        /** The first in the order of the codes, or null when nothing does. */
        @Nullable Code leading() {
            return codes.isEmpty() ? null : codes.iterator().next();
        }
    }

    private void objectUnless(Objections objections, Seat seat, SeatStatus... allowed) {
        SeatStatus status = world.status(seat);
        if (status == null) {
            objections.add(seat, Code.SEAT_NOT_FOUND);
        } else if (!List.of(allowed).contains(status)) {
            objections.add(seat, status == SeatStatus.BOOKED ? Code.SEAT_BOOKED : Code.SEAT_BLOCKED);
        }
    }

    private void objectToRelease(
            Objections objections, Command command, @Nullable Booking booking, Set<Seat> live, List<Seat> released) {
        if (released.isEmpty()) {
            objections.add(Code.BOOKING_NOT_FOUND);
        }
        if (booking != null && !booking.userId().equals(command.userId())) {
            objections.add(Code.NOT_BOOKING_OWNER);
        }
        for (Seat seat : released) {
            if (!live.contains(seat)) {
                objections.add(seat, world.status(seat) == null ? Code.SEAT_NOT_FOUND : Code.BOOKING_NOT_FOUND);
            }
        }
    }

    /** A booking, named by the request that made it. */
    private record Booking(
            UUID requestId, UUID userId, @Nullable String orderRef) {}

    /** The booking a command is about; the request of a swap stands for the booking it was about. */
    private @Nullable Booking booking(Command command) {
        UUID named = command.action().bookingRequestId();
        Recorded recorded = named == null ? null : recorded(named);
        if (recorded == null) {
            return null;
        }
        Outcome made = recorded.outcome();
        boolean books = made.confirmed() && !made.seatIds().isEmpty() && !BlockSeats.TYPE.equals(made.type());
        return books && made.userId() != null && command.showId().equals(made.showId())
                ? new Booking(
                        Objects.requireNonNullElse(made.bookingRequestId(), made.requestId()),
                        made.userId(),
                        made.orderRef())
                : null;
    }

    private static boolean isLimited(Command command) {
        return command.action() instanceof ConfirmBooking || command.action() instanceof SwapBooking;
    }

    private boolean exceedsLimit(Show show, Command command, int more) {
        return show.seatLimit() != null
                && more > 0
                && world.holding(command.showId(), command.userId()) + more > show.seatLimit();
    }

    private boolean isExpired(Submission submission, Command command) {
        return !submission.loggedAt().isAfter(state.horizon())
                || (command.expiresAt() != null && submission.loggedAt().isAfter(command.expiresAt()));
    }

    private static @Nullable String orderRef(Command command, @Nullable Booking booking) {
        return booking == null ? command.action().orderRef() : booking.orderRef();
    }

    private Outcome rejected(
            Submission submission,
            Command command,
            @Nullable Booking booking,
            Code reason,
            List<Conflict> conflicts,
            long version) {
        return outcome(submission, command, booking, command.action().released(), reason, conflicts, version);
    }

    private Outcome outcome(
            Submission submission,
            Command command,
            @Nullable Booking booking,
            List<String> released,
            @Nullable Code reason,
            List<Conflict> conflicts,
            long version) {
        return new Outcome(
                command.requestId(),
                command.action().type(),
                command.showId(),
                command.action().taken(),
                released,
                command.userId(),
                booking == null ? command.action().bookingRequestId() : booking.requestId(),
                orderRef(command, booking),
                submission.fingerprint().toString(),
                reason == null ? Status.CONFIRMED : Status.REJECTED,
                reason,
                conflicts,
                command.submittedAt(),
                now,
                version,
                submission.partition(),
                submission.offset());
    }

    private Outcome rejectedUnread(Submission submission, Decoded.Invalid invalid) {
        return new Outcome(
                submission.requestId(),
                null,
                invalid.showId(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                submission.fingerprint().toString(),
                Status.REJECTED,
                invalid.code(),
                List.of(),
                null,
                now,
                0,
                submission.partition(),
                submission.offset());
    }
}
