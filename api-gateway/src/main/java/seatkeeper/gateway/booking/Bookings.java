package seatkeeper.gateway.booking;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.booking.Requests.Known;
import seatkeeper.gateway.lease.SeatLeases;
import seatkeeper.gateway.web.Refusal;

/** The way of a confirm: replay first, then hold the leases, then publish; and the ways to learn the outcome. */
@Service
class Bookings {

    private final Requests requests;
    private final SeatLeases leases;
    private final CommandPublisher publisher;
    private final Waiters waiters;

    Bookings(Requests requests, SeatLeases leases, CommandPublisher publisher, Waiters waiters) {
        this.requests = requests;
        this.leases = leases;
        this.publisher = publisher;
        this.waiters = waiters;
    }

    /**
     * How a request stands after a call.
     *
     * @param replayed whether it was decided before this call
     */
    record Answer(Known known, boolean replayed) {}

    /**
     * Submits a confirm, and waits for its outcome as long as that.
     *
     * @throws Refusal 409 lease not held, 422 request_id of another payload, 503
     */
    Answer confirm(Command command, Duration wait) {
        try (Waiters.Waiter waiter = waiters.waitFor(command.requestId())) {
            Optional<Known> known = submit(command);
            if (known.isPresent() && known.get() instanceof Known.Decided) {
                return new Answer(known.get(), true);
            }
            Known answer = await(waiter, known.orElse(new Known.Pending(command)), wait);
            requireSamePayload(answer, command);
            return new Answer(answer, false);
        }
    }

    /** What is known of the request already; empty when the command was accepted now. */
    private Optional<Known> submit(Command command) {
        Optional<Known> claimed = requests.claim(command);
        claimed.ifPresent(known -> requireSamePayload(known, command));
        if (claimed.isPresent() && claimed.get() instanceof Known.Decided) {
            return claimed;
        }
        List<Conflict> notHeld = leases.hold(
                command.showId(),
                command.action().taken(),
                command.userId(),
                command.requestId(),
                Objects.requireNonNull(command.expiresAt()));
        if (!notHeld.isEmpty()) {
            return Optional.of(knownAfterAll(command, notHeld, claimed.isEmpty()));
        }
        // A claim that was already there does not say that the command was published: it is again, which is harmless.
        try {
            publisher.publish(command);
        } catch (CommandPublisher.NotSent e) {
            if (claimed.isEmpty()) {
                leases.unhold(command.showId(), command.action().taken(), command.requestId());
                requests.forget(command.requestId());
            }
            throw Refusal.unavailable("Kafka", e.getCause());
        }
        return Optional.empty();
    }

    /** A retry of a request that Redis has forgotten has no lease any more, and is answered all the same. */
    private Known knownAfterAll(Command command, List<Conflict> notHeld, boolean mine) {
        if (mine) {
            requests.forget(command.requestId());
        }
        Known known = requests.findAccepted(command.requestId()).orElseThrow(() -> Refusal.conflict(notHeld));
        requireSamePayload(known, command);
        return known;
    }

    /**
     * Looks a request up, and waits for its outcome as long as that.
     *
     * @throws Refusal 404 when it was never seen, 503 when nobody can say
     */
    Known status(UUID requestId, Duration wait) {
        try (Waiters.Waiter waiter = waiters.waitFor(requestId)) {
            Known known = requests.find(requestId)
                    .orElseThrow(() ->
                            Refusal.notFound(Code.BOOKING_NOT_FOUND, "no request " + requestId + " was ever seen"));
            return known instanceof Known.Pending ? await(waiter, known, wait) : known;
        }
    }

    private Known await(Waiters.Waiter waiter, Known pending, Duration wait) {
        if (wait.isZero()) {
            return pending;
        }
        Outcome outcome = waiter.await(wait);
        if (outcome != null) {
            return new Known.Decided(outcome);
        }
        return pending instanceof Known.Pending(Command command)
                ? requests.decided(command.requestId()).orElse(pending)
                : pending;
    }

    private static void requireSamePayload(Known known, Command command) {
        List<String> mismatches = known.mismatches(command);
        if (!mismatches.isEmpty()) {
            throw Refusal.requestIdReused(mismatches);
        }
    }
}
