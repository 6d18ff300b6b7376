package seatkeeper.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Weather.Tear;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.standalone.servers.PostgresServer;
import seatkeeper.standalone.servers.RedisServer;
import seatkeeper.worker.WorkerApplication;

/**
 * The whole system as processes: broker, Postgres and Redis, two workers and two gateways, a proxy on each way from one
 * of these four to a server. The checker and the clients that are no part of the system go the direct way.
 */
final class Cluster implements AutoCloseable {

    static final int WORKERS = 2;
    static final int GATEWAYS = 2;

    private final Jvm kafka;
    private final int kafkaPort;
    private final PostgresServer postgres;
    private final RedisServer redis;
    private final List<Proxy> proxies = new ArrayList<>();
    private final Map<Protocol, Map<String, Followed>> followed = new EnumMap<>(Protocol.class);
    /** The way of the clients that send commands straight into Kafka. */
    private final Proxy clientsToKafka;

    private final List<Member> members = new ArrayList<>();
    private final List<String> settings;
    private final LongAdder startedAgain = new LongAdder();
    private volatile boolean closing;

    /** A gateway or worker, started again whenever it ends, unless a fault holds it down. */
    static final class Member {

        final Jvm jvm;
        /** Its ways to the servers. */
        final List<Proxy> ways;
        /** 0 for a worker. */
        final int port;

        private volatile boolean heldDown;
        private volatile boolean isDistorted;

        private Member(Jvm jvm, List<Proxy> ways, int port) {
            this.jvm = jvm;
            this.ways = ways;
            this.port = port;
        }

        Proxy to(Protocol server) {
            return ways.stream()
                    .filter(way -> way.protocol() == server)
                    .findFirst()
                    .orElseThrow();
        }

        /** SIGKILL, and nobody starts it until {@link #release}. */
        void kill() {
            heldDown = true;
            jvm.kill();
        }

        /** SIGTERM, likewise. */
        void stop() {
            heldDown = true;
            jvm.stop();
        }

        /** SIGKILL, and up again in an environment that lasts until it is started the next time. */
        void distort(Map<String, String> environment) {
            kill();
            jvm.start(environment);
            isDistorted = true;
            heldDown = false;
        }

        private void start() {
            isDistorted = false;
            jvm.start();
        }

        void release() {
            heldDown = false;
        }

        @Override
        public String toString() {
            return jvm.toString();
        }
    }

    /**
     * Starts everything.
     *
     * @param postgresFolder may be on a disk of its own
     * @param patches of the gateways' and workers' classes
     * @param settings of gateways and workers, as arguments
     */
    Cluster(Path folder, Path postgresFolder, List<Path> patches, String... settings) {
        this.settings = List.of(settings);
        for (Protocol protocol : Protocol.values()) {
            followed.put(protocol, new HashMap<>());
        }
        // Chosen together, so that none is chosen twice: the broker's two and one for each of its clients, then the
        // rest.
        kafkaPort = Ports.firstOfFree(2 + WORKERS + GATEWAYS + 1 + 2 + GATEWAYS);
        int listeners = kafkaPort + 2;
        int servers = listeners + WORKERS + GATEWAYS + 1;
        postgres = LocalServers.postgres(
                postgresFolder,
                servers,
                Map.of("shared_buffers", "64MB", "min_wal_size", "48MB", "max_wal_size", "96MB"));
        redis = LocalServers.redis(folder.resolve("redis"), servers + 1);
        for (int i = 0; i < WORKERS; i++) {
            members.add(worker("worker-" + (i + 1), folder, patches, listeners + i));
        }
        for (int i = 0; i < GATEWAYS; i++) {
            members.add(gateway("gateway-" + (i + 1), folder, patches, listeners + WORKERS + i, servers + 2 + i));
        }
        clientsToKafka = proxy("clients", Protocol.KAFKA, listeners + WORKERS + GATEWAYS);
        List<String> kafkaArguments = new ArrayList<>(
                List.of(folder.resolve("kafka").toString(), String.valueOf(kafkaPort), String.valueOf(listeners)));
        members.forEach(member ->
                kafkaArguments.add(String.valueOf(member.to(Protocol.KAFKA).port())));
        kafkaArguments.add(String.valueOf(clientsToKafka.port()));
        kafka = new Jvm("kafka", folder, List.of(), "Kafka is ready", KafkaNode.class, kafkaArguments);
        try {
            startAll();
        } catch (Throwable e) {
            close();
            throw e;
        }
        Thread.ofVirtual().start(this::supervise);
    }

    private void startAll() {
        kafka.start();
        redis.start();
        postgres.start();
        kafka.awaitReady();
        members.forEach(member -> member.jvm.start());
        members.forEach(member -> member.jvm.awaitReady());
    }

    private Member worker(String name, Path folder, List<Path> patches, int listener) {
        Proxy toKafka = proxy(name, Protocol.KAFKA, listener);
        Proxy toPostgres = proxy(name, Protocol.POSTGRES, postgres.port());
        List<String> arguments = new ArrayList<>(arguments(toKafka, toPostgres));
        arguments.addAll(settings);
        Jvm jvm = new Jvm(name, folder, patches, "booking-worker is ready", WorkerApplication.class, arguments);
        return new Member(jvm, List.of(toKafka, toPostgres), 0);
    }

    private Member gateway(String name, Path folder, List<Path> patches, int listener, int port) {
        Proxy toKafka = proxy(name, Protocol.KAFKA, listener);
        Proxy toPostgres = proxy(name, Protocol.POSTGRES, postgres.port());
        Proxy toRedis = proxy(name, Protocol.REDIS, redis.port());
        List<String> arguments = new ArrayList<>(arguments(toKafka, toPostgres));
        arguments.add("--spring.data.redis.host=127.0.0.1");
        arguments.add("--spring.data.redis.port=" + toRedis.port());
        arguments.add("--server.port=" + port);
        arguments.addAll(settings);
        Jvm jvm = new Jvm(name, folder, patches, "api-gateway is ready", GatewayApplication.class, arguments);
        return new Member(jvm, List.of(toKafka, toPostgres, toRedis), port);
    }

    private static List<String> arguments(Proxy toKafka, Proxy toPostgres) {
        return List.of(
                // Added partitions are noticed within the suite's patience; the default is 5 minutes.
                "--spring.kafka.properties.metadata.max.age.ms=5000",
                "--spring.kafka.bootstrap-servers=127.0.0.1:" + toKafka.port(),
                "--management.server.port=0",
                "--spring.datasource.url=jdbc:postgresql://127.0.0.1:%d/%s"
                        .formatted(toPostgres.port(), PostgresServer.DATABASE));
    }

    private Proxy proxy(String client, Protocol protocol, int target) {
        String name = client + " to " + protocol.name().toLowerCase(Locale.ROOT);
        // Another worker, or gateway, may be the one to try again.
        Followed sent = followed.get(protocol).computeIfAbsent(name.replaceAll("-\\d+", ""), _ -> new Followed());
        Proxy proxy = new Proxy(name, protocol, target, sent);
        proxies.add(proxy);
        return proxy;
    }

    private void supervise() {
        while (!closing) {
            for (Member member : members) {
                if (!member.heldDown && !member.jvm.isAlive() && !closing) {
                    startedAgain.increment();
                    member.start();
                }
            }
            try {
                Thread.sleep(250);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    List<Member> members() {
        return members;
    }

    List<Member> workers() {
        return members.subList(0, WORKERS);
    }

    List<Member> gateways() {
        return members.subList(WORKERS, WORKERS + GATEWAYS);
    }

    List<Proxy> proxies() {
        return proxies;
    }

    Stream<Proxy> proxies(Protocol server) {
        return proxies.stream().filter(proxy -> proxy.protocol() == server);
    }

    Jvm kafka() {
        return kafka;
    }

    PostgresServer postgres() {
        return postgres;
    }

    RedisServer redis() {
        return redis;
    }

    /** How often the supervisor started a member that a fault had ended, or that had ended itself. */
    long startedAgain() {
        return startedAgain.sum();
    }

    /** How many of the lost answers were about what was sent again later. */
    long repeated(Protocol server) {
        return followed.get(server).values().stream()
                .mapToLong(Followed::repeated)
                .sum();
    }

    long torn(Protocol server, Tear tear) {
        return proxies(server).mapToLong(proxy -> proxy.torn(tear)).sum();
    }

    /** As the clients see it, from behind their proxy. */
    String clientBootstrapServers() {
        return "127.0.0.1:" + clientsToKafka.port();
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    Admin admin() {
        return Admin.create(Map.of(
                "bootstrap.servers",
                bootstrapServers(),
                "request.timeout.ms",
                10_000,
                "default.api.timeout.ms",
                20_000));
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), PostgresServer.USER, "");
    }

    /** Runs one command of Redis; its answer. */
    String redis(String... command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write((String.join(" ", command) + "\r\nQUIT\r\n").getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records of the command topic that the workers have not committed. */
    long backlog() throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            return behind(admin, "booking.commands", "booking-worker");
        }
    }

    /** Outcomes that no gateway says it has settled. */
    long unsettled() throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            return behind(admin, "booking.outcomes", "api-gateway");
        }
    }

    private static long behind(Admin admin, String topic, String group)
            throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions =
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        return admin
                .listOffsets(
                        partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest())))
                .all()
                .get()
                .entrySet()
                .stream()
                .mapToLong(end -> end.getValue().offset()
                        - (committed.get(end.getKey()) == null
                                ? 0
                                : committed.get(end.getKey()).offset()))
                .sum();
    }

    /** How many of these requests have an outcome. */
    int decided(List<UUID> requests) throws SQLException {
        try (Connection connection = database();
                PreparedStatement statement = connection.prepareStatement(
                        "select count(*) from booking_requests where request_id = any (?)")) {
            statement.setArray(1, connection.createArrayOf("uuid", requests.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** From now on, of a thousand marked requests that many lose their answer, whatever else is the matter. */
    void drizzle(Map<Protocol, Integer> perMille) {
        proxies.forEach(proxy -> proxy.drizzle(perMille.getOrDefault(proxy.protocol(), 0)));
    }

    /** Everything is there and every way is open. */
    void heal() {
        proxies.forEach(proxy -> proxy.set(Weather.CLEAR));
        drizzle(Map.of());
        kafka.thaw();
        kafka.start();
        postgres.start();
        redis.start();
        kafka.awaitReady();
        members.stream().filter(member -> member.isDistorted).forEach(Member::kill);
        members.stream().filter(member -> !member.jvm.isAlive()).forEach(Member::start);
        members.forEach(Member::release);
        members.forEach(member -> member.jvm.awaitReady());
    }

    @Override
    public void close() {
        closing = true;
        List<Closeable> last = new ArrayList<>(proxies);
        last.add(redis::stop);
        last.add(postgres::stop);
        members.forEach(member -> member.jvm.kill());
        kafka.kill();
        for (Closeable one : last) {
            try {
                one.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
