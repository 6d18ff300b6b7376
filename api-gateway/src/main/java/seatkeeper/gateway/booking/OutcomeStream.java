package seatkeeper.gateway.booking;

import io.micrometer.tracing.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Topics;
import seatkeeper.gateway.redis.PipelinedRedis;
import seatkeeper.process.Traces;
import tools.jackson.core.JacksonException;

/**
 * Every gateway reads all outcomes, for any of them may have somebody waiting; so it assigns itself every partition
 * instead of joining a group. An outcome is settled before it is told: who learns of a booking from us never finds its
 * seats free.
 *
 * <p>The place up to which outcomes are settled is kept as the offset of a consumer group without members, which all
 * gateways share: the next one to start settles what happened while there was none. Settling twice does no harm.
 */
@Component
class OutcomeStream implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OutcomeStream.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration PLACE_KEPT_EVERY = Duration.ofSeconds(1);
    private static final Duration PARTITIONS_CHECKED_EVERY = Duration.ofSeconds(30);

    private final ConsumerFactory<byte[], byte[]> consumers;
    private final Requests requests;
    private final Waiters waiters;
    private final Traces traces;

    private volatile @Nullable Thread thread;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    /** In a row; touched by the stream's own thread only. */
    private int failures;

    OutcomeStream(ConsumerFactory<byte[], byte[]> consumers, Requests requests, Waiters waiters, Traces traces) {
        this.consumers = consumers;
        this.requests = requests;
        this.waiters = waiters;
        this.traces = traces;
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
        while (isRunning()) {
            try (Consumer<byte[], byte[]> opened = consumers.createConsumer()) {
                consumer = opened;
                opened.assign(Partitions.of(opened, Topics.OUTCOMES));
                follow(opened);
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

    private void pause() {
        try {
            boolean _ = stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        long checkedAt = System.nanoTime();
        long keptAt = checkedAt;
        boolean hasMoved = false;
        while (isRunning()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                List<Span> spans = spans(records);
                try {
                    settleAll(outcomes(records));
                } finally {
                    spans.forEach(Span::end);
                }
                hasMoved = true;
                failures = 0;
            }
            long now = System.nanoTime();
            if (hasMoved && now - keptAt > PLACE_KEPT_EVERY.toNanos()) {
                keptAt = now;
                hasMoved = false;
                // Not waited for: a place that was not kept is kept the next time.
                consumer.commitAsync((_, e) -> {
                    if (e != null) {
                        log.debug("the place is not kept", e);
                    }
                });
            }
            if (now - checkedAt > PARTITIONS_CHECKED_EVERY.toNanos()) {
                checkedAt = now;
                consumer.assign(Partitions.of(consumer, Topics.OUTCOMES));
            }
        }
    }

    private List<Span> spans(ConsumerRecords<byte[], byte[]> records) {
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

    private static List<Outcome> outcomes(ConsumerRecords<byte[], byte[]> records) {
        List<Outcome> outcomes = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Outcome outcome = read(record);
            if (outcome != null) {
                outcomes.add(outcome);
            }
        }
        return outcomes;
    }

    /** However long Redis is away, or loses a call now and then: shows that are settled need not be settled again. */
    private void settleAll(List<Outcome> outcomes) {
        List<Outcome> left = outcomes;
        while (!left.isEmpty()) {
            if (!isRunning()) {
                throw new WakeupException();
            }
            left = settle(left);
        }
    }

    /** Outcomes of one show, on their way to Redis. */
    private record Settling(List<Outcome> outcomes, CompletableFuture<Void> done) {}

    /** All shows at once. Outcomes of those that could not be settled come back. */
    private List<Outcome> settle(List<Outcome> outcomes) {
        List<Settling> shows = new ArrayList<>();
        outcomes.stream()
                .collect(Collectors.groupingBy(outcome -> Objects.requireNonNullElse(outcome.showId(), "")))
                .forEach((show, ofShow) -> shows.add(new Settling(ofShow, requests.settle(show, ofShow))));
        List<Outcome> failed = new ArrayList<>();
        DataAccessException cause = null;
        for (Settling show : shows) {
            try {
                Void _ = PipelinedRedis.answer(show.done);
            } catch (DataAccessException e) {
                failed.addAll(show.outcomes);
                cause = e;
            }
            // They stand all the same, and who waits for them need not wait for Redis.
            show.outcomes.forEach(waiters::wake);
        }
        if (cause != null) {
            wait(cause);
        }
        return failed;
    }

    private void wait(RuntimeException cause) {
        if (failures++ % 60 == 0) {
            log.warn("outcomes wait: {}", cause.toString());
        }
        pause();
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
