package seatkeeper.faults;

import java.util.function.Consumer;

/** What can strike; each strikes, lasts its time and heals. */
@SuppressWarnings("ImmutableEnumChecker") // method references
enum Fault {
    WORKER_KILLED(Blow::killWorker),
    BOTH_WORKERS_KILLED(Blow::killBothWorkers),
    WORKER_TAKEN_OVER(Blow::takeOver, true),
    WORKER_FROZEN(Blow::freezeWorker),
    WORKERS_REBALANCED(Blow::rebalance),
    GATEWAY_KILLED(Blow::killGateway),
    ROLLING_RESTART(Blow::restartInTurn, true),
    CLOCK_OFF(Blow::shiftClock),

    KAFKA_KILLED(Blow::killKafka),
    KAFKA_FROZEN(Blow::freezeKafka),
    KAFKA_AWAY(Blow::kafkaAway, true),
    PARTITIONS_ADDED(Blow::addPartitions),
    PRODUCE_ANSWERS_LOST(Blow::loseProduces),

    POSTGRES_KILLED(Blow::killPostgres),
    POSTGRES_RESTARTED(Blow::restartPostgres),
    POSTGRES_FROZEN(Blow::freezePostgres),
    POSTGRES_AWAY(Blow::postgresAway, true),
    POSTGRES_SLOW(Blow::slowPostgres),
    POSTGRES_DISK_FULL(Blow::fillDisk),
    BACKENDS_KILLED(Blow::killBackends),
    SEATS_LOCKED(Blow::lockSeats),
    COMMIT_ANSWERS_LOST(Blow::loseCommits),
    COMMITS_LOST(Blow::dropCommits),
    COMMITS_LATE(Blow::delayCommits),

    REDIS_KILLED(Blow::killRedis),
    REDIS_FROZEN(Blow::freezeRedis),
    REDIS_AWAY(Blow::redisAway, true),
    REDIS_FLUSHED(Blow::flushRedis),
    REDIS_REPLACED(Blow::replaceRedis),
    REDIS_FULL(Blow::fillRedis),
    EVAL_ANSWERS_LOST(Blow::loseEvals),
    EVALS_LATE(Blow::delayEvals),

    WAY_CUT(Blow::cutWay),
    WAY_CUT_TOWARDS_SERVER(Blow::holdRequests),
    WAY_CUT_TOWARDS_CLIENT(Blow::holdAnswers),
    WAY_SLOW(Blow::slowWay);

    private final Consumer<Blow> blow;
    /** It measures, or judges answers: nothing else may strike meanwhile. */
    final boolean isAlone;

    Fault(Consumer<Blow> blow) {
        this(blow, false);
    }

    Fault(Consumer<Blow> blow, boolean isAlone) {
        this.blow = blow;
        this.isAlone = isAlone;
    }

    void strike(Blow where) {
        blow.accept(where);
    }
}
