package seatkeeper.worker.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.SimpleTransactionStatus;
import seatkeeper.contract.Command;
import seatkeeper.contract.CommandCodec;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;
import seatkeeper.contract.Topics;
import seatkeeper.process.Traces;
import seatkeeper.worker.WorkerProperties;
import seatkeeper.worker.decision.Decision;
import seatkeeper.worker.decision.LedgerState;
import seatkeeper.worker.decision.LedgerState.SeatStatus;
import seatkeeper.worker.decision.Scenario;
import seatkeeper.worker.decision.Seat;
import seatkeeper.worker.decision.Submission;
import seatkeeper.worker.ledger.LostRace;
import seatkeeper.worker.ledger.SimulatedTables;
import seatkeeper.worker.ledger.SimulatedTables.Booking;
import seatkeeper.worker.ledger.SimulatedTables.Guard;
import seatkeeper.worker.ledger.SimulatedTables.Transaction;

/**
 * The real intake of three workers on one thread, over a log, tables and an outcome topic in memory. A seed says what
 * happens between any two steps: a crash, a lost connection, a deadlock, a pause in which the other workers go on and
 * take partitions away, a COMMIT that is carried out after its sender has died, an answer that is lost.
 */
final class WorkerSimulation {

    /** Fault paths; a run that never took one of them proves nothing about it. */
    enum Path {
        COMMIT_ANSWER_LOST,
        COMMIT_LOST,
        COMMITTED_LATE,
        LATE_TRANSACTION_MET,
        FROZEN_TRANSACTION_MET,
        FROZEN_TRANSACTION_ENDED_BY_SERVER,
        LOCK_TIMED_OUT,
        DEADLOCK_RETRIED,
        RACE_LOST,
        CONNECTION_LOST,
        CRASHED_IN_TRANSACTION,
        CRASHED_AFTER_COMMIT,
        CRASHED_WHILE_PUBLISHING,
        CRASHED_BEFORE_OFFSETS,
        PUBLISH_FAILED,
        PUBLISH_ANSWER_LOST,
        OUTCOME_PUBLISHED_AGAIN,
        OFFSETS_LOST,
        PARTITION_TAKEN_FROM_FROZEN_WORKER,
        OFFSETS_FENCED
    }

    /** Guards a mutant can do without; those of the tables are {@link Guard}. */
    enum Rule {
        OFFSETS_LAST,
        FAILED_BATCHES_COME_AGAIN
    }

    private static final int WORKERS = 3;
    private static final int PARTITIONS = 4;
    private static final int EVENTS = 150;
    private static final WorkerMetrics METRICS = new WorkerMetrics(new SimpleMeterRegistry(), Clock.systemUTC());

    private final long seed;
    private final Random random;
    private final Scenario scenario;
    private final Set<Rule> rules;
    private final SimulatedTables tables;
    private final List<List<ConsumerRecord<byte[], byte[]>>> log = new ArrayList<>();
    private final int[] logged = new int[PARTITIONS];
    private final int[] committed = new int[PARTITIONS];
    private final List<Worker> workers = new ArrayList<>();
    private final Worker[] owners = new Worker[PARTITIONS];
    /** Transactions whose process knows nothing of them any more, and whether their COMMIT is under way. */
    private final Map<Transaction, Boolean> orphans = new LinkedHashMap<>();

    private final Map<UUID, List<Outcome>> published = new HashMap<>();
    private final Set<String> deadLetters = new TreeSet<>();
    private final Map<Path, Integer> paths = new EnumMap<>(Path.class);
    private long millis;
    private int frozen;
    private boolean calm;

    private WorkerSimulation(long seed, Set<Guard> guards, Set<Rule> rules) {
        this.seed = seed;
        this.random = new Random(~seed);
        this.scenario = Scenario.random(seed);
        this.rules = rules;
        this.tables = new SimulatedTables(scenario, guards, this::await);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int here = partition;
            log.add(scenario.log().stream()
                    .filter(submission -> submission.partition() == here)
                    .map(WorkerSimulation::record)
                    .toList());
        }
        IntStream.range(0, WORKERS).forEach(_ -> workers.add(new Worker()));
    }

    /** The fault paths taken, with their counts. */
    static Map<Path, Integer> run(long seed, Set<Guard> guards, Set<Rule> rules) {
        WorkerSimulation simulation = new WorkerSimulation(seed, guards, rules);
        simulation.run();
        return simulation.paths;
    }

    private void run() {
        for (int i = 0; i < EVENTS; i++) {
            event();
        }
        calm = true;
        orphans.keySet().stream().toList().forEach(this::end);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            logged[partition] = log.get(partition).size();
            assign(partition, workers.getFirst());
        }
        for (int i = 0; !isDrained(); i++) {
            require(i < 1_000, "the backlog drains");
            workers.getFirst().poll();
        }
        audit();
    }

    private boolean isDrained() {
        return IntStream.range(0, PARTITIONS)
                .allMatch(
                        partition -> committed[partition] == log.get(partition).size());
    }

    // What happens

    private void event() {
        int die = random.nextInt(10);
        if (die < 6) {
            List<Worker> free =
                    workers.stream().filter(worker -> !worker.isBusy).toList();
            if (!free.isEmpty()) {
                free.get(random.nextInt(free.size())).poll();
            }
        } else if (die < 8) {
            int partition = random.nextInt(PARTITIONS);
            logged[partition] = Math.min(log.get(partition).size(), logged[partition] + 1 + random.nextInt(8));
        } else if (die < 9) {
            rebalance();
        } else {
            orphans.keySet().stream().findFirst().ifPresent(this::end);
        }
    }

    private void rebalance() {
        List<Worker> free = workers.stream().filter(worker -> !worker.isBusy).toList();
        if (free.isEmpty()) {
            return;
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (random.nextBoolean()) {
                if (owners[partition] != null && owners[partition].isBusy) {
                    took(Path.PARTITION_TAKEN_FROM_FROZEN_WORKER);
                }
                assign(partition, free.get(random.nextInt(free.size())));
            }
        }
    }

    private void assign(int partition, Worker worker) {
        owners[partition] = worker;
        worker.positions[partition] = committed[partition];
    }

    /** The server learns what became of the connection, or carries out what was under way. */
    private void end(Transaction orphan) {
        boolean mayCommit = Boolean.TRUE.equals(orphans.remove(orphan));
        if (mayCommit && random.nextBoolean()) {
            took(Path.COMMITTED_LATE);
            orphan.commit();
        } else {
            orphan.rollback();
        }
    }

    private void await(Transaction holder) {
        if (!orphans.containsKey(holder)) {
            took(Path.FROZEN_TRANSACTION_MET);
            throw new CannotAcquireLockException("55P03");
        }
        took(Path.LATE_TRANSACTION_MET);
        if (!calm && random.nextInt(3) == 0) {
            took(Path.LOCK_TIMED_OUT);
            throw new CannotAcquireLockException("55P03");
        }
        end(holder);
    }

    private boolean happens(int percent) {
        return !calm && random.nextInt(100) < percent;
    }

    private void took(Path path) {
        paths.merge(path, 1, Integer::sum);
    }

    /** The process is gone; nothing of it runs any more. */
    private static final class Crash extends Error {

        private static final long serialVersionUID = 1L;

        Crash() {
            super("crash", null, false, false);
        }
    }

    /** A process with the product's own intake, and its sessions with the servers. */
    private final class Worker extends SimulatedTables.Session implements PlatformTransactionManager {

        private final int[] positions = new int[PARTITIONS];
        private final CommandIntake intake;
        private Transaction transaction = tables.begin();
        private boolean isBusy;

        Worker() {
            KafkaOperations<byte[], byte[]> kafka = kafka();
            intake = new CommandIntake(
                    new WorkerProperties(
                            50, PARTITIONS, new WorkerProperties.Retention(Duration.ofDays(7), Duration.ofHours(1))),
                    new BatchProcessor(this, this, METRICS, new Ticking()),
                    new Publisher(kafka),
                    new PartitionCheck(kafka),
                    METRICS,
                    Traces.off(),
                    Clock.systemUTC());
        }

        /** As the container does: poll, listen, commit the offsets; or seek back. */
        void poll() {
            List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
            int[] next = positions.clone();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (owners[partition] == this) {
                    next[partition] = Math.min(logged[partition], next[partition] + random.nextInt(6));
                    batch.addAll(log.get(partition).subList(positions[partition], next[partition]));
                }
            }
            if (batch.isEmpty()) {
                return;
            }
            isBusy = true;
            try {
                if (!rules.contains(Rule.OFFSETS_LAST)) {
                    commitOffsets(next);
                }
                intake.onMessage(batch);
                freeze();
                if (happens(3)) {
                    took(Path.CRASHED_BEFORE_OFFSETS);
                    crash();
                }
                commitOffsets(next);
            } catch (BatchListenerFailedException e) {
                if (!rules.contains(Rule.FAILED_BATCHES_COME_AGAIN)) {
                    commitOffsets(next);
                }
            } catch (Crash e) {
                workers.set(workers.indexOf(this), new Worker());
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    if (owners[partition] == this) {
                        assign(partition, workers.get(random.nextInt(WORKERS)));
                    }
                }
            } finally {
                isBusy = false;
            }
        }

        /** Only its owner moves on in a partition; whoever has lost it finds its commit refused. */
        private void commitOffsets(int[] next) {
            boolean isLost = happens(4);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (next[partition] == positions[partition]) {
                    continue;
                }
                if (owners[partition] != this) {
                    took(Path.OFFSETS_FENCED);
                } else {
                    positions[partition] = next[partition];
                    if (isLost) {
                        took(Path.OFFSETS_LOST);
                    } else {
                        committed[partition] = next[partition];
                    }
                }
            }
        }

        /** A pause in which the others go on. */
        private void freeze() {
            if (happens(12) && frozen < WORKERS - 1) {
                frozen++;
                IntStream.rangeClosed(0, random.nextInt(8)).forEach(_ -> event());
                frozen--;
            }
        }

        // Tables

        private void statement() {
            freeze();
            if (happens(3)) {
                took(Path.CRASHED_IN_TRANSACTION);
                crash();
            }
            if (happens(3)) {
                took(Path.FROZEN_TRANSACTION_ENDED_BY_SERVER);
                transaction.rollback();
            }
            if (happens(3) || transaction.ended()) {
                took(Path.CONNECTION_LOST);
                orphans.put(transaction, false);
                throw new DataAccessResourceFailureException("08006");
            }
        }

        /** Nobody tells the server; it finds out in its own time. */
        private void crash() {
            orphans.putIfAbsent(transaction, false);
            throw new Crash();
        }

        @Override
        public TransactionStatus getTransaction(TransactionDefinition definition) {
            transaction = tables.begin();
            return new SimpleTransactionStatus();
        }

        @Override
        public LedgerState load(List<Submission> batch) {
            statement();
            return tables.load(batch);
        }

        @Override
        public void save(Decision decision) {
            statement();
            if (happens(3)) {
                took(Path.DEADLOCK_RETRIED);
                throw new CannotAcquireLockException("40P01");
            }
            try {
                tables.save(transaction, decision);
            } catch (LostRace e) {
                took(Path.RACE_LOST);
                throw e;
            }
        }

        @Override
        public void commit(TransactionStatus status) {
            statement();
            if (happens(4)) {
                took(Path.COMMIT_LOST);
                transaction.rollback();
                throw new TransactionSystemException("08006");
            }
            if (happens(6)) {
                // Sent, and carried out later or never; its process may live on or not.
                orphans.put(transaction, true);
                if (happens(50)) {
                    crash();
                }
                throw new TransactionSystemException("08006");
            }
            transaction.commit();
            if (happens(4)) {
                took(Path.COMMIT_ANSWER_LOST);
                throw new TransactionSystemException("08006");
            }
            if (happens(3)) {
                took(Path.CRASHED_AFTER_COMMIT);
                crash();
            }
        }

        @Override
        public void rollback(TransactionStatus status) {
            if (!orphans.containsKey(transaction)) {
                transaction.rollback();
            }
        }

        // Topics

        @SuppressWarnings("unchecked")
        private KafkaOperations<byte[], byte[]> kafka() {
            return (KafkaOperations<byte[], byte[]>) Proxy.newProxyInstance(
                    KafkaOperations.class.getClassLoader(),
                    new Class<?>[] {KafkaOperations.class},
                    (_, method, arguments) -> switch (method.getName()) {
                        case "partitionsFor" ->
                            IntStream.range(0, PARTITIONS)
                                    .mapToObj(i -> new PartitionInfo(Topics.COMMANDS, i, null, null, null))
                                    .toList();
                        case "send" -> send((ProducerRecord<byte[], byte[]>) arguments[0]);
                        case "flush" -> null;
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        private CompletableFuture<?> send(ProducerRecord<byte[], byte[]> record) {
            freeze();
            if (happens(2)) {
                took(Path.CRASHED_WHILE_PUBLISHING);
                crash();
            }
            if (happens(3)) {
                took(Path.PUBLISH_FAILED);
                return CompletableFuture.failedFuture(new TimeoutException("not sent"));
            }
            append(record);
            if (happens(3)) {
                took(Path.PUBLISH_ANSWER_LOST);
                return CompletableFuture.failedFuture(new TimeoutException("no answer"));
            }
            return CompletableFuture.completedFuture(null);
        }
    }

    private void append(ProducerRecord<byte[], byte[]> record) {
        if (record.topic().equals(Topics.DEAD_LETTERS)) {
            deadLetters.add(Stream.of("source-offset", "code")
                    .map(name -> new String(record.headers().lastHeader(name).value(), UTF_8))
                    .collect(Collectors.joining(" ")));
            return;
        }
        Outcome outcome = OutcomeCodec.decode(record.value());
        List<Outcome> again = published.computeIfAbsent(outcome.requestId(), _ -> new ArrayList<>());
        if (!again.isEmpty()) {
            took(Path.OUTCOME_PUBLISHED_AGAIN);
        }
        again.add(outcome);
    }

    private static ConsumerRecord<byte[], byte[]> record(Submission submission) {
        Command command = submission.command();
        byte[] value = command == null ? rubbish(submission) : CommandCodec.encode(command);
        String key = command == null ? "rubbish" : command.showId();
        return new ConsumerRecord<>(
                Topics.COMMANDS,
                submission.partition(),
                submission.offset(),
                submission.loggedAt().toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length(),
                value.length,
                key.getBytes(UTF_8),
                value,
                new RecordHeaders(),
                Optional.empty());
    }

    /** No command, but with a readable request_id; different where the scenario's is. */
    private static byte[] rubbish(Submission submission) {
        return "{\"request_id\": \"%s\", \"rubbish\": \"%s\"}"
                .formatted(submission.requestId(), submission.fingerprint())
                .getBytes(UTF_8);
    }

    /** Each batch has a time of its own, so that a request that was decided twice shows. */
    private final class Ticking extends Clock {

        @Override
        public Instant instant() {
            return Instant.parse("2026-02-01T00:00:00Z").plusMillis(millis++);
        }

        @Override
        public long millis() {
            return instant().toEpochMilli();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    // What must hold

    private void audit() {
        Map<UUID, Outcome> recorded = new HashMap<>();
        tables.requests().forEach((id, outcomes) -> {
            require(outcomes.size() == 1, "a request is decided once: " + outcomes);
            recorded.put(id, outcomes.getFirst().outcome());
        });
        published.forEach((id, outcomes) -> require(
                outcomes.stream().allMatch(outcome -> outcome.equals(recorded.get(id))),
                "published as recorded: " + outcomes + ", is " + recorded.get(id)));
        require(published.keySet().equals(recorded.keySet()), "all that is decided is published");

        Scenario inOrder = scenario.withLog(scenario.log().stream()
                .filter(submission -> recorded.containsKey(submission.requestId())
                        && recorded.get(submission.requestId()).partition() == submission.partition())
                .toList());
        Map<UUID, String> described = new HashMap<>();
        recorded.forEach((id, outcome) -> described.put(id, Scenario.describe(outcome)));
        require(
                described.equals(inOrder.results())
                        && described
                                .keySet()
                                .equals(scenario.log().stream()
                                        .map(Submission::requestId)
                                        .collect(Collectors.toSet())),
                "as the model says: " + inOrder.results() + ", was " + described);

        auditBookings(recorded);
        auditDeadLetters(inOrder);
    }

    private void auditBookings(Map<UUID, Outcome> recorded) {
        Map<UUID, Set<String>> booked = new TreeMap<>();
        Set<Seat> live = new HashSet<>();
        for (Booking row : tables.bookings()) {
            booked.computeIfAbsent(row.requestId(), _ -> new TreeSet<>())
                    .add(row.seat().id());
            require(!row.live() || live.add(row.seat()), "a seat is sold once: " + row.seat());
        }
        Map<UUID, Set<String>> confirmed = new TreeMap<>();
        recorded.forEach((id, outcome) -> {
            if (outcome.confirmed()
                    && !outcome.seatIds().isEmpty()
                    && !Command.BlockSeats.TYPE.equals(outcome.type())) {
                confirmed.put(id, new TreeSet<>(outcome.seatIds()));
            }
        });
        require(booked.equals(confirmed), "bookings are the seats of confirmed requests, whole: " + booked);
        tables.seats()
                .forEach((seat, status) -> require(
                        (status == SeatStatus.BOOKED) == live.contains(seat), "a seat's status says so: " + seat));
    }

    /** Rubbish and contradictions, and nothing else. */
    private void auditDeadLetters(Scenario inOrder) {
        Set<String> deserved = new TreeSet<>();
        for (Submission submission : scenario.log()) {
            if (submission.command() == null) {
                deserved.add(submission.offset() + " INVALID_COMMAND");
            } else if (!inOrder.isFirstPayload(submission)) {
                deserved.add(submission.offset() + " REQUEST_ID_REUSED");
            }
        }
        require(deadLetters.equals(deserved), "dead letters: " + deadLetters + ", deserved " + deserved);
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule + "; replay: " + replay(seed));
        }
    }

    static String replay(long seed) {
        return "mvn test -pl booking-worker -am -Dtest=WorkerSimulationTest -Dseed=" + seed
                + " -Dsimulations=1 -Dsurefire.failIfNoSpecifiedTests=false";
    }
}
