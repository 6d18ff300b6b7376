package seatkeeper.gateway.lease;

import static seatkeeper.gateway.lease.ShowScripts.granted;
import static seatkeeper.gateway.lease.ShowScripts.millis;
import static seatkeeper.gateway.lease.ShowScripts.withPlaces;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.show.Layouts;
import seatkeeper.gateway.show.Places;
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
public class SeatLeases {

    private final ShowScripts scripts;
    private final Layouts layouts;
    private final RecentRefusals refusals;
    private final GatewayProperties.Lease limits;
    private final Clock clock;

    SeatLeases(
            ShowScripts scripts, Layouts layouts, RecentRefusals refusals, GatewayProperties properties, Clock clock) {
        this.scripts = scripts;
        this.layouts = layouts;
        this.refusals = refusals;
        this.limits = properties.lease();
        this.clock = clock;
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
        requireAny(showId, seatIds);
        long asked = System.nanoTime();
        Answer answer = scripts.ask(
                Script.ACQUIRE,
                showId,
                seatIds,
                withPlaces(seatIds, userId.toString(), millis(ttl), millis(limits.maxLifetime())));
        keep(showId, answer, seatIds, asked);
        return ShowScripts.lease(granted(answer, seatIds));
    }

    /** That there is none of the seats is said without Redis. */
    private void requireAny(String showId, List<String> seatIds) {
        Places places = layouts.get(showId);
        if (seatIds.stream().allMatch(seat -> places.of(seat) >= 0)) {
            return;
        }
        Layouts.Known recent = layouts.recent(showId);
        if (seatIds.stream().allMatch(seat -> recent.places().of(seat) < 0)) {
            if (recent.show().isClosed(clock.instant())) {
                throw ShowScripts.refused(Code.SHOW_CLOSED);
            }
            throw Refusal.conflict(seatIds.stream()
                    .map(seat -> new Conflict(seat, Code.SEAT_NOT_FOUND))
                    .toList());
        }
    }

    /** That a seat does not exist is not kept: the layout knows. */
    private void keep(String showId, Answer answer, List<String> seatIds, long asked) {
        List<Conflict> conflicts = ShowScripts.conflicts(answer, seatIds);
        for (int i = 0; i < conflicts.size(); i++) {
            if (conflicts.get(i).code() != Code.SEAT_NOT_FOUND) {
                refusals.refused(
                        showId, conflicts.get(i), answer.parts().get(3 * i + 3).toString(), asked);
            }
        }
    }

    /**
     * Extends leases that are all held by the user, up to their maximal lifetime.
     *
     * @throws Refusal 409 when one is not held, or has reached its maximal lifetime
     */
    Lease extend(String showId, List<String> seatIds, UUID userId, Duration ttl) {
        Answer answer = scripts.ask(
                Script.EXTEND,
                showId,
                seatIds,
                withPlaces(seatIds, userId.toString(), millis(ttl), millis(limits.maxLifetime())));
        return ShowScripts.lease(granted(answer, seatIds));
    }

    /**
     * Releases the user's leases; those already gone do not matter.
     *
     * @throws Refusal 409 when one is held by someone else, or by a confirm under way
     */
    void release(String showId, List<String> seatIds, UUID userId) {
        try {
            granted(scripts.ask(Script.RELEASE, showId, seatIds, withPlaces(seatIds, userId.toString())), seatIds);
        } finally {
            refusals.forget(showId, seatIds);
        }
    }

    /** Releases all the user's leases in the show, but what confirms under way hold; says which they were. */
    List<String> releaseAll(String showId, UUID userId) {
        List<String> released =
                scripts
                        .ask(Script.RELEASE_ALL, showId, List.of(), withPlaces(List.of(), userId.toString()))
                        .parts()
                        .stream()
                        .skip(1)
                        .map(Object::toString)
                        .toList();
        refusals.forget(showId, released);
        return released;
    }

    /** The user's live leases in the show. */
    List<HeldLease> leasesOf(String showId, UUID userId) {
        List<Object> answer = scripts.ask(Script.LEASES_OF, showId, List.of(), _ -> List.of(userId.toString()))
                .parts();
        List<HeldLease> leases = new ArrayList<>();
        for (int i = 1; i < answer.size(); i += 3) {
            leases.add(new HeldLease(
                    answer.get(i).toString(),
                    ShowScripts.lease(answer.get(i + 1), answer.getFirst()),
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
        List<String> seatIds = List.of(seatId);
        granted(scripts.ask(Script.VERIFY, showId, seatIds, _ -> List.of(userId.toString())), seatIds);
    }
}
