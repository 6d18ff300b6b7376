package seatkeeper.gateway.booking;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Status;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.SeatLeases;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of a request_id, from three places, the quickest first:
 *
 * <ol>
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

    private static final String BY_ID = "select * from booking_requests where request_id = ?";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final StringRedisTemplate redis;
    private final JdbcClient jdbc;
    private final CommandLog commandLog;
    private final SeatLeases leases;
    private final CommandCodec codec;
    private final Duration claimTtl;

    Requests(
            StringRedisTemplate redis,
            JdbcClient jdbc,
            CommandLog commandLog,
            SeatLeases leases,
            GatewayProperties properties) {
        this.redis = redis;
        this.jdbc = jdbc;
        this.commandLog = commandLog;
        this.leases = leases;
        this.codec = new CommandCodec(properties.maxSeatsPerRequest());
        this.claimTtl = properties.confirmDeadline();
    }

    /** A request as far as it is known. */
    sealed interface Known {

        record Pending(Command command) implements Known {}

        record Decided(Outcome outcome) implements Known {}

        /** The fields in which the command asks for something else than this request did. */
        default List<String> mismatches(Command command) {
            return Payload.of(command)
                    .mismatches(
                            switch (this) {
                                case Pending(Command first) -> Payload.of(first);
                                case Decided(Outcome first) -> Payload.of(first);
                            });
        }
    }

    /** What a request asked for; order_ref and booking_request_id where its action has one. */
    private record Payload(
            String type,
            @Nullable String showId,
            @Nullable UUID userId,
            Set<String> taken,
            Set<String> released,
            @Nullable UUID bookingRequestId,
            @Nullable String orderRef) {

        static Payload of(Command command) {
            return new Payload(
                    command.action().type(),
                    command.showId(),
                    command.userId(),
                    Set.copyOf(command.action().taken()),
                    Set.copyOf(command.action().released()),
                    command.action().bookingRequestId(),
                    command.action().orderRef());
        }

        static Payload of(Outcome outcome) {
            return new Payload(
                    // Before there were other types, outcomes did not name theirs.
                    Objects.requireNonNullElse(outcome.type(), ConfirmBooking.TYPE),
                    outcome.showId(),
                    outcome.userId(),
                    Set.copyOf(outcome.seatIds()),
                    Set.copyOf(outcome.releasedSeatIds()),
                    outcome.bookingRequestId(),
                    outcome.bookingRequestId() == null ? outcome.orderRef() : null);
        }

        List<String> mismatches(Payload known) {
            boolean swap = type.equals(SwapBooking.TYPE);
            // The outcome of a whole cancel names the seats that its command did not.
            boolean whole = type.equals(CancelBooking.TYPE) && released.isEmpty();
            Map<String, Boolean> same = new LinkedHashMap<>();
            same.put("type", type.equals(known.type));
            same.put("show_id", Objects.equals(showId, known.showId));
            same.put(swap ? "take_seat_ids" : "seat_ids", taken.equals(known.taken));
            same.merge(
                    swap ? "give_seat_ids" : "seat_ids", whole || released.equals(known.released), Boolean::logicalAnd);
            same.put("booking_request_id", Objects.equals(bookingRequestId, known.bookingRequestId));
            same.put("user_id", Objects.equals(userId, known.userId));
            same.put("order_ref", Objects.equals(orderRef, known.orderRef));
            return same.entrySet().stream()
                    .filter(field -> !field.getValue())
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /** Claims the request_id for this command; empty when it was unknown to Redis and is now claimed. */
    Optional<Known> claim(Command command) {
        String known = redis.opsForValue()
                .setGet(
                        key(command.requestId()),
                        text(CommandCodec.encode(command)),
                        set -> set.ifAbsent().expire(claimTtl));
        return known == null ? Optional.empty() : read(known);
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
                && !new Known.Decided(outcome).mismatches(other).isEmpty()) {
            leases.unhold(other.showId(), other.action().taken(), other.requestId());
        }
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
        Optional<Outcome> outcome = jdbc.sql(BY_ID)
                .param(requestId)
                .query((ResultSet row, int _) -> outcome(row))
                .optional();
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

    private static Outcome outcome(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        String conflicts = row.getString("conflicts");
        return new Outcome(
                row.getObject("request_id", UUID.class),
                row.getString("type"),
                row.getString("show_id"),
                strings(row, "seat_ids"),
                strings(row, "released_seat_ids"),
                row.getObject("user_id", UUID.class),
                row.getObject("booking_request_id", UUID.class),
                row.getString("order_ref"),
                Status.valueOf(row.getString("status")),
                reason == null ? null : Code.valueOf(reason),
                conflicts == null ? List.of() : JSON.readValue(conflicts, new TypeReference<List<Conflict>>() {}),
                instant(row.getTimestamp("submitted_at")),
                row.getTimestamp("decided_at").toInstant(),
                row.getLong("show_version"),
                row.getInt("command_partition"),
                row.getLong("command_offset"));
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
