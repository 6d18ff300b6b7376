package seatkeeper.gateway;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The gateway's own settings, {@code booking.*}; Spring Boot's names serve for everything else.
 *
 * @param maxSeatsPerRequest the most seats one lease or confirm may name
 * @param maxWait the longest {@code Prefer: wait} that is granted
 * @param confirmDeadline how long a confirm may be under way before its leases stop waiting for it
 * @param security whether callers need a token; without, everybody may act for every user
 * @param operatorKey without security: what operators show as bearer token; none: there are no operators
 */
@ConfigurationProperties("booking")
public record GatewayProperties(
        @DefaultValue("50") int maxSeatsPerRequest,
        @DefaultValue("30s") Duration maxWait,
        @DefaultValue("30m") Duration confirmDeadline,
        @DefaultValue("none") Security security,
        @Nullable String operatorKey,
        @DefaultValue RateLimit rateLimit,
        @DefaultValue Lease lease,
        @DefaultValue Live live,
        @DefaultValue Overload overload,
        @DefaultValue Bounds bounds) {

    /** Whom to trust. */
    public enum Security {
        NONE,
        JWT
    }

    /**
     * How many calls are served, with security; 0: any number.
     *
     * @param userPerSecond of one subject of tokens
     * @param addressPerSecond of one address, or network of IPv6
     * @param burst as many calls at once as would be served in this time
     */
    public record RateLimit(
            @DefaultValue("20") int userPerSecond,
            @DefaultValue("200") int addressPerSecond,
            @DefaultValue("5s") Duration burst) {}

    /**
     * When to accept no more.
     *
     * @param maxBacklogAge commands of a partition are refused while its oldest undecided one has waited longer; 0:
     *     never
     */
    public record Overload(@DefaultValue("30s") Duration maxBacklogAge) {}

    /**
     * What callers may have of one gateway at once; who comes beyond a bound is refused.
     *
     * @param connections open at the same time; fewer where the process may not open as many files
     * @param calls that are worked on; more wait for a moment, those that wait for an outcome do not count
     * @param waiting calls that wait for an outcome
     * @param largeBodies shows that are put
     * @param largeAnswers layouts and seat maps that are read from Postgres
     * @param answerBytes of layouts and seat maps, compressed, that are on their way to who reads slowly
     * @param queries calls that wait for a connection to Postgres
     */
    public record Bounds(
            @DefaultValue("30000") int connections,
            @DefaultValue("1000") int calls,
            @DefaultValue("12000") int waiting,
            @DefaultValue("2") int largeBodies,
            @DefaultValue("6") int largeAnswers,
            @DefaultValue("64MB") DataSize answerBytes,
            @DefaultValue("500") int queries) {}

    /**
     * Settings of the event streams.
     *
     * @param maxListeners on one gateway
     * @param heartbeat a sign of life when nothing happens, so that broken connections are noticed
     */
    public record Live(
            @DefaultValue("6000") int maxListeners,
            @DefaultValue("15s") Duration heartbeat) {}

    /**
     * Settings of leases.
     *
     * @param defaultTtl of a lease whose request names none
     * @param maxLifetime from the first acquisition, extensions and renewals included
     */
    public record Lease(
            @DefaultValue("2m") Duration defaultTtl,
            @DefaultValue("30m") Duration maxLifetime) {}
}
