package seatkeeper.standalone.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka node, broker and controller in one, inside this JVM. It ends the JVM itself where it cannot go on, on a full
 * disk for instance. After a failed start its threads may keep the JVM alive: the caller ends it.
 */
public final class KafkaServer extends Server {

    private static final Logger log = LoggerFactory.getLogger(KafkaServer.class);

    private static final int NODE_ID = 1;

    private static final String SETTINGS = """
            process.roles=broker,controller
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            auto.create.topics.enable=false
            offsets.retention.minutes=43200

            # One node.
            default.replication.factor=1
            min.insync.replicas=1
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1

            # Quick to take over: by default a group waits most of a minute for a consumer that was killed.
            controller.quorum.election.timeout.ms=100
            broker.session.timeout.ms=3000
            broker.heartbeat.interval.ms=500
            group.consumer.min.session.timeout.ms=3000
            group.consumer.session.timeout.ms=6000
            group.consumer.min.heartbeat.interval.ms=500
            group.consumer.heartbeat.interval.ms=1000
            group.min.session.timeout.ms=1000
            group.initial.rebalance.delay.ms=0

            # Small: the log cleaner's buffer alone would take 128 MB of our heap.
            offsets.topic.num.partitions=4
            transaction.state.log.num.partitions=4
            share.coordinator.state.topic.num.partitions=4
            log.cleaner.dedupe.buffer.size=4194304
            num.network.threads=2
            num.io.threads=4
            background.threads=2
            metric.reporters=
            """;

    private final int port;
    private final DataFolder folder;
    private final Map<String, String> extraSettings;
    private @Nullable KafkaRaftServer node;

    KafkaServer(int port, DataFolder folder, Map<String, String> extraSettings) {
        this.port = port;
        this.folder = folder;
        this.extraSettings = extraSettings;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    @Override
    void requirePort() {
        if (!Ports.isFree(port)) {
            throw new StartFailure("port %d for Kafka is taken; set --kafka-port=...".formatted(port));
        }
        if (!Ports.isFree(controllerPort())) {
            throw new StartFailure(
                    "port %d for Kafka's controller is taken; set --kafka-port=..., it needs the next one too"
                            .formatted(controllerPort()));
        }
    }

    @Override
    public synchronized void start() {
        if (node != null) {
            return;
        }
        long began = System.nanoTime();
        try {
            requirePort();
            var data = folder.folder("kafka", KafkaServer::format);
            node = startNode(data);
        } catch (StartFailure e) {
            throw e;
        } catch (Exception e) {
            requirePort();
            throw StartFailure.of("Kafka", e);
        }
        log.info("Kafka is ready on port {} after {} ms", port, (System.nanoTime() - began) / 1_000_000);
    }

    @Override
    public synchronized void stop() {
        if (node != null) {
            stop(node);
            node = null;
        }
    }

    private KafkaRaftServer startNode(Path data) throws IOException {
        var starting = new KafkaRaftServer(KafkaConfig.fromProps(settings(data), false), Time.SYSTEM);
        try {
            starting.startup();
            return starting;
        } catch (Throwable e) {
            stop(starting);
            throw e;
        }
    }

    private static void stop(KafkaRaftServer node) {
        node.shutdown();
        node.awaitShutdown();
    }

    private static void format(Path empty) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE_ID)
                .setControllerListenerName("CONTROLLER")
                .setDirectories(List.of(empty.toString()))
                .setMetadataLogDirectory(empty.toString())
                .run();
    }

    private Properties settings(Path data) throws IOException {
        var settings = new Properties();
        settings.load(new StringReader(SETTINGS));
        settings.setProperty("node.id", Integer.toString(NODE_ID));
        settings.setProperty("log.dirs", data.toString());
        settings.setProperty(
                "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort()));
        settings.setProperty("advertised.listeners", "PLAINTEXT://" + bootstrapServers());
        settings.setProperty("controller.quorum.voters", "%d@127.0.0.1:%d".formatted(NODE_ID, controllerPort()));
        settings.putAll(extraSettings);
        return settings;
    }

    private int controllerPort() {
        return port + 1;
    }
}
