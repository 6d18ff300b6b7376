package seatkeeper.worker.intake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * Consumers whose polls return all that is there. A consumer fetches ahead, and so its poll returns what had come when
 * the last batch was begun: often a single record, while those that came since wait at the broker for another batch.
 * These poll once more, for what came meanwhile; it costs a lone command no more than the patience.
 */
final class GatheringConsumers extends DefaultKafkaConsumerFactory<byte[], byte[]> {

    private static final Duration PATIENCE = Duration.ofMillis(2);

    /** With the settings and listeners of that factory. */
    GatheringConsumers(ConsumerFactory<byte[], byte[]> like) {
        super(like.getConfigurationProperties());
        like.getListeners().forEach(this::addListener);
    }

    @Override
    protected Consumer<byte[], byte[]> createRawConsumer(Map<String, Object> settings) {
        return new Gathering(settings);
    }

    private final class Gathering extends ExtendedKafkaConsumer {

        /** As many records are a batch already. */
        private final int enough;

        Gathering(Map<String, Object> settings) {
            super(settings);
            enough = new ConsumerConfig(settings).getInt(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            ConsumerRecords<byte[], byte[]> first = super.poll(timeout);
            if (first.isEmpty() || first.count() >= enough) {
                return first;
            }
            try {
                return both(first, super.poll(PATIENCE), assignment());
            } catch (RuntimeException e) {
                // Nobody has seen them: they are read again.
                Set<TopicPartition> assigned = assignment();
                first.partitions().stream()
                        .filter(assigned::contains)
                        .forEach(partition -> seek(
                                partition, first.records(partition).getFirst().offset()));
                throw e;
            }
        }
    }

    /** Without those of partitions that have gone to another consumer in between. */
    private static ConsumerRecords<byte[], byte[]> both(
            ConsumerRecords<byte[], byte[]> first,
            ConsumerRecords<byte[], byte[]> second,
            Set<TopicPartition> assigned) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        Stream.of(first, second).forEach(polled -> {
            polled.partitions().stream()
                    .filter(assigned::contains)
                    .forEach(partition -> records.computeIfAbsent(partition, _ -> new ArrayList<>())
                            .addAll(polled.records(partition)));
            next.putAll(polled.nextOffsets());
        });
        next.keySet().retainAll(assigned);
        return new ConsumerRecords<>(records, next);
    }
}
