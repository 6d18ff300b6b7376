package seatkeeper.worker.intake;

import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.util.backoff.ExponentialBackOff;
import seatkeeper.contract.Topics;

/** The listener container around {@link CommandIntake}. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
class IntakeConfiguration {

    private static final Logger log = LoggerFactory.getLogger(IntakeConfiguration.class);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** {@link StartUp} migrates, when Postgres is there. */
    @Bean
    FlywayMigrationStrategy notYet() {
        return _ -> {};
    }

    @Bean
    ConcurrentMessageListenerContainer<byte[], byte[]> commandContainer(
            ConcurrentKafkaListenerContainerFactory<byte[], byte[]> factory,
            ConsumerFactory<byte[], byte[]> consumers,
            CommandIntake intake,
            WorkerMetrics metrics) {
        factory.setConsumerFactory(new GatheringConsumers(consumers));
        ConcurrentMessageListenerContainer<byte[], byte[]> container = factory.createContainer(Topics.COMMANDS);
        container.setBeanName("commands");
        // StartUp does, when there is something to consume.
        container.setAutoStartup(false);
        container.setCommonErrorHandler(tryAgainForEver(metrics));
        container.setupMessageListener(intake);
        return container;
    }

    /**
     * Whatever fails here is the infrastructure, for bad records are no errors: wait, and poll the same batch again,
     * without limit. The handler's own default would drop the batch after ten instant tries.
     */
    private static DefaultErrorHandler tryAgainForEver(WorkerMetrics metrics) {
        ExponentialBackOff backOff = new ExponentialBackOff(100, 2);
        backOff.setMaxInterval(2_000);
        DefaultErrorHandler handler = new DefaultErrorHandler(
                (record, e) -> {
                    throw new IllegalStateException("no command is ever skipped", e);
                },
                backOff);
        handler.setClassifications(Map.of(), true);
        handler.setRetryListeners((record, e, attempt) -> {
            metrics.batchFailed();
            if (attempt == 1 || attempt % 20 == 0) {
                log.warn("the batch is tried again, attempt {}: {}", attempt, rootCause(e));
            }
        });
        return handler;
    }

    private static String rootCause(@Nullable Throwable e) {
        return String.valueOf(e == null ? null : NestedExceptionUtils.getMostSpecificCause(e));
    }

    /** A consumer that gave up (an {@link Error} in the batch) must not look alive: end, and be started again. */
    @Bean
    ApplicationListener<ConsumerStoppedEvent> endWithConsumer(ApplicationContext context) {
        return stopped -> {
            if (stopped.getReason() != ConsumerStoppedEvent.Reason.NORMAL) {
                log.error("the consumer of {} stopped: {}; the worker ends", Topics.COMMANDS, stopped.getReason());
                Thread.ofPlatform().start(() -> System.exit(SpringApplication.exit(context, () -> 1)));
            }
        };
    }
}
