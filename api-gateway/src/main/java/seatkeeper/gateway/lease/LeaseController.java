package seatkeeper.gateway.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.security.Caller;
import seatkeeper.gateway.web.Results;

@RestController
class LeaseController {

    private final SeatLeases leases;
    private final BestSeats bestSeats;
    private final GatewayProperties properties;
    private final Results results;

    LeaseController(SeatLeases leases, BestSeats bestSeats, GatewayProperties properties, Results results) {
        this.leases = leases;
        this.bestSeats = bestSeats;
        this.properties = properties;
        this.results = results;
    }

    record SeatsRequest(
            @Nullable String showId,
            @Nullable List<@Nullable String> seatIds,
            @Nullable String userId,
            @Nullable Integer ttlSeconds) {}

    record SeatRequest(
            @Nullable String showId,
            @Nullable String seatId,
            @Nullable String userId) {}

    record LeaseResponse(
            boolean success, String showId, List<String> seatIds, UUID userId, Instant expiresAt, long ttlMs) {}

    record BestRequest(
            @Nullable String showId,
            @Nullable String userId,
            @Nullable Integer quantity,
            @Nullable String section,
            @Nullable Boolean adjacent,
            @Nullable Integer ttlSeconds) {}

    record BestResponse(
            boolean success,
            String showId,
            List<String> seatIds,
            UUID userId,
            Instant expiresAt,
            long ttlMs,
            boolean together) {}

    record UserRequest(@Nullable String showId, @Nullable String userId) {}

    record UserLease(String seatId, Instant expiresAt, long ttlMs, boolean pinned) {}

    record UserLeases(String showId, UUID userId, List<UserLease> leases) {}

    record ReleaseResponse(boolean success, String showId, List<String> seatIds, UUID userId) {}

    private record Seats(String showId, List<String> seatIds, UUID userId) {

        LeaseResponse leased(Lease lease) {
            return new LeaseResponse(
                    true,
                    showId,
                    seatIds,
                    userId,
                    lease.expiresAt(),
                    lease.ttl().toMillis());
        }
    }

    @PostMapping("/seat-lock")
    LeaseResponse acquire(@RequestBody SeatsRequest request, Caller caller) {
        Seats seats = seats(request, caller);
        Duration ttl = ttl(request.ttlSeconds);
        return seats.leased(counted("acquire", () -> leases.acquire(seats.showId, seats.seatIds, seats.userId, ttl)));
    }

    @PostMapping("/seat-lock/extend")
    LeaseResponse extend(@RequestBody SeatsRequest request, Caller caller) {
        Seats seats = seats(request, caller);
        Duration ttl = ttl(request.ttlSeconds);
        return seats.leased(counted("extend", () -> leases.extend(seats.showId, seats.seatIds, seats.userId, ttl)));
    }

    @PostMapping("/seat-lock/release")
    ReleaseResponse release(@RequestBody SeatsRequest request, Caller caller) {
        Seats seats = seats(request, caller);
        leases.release(seats.showId, seats.seatIds, seats.userId);
        return new ReleaseResponse(true, seats.showId, seats.seatIds, seats.userId);
    }

    @PostMapping("/seat-lock/best")
    BestResponse best(@RequestBody BestRequest request, Caller caller) {
        String showId = Ids.name("show_id", request.showId);
        UUID userId = caller.user(request.userId);
        int max = properties.maxSeatsPerRequest();
        if (request.quantity == null || request.quantity < 1 || request.quantity > max) {
            throw new InvalidField("quantity", "must lie between 1 and " + max);
        }
        int quantity = request.quantity;
        boolean adjacent = !Boolean.FALSE.equals(request.adjacent);
        String section = request.section == null ? null : Ids.name("section", request.section);
        Duration ttl = ttl(request.ttlSeconds);
        BestLease best = counted("best", () -> bestSeats.lease(showId, userId, quantity, adjacent, section, ttl));
        return new BestResponse(
                true,
                showId,
                best.seatIds(),
                userId,
                best.lease().expiresAt(),
                best.lease().ttl().toMillis(),
                best.together());
    }

    @PostMapping("/seat-lock/release-all")
    ReleaseResponse releaseAll(@RequestBody UserRequest request, Caller caller) {
        String showId = Ids.name("show_id", request.showId);
        UUID userId = caller.user(request.userId);
        return new ReleaseResponse(true, showId, leases.releaseAll(showId, userId), userId);
    }

    @GetMapping("/users/{userId}/leases")
    UserLeases leases(
            @PathVariable String userId,
            @RequestParam(name = "show_id", required = false) @Nullable String showId,
            Caller caller) {
        String show = Ids.name("show_id", showId);
        UUID user = caller.user(userId);
        return new UserLeases(
                show,
                user,
                leases.leasesOf(show, user).stream()
                        .map(held -> new UserLease(
                                held.seatId(),
                                held.lease().expiresAt(),
                                held.lease().ttl().toMillis(),
                                held.pinned()))
                        .toList());
    }

    @PostMapping("/verify-lock")
    Map<String, String> verify(@RequestBody SeatRequest request, Caller caller) {
        leases.verify(
                Ids.name("show_id", request.showId), Ids.name("seat_id", request.seatId), caller.user(request.userId));
        return Map.of("status", "ok");
    }

    private Seats seats(SeatsRequest request, Caller caller) {
        return new Seats(
                Ids.name("show_id", request.showId),
                Ids.seats(request.seatIds, properties.maxSeatsPerRequest()),
                caller.user(request.userId));
    }

    private <T> T counted(String operation, Supplier<T> lease) {
        return results.count(Results.Of.LEASES, operation, lease, _ -> "LEASED");
    }

    private Duration ttl(@Nullable Integer seconds) {
        if (seconds == null) {
            return properties.lease().defaultTtl();
        }
        long max = properties.lease().maxLifetime().toSeconds();
        if (seconds < 1 || seconds > max) {
            throw new InvalidField("ttl_seconds", "must lie between 1 and " + max);
        }
        return Duration.ofSeconds(seconds);
    }
}
