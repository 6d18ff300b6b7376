package seatkeeper.gateway.booking;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;

/** Calls that wait for an outcome, woken when it arrives from Kafka, or when this process is to stop. */
@Component
class Waiters implements SmartLifecycle {

    private final ConcurrentHashMap<UUID, Waiter> waiters = new ConcurrentHashMap<>();

    private volatile boolean running;

    Waiters(MeterRegistry metrics) {
        Gauge.builder("seatkeeper.waiters", waiters, Map::size)
                .description("Requests whose outcome calls wait for; every submit does while it lasts")
                .register(metrics);
    }

    /**
     * Starts to listen for a request's outcome. To be done before anything that could bring it about, so that it cannot
     * slip by; close it to stop.
     */
    Waiter waitFor(UUID requestId) {
        return waiters.compute(requestId, (_, waiter) -> {
            Waiter shared = waiter == null ? new Waiter(requestId) : waiter;
            shared.calls++;
            if (!running) {
                shared.outcome.complete(null);
            }
            return shared;
        });
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
    final class Waiter implements AutoCloseable {

        private final UUID requestId;
        private final CompletableFuture<@Nullable Outcome> outcome = new CompletableFuture<>();
        private int calls;

        private Waiter(UUID requestId) {
            this.requestId = requestId;
        }

        /** The outcome, or null when it did not come in time or this process stops. */
        @Nullable Outcome await(Duration timeout) {
            try {
                return outcome.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            waiters.computeIfPresent(requestId, (_, waiter) -> --waiter.calls == 0 ? null : waiter);
        }
    }
}
