package seatkeeper.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.util.FileSystemUtils;
import seatkeeper.faults.Cluster.Member;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Weather.Tear;

/**
 * One fault at work on the cluster.
 *
 * @param workload that is going on
 * @param isThorough lasts as long as the issue asks, not just long enough to hurt
 */
record Blow(Cluster cluster, Workload workload, Journal journal, Disk disk, Random random, boolean isThorough) {

    static final String FIRST_OUTCOME = "first outcome on each partition after a worker was killed";

    /** Of Postgres, in milliseconds; 0 for any short time. */
    private static final int AWAY = Integer.getInteger("faults.away", 0);

    private static final String COMMANDS = "booking.commands";
    private static final String WORKER_GROUP = "booking-worker";

    /** A machine without what a fault needs; the run says so, and goes on without. */
    static final class NotPossible extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotPossible(String why) {
            super(why);
        }
    }

    // Processes

    void killWorker() {
        Member worker = any(cluster.workers());
        worker.kill();
        last(0, 1_500);
        worker.release();
    }

    void killBothWorkers() {
        cluster.workers().forEach(Member::kill);
        last(500, 5_000);
        cluster.workers().forEach(Member::release);
    }

    /** Nobody starts the killed worker again until the other has decided on all of its partitions. */
    void takeOver() {
        Member worker = any(cluster.workers());
        worker.kill();
        long began = System.nanoTime();
        List<UUID> probes = workload.probes();
        await("each partition has an outcome")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> cluster.decided(probes) == probes.size());
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        journal.measured(FIRST_OUTCOME, took);
        if (took.compareTo(Duration.ofSeconds(15)) > 0) {
            journal.violation("the first outcome on a killed worker's partitions came after %s", took);
        }
        worker.release();
    }

    /** Past its session timeout, so that another takes over; then it goes on where it was. */
    void freezeWorker() {
        Member worker = any(cluster.workers());
        worker.jvm.freeze();
        last(8_000, 14_000);
        worker.jvm.thaw();
    }

    /** A third member of the group comes and goes, takes partitions and reads nothing. */
    void rebalance() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "group.id",
                WORKER_GROUP,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "session.timeout.ms",
                6_000,
                "partition.assignment.strategy",
                CooperativeStickyAssignor.class.getName());
        int times = isThorough ? 8 : 3;
        for (int i = 0; i < times; i++) {
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(COMMANDS));
                long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
                while (System.nanoTime() < end) {
                    consumer.poll(Duration.ofMillis(100));
                    consumer.pause(consumer.assignment());
                }
            }
            last(1_000, 1_000);
        }
    }

    void killGateway() {
        Member gateway = any(cluster.gateways());
        gateway.kill();
        last(0, 1_500);
        gateway.release();
    }

    /** Redis has settled outcomes, and nobody who waits for them is told. */
    void killGatewayBeforeTelling() {
        Member gateway = any(cluster.gateways());
        Proxy way = gateway.to(Protocol.REDIS);
        way.set(Weather.ANSWERS_HELD);
        last(300, 800);
        gateway.kill();
        way.set(Weather.CLEAR);
        last(0, 1_500);
        gateway.release();
    }

    /** In good order, one after the other; who stays up has no excuse. */
    void restartInTurn() {
        List<Member> members = isThorough ? cluster.members() : List.of(any(cluster.gateways()));
        for (Member member : members) {
            long from = System.currentTimeMillis();
            member.stop();
            member.release();
            last(500, 500);
            member.jvm.awaitReady();
            long until = System.currentTimeMillis();
            journal.refusals.stream()
                    .filter(refusal -> refusal.at() >= from && refusal.at() + refusal.tookMillis() <= until)
                    .filter(refusal -> !refusal.gateway().equals(member.toString()))
                    .forEach(refusal -> journal.violation("%s while %s was restarted", refusal, member));
        }
    }

    /** Until it is started the next time. */
    void shiftClock() {
        Path library = Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu")
                .map(machine -> Path.of("/usr/lib", machine, "faketime/libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new NotPossible("libfaketime is not installed"));
        any(cluster.members())
                .distort(Map.of(
                        "LD_PRELOAD",
                        library.toString(),
                        "FAKETIME",
                        random.nextBoolean() ? "+1h" : "-1h",
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        // Else each timed wait of the JVM ends at once, and the process takes a core for itself.
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0"));
    }

    // Kafka

    void killKafka() {
        cluster.kafka().kill();
        cluster.kafka().start();
        cluster.kafka().awaitReady();
    }

    void freezeKafka() {
        cluster.kafka().freeze();
        last(3_000, 12_000);
        cluster.kafka().thaw();
    }

    void kafkaAway() {
        long from = System.currentTimeMillis();
        cluster.kafka().kill();
        last(5_000, 30_000);
        measureRefusals("Kafka", from);
        cluster.kafka().start();
        cluster.kafka().awaitReady();
    }

    /** While commands wait in the old ones. */
    void addPartitions() {
        cluster.workers().forEach(worker -> worker.jvm.freeze());
        last(1_000, 3_000);
        try (Admin admin = cluster.admin()) {
            int now = admin.describeTopics(List.of(COMMANDS))
                    .allTopicNames()
                    .get()
                    .get(COMMANDS)
                    .partitions()
                    .size();
            admin.createPartitions(Map.of(COMMANDS, NewPartitions.increaseTo(now + 1)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cluster.workers().forEach(worker -> worker.jvm.thaw());
        }
    }

    /** Commands are on their way and in the log, but no acknowledgement gets out any more. */
    void loseLeaderBeforeAck() {
        List<Proxy> ways = cluster.proxies(Protocol.KAFKA).toList();
        ways.forEach(proxy -> proxy.set(Weather.ANSWERS_HELD));
        last(150, 400);
        cluster.kafka().kill();
        ways.forEach(proxy -> proxy.set(Weather.CUT));
        ways.forEach(proxy -> proxy.set(Weather.CLEAR));
        last(500, 5_000);
        cluster.kafka().start();
        cluster.kafka().awaitReady();
    }

    /** A gigabyte of commands while nobody decides; then the workers come back to it. */
    void fillBacklog() {
        cluster.workers().forEach(Member::kill);
        long bytes = isThorough ? 1L << 30 : 1L << 25;
        workload.fillBacklog(bytes, random);
        long began = System.nanoTime();
        cluster.workers().forEach(Member::release);
        await("the backlog drains")
                .atMost(Duration.ofMinutes(5))
                .ignoreExceptions()
                .until(() -> cluster.backlog() < 100);
        journal.measured(
                "drain of a backlog of %d MB, with the start of the workers".formatted(bytes >> 20),
                Duration.ofNanos(System.nanoTime() - began));
    }

    void loseProduces() {
        weather(Blow::leadsToKafka, Weather.tearing(Tear.ANSWER_LOST, 20), 3_000, 10_000);
    }

    // Postgres

    void killPostgres() {
        cluster.postgres().kill();
        cluster.postgres().start();
    }

    void restartPostgres() {
        cluster.postgres().stop();
        last(0, 3_000);
        cluster.postgres().start();
    }

    void freezePostgres() {
        cluster.postgres().freeze();
        last(3_000, 20_000);
        cluster.postgres().thaw();
    }

    /** Refuses connections. */
    void postgresAway() {
        long from = System.currentTimeMillis();
        cluster.postgres().stop();
        if (AWAY == 0) {
            last(5_000, 15_000);
        } else {
            last(AWAY, AWAY);
        }
        measureRefusals("Postgres", from);
        cluster.postgres().start();
    }

    void slowPostgres() {
        Duration delay = Duration.ofMillis(20 + random.nextInt(200));
        weather(proxy -> proxy.protocol() == Protocol.POSTGRES, Weather.slow(delay, delay), 4_000, 15_000);
    }

    void fillDisk() {
        disk.fill();
        last(3_000, 10_000);
        disk.empty();
        // It has given up, or is about to.
        cluster.postgres().stop();
        cluster.postgres().start();
    }

    /** In the middle of what they do. */
    void killBackends() {
        long end = System.nanoTime()
                + Duration.ofMillis(isThorough ? 10_000 : 3_000).toNanos();
        while (System.nanoTime() < end) {
            sql("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name in ('booking-worker', 'api-gateway') and state <> 'idle'
                    """);
            last(20, 200);
        }
    }

    void lockSeats() {
        try (Connection connection = cluster.database();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from seats where show_id >= 'show-%x' and show_id < 'show-g' for update"
                    .formatted(random.nextInt(12)));
            last(3_000, 8_000);
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void loseCommits() {
        weather(workersToPostgres(), Weather.tearing(Tear.ANSWER_LOST, 50), 3_000, 10_000);
    }

    void dropCommits() {
        weather(workersToPostgres(), Weather.tearing(Tear.REQUEST_LOST, 100), 3_000, 10_000);
    }

    void delayCommits() {
        weather(workersToPostgres(), Weather.tearing(Tear.LATE, 20), 5_000, 12_000);
    }

    /** On the server's side: each flush of its log takes a tenth of a second longer. */
    void slowCommits() {
        sql("alter system set commit_siblings = 0");
        sql("alter system set commit_delay = 100000");
        sql("select pg_reload_conf()");
        last(3_000, 12_000);
        sql("alter system reset commit_siblings");
        sql("alter system reset commit_delay");
        sql("select pg_reload_conf()");
    }

    // Redis

    /** Its append-only file may lag behind its answers by two seconds while the disk is busy. */
    void killRedis() {
        long from = System.currentTimeMillis();
        cluster.redis().kill();
        cluster.redis().start();
        journal.redisLosses.add(new Journal.RedisLoss(from - 2_500, from, System.currentTimeMillis()));
    }

    void freezeRedis() {
        cluster.redis().freeze();
        last(2_000, 8_000);
        cluster.redis().thaw();
    }

    void redisAway() {
        long from = System.currentTimeMillis();
        weather(proxy -> proxy.protocol() == Protocol.REDIS, Weather.CUT, 3_000, 20_000);
        long[] took = measureRefusals("Redis", from);
        // At once: what waits for a reconnect is carried out when its caller no longer expects it.
        long waited = Arrays.stream(took).filter(millis -> millis > 900).count();
        if (waited >= 4 && waited * 25 > took.length) {
            journal.violation("%d of %d refusals came after a second while Redis was away", waited, took.length);
        }
    }

    /** How long each took, in milliseconds, the quickest first. */
    private long[] measureRefusals(String server, long from) {
        journal.refusals.stream()
                .filter(refusal -> refusal.status() == 503 && refusal.at() >= from)
                .forEach(refusal -> journal.measured(
                        "503 of %s while %s was away".formatted(refusal.call(), server),
                        Duration.ofMillis(refusal.tookMillis())));
        long[] took = journal.refusals.stream()
                .filter(refusal -> refusal.status() == 503 && refusal.at() >= from)
                .mapToLong(Journal.Refusal::tookMillis)
                .sorted()
                .toArray();
        journal.refusedWhileAway
                .computeIfAbsent(server, _ -> new ConcurrentLinkedQueue<>())
                .addAll(Arrays.stream(took).boxed().toList());
        return took;
    }

    void flushRedis() {
        long from = System.currentTimeMillis();
        cluster.redis("FLUSHALL");
        journal.redisLosses.add(new Journal.RedisLoss(0, from, System.currentTimeMillis()));
    }

    void replaceRedis() {
        long from = System.currentTimeMillis();
        cluster.redis().stop();
        try {
            FileSystemUtils.deleteRecursively(disk.redis());
            Files.createDirectories(disk.redis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster.redis().start();
        journal.redisLosses.add(new Journal.RedisLoss(0, from, System.currentTimeMillis()));
    }

    void fillRedis() {
        cluster.redis("CONFIG", "SET", "maxmemory", "1");
        last(2_000, 8_000);
        cluster.redis("CONFIG", "SET", "maxmemory", "0");
    }

    void loseEvals() {
        weather(proxy -> proxy.protocol() == Protocol.REDIS, Weather.tearing(Tear.ANSWER_LOST, 5), 3_000, 10_000);
    }

    void delayEvals() {
        weather(proxy -> proxy.protocol() == Protocol.REDIS, Weather.tearing(Tear.LATE, 3), 3_000, 10_000);
    }

    // Any way

    void cutWay() {
        weather(anyWay(), Weather.CUT, 2_000, 10_000);
    }

    void holdRequests() {
        weather(anyWay(), Weather.REQUESTS_HELD, 3_000, 15_000);
    }

    void holdAnswers() {
        weather(anyWay(), Weather.ANSWERS_HELD, 3_000, 15_000);
    }

    void slowWay() {
        Duration delay = Duration.ofMillis(50 + random.nextInt(400));
        weather(anyWay(), Weather.slow(delay, delay), 3_000, 15_000);
    }

    void slowOneDirection() {
        Duration delay = Duration.ofMillis(100 + random.nextInt(900));
        boolean isOfRequests = random.nextBoolean();
        weather(
                anyWay(),
                Weather.slow(isOfRequests ? delay : Duration.ZERO, isOfRequests ? Duration.ZERO : delay),
                3_000,
                15_000);
    }

    private void weather(Predicate<Proxy> where, Weather weather, int leastMillis, int mostMillis) {
        List<Proxy> struck = cluster.proxies().stream().filter(where).toList();
        long before = torn(struck, weather.tear());
        struck.forEach(proxy -> proxy.set(weather));
        last(leastMillis, mostMillis);
        // Those whose requests are to be torn may just be starting.
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (weather.tear() != Tear.NONE && torn(struck, weather.tear()) == before && System.nanoTime() < end) {
            last(100, 100);
        }
        struck.forEach(proxy -> proxy.set(Weather.CLEAR));
    }

    private static long torn(List<Proxy> struck, Tear tear) {
        return struck.stream().mapToLong(proxy -> proxy.torn(tear)).sum();
    }

    private Predicate<Proxy> anyWay() {
        Proxy one = any(cluster.proxies());
        return proxy -> proxy == one;
    }

    private static boolean leadsToKafka(Proxy proxy) {
        return proxy.protocol() == Protocol.KAFKA;
    }

    private Predicate<Proxy> workersToPostgres() {
        List<Proxy> ways = cluster.workers().stream()
                .map(worker -> worker.to(Protocol.POSTGRES))
                .toList();
        return ways::contains;
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void sql(String statement) {
        try (Connection connection = cluster.database();
                Statement one = connection.createStatement()) {
            one.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void last(int leastMillis, int mostMillis) {
        try {
            Thread.sleep(isThorough ? leastMillis + random.nextInt(mostMillis - leastMillis + 1) : leastMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
