package seatkeeper.gateway.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.show.SeatStatus;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.web.Refusal;

/**
 * Leases of seats. The protocol:
 *
 * <ol>
 *   <li>A lease belongs to a user and ends by itself; acquiring it again renews it, up to its maximal lifetime.
 *   <li>Every call is about all of its seats or none, and is safe to repeat.
 *   <li>A confirm pins the leases of its seats: they outlive their TTL until the command is settled or too old.
 *   <li>Settling an outcome marks the seats booked, or frees the leases the request had pinned.
 *   <li>Leases only keep buyers out of each other's way. When Redis forgets them, Postgres still decides rightly.
 * </ol>
 */
@Component
@SuppressWarnings("rawtypes")
public class SeatLeases {

    /** Bounds how long a cached seat map can be wrong, should it ever be. */
    private static final String MAP_TTL_MS = String.valueOf(Duration.ofHours(24).toMillis());

    /** Keeps each call to Redis far below its timeout. */
    private static final int CHUNK = 500;

    private final StringRedisTemplate redis;
    private final Shows shows;
    private final GatewayProperties.Lease limits;
    private final SingleFlight loads = new SingleFlight();

    SeatLeases(StringRedisTemplate redis, Shows shows, GatewayProperties properties) {
        this.redis = redis;
        this.shows = shows;
        this.limits = properties.lease();
    }

    /**
     * Leases the seats, or renews them.
     *
     * @throws Refusal 409 with every seat that is not to be had, 404 when there is no such show
     */
    Lease acquire(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        boolean loaded = false;
        while (true) {
            List answer = redis.execute(
                    LeaseScripts.ACQUIRE, keysWithSeats(showId, seatIds), userId.toString(), millis(ttl), lifetime());
            if (answer.getFirst().equals("OK")) {
                return lease(answer);
            }
            List<Conflict> conflicts = conflicts(answer);
            // Only Postgres knows that a seat does not exist: the map may be missing, or older than the seat.
            boolean unsure = conflicts.isEmpty() || Conflict.leading(conflicts) == Code.SEAT_NOT_FOUND;
            if (!unsure || loaded) {
                throw Refusal.conflict(conflicts);
            }
            loads.run(showId, () -> load(showId));
            loaded = true;
        }
    }

    /**
     * Extends leases that are all held by the user, up to their maximal lifetime.
     *
     * @throws Refusal 409 when one is not held, or has reached its maximal lifetime
     */
    Lease extend(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        return lease(granted(LeaseScripts.EXTEND, locks(showId, seatIds), userId.toString(), millis(ttl), lifetime()));
    }

    /**
     * Releases the user's leases; those already gone do not matter.
     *
     * @throws Refusal 409 when one is held by someone else, or by a confirm under way
     */
    void release(String showId, List<String> seatIds, UUID userId) {
        granted(LeaseScripts.RELEASE, locks(showId, seatIds), userId.toString());
    }

    /**
     * Checks that the user holds the lease.
     *
     * @throws Refusal 409 when not
     */
    void verify(String showId, String seatId, UUID userId) {
        granted(LeaseScripts.VERIFY, locks(showId, List.of(seatId)), userId.toString());
    }

    /**
     * Pins leases to a confirm, so that they cannot end while it is under way.
     *
     * @return the seats whose lease the user does not hold, or holds for another confirm; when there are any, nothing
     *     was pinned
     */
    public List<Conflict> hold(String showId, List<String> seatIds, UUID userId, UUID requestId, Instant until) {
        return conflicts(redis.execute(
                LeaseScripts.HOLD,
                locks(showId, seatIds),
                userId.toString(),
                requestId.toString(),
                String.valueOf(until.toEpochMilli())));
    }

    /** Undoes {@link #hold}: the confirm was never published. */
    public void unhold(String showId, List<String> seatIds, UUID requestId) {
        redis.execute(LeaseScripts.UNHOLD, locks(showId, seatIds), requestId.toString());
    }

    /** Brings leases in line with an outcome; safe to repeat. */
    public void settle(Outcome outcome) {
        String showId = outcome.showId();
        if (showId != null && !outcome.seatIds().isEmpty()) {
            redis.execute(
                    LeaseScripts.SETTLE,
                    keysWithSeats(showId, outcome.seatIds()),
                    outcome.requestId().toString(),
                    outcome.status().name(),
                    MAP_TTL_MS);
        }
    }

    /** Those of the seats that are leased now. */
    Set<String> leased(String showId, List<String> seatIds) {
        Set<String> leased = new HashSet<>();
        for (int from = 0; from < seatIds.size(); from += CHUNK) {
            List<String> chunk = seatIds.subList(from, Math.min(from + CHUNK, seatIds.size()));
            List<@Nullable String> values = redis.opsForValue().multiGet(locks(showId, chunk));
            for (int i = 0; values != null && i < chunk.size(); i++) {
                if (values.get(i) != null) {
                    leased.add(chunk.get(i));
                }
            }
        }
        return leased;
    }

    private void load(String showId) {
        List<SeatStatus> seats = shows.seats(showId);
        List<String> key = List.of(seatsKey(showId));
        for (int from = 0; from < seats.size(); from += CHUNK) {
            List<SeatStatus> chunk = seats.subList(from, Math.min(from + CHUNK, seats.size()));
            List<String> arguments = new ArrayList<>(2 + 2 * chunk.size());
            arguments.add(String.valueOf(from + CHUNK >= seats.size()));
            arguments.add(MAP_TTL_MS);
            for (SeatStatus seat : chunk) {
                arguments.add(seat.id());
                arguments.add(seat.booked() ? "B" : "A");
            }
            redis.execute(LeaseScripts.LOAD, key, arguments.toArray());
        }
    }

    private List granted(RedisScript<List> script, List<String> keys, Object... arguments) {
        List answer = redis.execute(script, keys, arguments);
        List<Conflict> conflicts = conflicts(answer);
        if (!conflicts.isEmpty()) {
            throw Refusal.conflict(conflicts);
        }
        return answer;
    }

    private static Lease lease(List answer) {
        if (answer.get(1) instanceof Long expires && answer.get(2) instanceof Long now) {
            return new Lease(Instant.ofEpochMilli(expires), Duration.ofMillis(expires - now));
        }
        throw new InvalidDataAccessResourceUsageException("unexpected answer from Redis: " + answer);
    }

    /** Of {@code CONFLICT seat code seat code …}; none for every other answer. */
    private static List<Conflict> conflicts(List answer) {
        List<Conflict> conflicts = new ArrayList<>();
        if (answer.getFirst().equals("CONFLICT")) {
            for (int i = 1; i < answer.size(); i += 2) {
                conflicts.add(new Conflict(
                        answer.get(i).toString(), Code.valueOf(answer.get(i + 1).toString())));
            }
        }
        return conflicts;
    }

    /** The braces make the show the hash tag: all keys of a show lie in one slot of a Redis Cluster. */
    private static String seatsKey(String showId) {
        return "seats:{" + showId + "}";
    }

    private static List<String> locks(String showId, List<String> seatIds) {
        return seatIds.stream().map(seat -> "lock:{" + showId + "}:" + seat).toList();
    }

    private static List<String> keysWithSeats(String showId, List<String> seatIds) {
        List<String> keys = new ArrayList<>(1 + seatIds.size());
        keys.add(seatsKey(showId));
        keys.addAll(locks(showId, seatIds));
        return keys;
    }

    private String lifetime() {
        return millis(limits.maxLifetime());
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
