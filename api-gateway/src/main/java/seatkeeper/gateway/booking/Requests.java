package seatkeeper.gateway.booking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.Pins;
import seatkeeper.gateway.lease.Settlement;
import seatkeeper.gateway.redis.PipelinedRedis;

/**
 * What is known of a request_id, from four places, the quickest first:
 *
 * <ol>
 *   <li>This process: the latest outcomes. They never change.
 *   <li>Postgres: the outcome. The truth.
 *   <li>Redis {@code request:<id>}: the command. A hint; may be lost.
 *   <li>The command log beyond what the workers have committed: commands that are accepted and not yet decided.
 * </ol>
 *
 * So a request that was ever answered 202 is found, whatever Redis has forgotten.
 */
@Component
class Requests {

    private static final Logger log = LoggerFactory.getLogger(Requests.class);

    /** A retry within this time is told from another request without asking Postgres. */
    private static final Duration CLAIMED = Duration.ofHours(1);

    private final StringRedisTemplate redis;
    private final PipelinedRedis pipeline;
    private final Decisions decisions;
    private final CommandLog commandLog;
    private final LatestOutcomes latest;
    private final Settlement settlement;
    private final Pins pins;
    private final CommandCodec codec;
    private final Duration claimTtl;

    Requests(
            StringRedisTemplate redis,
            PipelinedRedis pipeline,
            Decisions decisions,
            CommandLog commandLog,
            LatestOutcomes latest,
            Settlement settlement,
            Pins pins,
            GatewayProperties properties) {
        this.redis = redis;
        this.pipeline = pipeline;
        this.decisions = decisions;
        this.commandLog = commandLog;
        this.latest = latest;
        this.settlement = settlement;
        this.pins = pins;
        this.codec = new CommandCodec(properties.maxSeatsPerRequest());
        this.claimTtl = properties.confirmDeadline().compareTo(CLAIMED) > 0 ? properties.confirmDeadline() : CLAIMED;
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

    /** From the latest outcomes, and settled before it is told. */
    Optional<Known> latest(UUID requestId) {
        Outcome outcome = latest.find(requestId);
        if (outcome == null) {
            return Optional.empty();
        }
        makeSureItIsSettled(outcome);
        return Optional.of(new Known.Decided(outcome));
    }

    /** Claims the request_id for this command; empty when it was unknown to Redis and is now claimed. */
    CompletableFuture<Optional<Command>> claim(Command command) {
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
     * Brings leases and the map in line with outcomes of one show. Safe to repeat, as a whole when any of it fails.
     *
     * @param showId empty for outcomes of no show
     * @param reused those whose request_id came again with another payload: it may have pinned leases of its own
     */
    CompletableFuture<Void> settle(String showId, List<Outcome> outcomes, List<Outcome> reused) {
        return CompletableFuture.allOf(Stream.concat(
                                Stream.of(settlement.settle(showId, outcomes)),
                                reused.stream().map(this::unholdOther))
                        .toArray(CompletableFuture[]::new))
                .thenRun(() -> outcomes.forEach(outcome -> latest.settled(outcome.requestId())));
    }

    /** Its leases wait for a decision that never comes. */
    private CompletableFuture<Void> unholdOther(Outcome outcome) {
        // Answers from Redis come on a thread that must not wait for Redis.
        return CompletableFuture.runAsync(
                () -> hint(outcome.requestId())
                        .filter(other -> !Payload.of(outcome).mismatches(other).isEmpty())
                        .ifPresent(other ->
                                pins.unhold(other.showId(), other.action().taken(), other.requestId())),
                Thread::startVirtualThread);
    }

    /** Gives up the map of a show whose outcomes cannot be settled: it is loaded anew. */
    void giveUp(String showId) {
        settlement.giveUp(showId);
    }

    /**
     * Another gateway may be settling it. When Redis is away the outcome stands all the same, and is settled by whoever
     * has its partition as soon as Redis is back.
     */
    void makeSureItIsSettled(Outcome outcome) {
        if (latest.isSettled(outcome.requestId())) {
            return;
        }
        try {
            Void _ = PipelinedRedis.answer(
                    settlement.makeSure(Objects.requireNonNullElse(outcome.showId(), ""), outcome));
            latest.settled(outcome.requestId());
        } catch (RuntimeException e) {
            log.debug("an outcome is told that is not settled yet", e);
        }
    }

    /**
     * Looks a request up.
     *
     * @throws seatkeeper.gateway.web.Refusal 503 when it cannot be said that it was never seen
     */
    Optional<Known> find(UUID requestId) {
        return latest(requestId)
                .or(() -> decided(requestId))
                .or(() -> hint(requestId).map(Known.Pending::new))
                .or(() -> findAccepted(requestId));
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
        outcome.ifPresent(this::makeSureItIsSettled);
        return outcome.map(Known.Decided::new);
    }

    private Optional<Command> hint(UUID requestId) {
        try {
            String claim = redis.opsForValue().get(key(requestId));
            return claim == null ? Optional.empty() : read(claim);
        } catch (DataAccessException e) {
            return Optional.empty();
        }
    }

    /** The fingerprint first: whether it is the same payload is seen without reading the command. */
    private static String claimOf(Command command) {
        return command.fingerprint() + " " + new String(CommandCodec.encode(command), UTF_8);
    }

    private Optional<Command> read(String claim) {
        byte[] command = claim.substring(claim.indexOf(' ') + 1).getBytes(UTF_8);
        return codec.decode(command) instanceof Decoded.Valid(Command claimed)
                ? Optional.of(claimed)
                : Optional.empty();
    }

    private static String key(UUID requestId) {
        return "request:" + requestId;
    }
}
