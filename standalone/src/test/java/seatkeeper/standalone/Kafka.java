package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Topics;

/** Plain Kafka clients, as somebody else's service would have them. */
final class Kafka {

    private static final KafkaProducer<byte[], byte[]> PRODUCER = new KafkaProducer<>(
            Map.of(
                    "bootstrap.servers",
                    RunningSystem.SERVERS.bootstrapServers(),
                    "acks",
                    "all",
                    "max.request.size",
                    2 << 20,
                    "linger.ms",
                    5),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    private Kafka() {}

    /** A command's fields, to be spoilt or sent. */
    static Map<String, Object> command(UUID request, String show, UUID user, String... seats) {
        Map<String, Object> command = new LinkedHashMap<>();
        command.put("version", 1);
        command.put("type", "confirm_booking");
        command.put("request_id", request.toString());
        command.put("show_id", show);
        command.put("seat_ids", List.of(seats));
        command.put("user_id", user.toString());
        command.put("submitted_at", Instant.now().toString());
        return command;
    }

    /** A command of another type, with the fields only that type has. */
    static Map<String, Object> command(String type, UUID request, String show, UUID user, Map<String, ?> fields) {
        Map<String, Object> command = command(request, show, user);
        command.put("type", type);
        command.remove("seat_ids");
        command.putAll(fields);
        return command;
    }

    static ProducerRecord<byte[], byte[]> commandRecord(Map<String, Object> command) {
        return new ProducerRecord<>(
                Topics.COMMANDS,
                command.get("show_id").toString().getBytes(UTF_8),
                Api.json(command).getBytes(UTF_8));
    }

    static RecordMetadata send(Map<String, Object> command) {
        return send(commandRecord(command));
    }

    static RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
        return get(PRODUCER.send(record));
    }

    static List<RecordMetadata> sendAll(List<ProducerRecord<byte[], byte[]>> records) {
        List<Future<RecordMetadata>> sent = records.stream().map(PRODUCER::send).toList();
        return sent.stream().map(Kafka::get).toList();
    }

    private static RecordMetadata get(Future<RecordMetadata> sent) {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Reads a topic from now on. */
    static Reader outcomes() {
        return new Reader(Topics.OUTCOMES);
    }

    static Reader deadLetters() {
        return new Reader(Topics.DEAD_LETTERS);
    }

    /** Everything that came since it was opened; for one thread. */
    static final class Reader implements AutoCloseable {

        private final KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        RunningSystem.SERVERS.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        // Its other questions wait behind a fetch that waits for records.
                        "fetch.max.wait.ms",
                        10,
                        "auto.offset.reset",
                        "none"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

        private Reader(String topic) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.endOffsets(partitions).forEach(consumer::seek);
        }

        /** Up to the topic's present end. */
        List<ConsumerRecord<byte[], byte[]>> records() {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return List.copyOf(records);
        }

        List<Outcome> of(UUID request) {
            return all().stream()
                    .filter(outcome -> outcome.requestId().equals(request))
                    .toList();
        }

        /** The first outcome of the request, as soon as it is there. */
        Outcome outcome(UUID request) {
            await().atMost(20, SECONDS).until(() -> !of(request).isEmpty());
            return of(request).getFirst();
        }

        List<Outcome> all() {
            return records().stream()
                    .map(record -> OutcomeCodec.decode(record.value()))
                    .toList();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
