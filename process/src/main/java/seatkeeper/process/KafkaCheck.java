package seatkeeper.process;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Whether the brokers answer and have the topics that are needed. */
public final class KafkaCheck implements Dependency.Check {

    private static final int PATIENCE_MS = 2_000;

    private final Map<String, Object> settings;
    private final List<String> topics;
    private @Nullable Admin open;

    private KafkaCheck(Map<String, Object> settings, List<String> topics) {
        this.settings = new HashMap<>(settings);
        this.settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        this.settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        this.topics = topics;
    }

    /**
     * Kafka.
     *
     * @param settings of the clients
     * @param topics that somebody else creates
     */
    public static Dependency dependency(Map<String, Object> settings, List<String> topics) {
        // A list, or what somebody set it to.
        String where = String.valueOf(settings.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG))
                .replaceAll("[\\[\\] ]", "");
        return new Dependency("kafka", where, new KafkaCheck(settings, topics));
    }

    @Override
    public void run() throws Exception {
        // Opened here, for it fails as long as no name among the bootstrap servers is known.
        Admin admin = open();
        try {
            if (topics.isEmpty()) {
                admin.describeCluster().nodes().get(2L * PATIENCE_MS, TimeUnit.MILLISECONDS);
            } else {
                admin.describeTopics(topics).allTopicNames().get(2L * PATIENCE_MS, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case AuthenticationException refused ->
                    throw new Misconfigured("Kafka refuses us: " + refused, refused);
                case AuthorizationException refused -> throw new Misconfigured("Kafka refuses us: " + refused, refused);
                case UnknownTopicOrPartitionException none ->
                    throw new IllegalStateException(
                            "not all of the topics " + topics + " are there, a booking-worker creates them", none);
                case null, default -> throw e;
            }
        }
    }

    private Admin open() {
        Admin admin = open;
        if (admin == null) {
            admin = Admin.create(settings);
            open = admin;
        }
        return admin;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close(Duration.ZERO);
            open = null;
        }
    }
}
