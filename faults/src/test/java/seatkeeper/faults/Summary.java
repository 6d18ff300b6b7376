package seatkeeper.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import seatkeeper.faults.Evidence.Logged;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run in figures: one line of JSON each, so that many can be added up.
 *
 * @param commands in the log
 * @param requests that were decided
 * @param struck faults of each kind
 * @param notRun kinds that this machine lacks something for
 * @param answersLost by what was asked: carried out, and the answer swallowed
 * @param answersRepeated of these, by what was asked: all that the request mentioned was sent again
 * @param requestsLost by what was asked: never arrived
 * @param late by what was asked: arrived after the client had lost its connection
 * @param retries that ended in the outcome there was already: commands again in the log, outcomes published again, HTTP
 *     requests repeated
 * @param mixedCommands for shows whose commands come from murmur2 and crc32 producers
 * @param startedAgain members, by the supervisor
 * @param firstOutcomeMillis the longest time from a worker's kill until each partition had an outcome again; 0 when none
 *     was measured
 * @param refusalsP99Millis by server, of 503s while it was away
 */
record Summary(
        String at,
        long seed,
        String length,
        int commands,
        int requests,
        int faults,
        Map<Fault, Integer> struck,
        Set<Fault> notRun,
        Map<String, Long> answersLost,
        Map<String, Long> answersRepeated,
        Map<String, Long> requestsLost,
        Map<String, Long> late,
        Map<String, Long> retries,
        long mixedCommands,
        long startedAgain,
        long firstOutcomeMillis,
        Map<String, Long> refusalsP99Millis,
        int violations) {

    private static final Path RUNS = Path.of("target", "fault-runs.jsonl");

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    String line() {
        return JSON.writeValueAsString(this);
    }

    /** Adds it to the runs before. */
    void append() {
        try {
            Files.writeString(RUNS, line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long p99(Collection<Long> millis) {
        long[] sorted = millis.stream().mapToLong(n -> n).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * 99L / 100)];
    }

    /** That they ended alike is for the {@link Checker} to say. */
    static Map<String, Long> retries(Journal journal, Evidence evidence) {
        Set<UUID> logged = new HashSet<>();
        long again = evidence.commands().stream()
                .map(Logged::id)
                .filter(id -> id != null && !logged.add(id))
                .count();
        Set<String> published = new HashSet<>();
        long publishedAgain = evidence.outcomes().stream()
                .filter(outcome -> !published.add(outcome.path("request_id").asString()))
                .count();
        long http = journal.tried.entrySet().stream()
                .filter(tried -> tried.getValue() > 0 && evidence.rows().containsKey(tried.getKey()))
                .count();
        return Map.of("commands", again, "outcomes", publishedAgain, "http", http);
    }
}
