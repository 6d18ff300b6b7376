package seatkeeper.bench;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.Topics;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.PostgresServer;
import seatkeeper.worker.WorkerApplication;

/**
 * How fast a worker empties the command log, beside the same rows written by nothing but set-based SQL: 500 requests a
 * transaction on one connection, no Kafka, no decision.
 */
final class DrainRows {

    private static final int SEATS_PER_COMMAND = 2;
    private static final int BATCH = 500;

    private static final String BARE_SEATS = """
            update seats s set status = 'BOOKED', version = wanted.version
            from unnest(?::text[], ?::text[], ?::bigint[]) as wanted (show_id, id, version)
            where s.show_id = wanted.show_id and s.id = wanted.id and s.status = 'AVAILABLE'
            """;

    private static final String BARE_BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id)
            select * from unnest(?::text[], ?::text[], ?::uuid[], ?::uuid[])
            """;

    private static final String BARE_REQUESTS = """
            insert into booking_requests (request_id, fingerprint, type, show_id, seat_ids, user_id, status, submitted_at,
                                          decided_at, show_version, command_partition, command_offset)
            select request_id, decode(fingerprint, 'hex'), 'confirm_booking', show_id, string_to_array(seats, ','), user_id,
                   'CONFIRMED', now(), now(), version, 0, version
            from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::uuid[], ?::bigint[])
                as decided (request_id, fingerprint, show_id, seats, user_id, version)
            """;

    private final LocalServers servers;
    private final int rounds;
    private final int commands;
    private final Random random = new Random(1);

    DrainRows(LocalServers servers, double scale, int rounds) {
        this.servers = servers;
        this.rounds = rounds;
        this.commands = (int) (200_000 * scale);
    }

    List<Measured> run() throws Exception {
        worker().close();
        // Both are warmed up, and neither is measured cold.
        drain(shows(8, commands / 4), 1.0);
        bare(shows(8, commands / 4));
        List<Double> drained = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        List<Double> hot = new ArrayList<>();
        List<Double> contended = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            written.add(bare(shows(64, commands)));
            drained.add(drain(shows(64, commands), 1.0));
            hot.add(drain(shows(1, commands), 1.0));
            contended.add(drain(shows(64, commands), 0.1));
        }
        return List.of(
                new Measured("drain", drained, written, 0.6),
                new Measured("drain, one hot show", hot, written, 0.5),
                new Measured("drain, contended", contended, drained, 1.0));
    }

    private record Show(String id, int seats) {}

    /** New shows with room for that many commands. */
    private List<Show> shows(int count, int commands) throws SQLException {
        List<Show> shows = new ArrayList<>();
        int seats = commands / count * SEATS_PER_COMMAND;
        try (Connection connection = connect()) {
            for (int i = 0; i < count; i++) {
                Show show = new Show("bench-" + UUID.randomUUID(), seats);
                try (PreparedStatement insert = connection.prepareStatement("insert into shows (id) values (?)")) {
                    insert.setString(1, show.id);
                    insert.execute();
                }
                try (PreparedStatement insert = connection.prepareStatement(
                        "insert into seats (show_id, id) select ?, 's' || n from generate_series(1, ?) n")) {
                    insert.setString(1, show.id);
                    insert.setInt(2, seats);
                    insert.execute();
                }
                shows.add(show);
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("vacuum analyze seats");
                statement.execute("checkpoint");
            }
        }
        return shows;
    }

    /** Commands for all seats; of those only a part can win. */
    private List<Command> commands(List<Show> shows, double winners) {
        List<Command> commands = new ArrayList<>();
        for (Show show : shows) {
            int pairs = show.seats / SEATS_PER_COMMAND;
            int free = Math.max(1, (int) (pairs * winners));
            for (int i = 0; i < pairs; i++) {
                int first = i % free * SEATS_PER_COMMAND + 1;
                commands.add(new Command(
                        UUID.randomUUID(),
                        show.id,
                        UUID.randomUUID(),
                        Instant.now(),
                        null,
                        new ConfirmBooking(List.of("s" + first, "s" + (first + 1)), null)));
            }
        }
        Collections.shuffle(commands, random);
        return commands;
    }

    /** Commands decided, committed and their outcomes published, per second. */
    private double drain(List<Show> shows, double winners) throws Exception {
        List<Command> commands = commands(shows, winners);
        send(commands);
        try (ConfigurableApplicationContext worker = worker()) {
            MeterRegistry registry = worker.getBean(MeterRegistry.class);
            long first = 0;
            long done = 0;
            double skipped = 0;
            while (done == 0) {
                double decided = registry.find("seatkeeper.commands.decided").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum();
                if (first == 0 && decided > 0) {
                    first = System.nanoTime();
                    skipped = decided;
                }
                if (decided >= commands.size()) {
                    done = System.nanoTime();
                }
                Thread.sleep(2);
            }
            return new Counts(commands.size() - skipped, done - first).perSecond();
        }
    }

    private record Counts(double commands, long nanos) {

        double perSecond() {
            return commands * 1e9 / nanos;
        }
    }

    private void send(List<Command> commands) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                servers.kafka().bootstrapServers(),
                "acks",
                "all",
                "linger.ms",
                20,
                "batch.size",
                131_072);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Command command : commands) {
                byte[] key = command.showId().getBytes(StandardCharsets.UTF_8);
                var _ = producer.send(new ProducerRecord<>(Topics.COMMANDS, key, CommandCodec.encode(command)));
            }
            producer.flush();
        }
    }

    /** The same rows per second by bare SQL. */
    private double bare(List<Show> shows) throws SQLException {
        List<Command> commands = commands(shows, 1.0);
        long start = System.nanoTime();
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement seats = connection.prepareStatement(BARE_SEATS);
                    PreparedStatement bookings = connection.prepareStatement(BARE_BOOKINGS);
                    PreparedStatement requests = connection.prepareStatement(BARE_REQUESTS)) {
                for (int from = 0; from < commands.size(); from += BATCH) {
                    write(
                            connection,
                            seats,
                            bookings,
                            requests,
                            commands.subList(from, Math.min(from + BATCH, commands.size())));
                }
            }
        }
        return new Counts(commands.size(), System.nanoTime() - start).perSecond();
    }

    private static void write(
            Connection connection,
            PreparedStatement seats,
            PreparedStatement bookings,
            PreparedStatement requests,
            List<Command> batch)
            throws SQLException {
        List<String> shows = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        List<UUID> users = new ArrayList<>();
        List<UUID> requestIds = new ArrayList<>();
        List<Long> versions = new ArrayList<>();
        for (Command command : batch) {
            for (String seat : command.action().taken()) {
                shows.add(command.showId());
                ids.add(seat);
                users.add(command.userId());
                requestIds.add(command.requestId());
                versions.add(1L);
            }
        }
        set(connection, seats, 1, "text", shows);
        set(connection, seats, 2, "text", ids);
        set(connection, seats, 3, "bigint", versions);
        seats.executeUpdate();
        set(connection, bookings, 1, "text", shows);
        set(connection, bookings, 2, "text", ids);
        set(connection, bookings, 3, "uuid", users);
        set(connection, bookings, 4, "uuid", requestIds);
        bookings.executeUpdate();
        set(
                connection,
                requests,
                1,
                "uuid",
                batch.stream().map(Command::requestId).toList());
        set(
                connection,
                requests,
                2,
                "text",
                batch.stream().map(c -> c.fingerprint().toString()).toList());
        set(connection, requests, 3, "text", batch.stream().map(Command::showId).toList());
        set(
                connection,
                requests,
                4,
                "text",
                batch.stream().map(c -> String.join(",", c.action().taken())).toList());
        set(connection, requests, 5, "uuid", batch.stream().map(Command::userId).toList());
        set(connection, requests, 6, "bigint", batch.stream().map(_ -> 1L).toList());
        requests.executeUpdate();
        connection.commit();
    }

    private static void set(Connection connection, PreparedStatement statement, int index, String type, List<?> values)
            throws SQLException {
        statement.setArray(index, connection.createArrayOf(type, values.toArray()));
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(servers.postgres().jdbcUrl(), PostgresServer.USER, "");
    }

    private ConfigurableApplicationContext worker() {
        return WorkerApplication.application()
                .run(
                        "--management.server.port=0",
                        "--spring.datasource.url=" + servers.postgres().jdbcUrl(),
                        "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers());
    }
}
