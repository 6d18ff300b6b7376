package seatkeeper.gateway.booking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Topics;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.web.Refusal;

/**
 * Finds accepted commands in the part of the log the workers have not committed yet: the last resort before it is said
 * that a request was never seen. Usually that part is empty and the answer costs a few calls to the broker. Look-ups that
 * come together share one reading.
 */
@Component
class CommandLog implements DisposableBean {

    /** With the broker, at each step. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ConsumerFactory<byte[], byte[]> consumers;
    private final CommandCodec codec;
    private final Object lock = new Object();
    private Map<UUID, CompletableFuture<Optional<Command>>> next = new HashMap<>();
    private boolean reading;
    /** Kept from one reading to the next; used by one at a time. */
    private volatile @Nullable Consumer<byte[], byte[]> open;

    CommandLog(ConsumerFactory<byte[], byte[]> consumers, GatewayProperties properties) {
        this.consumers = consumers;
        this.codec = new CommandCodec(properties.maxSeatsPerRequest());
    }

    /**
     * The command, if it waits to be decided.
     *
     * @throws Refusal 503 when the broker is away, for then nobody can say
     */
    Optional<Command> undecided(UUID requestId) {
        CompletableFuture<Optional<Command>> answer;
        synchronized (lock) {
            answer = next.computeIfAbsent(requestId, _ -> new CompletableFuture<>());
            if (!reading) {
                reading = true;
                Thread.ofVirtual().name("command-log").start(this::readWhileAsked);
            }
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw Refusal.unavailable("Kafka", e.getCause());
        }
    }

    private void readWhileAsked() {
        while (true) {
            Map<UUID, CompletableFuture<Optional<Command>>> asked;
            synchronized (lock) {
                if (next.isEmpty()) {
                    reading = false;
                    return;
                }
                asked = next;
                next = new HashMap<>();
            }
            try {
                Map<UUID, Command> found = read(asked.keySet());
                asked.forEach((id, answer) -> answer.complete(Optional.ofNullable(found.get(id))));
            } catch (Throwable e) {
                closeConsumer();
                asked.values().forEach(answer -> answer.completeExceptionally(e));
            }
        }
    }

    private Map<UUID, Command> read(Set<UUID> wanted) {
        Map<UUID, Command> found = new HashMap<>();
        Consumer<byte[], byte[]> consumer = consumer();
        Map<TopicPartition, Long> ends = seekToUndecided(consumer);
        while (!ends.isEmpty() && found.size() < wanted.size()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
            if (records.nextOffsets().isEmpty()) {
                throw new KafkaException("the broker of " + Topics.COMMANDS + " is silent");
            }
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (codec.decode(record.key(), record.value()) instanceof Decoded.Valid(Command command)
                        && wanted.contains(command.requestId())) {
                    found.putIfAbsent(command.requestId(), command);
                }
            }
            ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        }
        return found;
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> consumer = open;
        if (consumer == null) {
            consumer = consumers.createConsumer(Topics.WORKER_GROUP, null, null, settings());
            open = consumer;
        }
        return consumer;
    }

    private void closeConsumer() {
        Consumer<byte[], byte[]> consumer = open;
        open = null;
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    /** Whoever reads at that moment fails, as he would without a broker. */
    @Override
    public void destroy() {
        synchronized (lock) {
            Consumer<byte[], byte[]> consumer = open;
            if (reading && consumer != null) {
                consumer.wakeup();
            } else {
                closeConsumer();
            }
        }
    }

    /** The ends of the partitions that have undecided commands; the consumer stands at their beginning. */
    private static Map<TopicPartition, Long> seekToUndecided(Consumer<byte[], byte[]> consumer) {
        Set<TopicPartition> partitions = Set.copyOf(Partitions.of(consumer, Topics.COMMANDS));
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (TopicPartition partition : partitions) {
            long beginning = beginnings.getOrDefault(partition, 0L);
            OffsetAndMetadata decided = committed.get(partition);
            starts.put(partition, decided == null ? beginning : Math.max(beginning, decided.offset()));
        }
        ends.entrySet().removeIf(end -> starts.getOrDefault(end.getKey(), 0L) >= end.getValue());
        List<TopicPartition> undecided = new ArrayList<>(ends.keySet());
        consumer.assign(undecided);
        undecided.forEach(partition -> consumer.seek(partition, starts.getOrDefault(partition, 0L)));
        return ends;
    }

    /** Reads the offsets of the workers' group without joining it, and sees records behind open transactions too. */
    private static Properties settings() {
        Properties settings = new Properties();
        settings.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_UNCOMMITTED.toString());
        settings.setProperty(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(PATIENCE.toMillis()));
        // What it fetched ahead waits at the broker for that long, and the next reading waits behind it.
        settings.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
        return settings;
    }
}
