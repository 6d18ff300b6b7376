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
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.Topics;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.PostgresServer;
import seatkeeper.worker.WorkerApplication;

/** Shows, confirm commands for all of their seats, and how fast a worker in this process empties the command log of them. */
record Drain(LocalServers servers, String jdbcUrl) {

    static final int SEATS_PER_COMMAND = 2;

    private static final String INSERT_SEATS = """
            insert into seats (show_id, id, row_name, number, position)
            select ?, 's' || n, 'r' || n / 20, n % 20, n from generate_series(1, ?) n
            """;

    Drain(LocalServers servers) {
        this(servers, servers.postgres().jdbcUrl());
    }

    record Show(String id, int seats) {}

    /** New shows with room for that many commands. */
    List<Show> shows(int count, int commands) throws SQLException {
        List<String> ids =
                Stream.generate(() -> "bench-" + UUID.randomUUID()).limit(count).toList();
        return shows(ids, commands / count * SEATS_PER_COMMAND);
    }

    List<Show> shows(List<String> ids, int seats) throws SQLException {
        List<Show> shows = new ArrayList<>();
        try (Connection connection = connect()) {
            for (String id : ids) {
                try (PreparedStatement insert = connection.prepareStatement("insert into shows (id) values (?)")) {
                    insert.setString(1, id);
                    insert.execute();
                }
                try (PreparedStatement insert = connection.prepareStatement(INSERT_SEATS)) {
                    insert.setString(1, id);
                    insert.setInt(2, seats);
                    insert.execute();
                }
                shows.add(new Show(id, seats));
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("vacuum analyze seats");
                statement.execute("checkpoint");
            }
        }
        return shows;
    }

    /** A new show with room for that many commands, and its seat map in Redis: it is loaded once, with the first lease. */
    String opened(Child gateway, int commands) throws SQLException {
        String show = shows(1, commands).getFirst().id();
        double _ = new Load(gateway.port(), 1).perSecond(1, _ -> new Load.Call("GET", "/shows/" + show, "", 200));
        return show;
    }

    /** Commands for all seats; of those only a part can win. */
    List<Command> commands(List<Show> shows, double winners) {
        List<Command> commands = new ArrayList<>();
        for (Show show : shows) {
            int pairs = show.seats() / SEATS_PER_COMMAND;
            int free = Math.max(1, (int) (pairs * winners));
            for (int i = 0; i < pairs; i++) {
                int first = i % free * SEATS_PER_COMMAND + 1;
                commands.add(new Command(
                        UUID.randomUUID(),
                        show.id(),
                        UUID.randomUUID(),
                        Instant.now(),
                        null,
                        new ConfirmBooking(List.of("s" + first, "s" + (first + 1)), null)));
            }
        }
        Collections.shuffle(commands, new Random(1));
        return commands;
    }

    /** Commands decided, committed and their outcomes published, per second. */
    double drain(List<Show> shows, double winners) throws Exception {
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
            return (commands.size() - skipped) * 1e9 / (done - first);
        }
    }

    void send(List<Command> commands) {
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

    /** Until every command is decided, and every outcome settled by the gateway. */
    void awaitSettled() throws ExecutionException, InterruptedException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()))) {
            awaitRead(admin, Topics.WORKER_GROUP, Topics.COMMANDS);
            awaitRead(admin, "api-gateway", Topics.OUTCOMES);
        }
    }

    private static void awaitRead(Admin admin, String group, String topic)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends =
                admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                        .flatMap(found -> found.partitions().stream())
                        .collect(Collectors.toMap(
                                info -> new TopicPartition(topic, info.partition()), _ -> OffsetSpec.latest()));
        while (!isRead(admin, group, ends)) {
            Thread.sleep(100);
        }
    }

    private static boolean isRead(Admin admin, String group, Map<TopicPartition, OffsetSpec> ends)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> read = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        return admin.listOffsets(ends).all().get().entrySet().stream().allMatch(end -> {
            OffsetAndMetadata upTo = read.get(end.getKey());
            return end.getValue().offset() == (upTo == null ? 0 : upTo.offset());
        });
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, PostgresServer.USER, "");
    }

    ConfigurableApplicationContext worker() {
        return WorkerApplication.application()
                .run(
                        "--management.server.port=0",
                        "--spring.datasource.url=" + jdbcUrl,
                        "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers());
    }
}
