package seatkeeper.gateway.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import seatkeeper.gateway.lease.SeatEvents;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** An event as all its listeners get it. */
record LiveEvent(Id id, String text) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** The id of an entry of a Redis stream. */
    record Id(long milliseconds, long sequence) implements Comparable<Id> {

        private static final Pattern TEXT = Pattern.compile("([0-9]{1,15})-([0-9]{1,15})");

        /** Null when it is none. */
        static @Nullable Id parse(String text) {
            Matcher parts = TEXT.matcher(text);
            return parts.matches() ? new Id(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))) : null;
        }

        static Id of(String redisId) {
            Id id = parse(redisId);
            if (id == null) {
                throw new IllegalArgumentException("Redis gave an odd id: " + redisId);
            }
            return id;
        }

        @Override
        public int compareTo(Id other) {
            return milliseconds == other.milliseconds
                    ? Long.compare(sequence, other.sequence)
                    : Long.compare(milliseconds, other.milliseconds);
        }

        @Override
        public String toString() {
            return milliseconds + "-" + sequence;
        }
    }

    @JsonInclude(Include.NON_NULL)
    private record Data(
            @Nullable List<String> seatIds,
            @Nullable Instant expiresAt,
            @Nullable Long showVersion) {}

    static LiveEvent of(SeatEvents.Event event) {
        Id id = Id.of(event.id());
        return switch (event.kind()) {
            case "leased" -> of(id, event.kind(), new Data(event.seatIds(), Instant.ofEpochMilli(event.extra()), null));
            case "released" -> of(id, event.kind(), new Data(event.seatIds(), null, null));
            default -> of(id, event.kind(), new Data(event.seatIds(), null, event.extra()));
        };
    }

    /** Events may be missing before this one: read the seats again. */
    static LiveEvent reset(Id id) {
        return of(id, "reset", new Data(null, null, null));
    }

    private static LiveEvent of(Id id, String type, Data data) {
        return new LiveEvent(id, "id: %s\nevent: %s\ndata: %s\n\n".formatted(id, type, JSON.writeValueAsString(data)));
    }
}
