package seatkeeper.gateway.show;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.web.Refusal;

/**
 * The layouts this gateway knows. They only grow: a seat that is in one will always be. One that is not may have been
 * added through another gateway, so Postgres is asked whether there is a newer layout, a few times a second at most.
 */
@Component
public class Layouts {

    /** Of all layouts: four of the largest shows, or thousands of small ones. */
    private static final int MOST_BYTES = 24 << 20;

    /** Nobody notices, and a call for a seat that does not exist costs nothing. */
    private static final Duration TRUSTED = Duration.ofMillis(250);

    /** Each takes some ten megabytes while it is read. */
    private static final int MOST_READ_AT_ONCE = 2;

    /**
     * What is known of a show.
     *
     * @param show as it was when it was asked for last
     */
    public record Known(Places places, Show show, long checkedAt) {}

    private final Shows shows;
    private final SingleFlight<Known> reads = new SingleFlight<>();
    private final Semaphore room = new Semaphore(MOST_READ_AT_ONCE, true);
    private final Cache<String, Known> layouts = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .<String, Known>weigher((show, known) -> 2 * show.length() + known.places.bytes())
            .executor(Runnable::run)
            .build();

    Layouts(Shows shows) {
        this.shows = shows;
    }

    /** What is known without asking Postgres. */
    public Places known(String showId) {
        Known known = layouts.getIfPresent(showId);
        return known == null ? Places.UNKNOWN : known.places;
    }

    /**
     * A layout of the show; there may be a newer one.
     *
     * @throws Refusal 404 when there is no such show
     */
    public Places get(String showId) {
        Known known = layouts.getIfPresent(showId);
        return known == null ? newest(showId) : known.places;
    }

    /**
     * The newest layout, or that of a moment ago.
     *
     * @throws Refusal 404 when there is no such show
     */
    public Known recent(String showId) {
        Known known = layouts.getIfPresent(showId);
        return known != null && System.nanoTime() - known.checkedAt < TRUSTED.toNanos() ? known : read(showId);
    }

    /**
     * The newest layout.
     *
     * @throws Refusal 404 when there is no such show
     */
    public Places newest(String showId) {
        return read(showId).places;
    }

    private Known read(String showId) {
        return reads.run(showId, () -> {
            long asked = System.nanoTime();
            Known before = layouts.getIfPresent(showId);
            Show show = shows.get(showId);
            Places places = before != null && before.places.version() == show.layoutVersion()
                    ? before.places
                    : readSeats(showId);
            Known known = new Known(places, show, asked);
            layouts.put(showId, known);
            return known;
        });
    }

    private Places readSeats(String showId) {
        room.acquireUninterruptibly();
        try {
            return shows.places(showId);
        } finally {
            room.release();
        }
    }
}
