package seatkeeper.gateway.booking;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.SendResult;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.Topics;
import seatkeeper.gateway.web.Refusal;

/** Commands to Kafka, keyed by their show; back when the broker has acknowledged. */
@Component
class CommandPublisher implements SmartInitializingSingleton {

    /** Longer than the producer's delivery.timeout.ms, which ends the wait with the cause. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(CommandPublisher.class);

    private final KafkaOperations<byte[], byte[]> kafka;

    CommandPublisher(KafkaOperations<byte[], byte[]> kafka) {
        this.kafka = kafka;
    }

    /** Connects before the first command comes, which would not wait for long. */
    @Override
    public void afterSingletonsInstantiated() {
        try {
            kafka.partitionsFor(Topics.COMMANDS);
        } catch (org.apache.kafka.common.KafkaException e) {
            log.debug("Kafka is away; commands are refused until it is there", e);
        }
    }

    /**
     * Publishes a command.
     *
     * @throws NotSent when the command certainly did not leave this process
     * @throws Refusal 503 OUTCOME_UNKNOWN when the broker may have it
     */
    void publish(Command command) {
        byte[] key = command.showId().getBytes(StandardCharsets.UTF_8);
        CompletableFuture<SendResult<byte[], byte[]>> sent;
        try {
            sent = kafka.send(new ProducerRecord<>(Topics.COMMANDS, key, CommandCodec.encode(command)));
        } catch (KafkaException e) {
            throw new NotSent(e);
        }
        if (sent.isCompletedExceptionally()) {
            // Failed before it was handed to the sender: no metadata, no room.
            throw new NotSent(sent.exceptionNow());
        }
        try {
            sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Refusal.outcomeUnknown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.outcomeUnknown(e);
        }
    }

    static final class NotSent extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotSent(Throwable cause) {
            super(cause);
        }
    }
}
