package seatkeeper.worker.intake;

import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.stereotype.Component;
import seatkeeper.process.Misconfigured;

/** Tables, then topics, then the first poll; after the servers have been there once. */
@Component
class StartUp implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(StartUp.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Flyway flyway;
    private final TopicSetup topics;
    private final ConcurrentMessageListenerContainer<byte[], byte[]> commands;

    StartUp(Flyway flyway, TopicSetup topics, ConcurrentMessageListenerContainer<byte[], byte[]> commands) {
        this.flyway = flyway;
        this.topics = topics;
        this.commands = commands;
    }

    @Override
    public void run(ApplicationArguments args) throws InterruptedException {
        while (!isPrepared()) {
            Thread.sleep(PAUSE);
        }
        commands.start();
    }

    /** False when a server went away meanwhile. */
    private boolean isPrepared() {
        try {
            flyway.migrate();
            topics.createMissing();
            return true;
        } catch (FlywayValidateException e) {
            throw new Misconfigured("the schema is not one of this version: " + firstLines(e), e);
        } catch (FlywayException | KafkaException e) {
            log.warn(
                    "not prepared yet: {}",
                    NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            return false;
        }
    }

    private static String firstLines(FlywayValidateException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .limit(2)
                .reduce((a, b) -> a + " " + b)
                .orElse("");
    }
}
