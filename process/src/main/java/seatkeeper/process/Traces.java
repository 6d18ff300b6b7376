package seatkeeper.process;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Spans that go from process to process in the headers of Kafka records (W3C {@code traceparent}); off, all are null. */
public class Traces {

    private static final Propagator.Getter<Headers> GETTER = (headers, key) -> {
        Header header = headers.lastHeader(key);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    };

    private final @Nullable Tracer tracer;
    private final @Nullable Propagator propagator;

    Traces(@Nullable Tracer tracer, @Nullable Propagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** Without any span. */
    public static Traces off() {
        return new Traces(null, null);
    }

    public boolean areOn() {
        return propagator != null;
    }

    /** What is done with a record that was read, as a child of what its headers name. */
    public @Nullable Span read(String name, ConsumerRecord<?, ?> record, Instant since) {
        if (propagator == null) {
            return null;
        }
        return propagator
                .extract(record.headers(), GETTER)
                .kind(Span.Kind.CONSUMER)
                .name(name)
                .tag("messaging.system", "kafka")
                .tag("messaging.destination.name", record.topic())
                .tag("messaging.destination.partition.id", String.valueOf(record.partition()))
                .tag("messaging.kafka.offset", String.valueOf(record.offset()))
                .startTimestamp(
                        TimeUnit.SECONDS.toNanos(since.getEpochSecond()) + since.getNano(), TimeUnit.NANOSECONDS)
                .start();
    }

    public @Nullable Span child(@Nullable Span parent, String name) {
        return tracer == null || parent == null
                ? null
                : tracer.spanBuilder().setParent(parent.context()).name(name).start();
    }

    /** A child span that names itself in the headers of a record to be sent. */
    public @Nullable Span send(@Nullable Span parent, String name, Headers headers) {
        if (tracer == null || propagator == null || parent == null) {
            return null;
        }
        Span span = tracer.spanBuilder()
                .setParent(parent.context())
                .kind(Span.Kind.PRODUCER)
                .name(name)
                .start();
        propagator.inject(
                span.context(), headers, (_, key, value) -> headers.add(key, value.getBytes(StandardCharsets.UTF_8)));
        return span;
    }
}
