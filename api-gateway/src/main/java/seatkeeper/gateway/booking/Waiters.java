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
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;

/** Calls that wait for an outcome, woken when it arrives from Kafka. */
@Component
class Waiters {

    private final ConcurrentHashMap<UUID, Waiter> waiters = new ConcurrentHashMap<>();

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
            return shared;
        });
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
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private int calls;

        private Waiter(UUID requestId) {
            this.requestId = requestId;
        }

        /** The outcome, or null when it did not come in time. */
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
