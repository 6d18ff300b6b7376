package seatkeeper.faults;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** What can strike; each strikes, lasts its time and heals. */
@SuppressWarnings("ImmutableEnumChecker") // method references
enum Fault {
    WORKER_KILLED(Target.PROCESSES, Blow::killWorker),
    BOTH_WORKERS_KILLED(Target.PROCESSES, Blow::killBothWorkers),
    WORKER_TAKEN_OVER(Target.PROCESSES, Blow::takeOver, true),
    WORKER_FROZEN(Target.PROCESSES, Blow::freezeWorker),
    WORKERS_REBALANCED(Target.PROCESSES, Blow::rebalance),
    GATEWAY_KILLED(Target.PROCESSES, Blow::killGateway),
    GATEWAY_KILLED_BEFORE_TELLING(Target.PROCESSES, Blow::killGatewayBeforeTelling),
    ROLLING_RESTART(Target.PROCESSES, Blow::restartInTurn, true),
    CLOCK_OFF(Target.PROCESSES, Blow::shiftClock),

    KAFKA_KILLED(Target.KAFKA, Blow::killKafka),
    KAFKA_FROZEN(Target.KAFKA, Blow::freezeKafka),
    KAFKA_AWAY(Target.KAFKA, Blow::kafkaAway, true),
    LEADER_LOST_BEFORE_ACK(Target.KAFKA, Blow::loseLeaderBeforeAck),
    PARTITIONS_ADDED(Target.KAFKA, Blow::addPartitions),
    BACKLOG(Target.KAFKA, Blow::fillBacklog, true),
    PRODUCE_ANSWERS_LOST(Target.KAFKA, Blow::loseProduces),

    POSTGRES_KILLED(Target.POSTGRES, Blow::killPostgres),
    POSTGRES_RESTARTED(Target.POSTGRES, Blow::restartPostgres),
    POSTGRES_FROZEN(Target.POSTGRES, Blow::freezePostgres),
    POSTGRES_AWAY(Target.POSTGRES, Blow::postgresAway, true),
    POSTGRES_SLOW(Target.POSTGRES, Blow::slowPostgres),
    POSTGRES_DISK_FULL(Target.POSTGRES, Blow::fillDisk),
    BACKENDS_KILLED(Target.POSTGRES, Blow::killBackends),
    SEATS_LOCKED(Target.POSTGRES, Blow::lockSeats),
    COMMIT_ANSWERS_LOST(Target.POSTGRES, Blow::loseCommits),
    COMMITS_LOST(Target.POSTGRES, Blow::dropCommits),
    COMMITS_LATE(Target.POSTGRES, Blow::delayCommits),
    COMMITS_SLOW(Target.POSTGRES, Blow::slowCommits, true),

    REDIS_KILLED(Target.REDIS, Blow::killRedis),
    REDIS_FROZEN(Target.REDIS, Blow::freezeRedis),
    REDIS_AWAY(Target.REDIS, Blow::redisAway, true),
    REDIS_FLUSHED(Target.REDIS, Blow::flushRedis),
    REDIS_REPLACED(Target.REDIS, Blow::replaceRedis),
    REDIS_FULL(Target.REDIS, Blow::fillRedis),
    EVAL_ANSWERS_LOST(Target.REDIS, Blow::loseEvals),
    EVALS_LATE(Target.REDIS, Blow::delayEvals),

    WAY_CUT(Target.WAYS, Blow::cutWay),
    WAY_CUT_TOWARDS_SERVER(Target.WAYS, Blow::holdRequests),
    WAY_CUT_TOWARDS_CLIENT(Target.WAYS, Blow::holdAnswers),
    WAY_SLOW(Target.WAYS, Blow::slowWay),
    WAY_SLOW_ONE_DIRECTION(Target.WAYS, Blow::slowOneDirection);

    /** What is struck; two faults on one would undo each other. */
    enum Target {
        PROCESSES,
        KAFKA,
        POSTGRES,
        REDIS,
        WAYS
    }

    final Target target;
    private final Consumer<Blow> blow;
    /** It measures, or judges answers: nothing else may strike meanwhile. */
    final boolean isAlone;

    Fault(Target target, Consumer<Blow> blow) {
        this(target, blow, false);
    }

    Fault(Target target, Consumer<Blow> blow, boolean isAlone) {
        this.target = target;
        this.blow = blow;
        this.isAlone = isAlone;
    }

    /** Short ones, one of each sort: what every build can afford. */
    static Set<Fault> selection() {
        return EnumSet.of(
                WORKER_KILLED,
                WORKER_FROZEN,
                WORKERS_REBALANCED,
                GATEWAY_KILLED_BEFORE_TELLING,
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

    boolean goesWith(Collection<Fault> others) {
        return !isAlone && others.stream().noneMatch(other -> other.isAlone || other.target == target);
    }

    void strike(Blow where) {
        blow.accept(where);
    }
}
