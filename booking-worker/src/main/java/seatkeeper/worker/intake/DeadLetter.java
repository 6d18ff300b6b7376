package seatkeeper.worker.intake;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Topics;

/** A record that cannot be carried out, and why. */
record DeadLetter(
        ConsumerRecord<byte[], byte[]> record,
        Code code,
        String detail,
        @Nullable UUID requestId) {

    static final String REQUEST_ID = "request-id";

    /** On a record that was a dead letter and was sent back to the commands. */
    static final String REPLAYED = "replayed";

    /** Key and value as they were read; why and whence in headers. The sender's own headers stay behind. */
    ProducerRecord<byte[], byte[]> letter() {
        return letter(record.value());
    }

    /** For a value that the dead-letter topic refuses: without it, but with its size and its place in the log. */
    ProducerRecord<byte[], byte[]> letterWithoutValue() {
        ProducerRecord<byte[], byte[]> letter = letter(null);
        letter.headers().add("value-omitted-bytes", bytes(record.serializedValueSize()));
        return letter;
    }

    private ProducerRecord<byte[], byte[]> letter(byte @Nullable [] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("code", bytes(code));
        headers.add("detail", bytes(detail));
        if (requestId != null) {
            headers.add(REQUEST_ID, bytes(requestId));
        }
        if (record.headers().lastHeader(REPLAYED) != null) {
            // It came back once already: not again by itself.
            headers.add(REPLAYED, bytes(true));
        }
        headers.add("source-topic", bytes(record.topic()));
        headers.add("source-partition", bytes(record.partition()));
        headers.add("source-offset", bytes(record.offset()));
        headers.add("source-timestamp", bytes(record.timestamp()));
        return new ProducerRecord<>(Topics.DEAD_LETTERS, null, null, record.key(), value, headers);
    }

    private static byte[] bytes(Object value) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "dead letter %s: %s; request_id=%s, partition=%d, offset=%d"
                .formatted(code, detail, requestId, record.partition(), record.offset());
    }
}
