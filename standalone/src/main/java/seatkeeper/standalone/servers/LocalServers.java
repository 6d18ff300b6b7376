package seatkeeper.standalone.servers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** The three servers on one data folder. They register no shutdown hook: whoever starts them closes them. */
public final class LocalServers implements AutoCloseable {

    private final DataFolder folder;
    private final Ports ports;
    private final KafkaServer kafka;
    private final PostgresServer postgres;
    private final RedisServer redis;

    private LocalServers(DataFolder folder, Ports ports, Map<String, String> postgresSettings) {
        this.folder = folder;
        this.ports = ports;
        kafka = new KafkaServer(ports.kafka(), folder, Map.of());
        postgres = new PostgresServer(ports.postgres(), folder, postgresSettings);
        redis = new RedisServer(ports.redis(), folder, Map.of());
    }

    public static LocalServers start(Path folder, Ports ports) {
        return start(folder, ports, Map.of());
    }

    /** Starts all or, with a {@link StartFailure}, none. */
    public static LocalServers start(Path folder, Ports ports, Map<String, String> postgresSettings) {
        var servers = open(folder, ports, postgresSettings);
        try {
            servers.start();
            return servers;
        } catch (Throwable e) {
            servers.close();
            throw e;
        }
    }

    /** Not yet started; the folder is ours, and nobody else has the ports. */
    public static LocalServers open(Path folder, Ports ports) {
        return open(folder, ports, Map.of());
    }

    private static LocalServers open(Path folder, Ports ports, Map<String, String> postgresSettings) {
        var chosen = ports.chosen();
        var servers = new LocalServers(DataFolder.open(folder), chosen, postgresSettings);
        try {
            servers.all().forEach(Server::requirePort);
            return servers;
        } catch (Throwable e) {
            servers.close();
            throw e;
        }
    }

    /** Kafka alone, not yet started; as with the other two, its folder is this JVM's as long as the JVM lives. */
    public static KafkaServer kafka(Path folder, int port, Map<String, String> settings) {
        return new KafkaServer(port, DataFolder.open(folder), settings);
    }

    public static PostgresServer postgres(Path folder, int port, Map<String, String> settings) {
        return new PostgresServer(port, DataFolder.open(folder), settings);
    }

    public static RedisServer redis(Path folder, int port) {
        return redis(folder, port, Map.of());
    }

    public static RedisServer redis(Path folder, int port, Map<String, String> settings) {
        return new RedisServer(port, DataFolder.open(folder), settings);
    }

    /** Side by side; returns when all are ready. */
    public void start() {
        try (var threads = Executors.newFixedThreadPool(all().size())) {
            var starts =
                    all().stream().map(server -> threads.submit(server::start)).toList();
            for (var start : starts) {
                start.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StartFailure failure ? failure : StartFailure.of("a server", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StartFailure.of("a server", e);
        }
    }

    /** The ports in use, where any free one was asked for too. */
    public Ports ports() {
        return ports;
    }

    public KafkaServer kafka() {
        return kafka;
    }

    public PostgresServer postgres() {
        return postgres;
    }

    public RedisServer redis() {
        return redis;
    }

    /** From the entrance to the truth, and the folder's lock last. */
    @Override
    public void close() {
        try (folder;
                postgres;
                redis;
                kafka) {}
    }

    private List<Server> all() {
        return List.of(kafka, postgres, redis);
    }
}
