package seatkeeper.gateway.web;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** How many of something callers may have at once; who comes beyond it is refused. */
public final class Bound {

    private final Semaphore places;
    private final int most;
    private final String detail;
    private final Counter refusals;

    Bound(int most, String detail, Counter refusals) {
        this.places = new Semaphore(most, true);
        this.most = most;
        this.detail = detail;
        this.refusals = refusals;
    }

    /** A place somebody has, until it is closed; closing it again does nothing. */
    public interface Place extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Takes a place.
     *
     * @throws Refusal 503 OVERLOADED when there is none
     */
    public Place take() {
        return take(1);
    }

    /**
     * Takes that many places as one, or all there are for who asks for more.
     *
     * @throws Refusal 503 OVERLOADED when there are not as many
     */
    Place take(int count) {
        return take(Math.min(count, most), Duration.ZERO);
    }

    /**
     * Takes a place, and waits for it as long as that.
     *
     * @throws Refusal 503 OVERLOADED when there is still none
     */
    Place take(Duration patience) {
        return take(1, patience);
    }

    private Place take(int count, Duration patience) {
        try {
            if (places.tryAcquire(count, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                AtomicBoolean taken = new AtomicBoolean(true);
                return () -> {
                    if (taken.getAndSet(false)) {
                        places.release(count);
                    }
                };
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refusals.increment();
        throw Refusal.overloaded(detail);
    }

    public int taken() {
        return most - places.availablePermits();
    }
}
