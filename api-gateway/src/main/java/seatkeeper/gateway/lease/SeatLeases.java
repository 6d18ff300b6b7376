package seatkeeper.gateway.lease;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.redis.PipelinedRedis;
import seatkeeper.gateway.show.Layout;
import seatkeeper.gateway.show.Show;
import seatkeeper.gateway.show.ShowChanged;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.web.Refusal;

/**
 * Leases of seats. The protocol:
 *
 * <ol>
 *   <li>A lease belongs to a user and ends by itself; acquiring it again renews it, up to its maximal lifetime.
 *   <li>Every call is about all of its seats or none, and is safe to repeat.
 *   <li>A confirm pins the leases of its seats: they outlive their TTL until the command is settled or too old.
 *   <li>Settling an outcome marks the seats, or frees the leases the request had pinned.
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

    /** The layout may change while it is read, but not that often. */
    private static final int LOAD_ATTEMPTS = 5;

    /** Seats of all shows that are being loaded: the largest show needs a quarter of the heap while it is. */
    private static final int MOST_LOADED_AT_ONCE = 200_000;

    private static final Map<Code, String> DETAILS = Map.of(
            Code.SHOW_CLOSED, "the show is not on sale",
            Code.SEAT_NOT_FOUND, "there is no such section",
            Code.SEAT_LIMIT_EXCEEDED, "the user would have more seats than the show allows",
            Code.NOT_ENOUGH_SEATS, "there are not as many seats left",
            Code.NOT_ENOUGH_TOGETHER, "there are not as many seats left side by side");

    private final StringRedisTemplate redis;
    private final PipelinedRedis pipeline;
    private final Shows shows;
    private final GatewayProperties.Lease limits;
    private final SingleFlight loads = new SingleFlight();
    private final Semaphore room = new Semaphore(MOST_LOADED_AT_ONCE, true);
    private final RecentRefusals refusals = new RecentRefusals(Ticker.systemTicker());

    SeatLeases(StringRedisTemplate redis, PipelinedRedis pipeline, Shows shows, GatewayProperties properties) {
        this.redis = redis;
        this.pipeline = pipeline;
        this.shows = shows;
        this.limits = properties.lease();
    }

    /**
     * Leases the seats, or renews them.
     *
     * @throws Refusal 409 with every seat that is not to be had, 404 when there is no such show
     */
    Lease acquire(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        List<Conflict> known = refusals.of(showId, seatIds, userId.toString());
        if (!known.isEmpty()) {
            throw Refusal.conflict(known);
        }
        return acquireFromRedis(showId, seatIds, userId, ttl);
    }

    /** As {@link #acquire}, but never refuses what Redis would not refuse by now. */
    public Lease acquireFromRedis(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        for (int loads = 0; ; loads++) {
            long asked = System.nanoTime();
            List answer = ask(LeaseScripts.ACQUIRE, keys(showId, seatIds), userId.toString(), millis(ttl), lifetime());
            List<Conflict> conflicts = conflicts(answer);
            keep(showId, conflicts, answer, asked);
            // Only Postgres knows that a seat does not exist: the map may be older than the seat.
            boolean unsure = loads == 0 && !conflicts.isEmpty() && Conflict.leading(conflicts) == Code.SEAT_NOT_FOUND;
            if (!unsure && (!isUnloaded(answer) || loads == LOAD_ATTEMPTS)) {
                return lease(granted(answer));
            }
            load(showId);
        }
    }

    /**
     * Leases the best seats there are, side by side where they can be.
     *
     * @param section null for the whole show
     * @throws Refusal 409 when there are not enough, or not enough side by side; 404 when there is no such show
     */
    BestLease best(String showId, UUID userId, int quantity, boolean adjacent, @Nullable String section, Duration ttl) {
        List answer = loaded(
                showId,
                LeaseScripts.BEST,
                userId.toString(),
                millis(ttl.compareTo(limits.maxLifetime()) < 0 ? ttl : limits.maxLifetime()),
                String.valueOf(quantity),
                adjacent ? "1" : "0",
                section == null ? "" : section);
        List<String> seatIds = new ArrayList<>();
        for (int i = 4; i < granted(answer).size(); i++) {
            seatIds.add(answer.get(i).toString());
        }
        return new BestLease(seatIds, answer.get(3).equals(1L), lease(answer));
    }

    /**
     * Extends leases that are all held by the user, up to their maximal lifetime.
     *
     * @throws Refusal 409 when one is not held, or has reached its maximal lifetime
     */
    Lease extend(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        return lease(
                granted(ask(LeaseScripts.EXTEND, keys(showId, seatIds), userId.toString(), millis(ttl), lifetime())));
    }

    /**
     * Releases the user's leases; those already gone do not matter.
     *
     * @throws Refusal 409 when one is held by someone else, or by a confirm under way
     */
    void release(String showId, List<String> seatIds, UUID userId) {
        try {
            granted(ask(LeaseScripts.RELEASE, keys(showId, seatIds), userId.toString()));
        } finally {
            refusals.forget(showId, seatIds);
        }
    }

    /** Releases all the user's leases in the show, but what confirms under way hold; says which they were. */
    List<String> releaseAll(String showId, UUID userId) {
        List answer = ask(LeaseScripts.RELEASE_ALL, keys(showId, List.of()), userId.toString());
        List<String> released = new ArrayList<>();
        for (int i = 1; i < answer.size(); i++) {
            released.add(answer.get(i).toString());
        }
        refusals.forget(showId, released);
        return released;
    }

    /** The user's live leases in the show. */
    List<HeldLease> leasesOf(String showId, UUID userId) {
        List answer = ask(LeaseScripts.LEASES_OF, keys(showId, List.of()), userId.toString());
        List<HeldLease> leases = new ArrayList<>();
        for (int i = 1; i < answer.size(); i += 3) {
            leases.add(new HeldLease(
                    answer.get(i).toString(),
                    lease(answer.get(i + 1), answer.getFirst()),
                    !answer.get(i + 2).toString().isEmpty()));
        }
        return leases;
    }

    /**
     * Checks that the user holds the lease.
     *
     * @throws Refusal 409 when not
     */
    void verify(String showId, String seatId, UUID userId) {
        granted(ask(LeaseScripts.VERIFY, keys(showId, List.of(seatId)), userId.toString()));
    }

    /**
     * What became of a hold.
     *
     * @param notHeld the seats whose lease the user does not hold, or holds for another confirm; when there are any,
     *     nothing was pinned
     * @param pinned the seats this call has pinned; a repeated one has none
     * @param until when the pins end, by the clock of Redis; null when nothing was held
     */
    public record Hold(
            List<Conflict> notHeld,
            List<String> pinned,
            @Nullable Instant until) {}

    /**
     * Pins leases to a confirm, so that they cannot end while it is under way.
     *
     * @param late whether seats that nobody holds are to be leased, too
     */
    public CompletableFuture<Hold> hold(
            String showId, List<String> seatIds, UUID userId, UUID requestId, Duration deadline, boolean late) {
        return pipeline.run(
                        LeaseScripts.HOLD,
                        keys(showId, seatIds),
                        List.of(userId.toString(), requestId.toString(), millis(deadline), late ? "1" : "0"))
                .thenApply(answer -> isOk(answer) && answer.get(1) instanceof Long until
                        ? new Hold(
                                List.of(),
                                answer.stream().skip(2).map(Object::toString).toList(),
                                Instant.ofEpochMilli(until))
                        : new Hold(conflicts(answer), List.of(), null));
    }

    /** Undoes a {@link #hold} of these seats: the confirm was never published. */
    public void unhold(String showId, List<String> seatIds, UUID requestId) {
        ask(LeaseScripts.UNHOLD, keys(showId, seatIds), requestId.toString());
        refusals.forget(showId, seatIds);
    }

    /**
     * Brings leases and the map in line with outcomes of one show; safe to repeat, in any order. One call to Redis, or a
     * few when they are about many seats.
     */
    public CompletableFuture<Void> settle(String showId, List<Outcome> outcomes) {
        List<CompletableFuture<?>> calls = new ArrayList<>();
        List<String> seatIds = new ArrayList<>();
        List<String> arguments = new ArrayList<>(List.of(MAP_TTL_MS));
        for (Outcome outcome : outcomes) {
            if (outcome.userId() != null) {
                seatIds.addAll(outcome.seatIds());
                seatIds.addAll(outcome.releasedSeatIds());
                boolean blocks = BlockSeats.TYPE.equals(outcome.type());
                arguments.addAll(List.of(
                        outcome.requestId().toString(),
                        outcome.status().name(),
                        String.valueOf(outcome.showVersion()),
                        outcome.userId().toString(),
                        String.valueOf(outcome.seatIds().size()),
                        String.valueOf(outcome.releasedSeatIds().size()),
                        blocks ? "X" : "B",
                        blocks ? "blocked" : "booked",
                        UnblockSeats.TYPE.equals(outcome.type()) ? "unblocked" : "cancelled"));
            }
            if (seatIds.size() >= CHUNK) {
                calls.add(pipeline.run(LeaseScripts.SETTLE, keys(showId, seatIds), arguments));
                seatIds.clear();
                arguments.subList(1, arguments.size()).clear();
            }
        }
        if (!seatIds.isEmpty()) {
            calls.add(pipeline.run(LeaseScripts.SETTLE, keys(showId, seatIds), arguments));
        }
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                .whenComplete((_, _) -> outcomes.forEach(outcome -> {
                    refusals.forget(showId, outcome.seatIds());
                    refusals.forget(showId, outcome.releasedSeatIds());
                }));
    }

    /** A leased seat, and when its lease ends. */
    record LeasedSeat(String seatId, Lease lease) {}

    /** All live leases of a show. */
    List<LeasedSeat> live(String showId) {
        List<LeasedSeat> leases = new ArrayList<>();
        while (true) {
            List answer = ask(LeaseScripts.LIVE, keys(showId, List.of()), String.valueOf(leases.size()));
            if (answer.size() == 1) {
                return leases;
            }
            for (int i = 1; i < answer.size(); i += 2) {
                Object until = Long.valueOf(answer.get(i + 1).toString());
                leases.add(new LeasedSeat(answer.get(i).toString(), lease(until, answer.getFirst())));
            }
        }
    }

    /**
     * Something that happened to seats.
     *
     * @param kind leased, released, booked, cancelled, blocked or unblocked
     * @param extra of leased: the end of the lease in epoch milliseconds; of released: nothing; else the show's version
     */
    public record Event(String id, String kind, List<String> seatIds, long extra) {}

    /**
     * What happened since an event.
     *
     * @param complete false when older events are gone, so that some may be missing
     * @param newest id of the last event there is
     */
    public record Events(boolean complete, String newest, List<Event> events) {}

    /**
     * What happened in the show after an event; events are kept only while somebody asks for them once a minute.
     *
     * @param last id of that event; empty for none, only to learn the newest
     * @throws Refusal 404 when there is no such show
     */
    public Events events(String showId, String last, int limit) {
        List answer = loaded(showId, LeaseScripts.EVENTS, last, String.valueOf(limit));
        List<Event> events = new ArrayList<>();
        for (int i = 2; i < answer.size(); i += 4) {
            events.add(new Event(
                    answer.get(i).toString(),
                    answer.get(i + 1).toString(),
                    List.of(answer.get(i + 2).toString().split(",")),
                    Long.parseLong(answer.get(i + 3).toString())));
        }
        return new Events(isOk(answer), answer.get(1).toString(), events);
    }

    /** How the seats of a section stand. */
    record SectionCount(String name, int available, int leased, int booked, int blocked) {}

    /**
     * How the seats of each section stand: one call to Redis.
     *
     * @throws Refusal 404 when there is no such show
     */
    List<SectionCount> count(String showId) {
        List answer = loaded(showId, LeaseScripts.MAP);
        String map = answer.get(1).toString();
        return Ranges.parse(answer.get(2).toString()).entrySet().stream()
                .map(section -> {
                    int[] counts = new int[128];
                    map.substring(section.getValue().from(), section.getValue().to() + 1)
                            .chars()
                            .forEach(seat -> counts[seat & 127]++);
                    return new SectionCount(section.getKey(), counts['A'], counts['L'], counts['B'], counts['X']);
                })
                .toList();
    }

    /** Its rules or seats have changed: they are read again with the next lease. */
    @EventListener
    void forgetRules(ShowChanged changed) {
        redis.opsForHash().delete(keys(changed.showId(), List.of()).getFirst(), "!");
    }

    private List ask(RedisScript<List> script, List<String> keys, String... arguments) {
        return ask(script, keys, List.of(arguments));
    }

    private List ask(RedisScript<List> script, List<String> keys, List<String> arguments) {
        return PipelinedRedis.answer(pipeline.run(script, keys, arguments));
    }

    private List loaded(String showId, RedisScript<List> script, String... arguments) {
        List answer = ask(script, keys(showId, List.of()), arguments);
        for (int loads = 0; isUnloaded(answer) && loads < LOAD_ATTEMPTS; loads++) {
            load(showId);
            answer = ask(script, keys(showId, List.of()), arguments);
        }
        if (isUnloaded(answer)) {
            throw Refusal.unavailable("the seat map", null);
        }
        return answer;
    }

    private void load(String showId) {
        loads.run(showId, () -> {
            int seats = Math.min(shows.size(showId), MOST_LOADED_AT_ONCE);
            room.acquireUninterruptibly(seats);
            try {
                for (int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
                    if (loadLayout(showId, shows.get(showId))) {
                        return;
                    }
                }
            } finally {
                room.release(seats);
            }
        });
    }

    /** Whether it was this layout to the end, and not another one. */
    private boolean loadLayout(String showId, Show show) {
        List<String> keys = keys(showId, List.of());
        String version = String.valueOf(show.layoutVersion());
        ask(LeaseScripts.LOAD_BEGIN, keys, version);
        // Read after it has begun: what is decided from now on is settled, what was decided before is read.
        Layout layout = shows.layout(showId);
        if (layout.version() != show.layoutVersion()) {
            return false;
        }
        List<Layout.Place> places = layout.places();
        for (int from = 0; from < places.size(); from += CHUNK) {
            List<String> arguments = new ArrayList<>(List.of(version, MAP_TTL_MS));
            for (Layout.Place place : places.subList(from, Math.min(from + CHUNK, places.size()))) {
                arguments.add(place.seat().id());
                arguments.add(letter(place.seat().status()));
                arguments.add(String.valueOf(place.seat().version()));
                arguments.add(String.valueOf(place.index()));
            }
            if (!isOk(ask(LeaseScripts.LOAD, keys, arguments))) {
                return false;
            }
        }
        Map<String, Ranges.Range> ranges = Ranges.of(places);
        List<String> arguments = new ArrayList<>(
                List.of(version, MAP_TTL_MS, rules(show), Ranges.format(ranges), String.valueOf(ranges.size())));
        ranges.forEach((name, range) -> {
            arguments.add(name);
            arguments.add(range.from() + ":" + range.to());
        });
        if (show.seatLimit() != null) {
            shows.holdings(showId).forEach((user, seats) -> {
                arguments.add(user);
                arguments.add(String.valueOf(seats));
            });
        }
        return isOk(ask(LeaseScripts.LOAD_END, keys, arguments));
    }

    private static String letter(String status) {
        return switch (status) {
            case "BOOKED" -> "B";
            case "BLOCKED" -> "X";
            default -> "A";
        };
    }

    private static String rules(Show show) {
        return "%d|%d|%d|%d"
                .formatted(
                        show.seatLimit() == null ? 0 : show.seatLimit(),
                        show.onSaleAt() == null ? 0 : show.onSaleAt().toEpochMilli(),
                        show.offSaleAt() == null ? 0 : show.offSaleAt().toEpochMilli(),
                        show.archivedAt() == null ? 0 : 1);
    }

    private static boolean isOk(List answer) {
        return answer.getFirst().equals("OK");
    }

    private static boolean isUnloaded(List answer) {
        return answer.getFirst().equals("UNLOADED");
    }

    private static List granted(List answer) {
        List<Conflict> conflicts = conflicts(answer);
        if (!conflicts.isEmpty()) {
            throw Refusal.conflict(conflicts);
        }
        if (answer.getFirst().equals("REFUSED")) {
            Code code = Code.valueOf(answer.get(1).toString());
            throw Refusal.conflict(code, DETAILS.getOrDefault(code, "refused"));
        }
        if (!isOk(answer)) {
            throw Refusal.unavailable("the seat map", null);
        }
        return answer;
    }

    private static Lease lease(List granted) {
        return lease(granted.get(1), granted.get(2));
    }

    private static Lease lease(Object expires, Object now) {
        if (expires instanceof Long end && now instanceof Long start) {
            return new Lease(Instant.ofEpochMilli(end), Duration.ofMillis(Math.max(0, end - start)));
        }
        throw new InvalidDataAccessResourceUsageException("unexpected answer from Redis: " + expires + ", " + now);
    }

    /** That a seat does not exist is not kept: only Postgres knows. */
    private void keep(String showId, List<Conflict> conflicts, List answer, long asked) {
        for (int i = 0; i < conflicts.size(); i++) {
            if (conflicts.get(i).code() != Code.SEAT_NOT_FOUND) {
                refusals.refused(showId, conflicts.get(i), answer.get(3 * i + 3).toString(), asked);
            }
        }
    }

    /** Of {@code CONFLICT seat code holder seat code holder …}; none for every other answer. */
    private static List<Conflict> conflicts(List answer) {
        List<Conflict> conflicts = new ArrayList<>();
        if (answer.getFirst().equals("CONFLICT")) {
            for (int i = 1; i < answer.size(); i += 3) {
                conflicts.add(new Conflict(
                        answer.get(i).toString(), Code.valueOf(answer.get(i + 1).toString())));
            }
        }
        return conflicts;
    }

    /** The braces make the show the hash tag: all keys of a show lie in one slot of a Redis Cluster. */
    static List<String> keys(String showId, List<String> seatIds) {
        String tag = ":{" + showId + "}";
        List<String> keys = new ArrayList<>(5 + seatIds.size());
        keys.addAll(List.of("seats" + tag, "map" + tag, "leases" + tag, "events" + tag, "booked" + tag));
        seatIds.forEach(seat -> keys.add("lock" + tag + ":" + seat));
        return keys;
    }

    private String lifetime() {
        return millis(limits.maxLifetime());
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
