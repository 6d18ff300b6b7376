package seatkeeper.gateway.lease;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Conflict;

/**
 * Seats that Redis refused a moment ago. In a burst most calls want the same few seats, and are refused again without
 * asking. So a refusal may be as old as {@link #KEPT}, where a lease has ended by itself or a seat was freed through
 * another gateway; what was freed through this one is known at once. A lease is never granted from here.
 */
@Component
class RecentRefusals {

    /** Nobody notices, and a seat that thousands want is asked for four times a second. */
    private static final Duration KEPT = Duration.ofMillis(250);

    /** Only what is asked for all the time is worth keeping; 200 bytes each. */
    private static final int MOST = 20_000;

    private record Seat(String showId, String seatId) {}

    /**
     * What is known of a seat.
     *
     * @param at for a refusal when Redis was asked, else when the seat was freed
     * @param conflict null when the seat was freed: whoever asked before that must not say that it is taken
     * @param holder the user who has leased it; empty when nobody may
     */
    private record Known(long at, @Nullable Conflict conflict, String holder) {}

    private final Ticker ticker;
    private final Cache<Seat, Known> seats;

    RecentRefusals() {
        this(Ticker.systemTicker());
    }

    /** By that clock; {@link Ticker#systemTicker} is {@link System#nanoTime}. */
    RecentRefusals(Ticker ticker) {
        this.ticker = ticker;
        this.seats = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(KEPT)
                .ticker(ticker)
                // To hand the few that are over to another thread costs more than to drop them.
                .executor(Runnable::run)
                .build();
    }

    /**
     * The conflicts of a call that is about nothing but seats refused to others, or to everybody; else none, and Redis is
     * to be asked.
     */
    List<Conflict> of(String showId, Collection<String> seatIds, String user) {
        List<Conflict> conflicts = new ArrayList<>(seatIds.size());
        long now = ticker.read();
        for (String seatId : seatIds) {
            Known known = seats.getIfPresent(new Seat(showId, seatId));
            if (known == null
                    || known.conflict == null
                    || user.equals(known.holder)
                    || now - known.at > KEPT.toNanos()) {
                return List.of();
            }
            conflicts.add(known.conflict);
        }
        return conflicts;
    }

    /**
     * Keeps a refusal.
     *
     * @param holder the user who has leased the seat; empty when nobody may
     * @param asked when Redis was asked, by the ticker
     */
    void refused(String showId, Conflict conflict, String holder, long asked) {
        seats.asMap()
                .merge(
                        new Seat(showId, conflict.seatId()),
                        new Known(asked, conflict, holder),
                        (known, refused) -> known.at - refused.at > 0 ? known : refused);
    }

    /** These seats were freed, or have changed hands: refusals of calls that are still under way count no more. */
    void forget(String showId, Collection<String> seatIds) {
        long now = ticker.read();
        for (String seatId : seatIds) {
            seats.put(new Seat(showId, seatId), new Known(now, null, ""));
        }
    }
}
