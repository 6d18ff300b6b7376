package seatkeeper.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Each timeout is shorter than what waits for it: the table in docs/operations.md, as the running system has it. */
class TimeoutsIT {

    private static final Pattern SETTING = Pattern.compile("-c (\\w+_timeout)=(\\w+)");

    @Test
    void ofTheWorker() {
        ConfigurableApplicationContext worker = RunningSystem.WORKER;
        Map<String, Duration> postgres = postgres(worker);
        Map<String, Duration> consumer = consumer(worker);
        Map<String, Duration> producer = producer(worker);
        ascending(
                postgres.get("lock_timeout"),
                postgres.get("statement_timeout"),
                postgres.get("socketTimeout"),
                consumer.get("max.poll.interval.ms"));
        ascending(producer.get("request.timeout.ms"), producer.get("delivery.timeout.ms"));
        // A batch: a connection, statements up to the socket's patience, outcomes.
        assertThat(postgres.get("connection")
                        .plus(postgres.get("socketTimeout"))
                        .plus(producer.get("max.block.ms"))
                        .plus(producer.get("delivery.timeout.ms")))
                .isLessThan(consumer.get("max.poll.interval.ms"));
        assertThat(consumer.get("heartbeat.interval.ms").multipliedBy(3))
                .isLessThanOrEqualTo(consumer.get("session.timeout.ms"));
        Map<String, Duration> admin = kafka(worker.getBean(KafkaAdmin.class).getConfigurationProperties());
        ascending(admin.get("request.timeout.ms"), admin.get("default.api.timeout.ms"), Duration.ofSeconds(15));
        // What a frozen worker has locked is free before a batch that waits for it gives its socket up.
        ascending(postgres.get("idle_in_transaction_session_timeout"), postgres.get("socketTimeout"));
    }

    @Test
    void ofTheGateway() {
        ConfigurableApplicationContext gateway = RunningSystem.GATEWAY;
        Map<String, Duration> postgres = postgres(gateway);
        Map<String, Duration> consumer = consumer(gateway);
        Map<String, Duration> producer = producer(gateway);
        ascending(postgres.get("lock_timeout"), postgres.get("statement_timeout"), postgres.get("socketTimeout"));
        ascending(
                producer.get("max.block.ms"),
                producer.get("request.timeout.ms"),
                producer.get("delivery.timeout.ms"),
                // CommandPublisher's patience
                Duration.ofSeconds(2));
        ascending(consumer.get("request.timeout.ms"), consumer.get("default.api.timeout.ms"));
        LettuceConnectionFactory redis = gateway.getBean(LettuceConnectionFactory.class);
        ascending(
                DurationStyle.detectAndParse(
                        gateway.getEnvironment().getRequiredProperty("spring.data.redis.connect-timeout")),
                redis.getClientConfiguration().getCommandTimeout());
    }

    private static void ascending(Duration... timeouts) {
        assertThat(timeouts).doesNotContainNull().isSorted().doesNotHaveDuplicates();
    }

    private static Map<String, Duration> postgres(ConfigurableApplicationContext context) {
        HikariDataSource pool = context.getBean(HikariDataSource.class);
        Map<String, Duration> timeouts = new HashMap<>();
        SETTING.matcher(pool.getDataSourceProperties().getProperty("options"))
                .results()
                .forEach(match -> timeouts.put(match.group(1), DurationStyle.detectAndParse(match.group(2))));
        for (String name : new String[] {"connectTimeout", "socketTimeout"}) {
            timeouts.put(
                    name,
                    Duration.ofSeconds(Long.parseLong(
                            pool.getDataSourceProperties().get(name).toString())));
        }
        timeouts.put("connection", Duration.ofMillis(pool.getConnectionTimeout()));
        return timeouts;
    }

    private static Map<String, Duration> consumer(ConfigurableApplicationContext context) {
        return kafka(context.getBean(ConsumerFactory.class).getConfigurationProperties());
    }

    private static Map<String, Duration> producer(ConfigurableApplicationContext context) {
        return kafka(context.getBean(ProducerFactory.class).getConfigurationProperties());
    }

    private static Map<String, Duration> kafka(Map<?, ?> settings) {
        Map<String, Duration> timeouts = new HashMap<>();
        settings.forEach((name, value) -> {
            if (name.toString().endsWith(".ms")) {
                timeouts.put(name.toString(), Duration.ofMillis(Long.parseLong(value.toString())));
            }
        });
        return timeouts;
    }
}
