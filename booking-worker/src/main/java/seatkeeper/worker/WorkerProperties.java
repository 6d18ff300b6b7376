package seatkeeper.worker;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The worker's own settings, {@code booking.*}; Spring Boot's names serve for everything else.
 *
 * @param maxSeatsPerRequest the most seats one command may name; the same as the gateway's
 * @param partitions of the topics, when this worker creates them
 * @param retention of decided requests
 */
@ConfigurationProperties("booking")
public record WorkerProperties(
        @DefaultValue("50") int maxSeatsPerRequest,
        @DefaultValue("12") int partitions,
        @DefaultValue Retention retention) {

    /**
     * How long a request_id is remembered.
     *
     * @param window what was decided within it is never forgotten; 0: nothing ever is
     * @param every how often it is looked for what can be forgotten
     */
    public record Retention(
            @DefaultValue("7d") Duration window,
            @DefaultValue("1h") Duration every) {}
}
