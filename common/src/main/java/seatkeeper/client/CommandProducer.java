package seatkeeper.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.Topics;

/**
 * Commands to Kafka as they should be sent: keyed by their show, by the partitioner all others use, acknowledged by all
 * replicas. Safe for any number of threads. A send that failed may be repeated with the same command: it is decided once.
 */
public final class CommandProducer implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;

    /**
     * Connects to the brokers.
     *
     * @param settings of the Kafka producer, {@code bootstrap.servers} at least; those that make sending safe are set here
     */
    public CommandProducer(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // The default one: murmur2 of the key, as every other producer of commands.
        all.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        all.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Where a command is in the log; its outcome names the same place. */
    public record Place(int partition, long offset) {}

    /** Sends a command; the future is done when the brokers have it, or fails when that is unknown. */
    public CompletableFuture<Place> send(Command command) {
        CompletableFuture<Place> sent = new CompletableFuture<>();
        byte[] key = command.showId().getBytes(StandardCharsets.UTF_8);
        Future<?> _ = producer.send(
                new ProducerRecord<>(Topics.COMMANDS, key, CommandCodec.encode(command)), (place, failure) -> {
                    if (failure == null) {
                        sent.complete(new Place(place.partition(), place.offset()));
                    } else {
                        sent.completeExceptionally(failure);
                    }
                });
        return sent;
    }

    /** Waits up to 10 s for what is under way. */
    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
