package seatkeeper.gateway.booking;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.web.Bound;
import seatkeeper.gateway.web.Bounds;
import seatkeeper.gateway.web.Refusal;

/** Calls that wait for an outcome, woken when it arrives from Kafka, or when this process is to stop. */
@Component
class Waiters implements SmartLifecycle {

    private final ConcurrentHashMap<UUID, Waiter> waiters = new ConcurrentHashMap<>();

    private volatile boolean running;

    private final Bound bound;

    Waiters(GatewayProperties properties, Bounds bounds, MeterRegistry metrics) {
        this.bound = bounds.bound("waiting", properties.bounds().waiting(), "too many calls wait already");
        Gauge.builder("seatkeeper.waiters", waiters, Map::size)
                .description("Requests whose outcome calls wait for; every submit does while it lasts")
                .register(metrics);
    }

    /**
     * Starts to listen for a request's outcome. To be done before anything that could bring it about, so that it cannot
     * slip by; close it to stop.
     *
     * @param timeout how long the call will wait, at most; zero when it only looks
     * @throws Refusal 503 when too many wait
     */
    Call waitFor(UUID requestId, Duration timeout) {
        Bound.Place place = timeout.isZero() ? null : bound.take();
        Waiter waiter = waiters.compute(requestId, (_, known) -> {
            Waiter shared = known == null ? new Waiter() : known;
            shared.calls++;
            if (!running) {
                shared.outcome.complete(null);
            }
            return shared;
        });
        return new Call(requestId, waiter.outcome, timeout, place);
    }

    @Override
    public void start() {
        running = true;
    }

    /** Who waits is answered as if the time were over. */
    @Override
    public void stop() {
        running = false;
        waiters.values().forEach(waiter -> waiter.outcome.complete(null));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stops before the web server, which would wait for the calls. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    boolean isAwaited(UUID requestId) {
        return waiters.containsKey(requestId);
    }

    void wake(Outcome outcome) {
        Waiter waiter = waiters.get(outcome.requestId());
        if (waiter != null) {
            waiter.outcome.complete(outcome);
        }
    }

    /** All the calls that wait for one request. */
    private static final class Waiter {

        private final CompletableFuture<@Nullable Outcome> outcome = new CompletableFuture<>();
        private int calls;
    }

    /** A call that waits; it has no thread meanwhile. */
    final class Call implements AutoCloseable {

        private final UUID requestId;
        private final CompletableFuture<@Nullable Outcome> outcome;
        private final Duration timeout;
        private final Bound.@Nullable Place place;

        private Call(
                UUID requestId,
                CompletableFuture<@Nullable Outcome> outcome,
                Duration timeout,
                Bound.@Nullable Place place) {
            this.requestId = requestId;
            this.outcome = outcome;
            this.timeout = timeout;
            this.place = place;
        }

        /** The outcome, or null when it did not come in time or this process stops; told on a thread of its own. */
        CompletableFuture<@Nullable Outcome> outcome() {
            return outcome.copy()
                    .completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .thenApplyAsync(Function.identity(), Thread::startVirtualThread);
        }

        @Override
        public void close() {
            waiters.computeIfPresent(requestId, (_, waiter) -> --waiter.calls == 0 ? null : waiter);
            if (place != null) {
                place.close();
            }
        }
    }
}
