package seatkeeper.worker.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import seatkeeper.worker.WorkerProperties;

/**
 * Forgets old requests: the rejected ones, and those confirmed in shows that are archived. What the records of the log
 * up to the horizon led to may be forgotten, so {@link Ledger} has them refused when they are read again; the horizon
 * is raised in the transaction that forgets, and only as far as that needs. Bookings stay.
 */
@Component
class Retention {

    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private static final int STEP = 10_000;

    /** By how much the clock of a broker, which dates the records, may be ahead of that of a worker. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    /** One worker at a time, until its transaction ends. */
    private static final String LOCK = "select pg_try_advisory_xact_lock(hashtext('seatkeeper.retention'))";

    /** The limits within keep the planner to the indexes, whatever it believes of the table. */
    private static final String FORGET = """
            with old as (
                (select request_id
                 from booking_requests
                 where status = 'REJECTED' and decided_at < :before
                 order by decided_at
                 limit :step)
                union all
                (select confirmed.request_id
                 from shows s
                 cross join lateral (
                     select r.request_id
                     from booking_requests r
                     where r.show_id = s.id and r.status = 'CONFIRMED' and r.decided_at < :before
                     limit :step) confirmed
                 where s.archived_at is not null)
                limit :step
            ), forgotten as (
                delete from booking_requests r using old where r.request_id = old.request_id returning r.decided_at
            ), raised as (
                update retention
                set horizon = greatest(horizon, (select max(decided_at) from forgotten) + make_interval(secs => :skew))
                where exists (select from forgotten)
            )
            select count(*) from forgotten
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Duration window;
    private final Clock clock;

    Retention(JdbcClient jdbc, PlatformTransactionManager transactions, WorkerProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.window = properties.retention().window();
        this.clock = clock;
    }

    /** In steps of one transaction each, so that no lock is held for long. */
    @Scheduled(fixedDelayString = "${booking.retention.every}", initialDelayString = "${booking.retention.every}")
    void forgetOld() {
        if (!window.isPositive()) {
            return;
        }
        Instant before = clock.instant().minus(window);
        try {
            long total = 0;
            long step;
            do {
                step = transaction.execute(_ -> forgetSome(before));
                total += step;
            } while (step == STEP);
            if (total > 0) {
                log.info("{} requests decided before {} are forgotten", total, before);
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn("old requests could not be forgotten, later again: {}", e.toString());
        }
    }

    private long forgetSome(Instant before) {
        return jdbc.sql(LOCK).query(Boolean.class).single()
                ? jdbc.sql(FORGET)
                        .param("before", before.atOffset(ZoneOffset.UTC))
                        .param("step", STEP)
                        .param("skew", CLOCK_SKEW.toSeconds())
                        .query(Long.class)
                        .single()
                : 0;
    }
}
