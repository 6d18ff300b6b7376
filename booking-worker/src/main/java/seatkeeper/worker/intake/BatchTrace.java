package seatkeeper.worker.intake;

import io.micrometer.tracing.Span;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import seatkeeper.process.Traces;

/**
 * The spans of a batch: of each command from its read to its published outcome, and under it the transaction, which the
 * batch shares, and the publishing.
 */
final class BatchTrace implements AutoCloseable {

    private final Traces traces;
    private final Instant since;
    private final List<Span> commands = new ArrayList<>();
    private final Map<UUID, Span> byRequest = new HashMap<>();
    private final List<Span> sent = new ArrayList<>();

    BatchTrace(Traces traces, Clock clock) {
        this.traces = traces;
        this.since = clock.instant();
    }

    void read(ConsumerRecord<byte[], byte[]> record, @Nullable UUID requestId) {
        Span span = traces.read(record.topic() + " process", record, since);
        if (span != null) {
            commands.add(span);
            if (requestId != null) {
                byRequest.put(requestId, span.tag("request_id", requestId.toString()));
            }
        }
    }

    <T> T transaction(Supplier<T> work) {
        List<Span> spans = new ArrayList<>(commands.size());
        for (Span command : commands) {
            Span span = traces.child(command, "transaction");
            if (span != null) {
                spans.add(span.tag("batch.commands", commands.size()));
            }
        }
        try {
            return work.get();
        } catch (RuntimeException e) {
            spans.forEach(span -> span.error(e));
            throw e;
        } finally {
            spans.forEach(Span::end);
        }
    }

    /** The outcome's headers name the span of its publishing, so that whoever reads it can go on. */
    void publish(String topic, UUID requestId, Headers headers) {
        Span span = traces.send(byRequest.get(requestId), topic + " send", headers);
        if (span != null) {
            sent.add(span);
        }
    }

    @Override
    public void close() {
        sent.forEach(Span::end);
        commands.forEach(Span::end);
    }
}
