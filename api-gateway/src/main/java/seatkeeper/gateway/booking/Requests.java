package seatkeeper.gateway.booking;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.SeatLeases;

/**
 * What is known of a request_id, from four places, the quickest first:
 *
 * <ol>
 *   <li>This process: outcomes it has settled lately. They never change.
 *   <li>Redis {@code request:<id>}: the command while it is under way, then its outcome. A hint; may be lost.
 *   <li>Postgres: the outcome. The truth.
 *   <li>The command log beyond what the workers have committed: commands that are accepted and not yet decided.
 * </ol>
 *
 * So a request that was ever answered 202 is found, whatever Redis has forgotten.
 */
@Component
class Requests {

    private static final Duration OUTCOME_TTL = Duration.ofHours(1);
    /** Long enough for who polls; with the number of them it bounds the memory to some 40 MB. */
    private static final Duration RECENT = Duration.ofMinutes(5);

    private static final int MOST_RECENT = 50_000;

    private final StringRedisTemplate redis;
    private final Decisions decisions;
    private final CommandLog commandLog;
    private final SeatLeases leases;
    private final CommandCodec codec;
    private final Duration claimTtl;
    private final Cache<UUID, Outcome> recent = Caffeine.newBuilder()
            .maximumSize(MOST_RECENT)
            .expireAfterWrite(RECENT)
            .build();

    Requests(
            StringRedisTemplate redis,
            Decisions decisions,
            CommandLog commandLog,
            SeatLeases leases,
            GatewayProperties properties) {
        this.redis = redis;
        this.decisions = decisions;
        this.commandLog = commandLog;
        this.leases = leases;
        this.codec = new CommandCodec(properties.maxSeatsPerRequest());
        this.claimTtl = properties.confirmDeadline();
    }

    /** A request as far as it is known. */
    sealed interface Known {

        record Pending(Command command) implements Known {}

        record Decided(Outcome outcome) implements Known {}

        /** What was asked for then. */
        default Payload payload() {
            return switch (this) {
                case Pending(Command command) -> Payload.of(command);
                case Decided(Outcome outcome) -> Payload.of(outcome);
            };
        }
    }

    /** Claims the request_id for this command; empty when it was unknown to Redis and is now claimed. */
    Optional<Known> claim(Command command) {
        Outcome outcome = recent.getIfPresent(command.requestId());
        if (outcome != null) {
            return Optional.of(new Known.Decided(outcome));
        }
        String known = redis.opsForValue()
                .setGet(
                        key(command.requestId()),
                        text(CommandCodec.encode(command)),
                        set -> set.ifAbsent().expire(claimTtl));
        return known == null ? Optional.empty() : read(known);
    }

    /** Whether Redis knows it; claims nothing. */
    boolean isClaimed(UUID requestId) {
        return redis.hasKey(key(requestId));
    }

    /** The command was refused: as if it had never been seen. */
    void forget(UUID requestId) {
        redis.delete(key(requestId));
    }

    /** Brings leases in line with the outcome, and lets the next reader find it in Redis. Safe to repeat. */
    void settle(Outcome outcome) {
        leases.settle(outcome);
        String claimed = redis.opsForValue()
                .setGet(key(outcome.requestId()), text(OutcomeCodec.encode(outcome)), set -> set.expire(OUTCOME_TTL));
        // Another payload under a request_id that Redis had forgotten: its leases wait for a decision that never comes.
        if (claimed != null
                && read(claimed).orElse(null) instanceof Known.Pending(Command other)
                && !Payload.of(outcome).mismatches(other).isEmpty()) {
            leases.unhold(other.showId(), other.action().taken(), other.requestId());
        }
        recent.put(outcome.requestId(), outcome);
    }

    /**
     * Looks a request up.
     *
     * @throws seatkeeper.gateway.web.Refusal 503 when it cannot be said that it was never seen
     */
    Optional<Known> find(UUID requestId) {
        Optional<Known> hint = hint(requestId);
        if (hint.isPresent() && hint.get() instanceof Known.Decided) {
            return hint;
        }
        Optional<Known> decided = decided(requestId);
        if (decided.isPresent() || hint.isPresent()) {
            return decided.or(() -> hint);
        }
        return findAccepted(requestId);
    }

    /** As {@link #find}, without asking Redis, whose word has already been heard. */
    Optional<Known> findAccepted(UUID requestId) {
        // The order matters: what leaves the undecided part of the log between the look-ups has arrived in the table.
        return decided(requestId)
                .or(() -> commandLog.undecided(requestId).map(Known.Pending::new))
                .or(() -> decided(requestId));
    }

    /** From Postgres, and settled before it is told. */
    Optional<Known> decided(UUID requestId) {
        Optional<Outcome> outcome = decisions.find(requestId);
        outcome.ifPresent(found -> {
            try {
                settle(found);
            } catch (DataAccessException e) {
                // The stream of outcomes settles it as soon as Redis is back.
            }
        });
        return outcome.map(Known.Decided::new);
    }

    private Optional<Known> hint(UUID requestId) {
        Outcome outcome = recent.getIfPresent(requestId);
        if (outcome != null) {
            return Optional.of(new Known.Decided(outcome));
        }
        try {
            String hint = redis.opsForValue().get(key(requestId));
            return hint == null ? Optional.empty() : read(hint);
        } catch (DataAccessException e) {
            return Optional.empty();
        }
    }

    private Optional<Known> read(String text) {
        byte[] hint = text.getBytes(StandardCharsets.UTF_8);
        if (text.contains("\"decided_at\"")) {
            return Optional.of(new Known.Decided(OutcomeCodec.decode(hint)));
        }
        return codec.decode(hint) instanceof Decoded.Valid(Command command)
                ? Optional.of(new Known.Pending(command))
                : Optional.empty();
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static String key(UUID requestId) {
        return "request:" + requestId;
    }
}
