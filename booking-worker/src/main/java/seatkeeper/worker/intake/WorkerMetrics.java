package seatkeeper.worker.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Outcome;
import seatkeeper.worker.decision.Verdict;

/** Counts what the worker does, and says so once a minute when it did anything. */
@Component
class WorkerMetrics {

    private static final Logger log = LoggerFactory.getLogger(WorkerMetrics.class);

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer untilOutcome;
    private final Timer transaction;
    private final DistributionSummary batchSize;
    private final Counter replayed;
    private final Counter misplaced;
    private final Counter batchesRetried;
    private final Counter batchesFailed;
    private final LongAdder commandsSinceReport = new LongAdder();
    private final LongAdder batchesSinceReport = new LongAdder();

    WorkerMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.untilOutcome = Timer.builder("seatkeeper.command.outcome")
                .description("From a command's submitted_at until its outcome was published")
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2))
                .register(registry);
        this.transaction = Timer.builder("seatkeeper.batch.transaction")
                .description("A batch's transaction, from its begin to the end of its commit or rollback")
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5))
                .register(registry);
        this.batchSize = DistributionSummary.builder("seatkeeper.batch.commands")
                .description("Records decided together in one transaction")
                .serviceLevelObjectives(1, 2, 5, 10, 25, 50, 100, 250, 500)
                .register(registry);
        this.replayed = Counter.builder("seatkeeper.commands.replayed")
                .description("Commands decided before, whose outcome was published again")
                .register(registry);
        this.misplaced = Counter.builder("seatkeeper.commands.misplaced")
                .description("Commands on another partition than murmur2(show_id)")
                .register(registry);
        this.batchesRetried = Counter.builder("seatkeeper.batches.retried")
                .description("Batches decided again because another transaction was first")
                .register(registry);
        this.batchesFailed = Counter.builder("seatkeeper.batches.failed")
                .description("Attempts at a batch that failed as a whole; it is tried again")
                .register(registry);
        // There from the start, so that the first one is seen as a rise.
        List.of(Code.INVALID_COMMAND, Code.UNSUPPORTED_VERSION, Code.REQUEST_ID_REUSED)
                .forEach(this::deadLetters);
    }

    void misplaced() {
        misplaced.increment();
    }

    void batchRetried() {
        batchesRetried.increment();
    }

    void batchFailed() {
        batchesFailed.increment();
    }

    private Counter deadLetters(Code code) {
        return Counter.builder("seatkeeper.dead.letters")
                .description("Records that are no commands, or whose request_id was used with another payload")
                .tag("code", code.name())
                .register(registry);
    }

    /** Times a batch's transaction, however it ends. */
    <T> T transaction(Supplier<T> work) {
        return transaction.record(work);
    }

    void finished(int records, List<Verdict> verdicts, List<DeadLetter> deadLetters) {
        Instant now = clock.instant();
        for (Verdict verdict : verdicts) {
            switch (verdict) {
                case Verdict.Decided decided -> {
                    decided(decided.outcome()).increment();
                    if (decided.submission().decoded() instanceof Decoded.Valid(var command)) {
                        untilOutcome.record(Duration.between(command.submittedAt(), now));
                    }
                }
                case Verdict.Replayed _ -> replayed.increment();
                case Verdict.Reused _ -> {
                    // Counted among the dead letters.
                }
            }
        }
        deadLetters.forEach(letter -> deadLetters(letter.code()).increment());
        batchSize.record(records);
        commandsSinceReport.add(records);
        batchesSinceReport.increment();
    }

    private Counter decided(Outcome outcome) {
        return Counter.builder("seatkeeper.commands.decided")
                .description("Commands decided, by the status of their outcome and its reason")
                .tag("status", outcome.status().name())
                .tag("reason", outcome.reason() == null ? "" : outcome.reason().name())
                .register(registry);
    }

    @Scheduled(fixedRateString = "1m", initialDelayString = "1m")
    void report() {
        long commands = commandsSinceReport.sumThenReset();
        long batches = batchesSinceReport.sumThenReset();
        if (commands > 0) {
            log.info("{} commands in {} batches in the last minute", commands, batches);
        }
    }
}
