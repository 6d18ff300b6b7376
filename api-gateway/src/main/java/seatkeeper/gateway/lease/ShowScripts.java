package seatkeeper.gateway.lease;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.supplyAsync;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.gateway.redis.PipelinedRedis;
import seatkeeper.gateway.show.Layouts;
import seatkeeper.gateway.show.Places;
import seatkeeper.gateway.web.Refusal;

/** Runs the scripts of one show, with places of the layout its map has, and reads their answers. */
@Component
class ShowScripts {

    /** The layout may change while it is read, but not that often. */
    private static final int ATTEMPTS = 5;

    private static final Map<Code, String> DETAILS = Map.of(
            Code.SHOW_CLOSED, "the show is not on sale",
            Code.SEAT_NOT_FOUND, "there is no such section",
            Code.SEAT_LIMIT_EXCEEDED, "the user would have more seats than the show allows",
            Code.NOT_ENOUGH_SEATS, "there are not as many seats left",
            Code.NOT_ENOUGH_TOGETHER, "there are not as many seats left side by side");

    private final PipelinedRedis redis;
    private final Layouts layouts;
    private final SeatMaps maps;

    ShowScripts(PipelinedRedis redis, Layouts layouts, SeatMaps maps) {
        this.redis = redis;
        this.layouts = layouts;
        this.maps = maps;
    }

    /** An answer, and the places the script worked with. */
    record Answer(Places places, List<Object> parts) {

        boolean is(String word) {
            return parts.getFirst().equals(word);
        }
    }

    /**
     * Runs a script, again when it refused to work with the layout this gateway knows.
     *
     * @param arguments for a layout
     * @throws Refusal 404 when the layout matters and there is no such show
     */
    Answer ask(Script script, String showId, List<String> seatIds, Function<Places, List<String>> arguments) {
        return PipelinedRedis.answer(call(script, showId, seatIds, arguments));
    }

    /** As {@link #ask}, without waiting. */
    CompletableFuture<Answer> call(
            Script script, String showId, List<String> seatIds, Function<Places, List<String>> arguments) {
        return call(script, showId, keys(showId, seatIds), arguments, layouts.known(showId), 1);
    }

    private CompletableFuture<Answer> call(
            Script script,
            String showId,
            List<String> keys,
            Function<Places, List<String>> arguments,
            Places places,
            int attempt) {
        return redis.run(script.lua, keys, arguments.apply(places)).thenCompose(parts -> {
            Answer answer = new Answer(places, parts);
            if (!answer.is("MAP")) {
                return completedFuture(answer);
            }
            if (attempt == ATTEMPTS) {
                return CompletableFuture.failedFuture(Refusal.unavailable("the seat map", null));
            }
            // Answers from Redis come on a thread that must not wait for Redis.
            return supplyAsync(() -> maps.ready(showId), Thread::startVirtualThread)
                    .thenCompose(ready -> call(script, showId, keys, arguments, ready, attempt + 1));
        });
    }

    /** Of the answer to a lease: OK expires now. */
    static Lease lease(Answer granted) {
        return lease(granted.parts.get(1), granted.parts.get(2));
    }

    static Lease lease(Object expires, Object now) {
        if (expires instanceof Long end && now instanceof Long start) {
            return new Lease(Instant.ofEpochMilli(end), Duration.ofMillis(Math.max(0, end - start)));
        }
        throw new InvalidDataAccessResourceUsageException("unexpected answer from Redis: " + expires + ", " + now);
    }

    /**
     * The answer, if it is none of the refusals.
     *
     * @throws Refusal 409
     */
    static Answer granted(Answer answer, List<String> seatIds) {
        List<Conflict> conflicts = conflicts(answer, seatIds);
        if (!conflicts.isEmpty()) {
            throw Refusal.conflict(conflicts);
        }
        if (answer.is("REFUSED")) {
            throw refused(Code.valueOf(answer.parts.get(1).toString()));
        }
        return answer;
    }

    static Refusal refused(Code code) {
        return Refusal.conflict(code, DETAILS.getOrDefault(code, "refused"));
    }

    /** Of {@code CONFLICT index code holder index code holder …}; none for every other answer. */
    static List<Conflict> conflicts(Answer answer, List<String> seatIds) {
        List<Conflict> conflicts = new ArrayList<>();
        for (int i = 1; answer.is("CONFLICT") && i < answer.parts.size(); i += 3) {
            conflicts.add(new Conflict(
                    seatIds.get(number(answer.parts.get(i)) - 1),
                    Code.valueOf(answer.parts.get(i + 1).toString())));
        }
        return conflicts;
    }

    static int number(Object answer) {
        return Integer.parseInt(answer.toString());
    }

    static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }

    /** The layout, some arguments, then the place of each seat. */
    static Function<Places, List<String>> withPlaces(List<String> seatIds, String... arguments) {
        return places -> {
            List<String> all = new ArrayList<>(1 + arguments.length + seatIds.size());
            all.add(MapHead.layout(places.version()));
            all.addAll(List.of(arguments));
            seatIds.forEach(seat -> all.add(place(places, seat)));
            return all;
        };
    }

    /** Where the letter of the seat is in the map's string; 0, which is in its head, when there is no such seat. */
    static String place(Places places, String seatId) {
        int place = places.of(seatId);
        return place < 0 ? "0" : String.valueOf(MapHead.LENGTH + place);
    }

    /** The braces make the show the hash tag: all keys of a show lie in one slot of a Redis Cluster. */
    static List<String> keys(String showId, List<String> seatIds) {
        String tag = ":{" + showId + "}";
        List<String> keys = new ArrayList<>(4 + seatIds.size());
        keys.addAll(List.of("map" + tag, "leases" + tag, "events" + tag, "booked" + tag));
        seatIds.forEach(seat -> keys.add("lock" + tag + ":" + seat));
        return keys;
    }
}
