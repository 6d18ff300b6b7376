package seatkeeper.gateway.booking;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import seatkeeper.contract.Topics;

/**
 * The consumer group in which gateways share out whose outcomes each of them settles. It reads nothing: its partitions
 * are paused, and {@link OutcomeStream}, which reads all of them anyway, says up to where it has settled.
 */
final class OutcomeGroup implements ConsumerRebalanceListener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OutcomeGroup.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration COMMITTED_EVERY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ConsumerFactory<byte[], byte[]> consumers;
    private final Thread thread =
            Thread.ofPlatform().name("outcome-group").daemon().unstarted(this::run);
    /** Whose partitions we settle, and from where; taken out by the stream when it begins. */
    private final Map<TopicPartition, Long> assigned = new ConcurrentHashMap<>();

    private final Set<TopicPartition> ours = ConcurrentHashMap.newKeySet();
    private final Map<TopicPartition, Long> settled = new ConcurrentHashMap<>();
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean running = true;
    private long committedAt;

    OutcomeGroup(ConsumerFactory<byte[], byte[]> consumers) {
        this.consumers = consumers;
    }

    void start() {
        thread.start();
    }

    /** Partitions that have become ours, each with the offset from which on nobody has settled. */
    Map<TopicPartition, Long> begun() {
        Map<TopicPartition, Long> begun = new HashMap<>();
        assigned.keySet().forEach(partition -> {
            Long from = assigned.remove(partition);
            if (from != null) {
                begun.put(partition, from);
                ours.add(partition);
            }
        });
        return begun;
    }

    boolean isOurs(TopicPartition partition) {
        return ours.contains(partition);
    }

    /** All before that offset is settled. */
    void settled(TopicPartition partition, long next) {
        if (ours.contains(partition)) {
            settled.put(partition, next);
        }
    }

    private void run() {
        while (running) {
            try (Consumer<byte[], byte[]> opened = consumers.createConsumer()) {
                consumer = opened;
                opened.subscribe(Set.of(Topics.OUTCOMES), this);
                while (running) {
                    opened.poll(POLL);
                    if (System.nanoTime() - committedAt > COMMITTED_EVERY.toNanos()) {
                        commit(opened);
                    }
                }
            } catch (WakeupException e) {
                // Asked to stop.
            } catch (KafkaException e) {
                log.debug("joins again", e);
                pause();
            } finally {
                forget(Set.copyOf(ours));
                assigned.clear();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            running = false;
        }
    }

    private void commit(Consumer<byte[], byte[]> from) {
        committedAt = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        settled.forEach((partition, next) -> {
            if (ours.contains(partition) && settled.remove(partition, next)) {
                offsets.put(partition, new OffsetAndMetadata(next));
            }
        });
        if (!offsets.isEmpty()) {
            try {
                from.commitSync(offsets, PATIENCE);
            } catch (WakeupException e) {
                throw e;
            } catch (KafkaException e) {
                // Who settles these partitions next does it once more, which does no harm.
                log.debug("the place is not kept", e);
            }
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Consumer<byte[], byte[]> from = consumer;
        if (from != null) {
            from.pause(partitions);
            partitions.forEach(partition -> assigned.put(partition, from.position(partition)));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        Consumer<byte[], byte[]> from = consumer;
        if (from != null) {
            commit(from);
        }
        forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        forget(partitions);
    }

    private void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            assigned.remove(partition);
            ours.remove(partition);
            settled.remove(partition);
        });
    }

    /** Leaves the group, so that the others need not wait for it. */
    @Override
    public void close() {
        running = false;
        Consumer<byte[], byte[]> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
