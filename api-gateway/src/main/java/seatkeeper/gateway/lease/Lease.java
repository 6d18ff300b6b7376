package seatkeeper.gateway.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * A granted lease.
 *
 * @param expiresAt by the clock of Redis
 * @param ttl what was left when it was granted; what a client without that clock should count down
 */
public record Lease(Instant expiresAt, Duration ttl) {}
