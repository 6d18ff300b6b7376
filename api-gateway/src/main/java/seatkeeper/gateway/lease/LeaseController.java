package seatkeeper.gateway.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.gateway.GatewayProperties;

@RestController
class LeaseController {

    private final SeatLeases leases;
    private final GatewayProperties properties;

    LeaseController(SeatLeases leases, GatewayProperties properties) {
        this.leases = leases;
        this.properties = properties;
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
    LeaseResponse acquire(@RequestBody SeatsRequest request) {
        Seats seats = seats(request);
        return seats.leased(leases.acquire(seats.showId, seats.seatIds, seats.userId, ttl(request)));
    }

    @PostMapping("/seat-lock/extend")
    LeaseResponse extend(@RequestBody SeatsRequest request) {
        Seats seats = seats(request);
        return seats.leased(leases.extend(seats.showId, seats.seatIds, seats.userId, ttl(request)));
    }

    @PostMapping("/seat-lock/release")
    ReleaseResponse release(@RequestBody SeatsRequest request) {
        Seats seats = seats(request);
        leases.release(seats.showId, seats.seatIds, seats.userId);
        return new ReleaseResponse(true, seats.showId, seats.seatIds, seats.userId);
    }

    @PostMapping("/verify-lock")
    Map<String, String> verify(@RequestBody SeatRequest request) {
        leases.verify(
                Ids.name("show_id", request.showId),
                Ids.name("seat_id", request.seatId),
                Ids.uuid("user_id", request.userId));
        return Map.of("status", "ok");
    }

    private Seats seats(SeatsRequest request) {
        return new Seats(
                Ids.name("show_id", request.showId),
                Ids.seats(request.seatIds, properties.maxSeatsPerRequest()),
                Ids.uuid("user_id", request.userId));
    }

    private Duration ttl(SeatsRequest request) {
        if (request.ttlSeconds == null) {
            return properties.lease().defaultTtl();
        }
        long max = properties.lease().maxLifetime().toSeconds();
        if (request.ttlSeconds < 1 || request.ttlSeconds > max) {
            throw new InvalidField("ttl_seconds", "must lie between 1 and " + max);
        }
        return Duration.ofSeconds(request.ttlSeconds);
    }
}
