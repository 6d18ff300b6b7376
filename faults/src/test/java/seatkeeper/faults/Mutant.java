package seatkeeper.faults;

import static seatkeeper.faults.Fault.BOTH_WORKERS_KILLED;
import static seatkeeper.faults.Fault.COMMITS_LOST;
import static seatkeeper.faults.Fault.POSTGRES_SLOW;
import static seatkeeper.faults.Fault.REDIS_AWAY;
import static seatkeeper.faults.Fault.WAY_SLOW;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The product with one guard taken out: a text in one of its sources is replaced, the source compiled, and the class
 * put before the product's own on the class path of the gateways and workers. Or SQL that is run before they are used.
 */
@SuppressWarnings("ImmutableEnumChecker") // its lists are made by List.of
enum Mutant {
    OUTCOME_OUTSIDE_THE_TRANSACTION(
            "bookings are not what their outcome says",
            "booking-worker/src/main/java/seatkeeper/worker/ledger/Ledger.java",
            "NewBooking::seat))),\n                    insertRequests(decided));",
            """
            NewBooking::seat))));
            java.util.concurrent.CompletableFuture.runAsync(() -> postgres.update(insertRequests(decided))).join();""",
            List.of(List.of(COMMITS_LOST))),

    OFFSETS_BEFORE_THE_TRANSACTION(
            "in the log and without an outcome",
            "booking-worker/src/main/java/seatkeeper/worker/intake/CommandIntake.java",
            "implements BatchMessageListener<byte[], byte[]>",
            "implements org.springframework.kafka.listener.BatchConsumerAwareMessageListener<byte[], byte[]>",
            """
            public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
                    if (records.isEmpty()) {
                        return;
                    }
                    try (BatchTrace trace = new BatchTrace(traces, clock)) {""",
            // Where the product would see it fail, too: during a rebalance it does, and the batch is polled again.
            """
            public void onMessage(
                            List<ConsumerRecord<byte[], byte[]>> records,
                            org.apache.kafka.clients.consumer.Consumer<?, ?> consumer) {
                    if (records.isEmpty()) {
                        return;
                    }
                    try (BatchTrace trace = new BatchTrace(traces, clock)) {
                        consumer.commitSync();""",
            List.of(List.of(POSTGRES_SLOW, BOTH_WORKERS_KILLED), List.of(POSTGRES_SLOW, BOTH_WORKERS_KILLED))),

    LEASES_ONE_BY_ONE(
            "a refused lease left",
            "api-gateway/src/main/java/seatkeeper/gateway/lease/SeatLeases.java",
            "requireAny(showId, seatIds);\n        long asked",
            """
            requireAny(showId, seatIds);
            for (String one : seatIds) {
                scripts.ask(
                        Script.ACQUIRE,
                        showId,
                        List.of(one),
                        withPlaces(List.of(one), userId.toString(), millis(ttl), millis(limits.maxLifetime())));
            }
            long asked""",
            List.of(List.of(WAY_SLOW))),

    NO_UNIQUE_CONSTRAINTS("requests with two outcomes", """
            alter table booking_requests drop constraint booking_requests_pkey;
            alter table bookings drop constraint uq_booking_request_seat;
            drop index uq_booking_live_seat
            """, List.of(List.of(POSTGRES_SLOW), List.of(POSTGRES_SLOW))),

    DEFAULT_ERROR_HANDLER(
            "in the log and without an outcome",
            "booking-worker/src/main/java/seatkeeper/worker/intake/IntakeConfiguration.java",
            "container.setCommonErrorHandler(tryAgainForEver(metrics));",
            "container.setCommonErrorHandler(new DefaultErrorHandler());",
            List.of(List.of(COMMITS_LOST), List.of(COMMITS_LOST))),

    LETTUCE_REPLAYS(
            "while Redis was away",
            "api-gateway/src/main/java/seatkeeper/gateway/web/WebConfiguration.java",
            "options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)\n                .replayFilter(_ -> true);",
            "options.disconnectedBehavior(DisconnectedBehavior.DEFAULT);",
            // How Lettuce meets the cut decides whether its callers wait.
            List.of(List.of(REDIS_AWAY), List.of(REDIS_AWAY), List.of(REDIS_AWAY), List.of(REDIS_AWAY))),

    NO_FINGERPRINT(
            "dead letters that should not be, or are missing",
            "booking-worker/src/main/java/seatkeeper/worker/decision/Decider.java",
            "return recorded.fingerprint().equals(submission.fingerprint())",
            "return true",
            List.of(List.of(WAY_SLOW)));

    private static final Path SOURCES = Path.of("..");

    /** Part of the violation that it leads to: caught for the right reason. */
    final String caughtBy;

    private final String source;
    private final List<String> replacements;
    final String sql;
    /** What makes the missing guard felt. */
    final List<List<Fault>> rounds;

    Mutant(String caughtBy, String source, String text, String other, List<List<Fault>> rounds) {
        this(caughtBy, source, List.of(text, other), "", rounds);
    }

    Mutant(
            String caughtBy,
            String source,
            String text,
            String other,
            String text2,
            String other2,
            List<List<Fault>> rounds) {
        this(caughtBy, source, List.of(text, other, text2, other2), "", rounds);
    }

    Mutant(String caughtBy, String sql, List<List<Fault>> rounds) {
        this(caughtBy, "", List.of(), sql, rounds);
    }

    Mutant(String caughtBy, String source, List<String> replacements, String sql, List<List<Fault>> rounds) {
        this.caughtBy = caughtBy;
        this.source = source;
        this.replacements = List.copyOf(replacements);
        this.sql = sql;
        this.rounds = rounds;
    }

    /** The folders of its classes, compiled into that one. */
    List<Path> patches(Path folder) throws IOException {
        if (source.isEmpty()) {
            return List.of();
        }
        Path original = SOURCES.resolve(source);
        String text = Files.readString(original);
        for (int i = 0; i < replacements.size(); i += 2) {
            String guard = replacements.get(i);
            if (text.indexOf(guard) < 0 || text.indexOf(guard) != text.lastIndexOf(guard)) {
                throw new IllegalStateException("%s: %s has to contain once: %s".formatted(this, original, guard));
            }
            text = text.replace(guard, replacements.get(i + 1));
        }
        Path classes = Files.createDirectories(folder.resolve("mutant"));
        Path mutated = Files.writeString(folder.resolve(original.getFileName()), text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-parameters",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    classes.toString());
            if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(mutated))
                    .call()) {
                throw new IllegalStateException(this + " does not compile");
            }
        }
        return List.of(classes);
    }
}
