package seatkeeper.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What all clients saw and did. Times are milliseconds of this process's clock. */
final class Journal {

    /** A terminal answer a client got. */
    record Told(UUID id, String result) {}

    /** A lease a client could rely on, from the moment it was answered. */
    record Lease(String show, String seat, UUID user, long from, long until) {}

    /** Redis lost the leases granted after since, at some moment between from and until. */
    record RedisLoss(long since, long from, long until) {}

    /** A call that was answered 5xx, or with status 0 not at all. */
    record Refusal(String gateway, String call, int status, String code, long at, long tookMillis) {}

    final Map<String, Set<String>> shows = new ConcurrentHashMap<>();
    /** Whose seats become free again without a word to those who lease them. */
    final Set<String> recycledShows = ConcurrentHashMap.newKeySet();

    /** Answered 202 by a gateway, or acknowledged by the broker. */
    final Set<UUID> accepted = ConcurrentHashMap.newKeySet();
    /** Every request that was tried, and how many of its answers were lost or 5xx. */
    final Map<UUID, Integer> tried = new ConcurrentHashMap<>();

    final Queue<Told> told = new ConcurrentLinkedQueue<>();
    final Queue<Lease> leases = new ConcurrentLinkedQueue<>();
    final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    final Queue<RedisLoss> redisLosses = new ConcurrentLinkedQueue<>();

    /** By server, how long 503s took while it was away, in milliseconds. */
    final Map<String, Queue<Long>> refusedWhileAway = new ConcurrentSkipListMap<>();

    final Queue<String> violations = new ConcurrentLinkedQueue<>();

    final Map<String, Duration> longest = new ConcurrentSkipListMap<>();

    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    void count(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    Map<String, LongAdder> counts() {
        return counts;
    }

    /** The longest counts. */
    void measured(String what, Duration took) {
        longest.merge(what, took, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    void violation(String what, Object... arguments) {
        violations.add(Instant.now() + " " + what.formatted(arguments));
    }

    void lost(UUID id) {
        tried.merge(id, 1, Integer::sum);
    }

    void leased(String show, List<String> seats, UUID user, long from, long until) {
        seats.forEach(seat -> leases.add(new Lease(show, seat, user, from, until)));
    }
}
