package seatkeeper.gateway.live;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.SeatEvents;
import seatkeeper.gateway.web.Bound;
import seatkeeper.gateway.web.Bounds;
import seatkeeper.gateway.web.Refusal;

/**
 * The shows somebody listens to. For each of them one virtual thread asks Redis for its events, ten times a second,
 * however many listen; with the last listener it goes.
 */
@Component
class LiveShows implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LiveShows.class);

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int BATCH = 500;

    /** Whoever missed more reads the seats again with less ado. */
    private static final int MAX_MISSED = 500;

    private final SeatEvents events;
    private final Bound bound;
    private final Duration heartbeat;
    private final Map<String, Watched> watched = new HashMap<>();
    private boolean running;

    LiveShows(SeatEvents events, GatewayProperties properties, Bounds bounds, MeterRegistry metrics) {
        this.events = events;
        this.heartbeat = properties.live().heartbeat();
        this.bound = bounds.bound("listeners", properties.live().maxListeners(), "too many listen already");
        Gauge.builder("seatkeeper.listeners", bound, Bound::taken)
                .description("Open event streams")
                .register(metrics);
    }

    private static final class Watched {
        private final Feed feed;
        private int listeners;

        Watched(Feed feed) {
            this.feed = feed;
        }
    }

    /** A listener's way out. */
    interface Listener extends AutoCloseable {

        Feed feed();

        @Override
        void close();
    }

    /**
     * Begins to listen to a show.
     *
     * @throws Refusal 404 when there is no such show, 503 when there are too many listeners
     */
    Listener listen(String showId) {
        Bound.Place place = bound.take();
        try {
            // Redis is asked outside of the lock; who comes second finds the feed of who came first.
            Feed fresh =
                    new Feed(LiveEvent.Id.of(events.after(showId, "", BATCH).newest()));
            Watched show = watch(showId, fresh);
            return new Listener() {
                @Override
                public Feed feed() {
                    return show.feed;
                }

                @Override
                public void close() {
                    leave(showId, show);
                    place.close();
                }
            };
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    private synchronized Watched watch(String showId, Feed fresh) {
        if (!running) {
            throw Refusal.unavailable("the gateway", null);
        }
        Watched show = watched.computeIfAbsent(showId, _ -> new Watched(fresh));
        show.listeners++;
        if (show.feed == fresh) {
            Thread.ofVirtual().name("events of " + showId).start(() -> follow(showId, fresh));
        }
        return show;
    }

    private synchronized void leave(String showId, Watched show) {
        if (--show.listeners == 0) {
            watched.remove(showId);
            show.feed.close();
        }
    }

    private void follow(String showId, Feed feed) {
        try {
            boolean open = true;
            long signOfLife = System.nanoTime();
            while (open) {
                open = feed.pause(passOn(showId, feed));
                if (System.nanoTime() - signOfLife > heartbeat.toNanos()) {
                    signOfLife = System.nanoTime();
                    feed.wakeAll();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once; answers how long to wait until the next time. */
    private Duration passOn(String showId, Feed feed) {
        try {
            SeatEvents.Events happened = events.after(showId, feed.end().last().toString(), BATCH);
            feed.add(
                    happened.complete()
                            ? happened.events().stream().map(LiveEvent::of).toList()
                            : List.of(LiveEvent.reset(LiveEvent.Id.of(happened.newest()))));
            return happened.events().size() == BATCH ? Duration.ZERO : PAUSE;
        } catch (DataAccessException | TransactionException | Refusal e) {
            log.debug("events wait", e);
        } catch (RuntimeException e) {
            log.error("a bug: events of a show are late", e);
        }
        return PAUSE_AFTER_FAILURE;
    }

    /** What happened after that event; null when that is too long ago. */
    @Nullable List<LiveEvent> since(String showId, LiveEvent.Id last) {
        SeatEvents.Events happened = events.after(showId, last.toString(), MAX_MISSED + 1);
        return happened.complete() && happened.events().size() <= MAX_MISSED
                ? happened.events().stream().map(LiveEvent::of).toList()
                : null;
    }

    @Override
    public synchronized void start() {
        running = true;
    }

    /** The first to stop: the web server waits for calls to end, and listening does not end by itself. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public synchronized void stop() {
        running = false;
        watched.values().forEach(show -> show.feed.close());
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }
}
