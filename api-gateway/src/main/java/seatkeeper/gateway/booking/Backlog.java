package seatkeeper.gateway.booking;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Topics;
import seatkeeper.gateway.GatewayProperties;

/**
 * Looks once a second how far the workers are behind, partition by partition: a show that everybody wants does not shut
 * out the shows of other partitions. Every gateway sees the same, for it asks the brokers, and it needs no outcome to
 * see it. While the brokers are away it believes what it saw last.
 */
@Component
class Backlog implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Backlog.class);
    private static final int LOOK_EVERY_MS = 1_000;
    private static final int PATIENCE_MS = 2_000;

    private final Map<String, Object> settings;
    private final Duration max;
    /** By partition; replaced after each look, as a whole. */
    private volatile List<Boolean> tooOld = List.of();

    private volatile Duration oldest = Duration.ZERO;
    private volatile long undecided;
    private volatile @Nullable Thread thread;

    Backlog(KafkaAdmin kafka, GatewayProperties properties, MeterRegistry metrics) {
        settings = new HashMap<>(kafka.getConfigurationProperties());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        max = properties.overload().maxBacklogAge();
        TimeGauge.builder("seatkeeper.backlog.age", () -> oldest.toMillis(), TimeUnit.MILLISECONDS)
                .description("How long the oldest undecided command has waited, as this gateway saw it")
                .register(metrics);
        Gauge.builder("seatkeeper.backlog.commands", () -> undecided)
                .description("Commands accepted and not yet decided, as this gateway saw it")
                .register(metrics);
    }

    /** Whether a command of this show would wait for too long. */
    boolean isTooOld(String showId) {
        List<Boolean> partitions = tooOld;
        return !partitions.isEmpty()
                && partitions.get(
                        BuiltInPartitioner.partitionForKey(showId.getBytes(StandardCharsets.UTF_8), partitions.size()));
    }

    @Override
    public void start() {
        // Set before it runs: it runs as long as it is.
        Thread looking = Thread.ofPlatform().daemon().name("backlog").unstarted(this::lookAgainAndAgain);
        thread = looking;
        looking.start();
    }

    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void lookAgainAndAgain() {
        SortedMap<Integer, PartitionBacklog> backlogs = new TreeMap<>();
        while (isRunning()) {
            try (Admin admin = Admin.create(settings)) {
                while (isRunning()) {
                    look(admin, backlogs);
                    Thread.sleep(LOOK_EVERY_MS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (ExecutionException | TimeoutException | KafkaException e) {
                log.debug("the backlog cannot be seen", e);
            }
            try {
                Thread.sleep(LOOK_EVERY_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look(Admin admin, SortedMap<Integer, PartitionBacklog> backlogs)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<TopicPartition> partitions = admin
                .describeTopics(List.of(Topics.COMMANDS))
                .allTopicNames()
                .get(PATIENCE_MS, TimeUnit.MILLISECONDS)
                .values()
                .stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(info -> new TopicPartition(Topics.COMMANDS, info.partition()))
                .collect(Collectors.toSet());
        // The ends first: what was decided between the two questions makes the backlog younger, never older.
        var ends = admin.listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, _ -> OffsetSpec.latest())))
                .all()
                .get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        Map<TopicPartition, OffsetAndMetadata> decided = admin.listConsumerGroupOffsets(Topics.WORKER_GROUP)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        long now = System.nanoTime();
        ends.forEach((partition, end) -> {
            OffsetAndMetadata upTo = decided.get(partition);
            backlogs.computeIfAbsent(partition.partition(), _ -> new PartitionBacklog(max))
                    .seen(upTo == null ? 0 : upTo.offset(), end.offset(), now);
        });
        undecided =
                backlogs.values().stream().mapToLong(PartitionBacklog::commands).sum();
        oldest = backlogs.values().stream()
                .map(PartitionBacklog::age)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        publish(backlogs.values().stream().map(PartitionBacklog::isTooOld).toList());
    }

    private void publish(List<Boolean> now) {
        List<Boolean> before = tooOld;
        tooOld = now;
        if (!now.equals(before) && (now.contains(true) || before.contains(true))) {
            long refused = now.stream().filter(old -> old).count();
            log.warn(
                    "overload: commands for {} of {} partitions are refused; the oldest undecided one has waited {} s",
                    refused,
                    now.size(),
                    oldest.toSeconds());
        }
    }
}
