package seatkeeper.gateway.booking;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Conflict;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.booking.Requests.Known;
import seatkeeper.gateway.lease.Pins;
import seatkeeper.gateway.redis.PipelinedRedis;
import seatkeeper.gateway.security.Caller;
import seatkeeper.gateway.web.Refusal;

/** The way of a command: replay first, then hold the leases, then publish; and the ways to learn the outcome. */
@Service
class Bookings {

    private final Requests requests;
    private final Pins pins;
    private final CommandPublisher publisher;
    private final Waiters waiters;
    private final Backlog backlog;
    private final Duration deadline;

    Bookings(
            Requests requests,
            Pins pins,
            CommandPublisher publisher,
            Waiters waiters,
            Backlog backlog,
            GatewayProperties properties) {
        this.requests = requests;
        this.pins = pins;
        this.publisher = publisher;
        this.waiters = waiters;
        this.backlog = backlog;
        this.deadline = properties.confirmDeadline();
    }

    /** What is to be done when the user does not hold the leases any more. */
    enum LatePolicy {
        REJECT,
        /** The seats are leased again if nobody else has them, and Postgres decides. */
        IF_STILL_FREE
    }

    /**
     * How a request stands after a call.
     *
     * @param replayed whether it was decided before this call
     */
    record Answer(Known known, boolean replayed) {}

    /**
     * Submits a command; answers when its outcome is known, or when it has waited that long.
     *
     * @throws Refusal 409 lease not held, 422 request_id of another payload, 503
     */
    CompletableFuture<Answer> submit(Command command, LatePolicy late, Duration wait) {
        return waiting(command.requestId(), wait, call -> {
            Optional<Known> known = submit(command, late);
            return known.isPresent() && known.get() instanceof Known.Decided
                    ? CompletableFuture.completedFuture(new Answer(known.get(), true))
                    : await(call, known.orElse(new Known.Pending(command)), wait)
                            .thenApply(answer -> {
                                if (!answer.payload().mismatches(command).isEmpty()) {
                                    // Redis had forgotten the request_id: what is pinned waits for a decision that
                                    // never comes.
                                    unhold(command, command.action().taken());
                                }
                                requireSamePayload(answer, command);
                                return new Answer(answer, false);
                            });
        });
    }

    /** Does the work while its call waits for the outcome. */
    private <T> CompletableFuture<T> waiting(
            UUID requestId, Duration wait, Function<Waiters.Call, CompletableFuture<T>> work) {
        Waiters.Call call = waiters.waitFor(requestId, wait);
        try {
            return work.apply(call).whenComplete((_, _) -> call.close());
        } catch (RuntimeException e) {
            call.close();
            throw e;
        }
    }

    /** What is known of the request already; empty when the command was accepted now. */
    private Optional<Known> submit(Command command, LatePolicy late) {
        if (backlog.isTooOld(command.showId()) && !requests.isClaimed(command.requestId())) {
            throw Refusal.overloaded("commands for this show wait for too long already");
        }
        Optional<Known> latest = requests.latest(command.requestId());
        if (latest.isPresent()) {
            requireSamePayload(latest.get(), command);
            return latest;
        }
        // Sent together; but who is known already is answered before it is asked what has become of his leases.
        CompletableFuture<Optional<Command>> claim = requests.claim(command);
        CompletableFuture<Pins.Hold> holding = hold(command, late);
        Optional<Command> claimed = PipelinedRedis.answer(claim);
        Pins.Hold hold = PipelinedRedis.answer(holding);
        if (claimed.isPresent()) {
            Known pending = new Known.Pending(claimed.get());
            boolean isOther = !pending.payload().mismatches(command).isEmpty();
            // A retry: it may be decided for long.
            Optional<Known> known = isOther ? Optional.of(pending) : decided(command.requestId());
            if (known.isPresent()) {
                unhold(command, hold.pinned());
                requireSamePayload(known.get(), command);
                return known;
            }
        }
        if (!hold.notHeld().isEmpty()) {
            return Optional.of(knownAfterAll(command, hold.notHeld(), claimed.isEmpty()));
        }
        // A claim that was already there does not say that the command was published: it is again, which is harmless.
        try {
            publisher.publish(command.withExpiresAt(hold.until()));
        } catch (CommandPublisher.NotSent e) {
            if (claimed.isEmpty()) {
                unhold(command, command.action().taken());
                requests.forget(command.requestId());
            }
            throw Refusal.unavailable("Kafka", e.getCause());
        }
        return Optional.empty();
    }

    private CompletableFuture<Pins.Hold> hold(Command command, LatePolicy late) {
        boolean leased = command.action() instanceof ConfirmBooking || command.action() instanceof SwapBooking;
        return leased
                ? pins.hold(
                        command.showId(),
                        command.action().taken(),
                        command.userId(),
                        command.requestId(),
                        deadline,
                        late == LatePolicy.IF_STILL_FREE)
                : CompletableFuture.completedFuture(new Pins.Hold(List.of(), List.of(), null));
    }

    private void unhold(Command command, List<String> seatIds) {
        if (!seatIds.isEmpty()) {
            pins.unhold(command.showId(), seatIds, command.requestId());
        }
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
     * @throws Refusal 404 when it was never seen, or is somebody else's, who may not learn that it exists; 503 when
     *     nobody can say
     */
    CompletableFuture<Known> status(UUID requestId, Duration wait, Caller caller) {
        return waiting(requestId, wait, call -> {
            Known known = find(requestId);
            if (!caller.maySee(known.payload().userId())) {
                throw neverSeen(requestId);
            }
            return known instanceof Known.Pending ? await(call, known, wait) : CompletableFuture.completedFuture(known);
        });
    }

    /**
     * The show a request is about.
     *
     * @throws Refusal 404 when the request was never seen, 503 when nobody can say
     */
    String showOf(UUID requestId) {
        String showId = find(requestId).payload().showId();
        if (showId == null) {
            throw neverSeen(requestId);
        }
        return showId;
    }

    private Known find(UUID requestId) {
        return requests.find(requestId).orElseThrow(() -> neverSeen(requestId));
    }

    private static Refusal neverSeen(UUID requestId) {
        return Refusal.notFound(Code.BOOKING_NOT_FOUND, "no request " + requestId + " was ever seen");
    }

    private CompletableFuture<Known> await(Waiters.Call call, Known pending, Duration wait) {
        return wait.isZero()
                ? CompletableFuture.completedFuture(pending)
                : call.outcome().thenApply(outcome -> outcome == null ? late(pending) : new Known.Decided(outcome));
    }

    /** Nobody has told the outcome; it may be there all the same. */
    private Known late(Known pending) {
        return pending instanceof Known.Pending(Command command)
                ? decided(command.requestId()).orElse(pending)
                : pending;
    }

    /** Nothing known when Postgres is away: what is accepted stays accepted. */
    private Optional<Known> decided(UUID requestId) {
        try {
            return requests.decided(requestId);
        } catch (DataAccessException e) {
            return Optional.empty();
        }
    }

    private static void requireSamePayload(Known known, Command command) {
        List<String> mismatches = known.payload().mismatches(command);
        if (!mismatches.isEmpty()) {
            throw Refusal.requestIdReused(mismatches);
        }
    }
}
