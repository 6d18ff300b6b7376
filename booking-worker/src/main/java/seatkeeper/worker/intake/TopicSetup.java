package seatkeeper.worker.intake;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Topics;
import seatkeeper.worker.WorkerProperties;

/**
 * Creates the topics that are missing and leaves the others alone. (Spring's own topic beans would also add partitions
 * to an existing topic, and so move shows while their commands are queued.)
 */
@Component
class TopicSetup {

    private static final Map<String, String> COMMANDS = Map.of(
            // Deadlines are compared with the broker's clock, not with that of whoever sends.
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime",
            // Accepted commands survive a worker that is away for weeks.
            TopicConfig.RETENTION_MS_CONFIG,
            String.valueOf(30L * 24 * 60 * 60 * 1000));

    /** A cancel names every seat of its booking: 200,000 with the longest ids are 13 MB. */
    private static final Map<String, String> OUTCOMES =
            Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(16 * 1024 * 1024));

    private static final Map<String, String> DEAD_LETTERS = Map.of(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            String.valueOf(2 * 1024 * 1024),
            TopicConfig.RETENTION_MS_CONFIG,
            "-1");

    private final KafkaAdmin admin;
    private final int partitions;

    TopicSetup(KafkaAdmin admin, WorkerProperties properties) {
        this.admin = admin;
        this.partitions = properties.partitions();
    }

    void createMissing() {
        try (Admin client = Admin.create(admin.getConfigurationProperties())) {
            create(client, topic(Topics.COMMANDS, COMMANDS));
            create(client, topic(Topics.OUTCOMES, OUTCOMES));
            create(client, topic(Topics.DEAD_LETTERS, DEAD_LETTERS));
        }
    }

    /** With the broker's default replication. */
    private NewTopic topic(String name, Map<String, String> configs) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configs);
    }

    private static void create(Admin client, NewTopic topic) {
        try {
            client.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("topic " + topic.name() + " could not be created", e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while creating " + topic.name(), e);
        }
    }
}
