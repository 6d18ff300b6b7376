package seatkeeper.worker.intake;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import seatkeeper.worker.decision.Decider;
import seatkeeper.worker.decision.Decision;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.decision.Verdict;
import seatkeeper.worker.ledger.Ledger;

/**
 * Load, decide, save: one transaction a batch. READ COMMITTED, because each statement has to see what other
 * transactions committed while it waited for them.
 */
@Component
class BatchProcessor {

    /** Lost races are met at once this often; after that the container waits before it polls the batch again. */
    private static final int ATTEMPTS = 5;

    private final Ledger ledger;
    private final TransactionTemplate transaction;
    private final WorkerMetrics metrics;
    private final Clock clock;

    BatchProcessor(Ledger ledger, PlatformTransactionManager transactions, WorkerMetrics metrics, Clock clock) {
        this.ledger = ledger;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * When this returns, the verdicts are committed.
     *
     * @throws RuntimeException when they are not, or when nobody knows; the same batch again is then the right thing,
     *     for every request_id is decided once
     */
    List<Verdict> process(List<Submission> batch) {
        if (batch.isEmpty()) {
            return List.of();
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return metrics.transaction(() -> transaction.execute(_ -> decideAndSave(batch)));
            } catch (ConcurrencyFailureException e) {
                metrics.batchRetried();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private List<Verdict> decideAndSave(List<Submission> batch) {
        Decision decision = Decider.decide(ledger.load(batch), batch, Instant.ofEpochMilli(clock.millis()));
        ledger.save(decision);
        return decision.verdicts();
    }
}
