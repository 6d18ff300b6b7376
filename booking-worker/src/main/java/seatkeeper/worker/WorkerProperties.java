package seatkeeper.worker;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The worker's own settings, {@code booking.*}; Spring Boot's names serve for everything else.
 *
 * @param maxSeatsPerRequest the most seats one command may name; the same as the gateway's
 * @param partitions of the topics, when this worker creates them
 */
@ConfigurationProperties("booking")
public record WorkerProperties(
        @DefaultValue("50") int maxSeatsPerRequest,
        @DefaultValue("12") int partitions) {}
