package seatkeeper.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is left when all is quiet: the three topics from their beginning, and the tables.
 *
 * @param commands in the order of their partitions and offsets
 * @param rows of booking_requests by request_id, each of which should be there once
 * @param sold live bookings of each seat
 * @param booked per request_id, the seats of all its bookings, cancelled ones too
 * @param statuses of each seat
 * @param versions of each show
 * @param maps of the shows that have one in Redis
 */
record Evidence(
        List<Logged> commands,
        List<JsonNode> outcomes,
        List<DeadLetter> deadLetters,
        Map<UUID, List<JsonNode>> rows,
        Map<Seat, Integer> sold,
        Map<UUID, Set<Seat>> booked,
        Map<Seat, String> statuses,
        Map<String, Long> versions,
        Map<String, String> maps) {

    record Seat(String show, String id) {}

    /** A record of the command topic; json is missing where the value is none. */
    record Logged(int partition, long offset, long timestamp, String key, JsonNode json) {

        String text(String field) {
            return json.path(field).asString("");
        }

        @Nullable UUID id() {
            try {
                return text("request_id").length() == 36 ? UUID.fromString(text("request_id")) : null;
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }

    /** Why, and which record of the command topic. */
    record DeadLetter(String code, int partition, long offset) {}

    /** Reads all there is now. */
    static Evidence gather(Cluster cluster) throws SQLException {
        List<Logged> commands = new ArrayList<>();
        read(cluster, "booking.commands", record -> commands.add(command(record)));
        commands.sort((a, b) -> a.partition != b.partition
                ? Integer.compare(a.partition, b.partition)
                : Long.compare(a.offset, b.offset));
        List<JsonNode> outcomes = new ArrayList<>();
        read(cluster, "booking.outcomes", record -> outcomes.add(json(record.value())));
        List<DeadLetter> deadLetters = new ArrayList<>();
        read(
                cluster,
                "booking.commands.dlt",
                record -> deadLetters.add(new DeadLetter(
                        header(record, "code"),
                        Integer.parseInt(header(record, "source-partition")),
                        Long.parseLong(header(record, "source-offset")))));

        Map<UUID, List<JsonNode>> rows = new HashMap<>();
        Map<Seat, Integer> sold = new HashMap<>();
        Map<UUID, Set<Seat>> booked = new HashMap<>();
        Map<Seat, String> statuses = new HashMap<>();
        Map<String, Long> versions = new HashMap<>();
        try (Connection database = cluster.database();
                Statement statement = database.createStatement()) {
            try (ResultSet row = statement.executeQuery("select request_id, to_jsonb(r) from booking_requests r")) {
                while (row.next()) {
                    rows.computeIfAbsent(row.getObject(1, UUID.class), _ -> new ArrayList<>())
                            .add(Order.JSON.readTree(row.getString(2)));
                }
            }
            try (ResultSet row =
                    statement.executeQuery("select show_id, seat_id, request_id, cancelled_at is null from bookings")) {
                while (row.next()) {
                    Seat seat = new Seat(row.getString(1), row.getString(2));
                    booked.computeIfAbsent(row.getObject(3, UUID.class), _ -> new LinkedHashSet<>())
                            .add(seat);
                    if (row.getBoolean(4)) {
                        sold.merge(seat, 1, Integer::sum);
                    }
                }
            }
            try (ResultSet row = statement.executeQuery("select id, version from shows")) {
                while (row.next()) {
                    versions.put(row.getString(1), row.getLong(2));
                }
            }
            try (ResultSet row = statement.executeQuery("select show_id, id, status from seats")) {
                while (row.next()) {
                    statuses.put(new Seat(row.getString(1), row.getString(2)), row.getString(3));
                }
            }
        }
        Map<String, String> maps = new HashMap<>();
        for (String show : versions.keySet()) {
            // A bulk string: its length, itself, and the answer to QUIT; -1 where there is none.
            String[] lines = cluster.redis("GET", "map:{" + show + "}").split("\r\n", -1);
            if (!lines[0].equals("$-1")) {
                maps.put(show, lines[1]);
            }
        }
        return new Evidence(commands, outcomes, deadLetters, rows, sold, booked, statuses, versions, maps);
    }

    private static Logged command(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? "" : new String(record.key(), UTF_8);
        return new Logged(record.partition(), record.offset(), record.timestamp(), key, payload(record.value()));
    }

    /** Without what only makes a backlog large. */
    private static JsonNode payload(byte @Nullable [] value) {
        JsonNode json = json(value);
        if (json instanceof ObjectNode object) {
            object.remove(Order.PADDING);
        }
        return json;
    }

    private static JsonNode json(byte @Nullable [] value) {
        try {
            return value == null ? MissingNode.getInstance() : Order.JSON.readTree(value);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    private interface Reader {
        void read(ConsumerRecord<byte[], byte[]> record);
    }

    private static void read(Cluster cluster, String topic, Reader reader) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                5_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(reader::read);
            }
        }
    }
}
