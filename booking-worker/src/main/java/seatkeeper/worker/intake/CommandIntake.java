package seatkeeper.worker.intake;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;
import seatkeeper.process.Traces;
import seatkeeper.worker.WorkerProperties;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.decision.Verdict;

/**
 * The way of a poll's records, top to bottom: bytes are parsed, the batch is decided and committed, outcomes and dead
 * letters are published, and only then may the container commit the offsets. A crash anywhere in between redelivers the
 * records; what was committed is then found and published again.
 *
 * <p>Records are taken raw, keys, values and headers as bytes: nothing a producer puts into a header is interpreted.
 */
@Component
class CommandIntake implements BatchMessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(CommandIntake.class);

    private final CommandCodec codec;
    private final BatchProcessor processor;
    private final Publisher publisher;
    private final PartitionCheck partitionCheck;
    private final WorkerMetrics metrics;
    private final Traces traces;
    private final Clock clock;

    CommandIntake(
            WorkerProperties properties,
            BatchProcessor processor,
            Publisher publisher,
            PartitionCheck partitionCheck,
            WorkerMetrics metrics,
            Traces traces,
            Clock clock) {
        this.codec = new CommandCodec(properties.maxSeatsPerRequest());
        this.processor = processor;
        this.publisher = publisher;
        this.partitionCheck = partitionCheck;
        this.metrics = metrics;
        this.traces = traces;
        this.clock = clock;
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        if (records.isEmpty()) {
            return;
        }
        try (BatchTrace trace = new BatchTrace(traces, clock)) {
            carryOut(records, trace);
        } catch (RuntimeException e) {
            // Naming the first record says that none is done: the container seeks back to it and polls again.
            throw new BatchListenerFailedException("the batch is tried again", e, records.getFirst());
        }
    }

    private void carryOut(List<ConsumerRecord<byte[], byte[]>> records, BatchTrace trace) {
        List<Submission> submissions = new ArrayList<>(records.size());
        List<ConsumerRecord<byte[], byte[]>> submitted = new ArrayList<>(records.size());
        List<DeadLetter> deadLetters = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Decoded decoded = codec.decode(record.key(), record.value());
            if (decoded instanceof Decoded.Invalid invalid) {
                deadLetters.add(new DeadLetter(record, invalid.code(), invalid.detail(), invalid.requestId()));
            } else if (partitionCheck.isMisplaced(record)) {
                metrics.misplaced();
            }
            Submission submission = submission(record, decoded);
            trace.read(record, submission == null ? null : submission.requestId());
            if (submission != null) {
                submissions.add(submission);
                submitted.add(record);
            }
        }

        List<Verdict> verdicts = trace.transaction(() -> processor.process(submissions));

        List<Outcome> outcomes = new ArrayList<>(verdicts.size());
        Set<UUID> reused = new HashSet<>();
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict verdict = verdicts.get(i);
            switch (verdict) {
                case Verdict.Decided _, Verdict.Replayed _ -> outcomes.add(verdict.outcome());
                case Verdict.Reused(Submission submission, Outcome first) -> {
                    // Told again too: a gateway may hold leases for the payload that is refused.
                    outcomes.add(first);
                    reused.add(first.requestId());
                    if (submission.decoded() instanceof Decoded.Valid) {
                        String detail = "another payload was " + first.status() + " under this request_id";
                        deadLetters.add(new DeadLetter(
                                submitted.get(i), Code.REQUEST_ID_REUSED, detail, submission.requestId()));
                    }
                }
            }
        }
        publisher.publish(outcomes, reused, deadLetters, trace);
        metrics.finished(records.size(), verdicts, deadLetters);
        verdicts.forEach(verdict -> log.atDebug()
                .addKeyValue("request_id", verdict.requestId())
                .log("{}", verdict.outcome().status()));
        deadLetters.forEach(letter ->
                log.atWarn().addKeyValue("request_id", letter.requestId()).log("{}", letter));
    }

    private static @Nullable Submission submission(ConsumerRecord<byte[], byte[]> record, Decoded decoded) {
        Instant loggedAt = Instant.ofEpochMilli(record.timestamp());
        return switch (decoded) {
            case Decoded.Valid(var command) ->
                new Submission(
                        command.requestId(),
                        command.fingerprint(),
                        decoded,
                        record.partition(),
                        record.offset(),
                        loggedAt);
            case Decoded.Invalid invalid
            when invalid.requestId() != null ->
                new Submission(
                        invalid.requestId(),
                        Fingerprint.ofBytes(record.value()),
                        decoded,
                        record.partition(),
                        record.offset(),
                        loggedAt);
            case Decoded.Invalid _ -> null;
        };
    }
}
