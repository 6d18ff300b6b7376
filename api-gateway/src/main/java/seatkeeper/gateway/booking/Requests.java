package seatkeeper.gateway.booking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.Pins;
import seatkeeper.gateway.lease.Settlement;
import seatkeeper.gateway.redis.PipelinedRedis;

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
    /** How an outcome's JSON begins; a claim begins with a fingerprint. */
    private static final String OUTCOME = "{";
    /** Those of 40 s at 500 a second; some 16 MB. */
    private static final int MOST_RECENT = 20_000;

    private final StringRedisTemplate redis;
    private final PipelinedRedis pipeline;
    private final Decisions decisions;
    private final CommandLog commandLog;
    private final Settlement settlement;
    private final Pins pins;
    private final CommandCodec codec;
    private final Duration claimTtl;
    private final Map<UUID, Outcome> recent = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Outcome> eldest) {
            return size() > MOST_RECENT;
        }
    });

    Requests(
            StringRedisTemplate redis,
            PipelinedRedis pipeline,
            Decisions decisions,
            CommandLog commandLog,
            Settlement settlement,
            Pins pins,
            GatewayProperties properties) {
        this.redis = redis;
        this.pipeline = pipeline;
        this.decisions = decisions;
        this.commandLog = commandLog;
        this.settlement = settlement;
        this.pins = pins;
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

    /** What this process has settled lately. */
    Optional<Known> settled(UUID requestId) {
        return Optional.ofNullable(recent.get(requestId)).map(Known.Decided::new);
    }

    /** Claims the request_id for this command; empty when it was unknown to Redis and is now claimed. */
    CompletableFuture<Optional<Known>> claim(Command command) {
        return pipeline.setGetIfAbsent(key(command.requestId()), claimOf(command), claimTtl)
                .thenApply(before -> before.flatMap(this::read));
    }

    /** Whether Redis knows it; claims nothing. */
    boolean isClaimed(UUID requestId) {
        return redis.hasKey(key(requestId));
    }

    /** The command was refused: as if it had never been seen. */
    void forget(UUID requestId) {
        redis.delete(key(requestId));
    }

    /**
     * Brings leases in line with outcomes of one show, and lets the next reader find them in Redis. Safe to repeat, as a
     * whole when any of it fails.
     *
     * @param showId empty for outcomes of no show
     */
    CompletableFuture<Void> settle(String showId, List<Outcome> outcomes) {
        return CompletableFuture.allOf(Stream.concat(
                        Stream.of(settlement.settle(showId, outcomes)),
                        outcomes.stream().map(this::remember))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> remember(Outcome outcome) {
        return pipeline.setGet(key(outcome.requestId()), new String(OutcomeCodec.encode(outcome), UTF_8), OUTCOME_TTL)
                .thenCompose(claimed -> unholdOther(claimed.orElse(OUTCOME), outcome))
                .thenRun(() -> recent.put(outcome.requestId(), outcome));
    }

    /** Another payload under a request_id that Redis had forgotten: its leases wait for a decision that never comes. */
    private CompletableFuture<Void> unholdOther(String claimed, Outcome outcome) {
        if (!claimed.startsWith(OUTCOME)
                && !claimed.startsWith(String.valueOf(outcome.fingerprint()))
                && read(claimed).orElse(null) instanceof Known.Pending(Command other)
                && !Payload.of(outcome).mismatches(other).isEmpty()) {
            // Answers from Redis come on a thread that must not wait for Redis.
            return CompletableFuture.runAsync(
                    () -> pins.unhold(other.showId(), other.action().taken(), other.requestId()),
                    Thread::startVirtualThread);
        }
        return CompletableFuture.completedFuture(null);
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
                Void _ = PipelinedRedis.answer(settle(Objects.requireNonNullElse(found.showId(), ""), List.of(found)));
            } catch (DataAccessException e) {
                // The stream of outcomes settles it as soon as Redis is back.
            }
        });
        return outcome.map(Known.Decided::new);
    }

    private Optional<Known> hint(UUID requestId) {
        Optional<Known> settled = settled(requestId);
        if (settled.isPresent()) {
            return settled;
        }
        try {
            String hint = redis.opsForValue().get(key(requestId));
            return hint == null ? Optional.empty() : read(hint);
        } catch (DataAccessException e) {
            return Optional.empty();
        }
    }

    /** The fingerprint first: whether it is the same payload is seen without reading the command. */
    private static String claimOf(Command command) {
        return command.fingerprint() + " " + new String(CommandCodec.encode(command), UTF_8);
    }

    private Optional<Known> read(String text) {
        if (text.startsWith(OUTCOME)) {
            return Optional.of(new Known.Decided(OutcomeCodec.decode(text.getBytes(UTF_8))));
        }
        byte[] command = text.substring(text.indexOf(' ') + 1).getBytes(UTF_8);
        return codec.decode(command) instanceof Decoded.Valid(Command claimed)
                ? Optional.of(new Known.Pending(claimed))
                : Optional.empty();
    }

    private static String key(UUID requestId) {
        return "request:" + requestId;
    }
}
