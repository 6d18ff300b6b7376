package seatkeeper.worker.intake;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Topics;

/** Outcomes and dead letters out, and back only when the broker has all of them. */
@Component
class Publisher {

    /** Longer than the producer's own delivery.timeout.ms, which ends the wait with the cause. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaOperations<byte[], byte[]> kafka;

    Publisher(KafkaOperations<byte[], byte[]> kafka) {
        this.kafka = kafka;
    }

    /**
     * Each request's outcome goes out once, however often the batch had the request.
     *
     * @param reused requests that came with another payload, too
     */
    void publish(List<Outcome> outcomes, Set<UUID> reused, List<DeadLetter> deadLetters, BatchTrace trace) {
        Map<UUID, Outcome> distinct = LinkedHashMap.newLinkedHashMap(outcomes.size());
        outcomes.forEach(outcome -> distinct.put(outcome.requestId(), outcome));
        List<CompletableFuture<?>> sent = new ArrayList<>(distinct.size() + deadLetters.size());
        distinct.values().forEach(outcome -> sent.add(kafka.send(record(outcome, reused, trace))));
        deadLetters.forEach(letter -> sent.add(send(letter)));
        kafka.flush();
        await(sent);
    }

    private CompletableFuture<?> send(DeadLetter letter) {
        // A letter that is too large must not hold the partition up for ever.
        try {
            return kafka.send(letter.letter())
                    .exceptionallyCompose(e -> isTooLarge(e)
                            ? kafka.send(letter.letterWithoutValue())
                            : CompletableFuture.failedFuture(e));
        } catch (KafkaException e) {
            if (isTooLarge(e)) {
                return kafka.send(letter.letterWithoutValue());
            }
            throw e;
        }
    }

    private static boolean isTooLarge(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException) {
                return true;
            }
        }
        return false;
    }

    private static ProducerRecord<byte[], byte[]> record(Outcome outcome, Set<UUID> reused, BatchTrace trace) {
        byte[] key = outcome.showId() == null ? null : outcome.showId().getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.OUTCOMES, key, OutcomeCodec.encode(outcome));
        record.headers()
                .add(OutcomeCodec.REQUEST_ID, outcome.requestId().toString().getBytes(StandardCharsets.UTF_8));
        if (reused.contains(outcome.requestId())) {
            record.headers().add(OutcomeCodec.REUSED, new byte[0]);
        }
        trace.publish(Topics.OUTCOMES, outcome.requestId(), record.headers());
        return record;
    }

    private static void await(Collection<CompletableFuture<?>> sent) {
        try {
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("outcomes could not be published", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while publishing outcomes", e);
        }
    }
}
