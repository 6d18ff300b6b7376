package seatkeeper.faults;

import java.util.EnumSet;
import java.util.Set;
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
    LEADER_LOST_BEFORE_ACK(Blow::loseLeaderBeforeAck),
    PARTITIONS_ADDED(Blow::addPartitions),
    BACKLOG(Blow::fillBacklog, true),
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
    COMMITS_SLOW(Blow::slowCommits, true),

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
    WAY_SLOW(Blow::slowWay),
    WAY_SLOW_ONE_DIRECTION(Blow::slowOneDirection);

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

    /** Short ones, one of each sort: what every build can afford. */
    static Set<Fault> selection() {
        return EnumSet.of(
                WORKER_KILLED,
                WORKER_FROZEN,
                WORKERS_REBALANCED,
                GATEWAY_KILLED,
                KAFKA_KILLED,
                LEADER_LOST_BEFORE_ACK,
                PRODUCE_ANSWERS_LOST,
                POSTGRES_KILLED,
                BACKENDS_KILLED,
                SEATS_LOCKED,
                COMMIT_ANSWERS_LOST,
                COMMITS_LATE,
                REDIS_KILLED,
                REDIS_FLUSHED,
                EVAL_ANSWERS_LOST,
                WAY_CUT);
    }

    void strike(Blow where) {
        blow.accept(where);
    }
}
