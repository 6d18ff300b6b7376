package seatkeeper.gateway.booking;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Topics;
import seatkeeper.process.Traces;
import tools.jackson.core.JacksonException;

/**
 * Every gateway reads all outcomes, for any of them may have somebody waiting; so it assigns itself every partition. It
 * settles those of the partitions that are its own in the {@link OutcomeGroup}. Of the others it looks at the id in the
 * header: where somebody waits, it makes sure that the outcome is settled. So an outcome is settled before it is told:
 * who learns of a booking from us never finds its seats free.
 */
@Component
class OutcomeStream implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OutcomeStream.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 3;
    private static final Duration PARTITIONS_CHECKED_EVERY = Duration.ofSeconds(30);

    private final ConsumerFactory<byte[], byte[]> consumers;
    private final Requests requests;
    private final LatestOutcomes latest;
    private final Waiters waiters;
    private final Traces traces;
    private final Counter setAside;

    private volatile @Nullable Thread thread;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    /** In a row; touched by the stream's own thread only. */
    private int failures;

    OutcomeStream(
            ConsumerFactory<byte[], byte[]> consumers,
            Requests requests,
            LatestOutcomes latest,
            Waiters waiters,
            Traces traces,
            MeterRegistry metrics) {
        this.consumers = consumers;
        this.requests = requests;
        this.latest = latest;
        this.waiters = waiters;
        this.traces = traces;
        this.setAside = Counter.builder("seatkeeper.outcomes.set.aside")
                .description("Times that outcomes of a show could not be settled, and its map was loaded anew")
                .register(metrics);
    }

    @Override
    public void start() {
        stopped = new CountDownLatch(1);
        thread = Thread.ofPlatform().name("outcomes").start(this::run);
    }

    @Override
    public void stop() {
        stopped.countDown();
        Consumer<byte[], byte[]> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return stopped.getCount() > 0;
    }

    /** Ends after the web server, whose calls may wait for outcomes. */
    @Override
    public int getPhase() {
        return 0;
    }

    private void run() {
        try (OutcomeGroup group = new OutcomeGroup(consumers)) {
            group.start();
            while (isRunning()) {
                try (Consumer<byte[], byte[]> opened = consumers.createConsumer()) {
                    consumer = opened;
                    opened.assign(Partitions.of(opened, Topics.OUTCOMES));
                    follow(opened, group);
                } catch (WakeupException e) {
                    // Asked to stop.
                } catch (KafkaException e) {
                    wait(e);
                } catch (RuntimeException e) {
                    log.error("a bug: outcomes are read again from the last place settled", e);
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            boolean _ = stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer, OutcomeGroup group) {
        long checkedAt = System.nanoTime();
        while (isRunning()) {
            begin(consumer, group);
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            List<ConsumerRecord<byte[], byte[]>> ours = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (group.isOurs(partition(record))) {
                    ours.add(record);
                } else {
                    passOver(record);
                }
            }
            settle(ours);
            ours.forEach(record -> group.settled(partition(record), record.offset() + 1));
            long now = System.nanoTime();
            if (now - checkedAt > PARTITIONS_CHECKED_EVERY.toNanos()) {
                checkedAt = now;
                consumer.assign(Partitions.of(consumer, Topics.OUTCOMES));
            }
        }
    }

    /** What has become ours may have been passed over already. */
    private static void begin(Consumer<byte[], byte[]> consumer, OutcomeGroup group) {
        Map<TopicPartition, Long> begun = group.begun();
        if (!consumer.assignment().containsAll(begun.keySet())) {
            consumer.assign(Partitions.of(consumer, Topics.OUTCOMES));
        }
        begun.forEach(consumer::seek);
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** Another gateway settles it; but who waits here is told here. */
    private void passOver(ConsumerRecord<byte[], byte[]> record) {
        UUID id = requestId(record);
        if (id == null || record.value() == null) {
            return;
        }
        latest.add(id, record.value());
        if (waiters.isAwaited(id)) {
            Outcome outcome = read(record);
            if (outcome != null) {
                List<Span> spans = spans(List.of(record));
                Thread.ofVirtual().name("outcome " + id).start(() -> {
                    requests.makeSureItIsSettled(outcome);
                    waiters.wake(outcome);
                    spans.forEach(Span::end);
                });
            }
        }
    }

    /** Outcomes of one show, as they came. */
    private static final class OfShow {
        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<Outcome> reused = new ArrayList<>();
        private boolean isUnreadable;
        private int failures;
    }

    private void settle(List<ConsumerRecord<byte[], byte[]>> records) {
        if (records.isEmpty()) {
            return;
        }
        List<Span> spans = spans(records);
        try {
            Map<String, OfShow> shows = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                sort(record, shows);
            }
            settleAll(shows);
        } finally {
            spans.forEach(Span::end);
        }
        failures = 0;
    }

    private void sort(ConsumerRecord<byte[], byte[]> record, Map<String, OfShow> shows) {
        Outcome outcome = read(record);
        String showId = outcome == null
                ? record.key() == null ? "" : new String(record.key(), UTF_8)
                : Objects.requireNonNullElse(outcome.showId(), "");
        OfShow show = shows.computeIfAbsent(showId, _ -> new OfShow());
        if (outcome == null) {
            show.isUnreadable = true;
        } else {
            latest.add(outcome.requestId(), record.value());
            show.outcomes.add(outcome);
            if (record.headers().lastHeader(OutcomeCodec.REUSED) != null) {
                show.reused.add(outcome);
            }
        }
    }

    /** However long Redis is away, or loses a call now and then: shows that are settled need not be settled again. */
    private void settleAll(Map<String, OfShow> shows) {
        Map<String, OfShow> left = shows;
        while (!left.isEmpty()) {
            if (!isRunning()) {
                throw new WakeupException();
            }
            left = settleOnce(left);
        }
    }

    /** All shows at once; those that were neither settled nor set aside come back. */
    private Map<String, OfShow> settleOnce(Map<String, OfShow> shows) {
        Map<String, CompletableFuture<Void>> settling = new HashMap<>();
        shows.forEach((showId, show) -> settling.put(
                showId,
                show.isUnreadable
                        ? CompletableFuture.failedFuture(new IllegalStateException("an outcome cannot be read"))
                        : requests.settle(showId, show.outcomes, show.reused)));
        Map<String, OfShow> left = new HashMap<>();
        settling.forEach((showId, done) -> {
            OfShow show = Objects.requireNonNull(shows.get(showId));
            try {
                done.join();
            } catch (CompletionException e) {
                // A call may be lost, once or twice.
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                if (++show.failures < ATTEMPTS || !setAside(showId, cause)) {
                    warn(cause);
                    left.put(showId, show);
                }
            }
            // They stand all the same, and who waits for them need not wait for Redis.
            show.outcomes.forEach(waiters::wake);
        });
        if (!left.isEmpty()) {
            pause();
        }
        return left;
    }

    /** The show's map is loaded anew, and the others go on; false when even that fails, for then a server is away. */
    private boolean setAside(String showId, Throwable cause) {
        try {
            requests.giveUp(showId);
            setAside.increment();
            log.error("outcomes of show {} cannot be settled, its map was loaded anew", showId, cause);
            return true;
        } catch (RuntimeException e) {
            log.debug("nor can its map be loaded", e);
            return false;
        }
    }

    private void wait(RuntimeException cause) {
        warn(cause);
        pause();
    }

    private void warn(Throwable cause) {
        if (failures++ % 60 == 0) {
            log.warn("outcomes wait: {}", cause.toString());
        }
    }

    private List<Span> spans(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Span> spans = new ArrayList<>();
        if (traces.areOn()) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Span span = traces.read(Topics.OUTCOMES + " settle", record, Instant.now());
                if (span != null) {
                    spans.add(span);
                }
            }
        }
        return spans;
    }

    /** From the header; from the value, where an older worker wrote it. */
    private static @Nullable UUID requestId(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(OutcomeCodec.REQUEST_ID);
        if (header == null || header.value() == null || header.value().length != 36) {
            Outcome outcome = read(record);
            return outcome == null ? null : outcome.requestId();
        }
        try {
            return UUID.fromString(new String(header.value(), UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Outcome read(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.value() != null) {
                return OutcomeCodec.decode(record.value());
            }
        } catch (JacksonException e) {
            log.debug("not an outcome", e);
        }
        log.warn("not an outcome, passed over: partition={}, offset={}", record.partition(), record.offset());
        return null;
    }
}
