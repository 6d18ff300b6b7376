package seatkeeper.worker.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.worker.decision.Verdict;

/** Counts what the worker does, and says so once a minute when it did anything. */
@Component
class WorkerMetrics {

    private static final Logger log = LoggerFactory.getLogger(WorkerMetrics.class);

    private final MeterRegistry registry;
    private final Counter misplaced;
    private final Counter batchesRetried;
    private final LongAdder commandsSinceReport = new LongAdder();
    private final LongAdder batchesSinceReport = new LongAdder();

    WorkerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.misplaced = Counter.builder("seatkeeper.commands.misplaced")
                .description("Commands on another partition than murmur2(show_id)")
                .register(registry);
        this.batchesRetried = Counter.builder("seatkeeper.batches.retried")
                .description("Batches decided again because another transaction was first")
                .register(registry);
    }

    void misplaced() {
        misplaced.increment();
    }

    void batchRetried() {
        batchesRetried.increment();
    }

    void finished(int records, List<Verdict> verdicts, List<DeadLetter> deadLetters) {
        for (Verdict verdict : verdicts) {
            switch (verdict) {
                case Verdict.Decided decided ->
                    registry.counter(
                                    "seatkeeper.commands.decided",
                                    "status",
                                    decided.outcome().status().name(),
                                    "reason",
                                    reason(decided.outcome()))
                            .increment();
                case Verdict.Replayed _ ->
                    registry.counter("seatkeeper.commands.replayed").increment();
                case Verdict.Reused _ -> {
                    // Counted among the dead letters.
                }
            }
        }
        deadLetters.forEach(letter -> registry.counter(
                        "seatkeeper.dead.letters", "code", letter.code().name())
                .increment());
        commandsSinceReport.add(records);
        batchesSinceReport.increment();
    }

    private static String reason(Outcome outcome) {
        return outcome.reason() == null ? "" : outcome.reason().name();
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
